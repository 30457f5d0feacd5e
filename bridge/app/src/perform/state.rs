//! Writing state: powers with care, the rest as it is wanted.

use kring_core::ids::PlaceKey;
use kring_homeserver::StateContent;
use kring_policies::{
    plan::{PowerLevels, StateKey},
    power,
};
use ruma::{OwnedRoomId, OwnedUserId, UserId};
use serde_json::{Value, json};

use super::{Failure, Seen};
use crate::{App, avatar};

const POWER_LEVELS: &str = "m.room.power_levels";

impl App {
    /// Matrix has no compare-and-set: read just before writing, write once per room at a time, look again after.
    pub(super) async fn set_powers(
        &self,
        room: OwnedRoomId,
        wanted: &PowerLevels,
    ) -> Result<Vec<Seen>, Failure> {
        let state = self.context.store.read().await?.room_state(&room).await?.unwrap_or_default();
        let above = power::is_above_numbers(state.version.as_deref());
        let creators = if above { &*self.context.own_users } else { &[] };
        let current = self.homeserver.get_state(&room, POWER_LEVELS, "").await?;
        let Some(content) = self.merged(current.as_ref(), wanted, creators) else {
            return Ok(current
                .map(|content| seen_state(&room, POWER_LEVELS, "", content))
                .into_iter()
                .collect());
        };
        self.homeserver.put_state(&room, &StateContent::new(POWER_LEVELS, "", content)).await?;
        let after = self.homeserver.get_state(&room, POWER_LEVELS, "").await?;
        match (self.merged(after.as_ref(), wanted, creators), after) {
            (None, Some(content)) => Ok(vec![seen_state(&room, POWER_LEVELS, "", content)]),
            _ => Err(Failure::soon("somebody changed the powers meanwhile")),
        }
    }

    fn merged(
        &self,
        current: Option<&Value>,
        wanted: &PowerLevels,
        creators: &[OwnedUserId],
    ) -> Option<Value> {
        let managed = |user: &UserId| !self.context.is_own(user) && !self.context.policy.leaves_alone(user);
        power::merge(current, wanted, managed, creators)
    }

    pub(super) async fn set_state(
        &self,
        place: &PlaceKey,
        room: OwnedRoomId,
        event_type: &str,
        state_key: &StateKey,
        content: &Value,
    ) -> Result<Vec<Seen>, Failure> {
        let key = match state_key {
            StateKey::Text(text) => text.clone(),
            StateKey::Place(other) => self.place_room(other).await?.to_string(),
        };
        if event_type == "m.room.avatar" {
            return self.set_avatar(place, &room).await;
        }
        self.put_state(&room, event_type, &key, content).await
    }

    async fn set_avatar(&self, place: &PlaceKey, room: &OwnedRoomId) -> Result<Vec<Seen>, Failure> {
        let snapshot = self.snapshot();
        let drawn = snapshot.desired.place(place).and_then(|p| p.avatar.as_ref()).and_then(avatar::draw);
        let Some(png) = drawn else { return Ok(Vec::new()) };
        let url = self.homeserver.upload_png(png).await?;
        self.put_state(room, "m.room.avatar", "", &json!({"url": url})).await
    }

    pub(super) async fn put_state(
        &self,
        room: &OwnedRoomId,
        event_type: &str,
        state_key: &str,
        content: &Value,
    ) -> Result<Vec<Seen>, Failure> {
        let state = StateContent::new(event_type, state_key, content.clone());
        self.homeserver.put_state(room, &state).await?;
        Ok(vec![seen_state(room, event_type, state_key, content.clone())])
    }
}

fn seen_state(room: &OwnedRoomId, event_type: &str, state_key: &str, content: Value) -> Seen {
    let (event_type, state_key) = (event_type.to_owned(), state_key.to_owned());
    Seen::State { room: room.clone(), event_type, state_key, content }
}
