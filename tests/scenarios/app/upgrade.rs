//! A group gets another room, as one unit.

use kring_app::{UpgradeError, Upgraded};
use kring_core::ids::PlaceKey;
use kring_policies::facts::Actor;
use kring_store::AuditFilter;
use kring_tests::fake::Knobs;
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    association::user,
    crash::frozen,
    scene::{On, Quiet, Scene},
};

const ASSEN: &str = "afdeling/assen";

fn place(key: &str) -> PlaceKey {
    key.parse().expect("a place")
}

impl Scene {
    async fn upgrade(&self, key: &str) -> Result<Upgraded, UpgradeError> {
        let place = place(key);
        tokio::select! {
            upgraded = self.app.upgrade(&place, Actor::Kring, &Quiet) => upgraded,
            () = self.hurry() => unreachable!("time passes for ever"),
        }
    }

    fn content(&self, room: &str, event_type: &str) -> Value {
        self.fake.world().rooms.get(room).expect("a room").content(event_type, "")
    }
}

#[rstest]
#[case::sqlite(On::Sqlite)]
#[case::postgres(On::Postgres)]
#[tokio::test]
async fn everything_moves_to_the_new_room_and_the_old_one_says_where(#[case] on: On) {
    let Some(scene) = Scene::start_on(on).await else { return };
    let scene = scene.fill().await;
    let (old, people) = (scene.room(ASSEN), scene.people_in(ASSEN));
    let pinned = json!({ "pinned": ["$een", "$twee"] });
    scene
        .fake
        .acting("@kring:kring.test")
        .put_state(&old, "m.room.pinned_events", "", pinned.clone())
        .expect("pinned");
    let avatar = scene.content(&old, "m.room.avatar");
    scene.settled().await;

    let upgraded = scene.upgrade(ASSEN).await.expect("upgraded");
    scene.settled().await;
    let new = scene.room(ASSEN);
    assert_eq!((upgraded.from.as_str(), upgraded.to.as_str()), (old.as_str(), new.as_str()));
    assert_ne!(old, new);
    // People, powers, alias, relations in both directions: as for any room of the association.
    scene.assert_right().await;
    assert_eq!(scene.people_in(ASSEN), people);
    assert_eq!(scene.content(&new, "m.room.pinned_events"), pinned);
    assert_eq!(scene.content(&new, "m.room.avatar"), avatar, "the picture is the same");

    let tombstone = scene.content(&old, "m.room.tombstone");
    assert_eq!(tombstone.get("replacement_room"), Some(&json!(new)));
    assert_eq!(scene.content(&old, "m.room.canonical_alias").get("alias"), None);
    scene
        .fake
        .acting(&user(1))
        .send(&old, "Is hier nog iemand?")
        .expect_err("the old room is closed, also for its admin");
    scene.fake.acting(&user(1)).send(&new, "Hier zijn we!").expect("people speak in the new one");

    let log = scene.reader().await.audit(&AuditFilter::default()).await.expect("the log");
    let lines: Vec<_> = log.iter().filter(|line| *line.entry.verb == *"upgrade-room").collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0].entry.details.get("from"), Some(&json!(old)));
}

#[tokio::test]
async fn a_space_that_gets_another_room_keeps_what_hangs_in_it() {
    let scene = Scene::filled().await;
    let key = "provincie/drenthe#space";
    let old = scene.room(key);
    scene.upgrade(key).await.expect("upgraded");
    scene.settled().await;
    assert_ne!(scene.room(key), old);
    scene.assert_right().await;
}

/// Whatever the request at which Kring dies: it goes on with the room that it made, and makes no second one.
#[tokio::test]
async fn whoever_dies_in_the_middle_goes_on_with_the_room_that_is_there() {
    let (mut scene, assen) = (Scene::filled().await, place(ASSEN));
    for n in 0..16 {
        let (old, before) = (scene.room(ASSEN), scene.fake.world().rooms.len());
        *scene.fake.knobs() = Knobs { freeze_after: Some(n), freeze_answers: n % 2 == 0, ..Knobs::default() };
        tokio::select! {
            upgraded = scene.app.upgrade(&assen, Actor::Kring, &Quiet) => drop(upgraded),
            () = scene.hurry() => {}
            () = frozen(&scene) => {}
        }
        scene.crash().await;
        scene.fake.thaw();
        *scene.fake.knobs() = Knobs::default();
        scene.restart().await;
        let applied = scene.apply().await;
        assert_eq!((&applied.failed, applied.left), (&vec![], 0), "died at request {n}");
        tokio::select! { () = scene.settled() => {} () = scene.hurry() => {} }
        let made = scene.fake.world().rooms.len() - before;
        assert_eq!(made, usize::from(scene.room(ASSEN) != old), "died at request {n}: no room is made twice");
        scene.assert_right().await;
    }
}

#[tokio::test]
async fn who_may_not_and_what_is_not_there_is_refused_and_nothing_changes() {
    let scene = Scene::filled().await;
    let before = scene.fake.world().rooms.len();
    let snapshot = scene.app.snapshot();
    let person = snapshot.world.people.first().expect("somebody");
    let refused = scene.app.upgrade(&place(ASSEN), Actor::Person(person), &Quiet).await;
    assert!(matches!(&refused, Err(UpgradeError::Refused(d)) if &*d.code == "only-kring"), "{refused:?}");
    let missing = scene.app.upgrade(&place("afdeling/nergens"), Actor::Kring, &Quiet).await;
    assert!(matches!(missing, Err(UpgradeError::NoRoom(_))), "{missing:?}");
    assert_eq!(scene.fake.world().rooms.len(), before);
}
