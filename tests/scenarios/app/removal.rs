//! Taking many people out asks first.

use kring_app::ApplyError;
use kring_policies::plan::Confirmation;
use kring_tests::Administration;

use crate::{
    association::{number, small},
    scene::Scene,
};

fn without(people: impl Iterator<Item = usize>) -> Administration {
    people.fold(small(), |all, n| all.without(&number(n)))
}

async fn refused(scene: &Scene, token: Option<&str>) -> Confirmation {
    match scene.apply_confirmed(token).await {
        Err(ApplyError::Unconfirmed(question)) => *question,
        other => panic!("nobody was asked: {other:?}"),
    }
}

#[tokio::test]
async fn a_mass_removal_runs_with_the_token_of_this_very_plan_only() {
    let scene = Scene::filled().await;
    scene.fake.reset_counts();
    scene.import(&without(9..=20)).await;
    let first = refused(&scene, None).await;
    assert_eq!((first.removed, first.of, first.group.clone()), (12, 20, None));
    insta::assert_snapshot!(first.text.nl, @"Dit haalt 12 van de 20 mensen uit een groep. Klopt dat?");

    scene.import(&without(8..=20)).await;
    let second = refused(&scene, Some(&first.token)).await;
    assert_eq!((second.removed, second.of), (13, 20));
    assert_ne!(first.token, second.token);
    assert_eq!(scene.fake.requests(), [""; 0], "nothing was done before somebody confirmed");

    let applied = scene.apply_confirmed(Some(&second.token)).await.expect("confirmed");
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    scene.settled().await;
    assert_eq!(scene.people_in("intranet/ons-ivn#space"), "lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07");
    scene.assert_right().await;
}

#[tokio::test]
async fn a_mass_removal_that_shows_only_when_rooms_were_found_again_asks_then() {
    let scene = Scene::filled().await;
    scene.import(&without(9..=20)).await;
    // An old backup was put back: the rooms are there, and the mirror knows none of them.
    let rooms = scene.reader().await.mirror_heads().await.expect("rooms");
    let mut writer = scene.app.context.store.write().await.expect("a writer");
    for room in &rooms {
        writer.forget_room(&room.room_id).await.expect("forgotten");
    }
    writer.commit().await.expect("stored");
    assert_eq!(scene.app.context.plan().await.expect("a plan").plan.confirmation, None, "nothing to ask yet");

    let question = refused(&scene, None).await;
    assert_eq!((question.removed, question.of), (12, 20));
    assert_eq!(scene.reader().await.mirror_heads().await.expect("rooms").len(), rooms.len(), "found again");
    assert_eq!(scene.fake.count_of("/kick"), 0, "nobody was taken out");

    let applied = scene.apply_confirmed(Some(&question.token)).await.expect("confirmed");
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    scene.settled().await;
    assert_eq!(
        scene.people_in("intranet/ons-ivn#space"),
        "lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07 lid-08"
    );
    scene.assert_right().await;
}
