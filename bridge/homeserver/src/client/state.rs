//! Reading and writing state events.

use ruma::{
    OwnedEventId, OwnedUserId, RoomId,
    api::client::state::{get_state_event_for_key, get_state_events, send_state_event},
    events::StateEventType,
    serde::Raw,
};
use serde::Deserialize;
use serde_json::{Value, value::to_raw_value};

use super::Homeserver;
use crate::{Class, HomeserverError};

/// A state event to write: what it is and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct StateContent {
    /// `m.room.avatar`
    pub event_type: String,
    /// Empty for most types.
    pub state_key: String,
    /// The content.
    pub content: Value,
}

impl StateContent {
    /// A state event's type, key and content.
    pub fn new(event_type: impl Into<String>, state_key: impl Into<String>, content: Value) -> Self {
        Self { event_type: event_type.into(), state_key: state_key.into(), content }
    }
}

/// An event as the homeserver gives it, its content unread.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RawEvent {
    /// `$…`
    pub event_id: OwnedEventId,
    /// `m.room.member`
    #[serde(rename = "type")]
    pub event_type: String,
    /// `None` for messages; may be empty for state.
    pub state_key: Option<String>,
    /// Who sent it.
    pub sender: OwnedUserId,
    /// When, by the sender's homeserver, in ms since the Unix epoch.
    #[serde(default)]
    pub origin_server_ts: i64,
    /// The content; empty after a redaction.
    #[serde(default)]
    pub content: Value,
    /// `unsigned`, as far as it was given.
    #[serde(default)]
    pub unsigned: Value,
}

/// Reads what can be read and leaves out the rest: one odd event must not hide a room.
pub(crate) fn readable<T>(events: &[Raw<T>]) -> Vec<RawEvent> {
    let read = |raw: &Raw<T>| match serde_json::from_str(raw.json().get()) {
        Ok(event) => Some(event),
        Err(error) => {
            tracing::warn!(%error, "left out an event that cannot be read");
            None
        }
    };
    events.iter().filter_map(read).collect()
}

impl Homeserver {
    /// The whole current state of a room that `@kring` is in, members included.
    ///
    /// # Errors
    ///
    /// [`Class::Forbidden`] when `@kring` is not in the room, and as every request.
    #[tracing::instrument(name = "homeserver.state.list", skip_all, fields(room.id = %room))]
    pub async fn room_state(&self, room: &RoomId) -> Result<Vec<RawEvent>, HomeserverError> {
        let request = get_state_events::v3::Request::new(room.to_owned());
        Ok(readable(&self.call("read a room's state", request).await?.room_state))
    }

    /// The content of one state event; `None` when there is none.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.state.get", skip_all, fields(room.id = %room))]
    pub async fn get_state(
        &self,
        room: &RoomId,
        event_type: &str,
        state_key: &str,
    ) -> Result<Option<Value>, HomeserverError> {
        const DURING: &str = "read a state event";
        let event_type = StateEventType::from(event_type);
        let request =
            get_state_event_for_key::v3::Request::new(room.to_owned(), event_type, state_key.to_owned());
        match self.call(DURING, request).await {
            Ok(response) => serde_json::from_str(response.event_or_content.get())
                .map(Some)
                .map_err(|e| HomeserverError::unreadable(DURING, &e)),
            Err(error) if error.class() == Class::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a state event. Idempotent: the homeserver gives the same event id for content that already stands.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.state.put", skip_all, fields(room.id = %room, event.r#type = %state.event_type))]
    pub async fn put_state(
        &self,
        room: &RoomId,
        state: &StateContent,
    ) -> Result<OwnedEventId, HomeserverError> {
        const DURING: &str = "write a state event";
        let content = to_raw_value(&state.content).map_err(|e| HomeserverError::unsendable(DURING, &e))?;
        let request = send_state_event::v3::Request::new_raw(
            room.to_owned(),
            StateEventType::from(state.event_type.as_str()),
            state.state_key.clone(),
            Raw::from_json(content),
        );
        Ok(self.call(DURING, request).await?.event_id)
    }
}
