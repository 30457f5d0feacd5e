//! What no event told is found by reading the rooms.

use kring_tests::{eventually, fake::Knobs};
use ruma::OwnedRoomId;
use serde_json::{Value, json};

use crate::{
    association::user,
    scene::{PATIENCE, Scene},
};

const ASSEN: &str = "afdeling/assen";
const BRIDGE: &str = "@kring:kring.test";

#[tokio::test]
async fn drift_that_no_event_told_is_found_and_put_right() {
    let scene = Scene::filled().await;
    let room = scene.room(ASSEN);
    scene.fake.knobs().hold_transactions = true;
    let bridge = scene.fake.acting(BRIDGE);
    let mut levels = scene.fake.world().room(&room).expect("a room").content("m.room.power_levels", "");
    let users = levels.get_mut("users").and_then(Value::as_object_mut).expect("powers");
    users.insert(user(11), json!(100));
    bridge.put_state(&room, "m.room.power_levels", "", levels).expect("the bridge may");
    let heavy = scene.fake.acting(&user(11));
    heavy.put_state(&room, "m.room.name", "", json!({ "name": "Van mij" })).expect("with its powers");
    heavy.kick(&room, &user(16)).expect("with its powers");
    scene.fake.crash();
    scene.fake.knobs().hold_transactions = false;
    assert_eq!(scene.app.context.plan().await.expect("a plan").plan.actions, [], "nobody knows");

    let compared = scene.app.compare().await.expect("compared");
    assert_eq!((compared.rooms, compared.unreadable, compared.calls), (26, 0, 26));
    let plan = scene.app.context.plan().await.expect("a plan").plan;
    let mut kinds: Vec<_> =
        plan.actions.iter().map(|a| (a.place.to_string(), kring_app::effect::kind_of(&a.kind))).collect();
    kinds.sort();
    assert_eq!(kinds, ["join", "power", "state"].map(|kind| (ASSEN.to_owned(), kind)));
    let applied = scene.apply().await;
    assert_eq!((applied.done, applied.failed, applied.left), (3, vec![], 0));
    scene.settled().await;
    assert_eq!(scene.repairs().await, [], "no event, no repair: a plan did it");
    scene.assert_right().await;
}

#[tokio::test]
async fn a_filling_that_ended_while_its_room_was_read_stays_ended() {
    let scene = Scene::filled().await;
    let room: OwnedRoomId = scene.room(ASSEN).try_into().expect("a room id");
    let place = ASSEN.parse().expect("a place");
    let fill = async |filling| {
        let mut writer = scene.app.context.store.write().await.expect("a writer");
        writer.put_room(&room, Some(&place), filling).await.expect("stored");
        writer.commit().await.expect("stored");
    };
    fill(true).await;
    let only_address = room.as_str().trim_start_matches('!').to_owned();
    *scene.fake.knobs() =
        Knobs { only_address, freeze_after: Some(0), freeze_answers: true, ..Knobs::default() };
    let app = scene.app.clone();
    let comparing = tokio::spawn(async move { app.compare().await });
    let held = || async { (scene.fake.under_way() == 1).then_some(()) };
    eventually("the room is being read", PATIENCE, held).await;
    fill(false).await;
    scene.fake.thaw();
    let compared = comparing.await.expect("no panic").expect("compared");
    assert_eq!((compared.rooms, compared.unreadable), (26, 0));
    assert!(!scene.reader().await.is_filling(&room).await.expect("read"));
    scene.assert_right().await;
}

/// What a person did while the room was read is newer than what was read.
#[tokio::test]
async fn a_room_in_which_something_happens_while_it_is_read_is_read_again() {
    let scene = Scene::filled().await;
    let only_address = scene.room(ASSEN).trim_start_matches('!').to_owned();
    scene.fake.reset_counts();
    let only = "/state".to_owned();
    *scene.fake.knobs() =
        Knobs { only, only_address, freeze_after: Some(0), freeze_answers: true, ..Knobs::default() };
    let app = scene.app.clone();
    let comparing = tokio::spawn(async move { app.compare().await });
    eventually("the room is read", PATIENCE, || async { (scene.fake.under_way() == 1).then_some(()) }).await;
    scene.fake.acting(&user(16)).leave(&scene.room(ASSEN)).expect("anybody may leave");
    let handled = || async {
        let waiting = scene.app.context.store.backlog().await.expect("a backlog").pending;
        (scene.fake.undelivered("kring") == 0 && waiting == 0).then_some(())
    };
    eventually("that is handled", PATIENCE, handled).await;
    let all_asked = || async { (scene.fake.count_of("/state") >= 26).then_some(()) };
    eventually("every room is asked for", PATIENCE, all_asked).await;
    let before = scene.fake.count_of("/state");
    scene.fake.thaw();
    let compared = comparing.await.expect("no panic").expect("compared");
    assert_eq!((compared.rooms, compared.unreadable), (26, 0));
    assert!(scene.fake.count_of("/state") > before, "read again");
    scene.settled().await;
    scene.assert_right().await;
}
