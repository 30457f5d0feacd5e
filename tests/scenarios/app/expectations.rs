//! What must be true at the end of a story, read from the homeserver itself.

use std::collections::{BTreeMap, BTreeSet};

use kring_app::Snapshot;
use kring_homeserver::MARKER;
use kring_policies::{desired::DesiredPlace, plan::WantedJoinRule};
use kring_tests::fake::{Event, Room, World};
use serde_json::{Value, json};

use crate::scene::Scene;

const BRIDGE: &str = "@kring:kring.test";

impl Scene {
    /// The room of a place, known by its marker.
    pub(crate) fn room(&self, place: &str) -> String {
        let found = rooms(&self.fake.world()).get(place).and_then(|ids| ids.first().cloned());
        found.unwrap_or_else(|| panic!("no room for {place}"))
    }

    /// Whether `user` is in the room of `place`.
    pub(crate) fn is_in(&self, place: &str, user: &str) -> bool {
        let room = self.room(place);
        self.fake.world().membership(&room, user) == "join"
    }

    /// What Kring said to the group that hears of alarms.
    pub(crate) fn told(&self) -> Vec<Event> {
        let room = self.room("team/websupport");
        let world = self.fake.world();
        let timeline = &world.room(&room).expect("a room").timeline;
        timeline.iter().filter(|e| e.event_type == "m.room.message").cloned().collect()
    }

    /// The same, as texts.
    pub(crate) fn notices(&self) -> Vec<String> {
        self.told().iter().map(|event| event.text("body").to_owned()).collect()
    }

    /// The people in the room of `place`, by local part, without the bridge.
    pub(crate) fn people_in(&self, place: &str) -> String {
        let room = self.room(place);
        let world = self.fake.world();
        let people = world.rooms.get(&room).map(|room| room.with_membership("join")).unwrap_or_default();
        let local =
            |user: &str| user.trim_start_matches('@').split(':').next().unwrap_or_default().to_owned();
        let people: Vec<_> = people.into_iter().filter(|user| *user != BRIDGE).map(local).collect();
        people.join(" ")
    }

    /// The homeserver is as it should be, the mirror says so, and nothing waits, failed or is left to do.
    pub(crate) async fn assert_right(&self) {
        self.assert_nothing_left().await;
        self.assert_as_desired().await;
        self.assert_mirror_agrees().await;
    }

    /// Nothing waits, nothing failed, a plan finds nothing to do, the log is whole.
    pub(crate) async fn assert_nothing_left(&self) {
        let mut reader = self.reader().await;
        assert_eq!(reader.pending_effects(None).await.expect("effects"), 0);
        let failed = reader.failed_effects(None).await.expect("effects").into_iter();
        let failed: Vec<_> =
            failed.map(|f| format!("{} {}: {}", f.effect.kind, f.effect.lane, f.error)).collect();
        assert_eq!(failed, [""; 0]);
        let backlog = self.app.context.store.backlog().await.expect("a backlog");
        assert_eq!((backlog.pending, backlog.dead), (0, 0));
        assert_eq!(reader.verify_audit().await.expect("the log"), None);
        drop(reader);
        let plan = self.app.context.plan().await.expect("a plan").plan;
        assert_eq!((plan.actions, plan.alarms), (vec![], vec![]));
    }

    /// Every desired place has one room that looks as desired, with the people who belong there and nobody else.
    pub(crate) async fn assert_as_desired(&self) {
        let snapshot = self.app.context.snapshot().await.expect("facts");
        let world = self.fake.world();
        let rooms = rooms(&world);
        let made: Vec<_> = rooms.iter().map(|(place, ids)| (place.clone(), ids.len())).collect();
        let mut wanted: Vec<_> = snapshot.desired.places.iter().map(|p| (p.key.to_string(), 1)).collect();
        wanted.sort();
        assert_eq!(made, wanted, "each place has one room");
        let only: BTreeMap<_, _> =
            rooms.into_iter().filter_map(|(place, ids)| Some((place, ids.into_iter().next()?))).collect();
        for place in &snapshot.desired.places {
            let room = only.get(&place.key.to_string()).and_then(|id| world.rooms.get(id)).expect("made");
            Comparison { snapshot: &snapshot, world: &world, rooms: &only, place, room }.assert();
        }
    }

    /// Reading everything from the homeserver tells the mirror nothing new.
    pub(crate) async fn assert_mirror_agrees(&self) {
        let known = self.reader().await.mirror().await.expect("the mirror");
        assert_eq!(self.app.compare().await.expect("compared").unreadable, 0);
        let read = self.reader().await.mirror().await.expect("the mirror");
        assert_eq!(known, read, "the mirror is what the homeserver has");
    }
}

/// The room from which this one took over.
fn predecessor(room: &Room) -> Option<String> {
    room.content("m.room.create", "").pointer("/predecessor/room_id")?.as_str().map(str::to_owned)
}

