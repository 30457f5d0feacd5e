//! Managed rooms as the homeserver has them, read through its admin API: Kring's own word is not asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::Value;

use super::Association;
use crate::{api::segment, eventually::eventually, story::PATIENCE};

/// In the creation event of every managed room: the place it is for.
const MARKER: &str = "nl.kring.place";

/// A managed room.
#[derive(Clone, PartialEq)]
pub struct Managed {
    /// `!…`
    pub id: String,
    /// The place it was made for.
    pub place: String,
    state: Vec<Value>,
}

impl fmt::Debug for Managed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |event: &Value| format!("{} {} {}", event["type"], event["state_key"], event["content"]);
        let state: Vec<_> = self.state.iter().map(line).collect();
        f.debug_struct("Managed")
            .field("id", &self.id)
            .field("place", &self.place)
            .field("state", &state)
            .finish()
    }
}

/// A state event without what changes from one look to the next.
fn without_ages(mut event: Value) -> Value {
    if let Some(fields) = event.as_object_mut() {
        fields.retain(|key, _| key != "age" && key != "unsigned");
    }
    event
}

impl Managed {
    /// A state event; `null` where there is none.
    pub fn event(&self, event_type: &str, state_key: &str) -> Value {
        let is = |event: &&Value| {
            event.get("type").is_some_and(|t| t == event_type)
                && event.get("state_key").is_some_and(|k| k == state_key)
        };
        self.state.iter().find(is).cloned().unwrap_or_default()
    }

    /// The content of a state event; `null` where there is none.
    pub fn content(&self, event_type: &str, state_key: &str) -> Value {
        self.event(event_type, state_key).get("content").cloned().unwrap_or_default()
    }

    /// Somebody's membership; empty for who was never there.
    pub fn membership(&self, user: &str) -> String {
        let content = self.content("m.room.member", user);
        content.get("membership").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// One value of a state event with an empty state key; `null` where there is none.
    pub fn value(&self, event_type: &str, key: &str) -> Value {
        self.content(event_type, "").get(key).cloned().unwrap_or_default()
    }

    /// Who created it.
    pub fn creator(&self) -> String {
        let event = self.event("m.room.create", "");
        event.get("sender").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Everybody with this membership who is not the bridge or a bot.
    pub fn people(&self, membership: &str) -> BTreeSet<String> {
        let has = |event: &&Value| {
            event.get("type").is_some_and(|t| t == "m.room.member")
                && event.pointer("/content/membership").is_some_and(|m| m == membership)
        };
        let users = self.state.iter().filter(has).filter_map(|event| event.get("state_key")?.as_str());
        users.filter(|user| !user.starts_with("@kring")).map(str::to_owned).collect()
    }

    /// Rooms to which it is related as `m.space.child` or `m.space.parent`.
    pub fn related(&self, event_type: &str) -> BTreeSet<String> {
        let is = |event: &&Value| {
            event.get("type").is_some_and(|t| t == event_type)
                && event.pointer("/content/via").is_some_and(Value::is_array)
        };
        let keys = self.state.iter().filter(is).filter_map(|event| event.get("state_key")?.as_str());
        keys.map(str::to_owned).collect()
    }

    /// The power of everybody who has one of their own.
    pub fn powers(&self) -> BTreeMap<String, i64> {
        serde_json::from_value(self.value("m.room.power_levels", "users")).unwrap_or_default()
    }
}

impl Association {
    /// How many rooms the homeserver has, and how many memberships of local people in them.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn counts(&self) -> (usize, u64) {
        let list = self.room_list().await;
        let joined = list.iter().filter_map(|room| room.get("joined_local_members")?.as_u64());
        (list.len(), joined.sum())
    }

    async fn room_list(&self) -> Vec<Value> {
        let answer = self.admin_get("/_synapse/admin/v1/rooms?limit=1000").await;
        answer.get("rooms").and_then(Value::as_array).cloned().unwrap_or_default()
    }

    /// A room with its state, managed or not.
    ///
    /// # Panics
    /// When it is not there.
    pub async fn look_into(&self, room: &str) -> Managed {
        let path = format!("/_synapse/admin/v1/rooms/{}/state", segment(room));
        let answer = self.admin_get(&path).await;
        let state = answer.get("state").and_then(Value::as_array).cloned().unwrap_or_default();
        let state = state.into_iter().map(without_ages).collect();
        let mut found = Managed { id: room.to_owned(), place: String::new(), state };
        let place = found.value("m.room.create", MARKER);
        place.as_str().unwrap_or_default().clone_into(&mut found.place);
        found
    }

    /// Every managed room by its place.
    ///
    /// # Panics
    /// When two rooms were made for one place.
    pub async fn rooms(&self) -> BTreeMap<String, Managed> {
        let mut rooms = BTreeMap::new();
        for listed in self.room_list().await {
            let id = listed.get("room_id").and_then(Value::as_str).unwrap_or_default();
            let room = self.look_into(id).await;
            if room.place.is_empty() {
                continue;
            }
            let twice = rooms.insert(room.place.clone(), room);
            assert_eq!(twice.map(|room| room.place), None, "a place has one room");
        }
        rooms
    }

    /// The managed room of a place (`afdeling/emmen`, `regio/drenthe#space`).
    ///
    /// # Panics
    /// When there is none, or more than one.
    pub async fn room(&self, place: &str) -> Managed {
        self.rooms().await.remove(place).unwrap_or_else(|| panic!("{place} has no room"))
    }

    /// The places of which `user` is in the room.
    ///
    /// # Panics
    /// When the homeserver does not answer.
    pub async fn places_of(&self, user: &str) -> BTreeSet<String> {
        let rooms = self.rooms().await;
        rooms.into_values().filter(|r| r.people("join").contains(user)).map(|r| r.place).collect()
    }

    /// Waits until the room `id` is as `wanted` says.
    ///
    /// # Panics
    /// When that takes too long.
    pub async fn wait_for_room(&self, what: &str, id: &str, wanted: impl Fn(&Managed) -> bool) -> Managed {
        let look = || async { Some(self.look_into(id).await).filter(|room| wanted(room)) };
        eventually(what, PATIENCE, look).await
    }

    /// Waits for a line in the audit log of `group`.
    ///
    /// # Panics
    /// When that takes too long.
    pub async fn wait_for_audit(&self, group: &str, verb: &str, code: &str) -> Value {
        let is = |entry: &Value| {
            entry.get("verb").is_some_and(|v| v == verb) && entry.get("code").is_some_and(|c| c == code)
        };
        let what = format!("{verb} with {code} in the audit log of {group}");
        eventually(&what, PATIENCE, || async { self.audit(group).into_iter().find(&is) }).await
    }
}
