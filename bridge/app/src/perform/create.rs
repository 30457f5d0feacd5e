//! Making a room, or finding the one that an earlier attempt made.

use kring_core::ids::PlaceKey;
use kring_homeserver::{Class, CreateRoomSpec, MARKER, StateContent};
use kring_policies::{
    mirror::{JoinRule, RoomState},
    plan::{NewRoom, WantedJoinRule},
    power,
};
use ruma::{OwnedRoomAliasId, OwnedRoomId, RoomAliasId};
use serde_json::{Value, json};

use super::{Failure, ReadRoom, Seen};
use crate::{
    App, avatar,
    observe::{join_rule_content, observe_member_state, observe_state},
};

impl App {
    pub(super) async fn create(
        &self,
        place: &PlaceKey,
        new: &NewRoom,
        attempts: u32,
    ) -> Result<Vec<Seen>, Failure> {
        if self.context.store.read().await?.room_of(place).await?.is_some() {
            return Ok(Vec::new());
        }
        let alias = self.alias(&new.alias_localpart)?;
        if let Some(room) = self.made_before(place, &alias, attempts).await? {
            return self.find_again(place, room, new).await;
        }
        let spec = self.spec(place, new).await?;
        match self.homeserver.create_room(&spec).await {
            Ok(room) => self.adopt(place, room, new.filling, false).await,
            // The answer of an earlier attempt was lost; the next attempt finds its room.
            Err(error) if error.class() == Class::InUse => Err(Failure::soon(error.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn alias(&self, localpart: &str) -> Result<OwnedRoomAliasId, Failure> {
        let alias = format!("#{localpart}:{}", self.context.server_name);
        RoomAliasId::parse(&alias).map_err(|e| Failure::last(format!("{alias} is no alias: {e}")))
    }

    /// By its alias, or, when a crash came between creation and alias, by its marker.
    async fn made_before(
        &self,
        place: &PlaceKey,
        alias: &RoomAliasId,
        attempts: u32,
    ) -> Result<Option<OwnedRoomId>, Failure> {
        if let Some(room) = self.homeserver.resolve_alias(alias).await? {
            if self.is_marked(&room, place).await? {
                return Ok(Some(room));
            }
            let error = format!("{alias} belongs to a room that Kring did not make; remove that alias");
            return Err(Failure::last(error));
        }
        if attempts <= 1 && !self.failed_before(place, "create").await? {
            return Ok(None);
        }
        for room in self.homeserver.joined_rooms().await? {
            let known = self.context.store.read().await?.place_of(&room).await?.is_some();
            if !known && self.is_marked(&room, place).await? {
                self.homeserver.create_alias(alias, &room).await?;
                return Ok(Some(room));
            }
        }
        Ok(None)
    }

    /// Whether somebody gave up before on making this room, which may have been made all the same.
    pub(super) async fn failed_before(&self, place: &PlaceKey, kind: &str) -> Result<bool, Failure> {
        let lane = place.to_string();
        let failed = self.context.store.read().await?.failed_effects(None).await?;
        Ok(failed.iter().any(|failed| failed.effect.lane == lane && failed.effect.kind == kind))
    }

    async fn is_marked(&self, room: &OwnedRoomId, place: &PlaceKey) -> Result<bool, Failure> {
        Ok(self.creation(room).await?.is_some_and(|content| is_marked(&content, place)))
    }

    /// With what a room was made; `None` for a room into which the bridge cannot look.
    pub(super) async fn creation(&self, room: &OwnedRoomId) -> Result<Option<Value>, Failure> {
        match self.homeserver.get_state(room, "m.room.create", "").await {
            Err(error) if error.class() == Class::Forbidden => Ok(None),
            other => Ok(other?),
        }
    }

    /// A room in use is not filled a second time: the end of a filling asks nobody before it takes people out.
    async fn find_again(
        &self,
        place: &PlaceKey,
        room: OwnedRoomId,
        new: &NewRoom,
    ) -> Result<Vec<Seen>, Failure> {
        let first = self.first_join_rule(new).await?;
        let mut seen = self.adopt(place, room, new.filling, true).await?;
        for found in &mut seen {
            if let Seen::Room { filling, read, .. } = found {
                *filling &= read.state.join_rule.as_ref() == Some(&first);
            }
        }
        Ok(seen)
    }

    /// Reads the room once, so that the mirror starts from what is there; `again` when others may be in it already.
    pub(super) async fn adopt(
        &self,
        place: &PlaceKey,
        room: OwnedRoomId,
        filling: bool,
        again: bool,
    ) -> Result<Vec<Seen>, Failure> {
        let read = Box::new(self.read_room(&room).await?);
        Ok(vec![Seen::Room { room, place: place.clone(), filling, read, again }])
    }

    /// The state and the people of a room, from the homeserver.
    pub(crate) async fn read_room(&self, room: &OwnedRoomId) -> Result<ReadRoom, Failure> {
        let (mut state, mut members, mut created) = (RoomState::default(), Vec::new(), None);
        for event in self.homeserver.room_state(room).await? {
            let key = event.state_key.as_deref().unwrap_or_default();
            if event.event_type == "m.room.member" {
                members.extend(observe_member_state(key, &event.content));
            } else {
                observe_state(&mut state, &event.event_type, key, &event.content);
            }
            if event.event_type == "m.room.create" {
                created = Some(event.event_id);
            }
        }
        members.sort();
        Ok(ReadRoom { state, members, created })
    }

    pub(super) async fn spec(&self, place: &PlaceKey, new: &NewRoom) -> Result<CreateRoomSpec, Failure> {
        let powers =
            power::merge(None, &new.power_levels, |_| true, &self.context.own_users).unwrap_or_default();
        let mut initial_state = Vec::new();
        if let Some(png) = new.avatar.as_ref().and_then(avatar::draw) {
            let url = self.homeserver.upload_png(png).await?;
            initial_state.push(StateContent::new("m.room.avatar", "", json!({"url": url})));
        }
        Ok(CreateRoomSpec {
            place: place.to_string(),
            space: new.space,
            federate: new.federate,
            name: new.name.clone(),
            topic: new.topic.clone(),
            alias_localpart: Some(new.alias_localpart.clone()),
            predecessor: None,
            join_rules: join_rule_content(&self.first_join_rule(new).await?),
            history_visibility: new.history_visibility.clone(),
            power_levels: powers,
            initial_state,
        })
    }

    /// While a room is filled for the first time, everybody of the root space may come in; never the public.
    async fn first_join_rule(&self, new: &NewRoom) -> Result<JoinRule, Failure> {
        let root = self.context.policy.root_place();
        let places = match (&new.join_rule, new.filling) {
            (_, true) => root.into_iter().collect(),
            (WantedJoinRule::Restricted { allow }, false) => allow.clone(),
            (WantedJoinRule::Invite, false) => return Ok(JoinRule::Invite),
            (WantedJoinRule::Knock, false) => return Ok(JoinRule::Knock),
        };
        let mut reader = self.context.store.read().await?;
        let mut allow = std::collections::BTreeSet::new();
        for place in places {
            allow.extend(reader.room_of(&place).await?);
        }
        Ok(if allow.is_empty() { JoinRule::Invite } else { JoinRule::Restricted { allow } })
    }
}

/// Whether a room was made for this place.
pub(super) fn is_marked(creation: &Value, place: &PlaceKey) -> bool {
    creation.get(MARKER).and_then(Value::as_str) == Some(place.to_string().as_str())
}