/// Rooms that Kring made, by place, without those that another one took over from.
pub(crate) fn rooms(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut rooms: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let left: BTreeSet<String> = world.rooms.values().filter_map(predecessor).collect();
    for room in world.rooms.values().filter(|room| !left.contains(&room.id)) {
        if let Some(place) = room.content("m.room.create", "").get(MARKER).and_then(Value::as_str) {
            rooms.entry(place.to_owned()).or_default().push(room.id.clone());
        }
    }
    rooms
}

struct Comparison<'a> {
    snapshot: &'a Snapshot,
    world: &'a World,
    rooms: &'a BTreeMap<String, String>,
    place: &'a DesiredPlace,
    room: &'a Room,
}

impl Comparison<'_> {
    fn assert(&self) {
        self.assert_people();
        self.assert_looks();
        self.assert_powers();
        self.assert_relations("m.space.child", &self.place.children);
        self.assert_relations("m.space.parent", &self.place.parents);
    }

    fn assert_people(&self) {
        let account = |seat: &kring_policies::desired::Seat| {
            self.snapshot.desired.accounts.get(seat.account as usize).map(|a| a.user_id.to_string())
        };
        let wanted: BTreeSet<String> =
            self.place.seats.iter().filter_map(account).chain([BRIDGE.to_owned()]).collect();
        let found: BTreeSet<String> =
            self.room.with_membership("join").into_iter().map(str::to_owned).collect();
        assert_eq!(found, wanted, "the people of {}", self.place.key);
        for other in ["invite", "knock", "ban"] {
            assert_eq!(self.room.with_membership(other), [""; 0], "{other} in {}", self.place.key);
        }
    }

    fn assert_looks(&self) {
        let (place, room) = (self.place, self.room);
        let key = &place.key;
        assert_eq!(room.content("m.room.name", ""), json!({ "name": place.name }), "{key}");
        if let Some(topic) = &place.topic {
            assert_eq!(room.content("m.room.topic", "").get("topic"), Some(&json!(topic)), "{key}");
        }
        let alias = format!("#{}:kring.test", place.alias_localpart);
        assert_eq!(room.content("m.room.canonical_alias", "").get("alias"), Some(&json!(alias)), "{key}");
        assert_eq!(self.world.aliases.get(&alias), Some(&room.id), "{key}");
        let history = json!({ "history_visibility": &*place.history_visibility });
        assert_eq!(room.content("m.room.history_visibility", ""), history, "{key}");
        assert_eq!(room.content("m.room.guest_access", ""), json!({ "guest_access": "forbidden" }), "{key}");
        assert_eq!(room.content("m.room.avatar", "").get("url").is_some(), place.avatar.is_some(), "{key}");
        let create = room.content("m.room.create", "");
        assert_eq!(create.get("m.federate"), Some(&json!(place.federate)), "{key}");
        assert_eq!(create.get("type").is_some(), key.to_string().ends_with("#space"), "{key}");
        assert_eq!(room.content("m.room.join_rules", ""), self.join_rule(), "{key}");
    }

    fn join_rule(&self) -> Value {
        match &self.place.join_rule {
            WantedJoinRule::Invite => json!({ "join_rule": "invite" }),
            WantedJoinRule::Knock => json!({ "join_rule": "knock" }),
            WantedJoinRule::Restricted { allow } => {
                let allow = allow.iter().filter_map(|place| self.rooms.get(&place.to_string()));
                let allow: BTreeSet<_> = allow.collect();
                let allow: Vec<_> =
                    allow.iter().map(|id| json!({ "type": "m.room_membership", "room_id": id })).collect();
                json!({ "join_rule": "restricted", "allow": allow })
            }
        }
    }

    fn assert_powers(&self) {
        let found = self.room.content("m.room.power_levels", "");
        let wanted = &self.place.power_levels;
        let users: BTreeMap<_, _> = wanted.users.iter().map(|(user, level)| (user.as_str(), level)).collect();
        assert_eq!(found.get("users"), Some(&json!(users)), "{}", self.place.key);
        for (key, level) in wanted.levels.iter() {
            assert_eq!(found.get(key), Some(&json!(level)), "{key} in {}", self.place.key);
        }
        for (kind, level) in wanted.events.iter() {
            let level_found = found.pointer(&format!("/events/{kind}"));
            assert_eq!(level_found, Some(&json!(level)), "{kind} in {}", self.place.key);
        }
    }

    fn assert_relations(&self, kind: &str, places: &[kring_core::ids::PlaceKey]) {
        let wanted: BTreeSet<_> =
            places.iter().filter_map(|place| self.rooms.get(&place.to_string())).cloned().collect();
        let has_via = |event: &Event| {
            event.content.get("via").and_then(Value::as_array).is_some_and(|via| !via.is_empty())
        };
        let states = self.room.state.iter().filter(|((k, _), event)| k == kind && has_via(event));
        let found: BTreeSet<_> = states.map(|((_, key), _)| key.clone()).collect();
        assert_eq!(found, wanted, "{kind} of {}", self.place.key);
    }
}
