//! Everything that a plan looks at, with the mirror's rooms by place.

use std::{collections::HashMap, sync::Arc};

use kring_core::{
    group::GroupRecord,
    ids::PlaceKey,
    text::{Arg, Text},
};
use ruma::{OwnedUserId, RoomId};

use super::{Action, ActionKind};
use crate::{
    desired::{Desired, DesiredPlace},
    mirror::{Membership, Mirror, MirrorRoom},
    policy::Policy,
    texts,
    world::World,
};

pub(super) struct Look<'a> {
    pub(super) policy: &'a Policy,
    pub(super) world: &'a World,
    pub(super) desired: &'a Desired,
    /// The first room of each place, by room id.
    rooms: HashMap<&'a PlaceKey, &'a MirrorRoom>,
}

impl<'a> Look<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        world: &'a World,
        desired: &'a Desired,
        mirror: &'a Mirror,
    ) -> Self {
        let mut rooms = HashMap::with_capacity(mirror.rooms.len());
        for room in &mirror.rooms {
            if let Some(place) = &room.place {
                rooms.entry(place).or_insert(room);
            }
        }
        Self { policy, world, desired, rooms }
    }

    /// Without other rooms, where one room is looked at by itself.
    pub(super) fn alone(policy: &'a Policy, world: &'a World, desired: &'a Desired) -> Self {
        Self { policy, world, desired, rooms: HashMap::new() }
    }

    pub(super) fn room(&self, place: &PlaceKey) -> Option<&'a MirrorRoom> {
        self.rooms.get(place).copied()
    }

    pub(super) fn room_id(&self, place: &PlaceKey) -> Option<&'a RoomId> {
        self.room(place).map(|room| &*room.room_id)
    }

    /// Every desired place with its room, in the order of the places.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'a DesiredPlace, Option<&'a MirrorRoom>)> + '_ {
        self.desired.places.iter().map(|place| (place, self.room(&place.key)))
    }

    /// Managed rooms that no place asks for: of a group that the policy no longer has, or the second of one place.
    pub(super) fn orphans(&self, mirror: &'a Mirror) -> impl Iterator<Item = &'a MirrorRoom> + '_ {
        let wanted = |key: &PlaceKey| self.desired.place(key).and_then(|_| self.room(key));
        mirror.rooms.iter().filter(move |room| {
            let managed = room.place.as_ref().filter(|_| self.bridge_is_in(room));
            managed.is_some_and(|key| wanted(key).is_none_or(|first| first.room_id != room.room_id))
        })
    }

    pub(super) fn group(&self, place: &DesiredPlace) -> Option<&'a GroupRecord> {
        self.desired.groups.get(place.group as usize)
    }

    pub(super) fn bridge(&self) -> Option<&'a OwnedUserId> {
        self.world.own_users.first()
    }

    pub(super) fn bridge_is_in(&self, room: &MirrorRoom) -> bool {
        self.bridge().is_none_or(|bridge| {
            let found = room.members.binary_search_by(|(u, _)| u.cmp(bridge)).ok();
            found.and_then(|i| room.members.get(i)).is_some_and(|(_, m)| *m == Membership::Join)
        })
    }

    pub(super) fn via(&self) -> Vec<&str> {
        self.desired.server.as_deref().into_iter().collect()
    }
}

/// A sentence with names of groups in it.
pub(super) fn because(id: &str, args: &[(&str, &str)]) -> Arc<Text> {
    let args: Vec<(&str, Arg<'_>)> = args.iter().map(|(name, value)| (*name, Arg::from(*value))).collect();
    Arc::new(texts::plain(id, &args))
}

pub(super) fn action(
    stage: u8,
    place: &DesiredPlace,
    room: Option<&MirrorRoom>,
    kind: ActionKind,
    because: Arc<Text>,
) -> Action {
    Action { id: 0, stage, place: place.key.clone(), room: room.map(|r| r.room_id.clone()), kind, because }
}
