//! What the fake holds.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::{Refused, Room};

/// Rooms, aliases, accounts and log-ins.
#[derive(Debug, Default)]
pub struct World {
    /// By room id.
    pub rooms: BTreeMap<String, Room>,
    /// Alias to room id.
    pub aliases: BTreeMap<String, String>,
    /// By user id.
    pub accounts: BTreeMap<String, Account>,
    /// Access token to user id.
    pub tokens: BTreeMap<String, String>,
    /// `mxc:` address to content type and size.
    pub media: BTreeMap<String, (String, usize)>,
    /// Client transaction ids that were used, with what came of them.
    pub transactions: BTreeMap<String, String>,
    /// Devices that a service's own users have: user id and device id.
    pub devices: BTreeSet<(String, String)>,
    /// Users that are exempt from the rate limits.
    pub unlimited: BTreeSet<String>,
    count: u64,
}

/// An account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// `None` while nobody can log in with one.
    pub password: Option<String>,
    /// The name others see.
    pub displayname: Option<String>,
    /// Addresses that log in to it.
    pub emails: BTreeSet<String>,
    /// Server admin.
    pub admin: bool,
    /// Can look, not act.
    pub suspended: bool,
    /// Cannot be used for now.
    pub locked: bool,
    /// Has ended.
    pub deactivated: bool,
}

impl Account {
    /// An account with this password; an empty one for none.
    pub fn with_password(password: &str) -> Self {
        let password = (!password.is_empty()).then(|| password.to_owned());
        Self { password, ..Self::default() }
    }
}

/// An event as it goes to clients and services.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Set when a room takes it.
    pub event_id: String,
    /// Set when a room takes it.
    pub room_id: String,
    /// Whose.
    pub sender: String,
    /// `m.room.message`
    #[serde(rename = "type")]
    pub event_type: String,
    /// Set for state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_key: Option<String>,
    /// The content.
    pub content: Value,
    /// Counts up by one an event of the whole server; no test depends on the hour.
    pub origin_server_ts: u64,
}

impl Event {
    /// An event that no room has taken yet.
    pub fn new(sender: &str, event_type: &str, state_key: Option<&str>, content: Value) -> Self {
        Self {
            event_id: String::new(),
            room_id: String::new(),
            sender: sender.to_owned(),
            event_type: event_type.to_owned(),
            state_key: state_key.map(str::to_owned),
            content,
            origin_server_ts: 0,
        }
    }

    /// The text under `key` of the content, empty when there is none.
    pub fn text(&self, key: &str) -> &str {
        self.content.get(key).and_then(Value::as_str).unwrap_or_default()
    }
}

impl World {
    /// A number that has not been given out before.
    pub fn next_number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// The room, to be changed.
    ///
    /// # Errors
    /// `M_NOT_FOUND`-like refusal as Synapse words it for unknown rooms: 403.
    pub fn room_mut(&mut self, id: &str) -> Result<&mut Room, Refused> {
        self.rooms.get_mut(id).ok_or_else(|| Refused::forbidden("User not in room, or room unknown"))
    }

    /// The room.
    ///
    /// # Errors
    /// As [`World::room_mut`].
    pub fn room(&self, id: &str) -> Result<&Room, Refused> {
        self.rooms.get(id).ok_or_else(|| Refused::forbidden("User not in room, or room unknown"))
    }

    /// A new access token for `user`.
    pub fn log_in(&mut self, user: &str) -> String {
        let token = format!("token-{}", self.next_number());
        self.tokens.insert(token.clone(), user.to_owned());
        token
    }

    /// The account that has this address.
    pub fn by_email(&self, address: &str) -> Option<&str> {
        self.accounts.iter().find(|(_, a)| a.emails.contains(address)).map(|(user, _)| user.as_str())
    }

    /// What `user` is in the room, `leave` when nothing.
    pub fn membership(&self, room: &str, user: &str) -> &str {
        self.rooms.get(room).map_or("leave", |r| r.membership(user))
    }
}
