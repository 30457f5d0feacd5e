//! Making a room with its whole initial state in one request.

use ruma::{
    OwnedRoomId, RoomVersionId,
    api::client::room::create_room::v3::{CreationContent, Request},
    serde::Raw,
};
use serde_json::{Value, json, value::to_raw_value};

use super::{Homeserver, StateContent};
use crate::HomeserverError;

/// The key of `m.room.create` that says what Kring uses the room for; its value is the place as text.
///
/// It cannot be changed after creation, so that a room found again after a crash says whose it is. It names the
/// group, never a person.
pub const MARKER: &str = "nl.kring.place";

/// The room version of every managed room: its creator cannot lose power (decision 1 of the design).
pub const ROOM_VERSION: &str = "12";

/// A room to make.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateRoomSpec {
    /// The place as text (`afdeling/utrecht`, `regio/twente#space`), kept under [`MARKER`].
    pub place: String,
    /// Whether it is a space.
    pub space: bool,
    /// `m.federate`: whether people of other homeservers can ever come in.
    pub federate: bool,
    /// `m.room.name`
    pub name: String,
    /// `m.room.topic`; `None` for no topic.
    pub topic: Option<String>,
    /// The local part of the alias, without `#` and server name; `None` where a room before it still has it.
    pub alias_localpart: Option<String>,
    /// The room from which it takes over.
    pub predecessor: Option<OwnedRoomId>,
    /// The content of `m.room.join_rules`.
    pub join_rules: Value,
    /// `m.room.history_visibility`: `shared`, `joined`, `invited` or `world_readable`.
    pub history_visibility: String,
    /// The content of `m.room.power_levels`, key by key over the homeserver's defaults. Version 12 refuses a
    /// `users` that names the creator.
    pub power_levels: Value,
    /// Further state: avatar, space relations.
    pub initial_state: Vec<StateContent>,
}

impl Homeserver {
    /// Makes the room; `@kring` is its creator and only member. Guests are kept out.
    ///
    /// Not idempotent: after an unanswered request look the alias up, and compare [`MARKER`], before trying again.
    ///
    /// Source: Client-Server API, `POST /_matrix/client/v3/createRoom`.
    ///
    /// # Errors
    ///
    /// [`Class::InUse`](crate::Class::InUse) when the alias is taken, [`Class::WrongVersion`](crate::Class) when the
    /// homeserver does not offer room version 12, and as every request.
    #[tracing::instrument(name = "homeserver.create_room", skip_all, fields(place = %spec.place))]
    pub async fn create_room(&self, spec: &CreateRoomSpec) -> Result<OwnedRoomId, HomeserverError> {
        const DURING: &str = "create a room";
        let request = spec.request().map_err(|e| HomeserverError::unsendable(DURING, &e))?;
        Ok(self.call(DURING, request).await?.room_id)
    }
}

impl CreateRoomSpec {
    fn request(&self) -> serde_json::Result<Request> {
        let mut request = Request::new();
        request.room_version = Some(RoomVersionId::V12);
        request.creation_content = Some(self.creation_content()?);
        request.name = Some(self.name.clone());
        request.topic = self.topic.clone();
        request.room_alias_name = self.alias_localpart.clone();
        request.power_level_content_override = Some(raw(&self.power_levels)?);
        for state in self.always().iter().chain(&self.initial_state) {
            let StateContent { event_type, state_key, content } = state;
            request
                .initial_state
                .push(raw(&json!({ "type": event_type, "state_key": state_key, "content": content }))?);
        }
        Ok(request)
    }

    fn creation_content(&self) -> serde_json::Result<Raw<CreationContent>> {
        let mut content = json!({ "m.federate": self.federate });
        if let Some(content) = content.as_object_mut() {
            content.insert(MARKER.to_owned(), self.place.as_str().into());
            if let Some(room) = &self.predecessor {
                content.insert("predecessor".to_owned(), json!({ "room_id": room }));
            }
            if self.space {
                content.insert("type".to_owned(), "m.space".into());
            }
        }
        raw(&content)
    }

    /// State that no preset may choose for us: without a preset a homeserver takes `private_chat`, which lets
    /// guests in.
    fn always(&self) -> [StateContent; 3] {
        [
            StateContent::new("m.room.join_rules", "", self.join_rules.clone()),
            StateContent::new(
                "m.room.history_visibility",
                "",
                json!({ "history_visibility": self.history_visibility }),
            ),
            StateContent::new("m.room.guest_access", "", json!({ "guest_access": "forbidden" })),
        ]
    }
}

fn raw<T>(value: &Value) -> serde_json::Result<Raw<T>> {
    Ok(Raw::from_json(to_raw_value(value)?))
}
