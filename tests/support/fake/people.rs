//! People in tests: they act past the endpoints, and are held to the same rules.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Refused, Shared, rooms};

/// Acts as one user.
#[derive(Debug, Clone)]
pub struct Acting {
    shared: Arc<Shared>,
    user: String,
}

impl Acting {
    pub(super) fn new(shared: Arc<Shared>, user: &str) -> Self {
        Self { shared, user: user.to_owned() }
    }

    /// Joins a room, by invitation or because its rule lets them in.
    ///
    /// # Errors
    /// When the rules say no.
    pub fn join(&self, room: &str) -> Result<(), Refused> {
        rooms::join(&self.shared, &self.user, room)
    }

    /// Leaves a room or declines an invitation.
    ///
    /// # Errors
    /// When the rules say no.
    pub fn leave(&self, room: &str) -> Result<(), Refused> {
        self.member(room, &self.user, "leave")
    }

    /// Invites somebody.
    ///
    /// # Errors
    /// When the rules say no.
    pub fn invite(&self, room: &str, user: &str) -> Result<(), Refused> {
        self.member(room, user, "invite")
    }

    /// Takes somebody out.
    ///
    /// # Errors
    /// When the rules say no.
    pub fn kick(&self, room: &str, user: &str) -> Result<(), Refused> {
        self.member(room, user, "leave")
    }

    /// Keeps somebody out.
    ///
    /// # Errors
    /// When the rules say no.
    pub fn ban(&self, room: &str, user: &str) -> Result<(), Refused> {
        self.member(room, user, "ban")
    }

    /// Asks to be let in.
    ///
    /// # Errors
    /// When the rules say no.
    pub fn knock(&self, room: &str) -> Result<(), Refused> {
        self.member(room, &self.user, "knock")
    }

    /// Says something; answers the event's id.
    ///
    /// # Errors
    /// When the rules say no.
    pub fn send(&self, room: &str, text: &str) -> Result<String, Refused> {
        let content = json!({ "msgtype": "m.text", "body": text });
        self.shared.emit(room, &self.user, "m.room.message", None, content)
    }

    /// Writes a state event; answers its id.
    ///
    /// # Errors
    /// When the rules say no.
    pub fn put_state(&self, room: &str, kind: &str, key: &str, content: Value) -> Result<String, Refused> {
        self.shared.emit(room, &self.user, kind, Some(key), content)
    }

    /// Makes a room of one's own with the body of a `createRoom`; answers its id.
    ///
    /// # Errors
    /// When the rules say no.
    pub fn create_room(&self, body: &Value) -> Result<String, Refused> {
        rooms::create(&self.shared, &self.user, body)
    }

    fn member(&self, room: &str, user: &str, membership: &str) -> Result<(), Refused> {
        let content = json!({ "membership": membership });
        self.shared.emit(room, &self.user, "m.room.member", Some(user), content).map(drop)
    }
}
