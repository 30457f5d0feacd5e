//! Applying a plan when nothing goes wrong.

use rstest::rstest;

use crate::{
    association,
    expectations::rooms,
    scene::{On, Scene},
};

#[rstest]
#[case::sqlite(On::Sqlite)]
#[case::postgres(On::Postgres)]
#[tokio::test]
async fn an_association_is_filled_and_a_second_plan_costs_nothing(#[case] on: On) {
    let Some(scene) = Scene::start_on(on).await else { return };
    scene.people(&association::small()).await;
    let applied = scene.apply().await;
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    scene.settled().await;
    scene.assert_right().await;

    let places: Vec<_> = rooms(&scene.fake.world()).into_keys().collect();
    let table: String = places.iter().map(|place| format!("{place}: {}\n", scene.people_in(place))).collect();
    insta::allow_duplicates! {
        insta::assert_snapshot!(table, @r"
    afdeling/assen: lid-01 lid-06 lid-11 lid-16
    afdeling/deventer: lid-05 lid-10 lid-15 lid-20
    afdeling/emmen: lid-03 lid-08 lid-13
    afdeling/rolde: lid-02 lid-07 lid-12 lid-17
    afdeling/zwolle: lid-04 lid-09 lid-14
    intranet/ons-ivn#space: lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07 lid-08 lid-09 lid-10 lid-11 lid-12 lid-13 lid-14 lid-15 lid-16 lid-17 lid-18 lid-19 lid-20
    landelijk/help: lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07 lid-08 lid-09 lid-10 lid-11 lid-12 lid-13 lid-14 lid-15 lid-16 lid-17 lid-18 lid-19 lid-20
    landelijk/nieuws: lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07 lid-08 lid-09 lid-10 lid-11 lid-12 lid-13 lid-14 lid-15 lid-16 lid-17 lid-18 lid-20
    landelijk/vereniging: lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07 lid-08 lid-09 lid-10 lid-11 lid-12 lid-13 lid-14 lid-15 lid-16 lid-17 lid-20
    landelijk/vereniging#space: lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07 lid-08 lid-09 lid-10 lid-11 lid-12 lid-13 lid-14 lid-15 lid-16 lid-17 lid-20
    landelijk/vrijwilligers: lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07 lid-08 lid-09 lid-10 lid-11 lid-12 lid-13 lid-14 lid-15 lid-16 lid-17 lid-20
    provincie/drenthe: lid-01 lid-02 lid-03 lid-06 lid-07 lid-08 lid-11 lid-12 lid-13 lid-16 lid-17 lid-18
    provincie/drenthe#space: lid-01 lid-02 lid-03 lid-06 lid-07 lid-08 lid-11 lid-12 lid-13 lid-16 lid-17 lid-18
    provincie/overijssel: lid-04 lid-05 lid-09 lid-10 lid-14 lid-15 lid-20
    provincie/overijssel#space: lid-04 lid-05 lid-09 lid-10 lid-14 lid-15 lid-20
    regio/noord: lid-01 lid-02 lid-06 lid-07 lid-11 lid-12 lid-16 lid-17
    regio/noord#space: lid-01 lid-02 lid-06 lid-07 lid-11 lid-12 lid-16 lid-17
    regio/salland: lid-04 lid-05 lid-09 lid-10 lid-14 lid-15 lid-20
    regio/salland#space: lid-04 lid-05 lid-09 lid-10 lid-14 lid-15 lid-20
    regio/zuid: lid-03 lid-08 lid-13
    regio/zuid#space: lid-03 lid-08 lid-13
    team/websupport: lid-06 lid-07 lid-08
    vereniging/campagnes: lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07 lid-08 lid-09 lid-10 lid-11 lid-12 lid-13 lid-14 lid-15 lid-16 lid-17 lid-20
    vereniging/cursussen: lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07 lid-08 lid-09 lid-10 lid-11 lid-12 lid-13 lid-14 lid-15 lid-16 lid-17 lid-20
    vereniging/handleidingen: lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07 lid-08 lid-09 lid-10 lid-11 lid-12 lid-13 lid-14 lid-15 lid-16 lid-17 lid-20
    vereniging/huisstijl: lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07 lid-08 lid-09 lid-10 lid-11 lid-12 lid-13 lid-14 lid-15 lid-16 lid-17 lid-20
    ");
    }

    scene.fake.reset_counts();
    assert_eq!(scene.app.context.plan().await.expect("a plan").plan.actions, []);
    let again = scene.apply().await;
    assert_eq!((again.done, again.failed, again.left), (0, vec![], 0));
    assert_eq!(scene.fake.requests(), [""; 0], "a second plan asks the homeserver nothing");
}
