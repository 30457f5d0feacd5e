//! Groups whose admins invite with their own program.

use kring_app::{By, grouping::NewGroup};
use kring_core::{audit::Actor as AuditActor, group::Role, member::Person};
use kring_policies::facts::Actor;
use kring_store::AuditFilter;
use kring_tests::{eventually, fake::Knobs};
use serde_json::json;

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

/// An admin of a project group does both with a program of their own.
async fn invited_and_taken_out_again() -> (Scene, String) {
    let scene = Scene::filled().await;
    let group = project(&scene).await;
    let room = scene.room(&group);
    let admin = scene.fake.acting(&user(9));
    admin.invite(&room, &user(12)).expect("an admin may");
    scene.settled().await;
    admin.kick(&room, &user(12)).expect("an admin may");
    scene.settled().await;
    (scene, group)
}

/// What an admin does with a program of their own stands in the log as theirs, and whom it was done to sees it without their
/// name.
#[tokio::test]
async fn what_an_admin_did_is_written_down_as_theirs_and_shown_to_whom_it_was_done() {
    let (scene, group) = invited_and_taken_out_again().await;
    let (nine, twelve) = (person(&scene, 9).await.member.id, person(&scene, 12).await.member.id);
    let by_nine = AuditFilter::default().by(AuditActor::Member(nine.clone()));
    let lines = scene.reader().await.audit(&by_nine).await.expect("the log");
    let lines: Vec<_> =
        lines.iter().map(|r| (&*r.entry.verb, r.entry.member.clone(), r.entry.details.get("from"))).collect();
    let client = json!("client");
    let done = |verb| (verb, Some(twelve.clone()), Some(&client));
    assert_eq!(lines, [done("remove"), done("invite")]);

    let own = scene.app.context.lines_about(&twelve, 10).await.expect("the log");
    let about: Vec<_> =
        own.iter().filter(|line| line.group.as_ref().is_some_and(|g| g.as_str() == group)).collect();
    let said: Vec<_> = about.iter().map(|line| (line.by, &*line.verb, line.text.nl.as_str())).collect();
    assert_eq!(
        said,
        [
            (By::Person, "remove", "Uit Otters gehaald door iemand die dat mag."),
            (By::Kring, "repair-join", "Is uitgenodigd voor Otters."),
            (By::Person, "invite", "Uitgenodigd in Otters door iemand die dat mag."),
        ]
    );
    assert!(about.iter().all(|line| line.group_name.as_deref() == Some("Otters")));
    let json = serde_json::to_string(&own).expect("JSON");
    for other in [nine.as_str(), "lid-09", "Voornaam9", "sender"] {
        assert!(!json.contains(other), "{other} in {json}");
    }
}

#[tokio::test]
async fn an_admin_takes_out_whom_somebody_invited() {
    let (scene, group) = invited_and_taken_out_again().await;
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
