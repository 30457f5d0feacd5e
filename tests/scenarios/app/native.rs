//! Groups whose admins invite with their own program.

use kring_app::grouping::NewGroup;
use kring_core::{group::Role, member::Person};
use kring_policies::facts::Actor;
use kring_tests::{eventually, fake::Knobs};

use crate::{
    association::{number, user},
    behind::Behind,
    scene::{On, PATIENCE, Scene},
};

/// A project group of Drenthe, made by the staff member 18 and run by 9 (Zwolle) and 10 (Deventer).
pub(crate) async fn project(scene: &Scene) -> String {
    let staff = person(scene, 18).await;
    let new = NewGroup {
        kind: "projectgroep".into(),
        name: "Otters".into(),
        under: "provincie/drenthe".parse().expect("a key"),
        admins: vec![person(scene, 9).await.member.id, person(scene, 10).await.member.id],
    };
    let record = scene.app.create_group(&new, Actor::Person(&staff)).await.expect("allowed");
    scene.apply().await;
    scene.settled().await;
    assert_eq!(scene.people_in(record.key.as_str()), "lid-09 lid-10");
    record.key.to_string()
}

pub(crate) async fn person(scene: &Scene, n: usize) -> Person {
    let number = number(n).as_str().into();
    scene.reader().await.person_by_number(&number).await.expect("read").expect("a person")
}

async fn granted(scene: &Scene, n: usize) -> bool {
    let id = person(scene, n).await.member.id;
    scene
        .reader()
        .await
        .grants()
        .await
        .expect("grants")
        .iter()
        .any(|g| g.member == id && g.role == Role::Member)
}

#[tokio::test]
async fn an_invitation_that_the_policy_allows_stays_and_one_it_does_not_is_taken_back() {
    let scene = Scene::filled().await;
    let group = project(&scene).await;
    let room = scene.room(&group);
    let admin = scene.fake.acting(&user(9));
    admin.invite(&room, &user(12)).expect("an admin may");
    admin.invite(&room, &user(19)).expect("the homeserver lets an admin invite anybody");
    scene.settled().await;
    assert_eq!(scene.people_in(&group), "lid-09 lid-10 lid-12");
    assert!(granted(&scene, 12).await && !granted(&scene, 19).await);
    let removed = scene.repairs().await.into_iter().filter(|r| &*r.entry.verb == "repair-remove");
    let codes: Vec<_> = removed.map(|r| r.entry.code.to_string()).collect();
    assert_eq!(codes, ["type-not-admitted"]);
    scene.assert_right().await;
}

#[tokio::test]
async fn who_could_be_invited_through_kring_does_not_stay_where_only_kring_invites() {
    let mut scene = Scene::filled().await;
    let room = scene.room("afdeling/assen");
    scene.pause_lanes().await;
    // Power that only a server administrator can give away makes an invitation past Kring possible.
    let mut levels = scene.fake.world().room(&room).expect("a room").content("m.room.power_levels", "");
    if let Some(users) = levels.get_mut("users").and_then(serde_json::Value::as_object_mut) {
        users.insert(user(1), 100.into());
    }
    let bridge = scene.fake.acting("@kring:kring.test");
    bridge.put_state(&room, "m.room.power_levels", "", levels).expect("the bridge may");
    scene.fake.acting(&user(1)).invite(&room, &user(13)).expect("with that power");
    scene.delivered().await;
    scene.resume_lanes();
    scene.settled().await;
    assert_eq!(scene.people_in("afdeling/assen"), "lid-01 lid-06 lid-11 lid-16");
    assert!(!granted(&scene, 13).await, "it is no decision that stands");
    let repairs = scene.repairs_of_others().await;
    let verbs: Vec<_> = repairs.iter().map(|r| (&*r.entry.verb, &*r.entry.code)).collect();
    assert_eq!(verbs, [("repair-remove", "branch-not-theirs")]);
}

#[tokio::test]
async fn an_admin_takes_out_whom_somebody_invited() {
    let scene = Scene::filled().await;
    let group = project(&scene).await;
    let room = scene.room(&group);
    let admin = scene.fake.acting(&user(9));
    admin.invite(&room, &user(12)).expect("an admin may");
    scene.settled().await;
    admin.kick(&room, &user(12)).expect("an admin may");
    scene.settled().await;
    assert_eq!(scene.people_in(&group), "lid-09 lid-10");
    assert!(!granted(&scene, 12).await);
    scene.assert_right().await;
}

#[tokio::test]
async fn whoever_was_invited_may_leave_and_stays_away() {
    let scene = Scene::filled().await;
    let group = project(&scene).await;
    let room = scene.room(&group);
    scene.fake.acting(&user(9)).invite(&room, &user(12)).expect("an admin may");
    scene.settled().await;
    scene.fake.acting(&user(12)).leave(&room).expect("anybody may leave");
    scene.settled().await;
    assert_eq!(scene.people_in(&group), "lid-09 lid-10");
    scene.assert_right().await;
}

#[tokio::test]
async fn an_admin_who_leaves_a_group_they_were_asked_to_run_stays_away_too() {
    let scene = Scene::filled().await;
    let group = project(&scene).await;
    scene.fake.acting(&user(10)).leave(&scene.room(&group)).expect("anybody may leave");
    scene.settled().await;
    assert_eq!(scene.people_in(&group), "lid-09");
    // Their power goes with the next plan.
    scene.apply().await;
    scene.settled().await;
    scene.assert_right().await;
}

/// The invitation is handled and its grant is stored; in that moment the connection is cut on which the facts are read.
#[tokio::test]
async fn an_invitation_stands_though_the_facts_cannot_be_read_at_once() {
    let Some(scene) = Scene::start_on(On::Postgres).await else { return };
    let scene = scene.fill().await;
    let group = project(&scene).await;
    let mut behind = Behind::of(&scene).await;
    behind.hide_people().await;
    scene.fake.knobs().hold_transactions = true;
    scene.fake.acting(&user(9)).invite(&scene.room(&group), &user(12)).expect("an admin may");
    *scene.fake.knobs() = Knobs::default();
    scene.fake.deliver();
    let mut other = Behind::of(&scene).await;
    tokio::time::timeout(PATIENCE, async { while !other.somebody_waits().await {} }).await.expect("a reader");
    other.cut_who_waits().await;
    behind.show_people().await;
    let inside = || async { scene.is_in(&group, &user(12)).then_some(()) };
    tokio::select! { () = eventually("12 is in", PATIENCE, inside) => {} () = scene.hurry() => {} }
    scene.settled().await;
    assert!(scene.app.snapshot().world.grants.iter().any(|g| g.group.to_string() == group && g.by.is_some()));
    scene.assert_right().await;
}
