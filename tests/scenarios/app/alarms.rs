//! What only a person can put right is told once, whatever shows it and however often, and once more when it is over.

use kring_core::audit::AuditEntry;
use kring_store::AuditFilter;
use serde_json::{Value, json};

use crate::{
    association::{number, person, small, user},
    scene::Scene,
};

const ASSEN: &str = "afdeling/assen";
const BRIDGE: &str = "@kring:kring.test";

impl Scene {
    /// What Kring told of Assen, without what it says of admins.
    fn told_of_assen(&self) -> Vec<String> {
        let mut told = self.notices();
        told.retain(|body| body.to_lowercase().contains("assen") && !body.contains("beheerder"));
        told
    }

    async fn alarms(&self) -> Vec<String> {
        let plan = self.app.context.plan().await.expect("a plan").plan;
        plan.alarms.iter().map(|alarm| format!("{} {}", alarm.place, alarm.code)).collect()
    }

    /// The lines of the log about rooms that Kring lost, oldest first.
    async fn written(&self) -> Vec<AuditEntry> {
        let lines =
            self.reader().await.audit(&AuditFilter::default().of_verb("alarm*")).await.expect("the log");
        let entries = lines.into_iter().rev().map(|record| record.entry);
        entries.filter(|entry| entry.code.starts_with("bridge-")).collect()
    }

    async fn settle(&self) {
        self.app.settle().await.expect("settled");
        self.settled().await;
    }
}

/// A server admin deletes a room (`DELETE /_synapse/admin/v2/rooms/…`), and no event says so.
#[tokio::test]
async fn a_room_that_was_deleted_is_told_once_and_again_when_it_is_back() {
    let scene = Scene::filled().await;
    let room = scene.room(ASSEN);
    let kept = scene.fake.world().rooms.remove(&room).expect("a room");
    scene.people(&small().with(person(21)).with(person(26))).await;
    let applied = scene.apply().await;
    assert_eq!(applied.failed.len(), 2, "one for each who was to come in: {:?}", applied.failed);
    scene.settled().await;
    let out = "Kring zit niet meer in Assen en kan er niets meer regelen.";
    assert_eq!(scene.told_of_assen(), [out]);
    assert_eq!(
        scene.alarms().await,
        ["afdeling/assen bridge-not-in-room"],
        "for kring doctor and kring plan"
    );

    // However often somebody looks, and whoever does.
    for _ in 0..2 {
        scene.settle().await;
        assert_eq!(scene.apply().await.failed, [], "nothing is asked of a room that is not there");
        scene.app.compare().await.expect("compared");
    }
    assert_eq!(scene.told_of_assen(), [out]);

    scene.fake.world().rooms.insert(room, kept);
    scene.app.compare().await.expect("compared");
    scene.settle().await;
    assert_eq!(
        scene.told_of_assen(),
        [out, "Het probleem met Assen is voorbij. Kring kan daar weer alles regelen."]
    );
    let written = scene.written().await;
    let written: Vec<_> = written.iter().map(|entry| (&*entry.verb, &*entry.code)).collect();
    assert_eq!(written, [("alarm", "bridge-not-in-room"), ("alarm-over", "bridge-not-in-room")]);
    assert!(scene.is_in(ASSEN, &user(21)) && scene.is_in(ASSEN, &user(26)), "and what waited is done");
    scene.forget_failed().await;
    scene.assert_right().await;
}

/// Makes the room of Assen one of version 11, where power is a number for everybody, and gives its admin more than Kring.
fn make_old(scene: &Scene, room: &str) -> Value {
    let mut world = scene.fake.world();
    let state = &mut world.rooms.get_mut(room).expect("a room").state;
    let event = |kind: &str| state.get(&(kind.to_owned(), String::new())).expect("state").clone();
    let (mut create, mut powers) = (event("m.room.create"), event("m.room.power_levels"));
    create.sender = "@wie-hem-maakte:kring.test".to_owned();
    create.content["room_version"] = json!("11");
    powers.content["users"] = json!({ BRIDGE: 100, user(1): 150 });
    let levels = powers.content.clone();
    state.insert(("m.room.create".to_owned(), String::new()), create);
    state.insert(("m.room.power_levels".to_owned(), String::new()), powers);
    levels
}

#[tokio::test]
async fn power_that_was_lost_in_an_older_room_is_told_once_and_again_when_it_is_back() {
    let scene = Scene::filled().await;
    let room = scene.room(ASSEN);
    let mut levels = make_old(&scene, &room);
    scene.app.compare().await.expect("compared");
    let heavy = scene.fake.acting(&user(1));
    levels["users"] = json!({ BRIDGE: 50, user(1): 150 });
    heavy.put_state(&room, "m.room.power_levels", "", levels.clone()).expect("with that power");
    scene.settled().await;
    let lost = "Kring heeft geen rechten meer in Assen.";
    assert_eq!(scene.told_of_assen(), [lost]);
    assert_eq!(scene.alarms().await, ["afdeling/assen bridge-without-power"]);
    // What it can no longer repair is not told again for each event.
    heavy.put_state(&room, "m.room.name", "", json!({ "name": "Van mij" })).expect("with that power");
    scene.settle().await;
    assert_eq!(scene.told_of_assen(), [lost]);

    levels["users"] = json!({ BRIDGE: 150, user(1): 100 });
    heavy.put_state(&room, "m.room.power_levels", "", levels).expect("with that power");
    scene.settled().await;
    assert_eq!(
        scene.told_of_assen(),
        [lost, "Het probleem met Assen is voorbij. Kring kan daar weer alles regelen."]
    );
    let written = scene.written().await;
    let written: Vec<_> = written.iter().map(|e| (&*e.verb, &*e.code, e.details.get("sender"))).collect();
    let by = json!(user(1));
    assert_eq!(
        written,
        [("alarm", "bridge-without-power", Some(&by)), ("alarm-over", "bridge-without-power", None)]
    );
    scene.settle().await;
    assert_eq!(scene.alarms().await, [""; 0]);
    let world = scene.fake.world();
    let now = world.room(&room).expect("a room");
    assert_eq!(now.content("m.room.name", ""), json!({ "name": "Assen" }), "and put right");
    assert_eq!(now.content("m.room.power_levels", "")["users"], json!({ BRIDGE: 150, user(1): 50 }));
}

#[tokio::test]
async fn a_group_that_loses_its_last_admin_gets_none_by_itself_and_people_hear_whom_to_ask() {
    let scene = Scene::filled().await;
    scene.settle().await;
    let of_assen = || {
        let mut told = scene.notices();
        told.retain(|body| body.starts_with("Assen heeft"));
        told
    };
    let told = of_assen();
    let [one] = told.as_slice() else { panic!("once: {told:?}") };
    assert!(one.starts_with("Assen heeft één beheerder en hoort er 2 te hebben."), "{one}");
    scene.import(&small().without(&number(1))).await;
    scene.settle().await;
    scene.settle().await;
    let told = of_assen();
    let [_, none] = told.as_slice() else { panic!("once more: {told:?}") };
    assert!(
        none.starts_with("Assen heeft geen beheerders en hoort er 2 te hebben. Voorstel: Voornaam"),
        "{none}"
    );
    let room = scene.room(ASSEN);
    let levels = scene.fake.world().room(&room).expect("a room").content("m.room.power_levels", "");
    assert_eq!(levels["users"], json!({}), "nobody is promoted");
    scene.assert_right().await;
}
