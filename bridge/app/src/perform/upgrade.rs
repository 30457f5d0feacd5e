//! Another room for a place, as one unit: whatever crashes in the middle, the next attempt finds what is there and goes on.
//!
//! The new room is made with everything that a group's room has, and with what people keep in the old one's state (what is
//! pinned, widgets). Then the alias moves, the old room says where people went and lets nobody speak, and last of all the
//! store changes its mind about which room is the place's: until then the old one counts. Who belongs in it and where it
//! hangs is the next plan's, as for any other room.

use kring_core::ids::PlaceKey;
use kring_homeserver::StateContent;
use kring_policies::plan::NewRoom;
use ruma::OwnedRoomId;
use serde_json::{Value, json};

use super::{Failure, Seen, create::is_marked};
use crate::{App, texts};

/// State that a new room gets from the policy, or that says something about its own room only.
const NOT_CARRIED_OVER: [&str; 17] = [
    "m.room.create",
    "m.room.member",
    "m.room.power_levels",
    "m.room.join_rules",
    "m.room.history_visibility",
    "m.room.guest_access",
    "m.room.canonical_alias",
    "m.room.name",
    "m.room.topic",
    "m.room.tombstone",
    "m.room.encryption",
    "m.room.server_acl",
    "m.room.third_party_invite",
    "m.room.aliases",
    "m.space.child",
    "m.space.parent",
    crate::HEARTBEAT,
];

/// Nobody but Kring has it.
const NOBODY: i64 = 100;

impl App {
    pub(super) async fn upgrade_room(
        &self,
        place: &PlaceKey,
        from: &OwnedRoomId,
        new: &NewRoom,
        attempts: u32,
    ) -> Result<Vec<Seen>, Failure> {
        if self.context.store.read().await?.room_of(place).await?.as_ref() != Some(from) {
            return Ok(vec![Seen::Outdated]);
        }
        let _turn = self.writing(place).await;
        let room = match self.successor(place, from, attempts).await? {
            Some(room) => room,
            None => self.make_successor(place, from, new).await?,
        };
        self.move_alias(&new.alias_localpart, from, &room).await?;
        self.leave_behind(from, &room).await?;
        self.adopt(place, room, new.filling, true).await
    }

    /// The room that an earlier attempt made.
    async fn successor(
        &self,
        place: &PlaceKey,
        from: &OwnedRoomId,
        attempts: u32,
    ) -> Result<Option<OwnedRoomId>, Failure> {
        if attempts <= 1 && !self.failed_before(place, "upgrade").await? {
            return Ok(None);
        }
        for room in self.homeserver.joined_rooms().await? {
            if self.context.store.read().await?.place_of(&room).await?.is_some() {
                continue;
            }
            let Some(creation) = self.creation(&room).await? else { continue };
            let before = creation.pointer("/predecessor/room_id").and_then(Value::as_str);
            if is_marked(&creation, place) && before == Some(from.as_str()) {
                return Ok(Some(room));
            }
        }
        Ok(None)
    }

    async fn make_successor(
        &self,
        place: &PlaceKey,
        from: &OwnedRoomId,
        new: &NewRoom,
    ) -> Result<OwnedRoomId, Failure> {
        let mut spec = self.spec(place, new).await?;
        spec.alias_localpart = None;
        spec.predecessor = Some(from.clone());
        for event in self.homeserver.room_state(from).await? {
            let is_empty = event.content.as_object().is_none_or(serde_json::Map::is_empty);
            if is_empty || NOT_CARRIED_OVER.contains(&event.event_type.as_str()) {
                continue;
            }
            let key = event.state_key.as_deref().unwrap_or_default();
            // The picture that it has, and not the one that would be drawn now.
            let same = (event.event_type.as_str(), key);
            spec.initial_state.retain(|state| (state.event_type.as_str(), state.state_key.as_str()) != same);
            spec.initial_state.push(StateContent::new(event.event_type.as_str(), key, event.content.clone()));
        }
        Ok(self.homeserver.create_room(&spec).await?)
    }

    async fn move_alias(
        &self,
        localpart: &str,
        from: &OwnedRoomId,
        room: &OwnedRoomId,
    ) -> Result<(), Failure> {
        let alias = self.alias(localpart)?;
        let has_it = self.homeserver.resolve_alias(&alias).await?;
        if has_it.as_ref() != Some(room) {
            if has_it.is_some() {
                self.homeserver.delete_alias(&alias).await?;
            }
            self.homeserver.create_alias(&alias, room).await?;
        }
        let canonical = "m.room.canonical_alias";
        if self
            .homeserver
            .get_state(from, canonical, "")
            .await?
            .is_some_and(|content| content.get("alias").is_some())
        {
            self.put_state(from, canonical, "", &json!({})).await?;
        }
        self.put_state(room, canonical, "", &json!({ "alias": alias })).await?;
        Ok(())
    }

    /// Clients show where the conversation goes on, and let nobody write here any more.
    async fn leave_behind(&self, from: &OwnedRoomId, room: &OwnedRoomId) -> Result<(), Failure> {
        let body = self.context.said(&texts::CATALOGUE.text("room-replaced", &[]));
        let tombstone = json!({ "body": body, "replacement_room": room });
        self.put_state(from, "m.room.tombstone", "", &tombstone).await?;
        let mut powers =
            self.homeserver.get_state(from, "m.room.power_levels", "").await?.unwrap_or_else(|| json!({}));
        if let Some(powers) = powers.as_object_mut() {
            for key in ["events_default", "state_default", "invite"] {
                powers.insert(key.to_owned(), NOBODY.into());
            }
            // Levels for single types would stand above the default.
            powers.insert("events".to_owned(), json!({}));
        }
        self.put_state(from, "m.room.power_levels", "", &powers).await?;
        Ok(())
    }
}
