//! One room: its state, its timeline, and how an event gets in.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Event, Refused, rules};

/// A room of version 12.
#[derive(Debug, Clone)]
pub struct Room {
    /// `!` and the hash of the creation, without a server.
    pub id: String,
    /// The state now, by type and state key.
    pub state: BTreeMap<(String, String), Event>,
    /// Every event, oldest first.
    pub timeline: Vec<Event>,
}

/// What came of an event.
pub(super) struct Taken {
    /// Its id, or that of the event that already said the same.
    pub(super) event_id: String,
    /// The event, unless it changed nothing.
    pub(super) new: Option<Event>,
}

/// A clock of its own, one step an event.
fn now() -> u64 {
    static CLOCK: AtomicU64 = AtomicU64::new(1);
    CLOCK.fetch_add(1, Ordering::Relaxed)
}

impl Room {
    /// A room made by `creator`; `seed` makes its id unique. The creator is not in it yet.
    pub(super) fn create(creator: &str, content: Value, seed: u64) -> Self {
        let mut event = Event::new(creator, "m.room.create", Some(""), content);
        let hash = fingerprint(&format!("{creator} {seed} {}", event.content));
        event.event_id = format!("${hash}");
        event.origin_server_ts = now();
        let id = format!("!{hash}");
        event.room_id.clone_from(&id);
        let state = BTreeMap::from([(("m.room.create".to_owned(), String::new()), event.clone())]);
        Self { id, state, timeline: vec![event] }
    }

    /// Takes an event when the rules allow it. State that says what is there already is not repeated.
    pub(super) fn add(&mut self, mut event: Event) -> Result<Taken, Refused> {
        rules::check(self, &event)?;
        if let Some(same) = self.same_state(&event) {
            return Ok(Taken { event_id: same, new: None });
        }
        event.room_id.clone_from(&self.id);
        event.origin_server_ts = now();
        event.event_id = format!("${}", fingerprint(&format!("{} {}", self.id, self.timeline.len())));
        if let Some(key) = &event.state_key {
            self.state.insert((event.event_type.clone(), key.clone()), event.clone());
        }
        self.timeline.push(event.clone());
        Ok(Taken { event_id: event.event_id.clone(), new: Some(event) })
    }

    fn same_state(&self, event: &Event) -> Option<String> {
        let now = self.state_event(&event.event_type, event.state_key.as_deref()?)?;
        (now.content == event.content && now.sender == event.sender).then(|| now.event_id.clone())
    }

    /// A state event.
    pub fn state_event(&self, event_type: &str, state_key: &str) -> Option<&Event> {
        self.state.get(&(event_type.to_owned(), state_key.to_owned()))
    }

    /// The content of a state event; `null` when it is absent.
    pub fn content(&self, event_type: &str, state_key: &str) -> Value {
        self.state_event(event_type, state_key).map_or(Value::Null, |e| e.content.clone())
    }

    /// What `user` is in the room, `leave` when nothing.
    pub fn membership(&self, user: &str) -> &str {
        match self.state_event("m.room.member", user).map(|e| e.text("membership")) {
            None | Some("") => "leave",
            Some(membership) => membership,
        }
    }

    /// Everybody with this membership, sorted.
    pub fn with_membership(&self, membership: &str) -> Vec<&str> {
        self.members().filter(|(_, m)| *m == membership).map(|(user, _)| user).collect()
    }

    /// Everybody who is or was something in the room.
    pub fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        let members = self.state.iter().filter(|((kind, _), _)| kind == "m.room.member");
        members.map(|((_, user), event)| (user.as_str(), event.text("membership")))
    }

    /// Whether `user` made the room, alone or with others.
    pub fn is_creator(&self, user: &str) -> bool {
        let Some(create) = self.state_event("m.room.create", "") else { return false };
        let more = create.content.get("additional_creators").and_then(Value::as_array);
        create.sender == user || more.is_some_and(|more| more.iter().any(|m| m == user))
    }
}

/// 43 characters that look like an event id's.
fn fingerprint(text: &str) -> String {
    hex::encode(Sha256::digest(text)).chars().take(43).collect()
}
