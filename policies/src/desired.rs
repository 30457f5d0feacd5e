//! What should be: who belongs where as what, and how every room should look.

use std::sync::Arc;

use kring_core::{
    group::{Grant, GroupRecord, Role},
    ids::{GroupKey, MemberId, PlaceKey, Shared},
};
use ruma::{OwnedUserId, UserId};

use crate::{
    plan::{Avatar, PowerLevels, WantedJoinRule},
    policy::Policy,
    world::World,
};

mod claims;
mod groups;
mod key;
mod looks;
mod parts;
mod places;
mod powers;
mod roles;
mod seats;
mod tree;

/// The whole desired state. Pure result of policy and world; holds indices rather than copies.
#[derive(Debug, Clone, Default)]
pub struct Desired {
    /// Everybody with an account, sorted by user id.
    pub accounts: Vec<Account>,
    /// Every group that should exist, sorted by key; existing and new.
    pub groups: Vec<GroupRecord>,
    /// Groups that the administration asks for and the store does not have yet: to be stored before the plan runs.
    pub new_groups: Vec<GroupRecord>,
    /// Every room and space, sorted by key.
    pub places: Vec<DesiredPlace>,
    /// Why people are in, by [`Seat::reason`].
    pub reasons: Vec<SeatReason>,
    /// Grants by group and person, sorted.
    pub(crate) grants: Vec<GrantRef>,
    /// The server part of user ids, for `via`.
    pub(crate) server: Option<String>,
}

/// A grant by indices, to be found without comparing texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GrantRef {
    /// Index into [`Desired::groups`].
    pub(crate) group: u32,
    /// Index into `World::people`.
    pub(crate) person: u32,
    /// Index into `World::grants`.
    pub(crate) grant: u32,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The Matrix account.
    pub user_id: OwnedUserId,
    /// Whose.
    pub member: MemberId,
    /// Index into `World::people`.
    pub person: u32,
}

/// Somebody's place in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seat {
    /// Index into [`Desired::accounts`].
    pub account: u32,
    /// As what.
    pub role: Role,
    /// Whether they write where only some do.
    pub writes: bool,
    /// Index into [`Desired::reasons`].
    pub reason: u16,
}

/// Why somebody is in, shared by everybody with the same reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeatReason {
    /// `by-rule` or `by-invitation`.
    pub code: Shared,
    /// The line of the policy; 0 for a grant.
    pub line: u32,
}

/// How one room or space should be.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredPlace {
    /// Which.
    pub key: Arc<PlaceKey>,
    /// Index into [`Desired::groups`].
    pub group: u32,
    /// `m.room.name`
    pub name: String,
    /// `m.room.topic`
    pub topic: Option<String>,
    /// The local part of its alias.
    pub alias_localpart: String,
    /// What the avatar is drawn from.
    pub avatar: Option<Avatar>,
    /// The rule outside filling.
    pub join_rule: WantedJoinRule,
    /// `m.room.history_visibility`
    pub history_visibility: Shared,
    /// `m.federate`
    pub federate: bool,
    /// The managed keys of `m.room.power_levels`.
    pub power_levels: Arc<PowerLevels>,
    /// Places in this space, sorted; empty for a room.
    pub children: Vec<PlaceKey>,
    /// Spaces this place is in, sorted; the first is the canonical one.
    pub parents: Vec<PlaceKey>,
    /// Who belongs here, sorted by account; shared by the places of one group.
    pub seats: Arc<[Seat]>,
}

/// Computes what should be.
///
/// Membership is decided by the same functions as [`decide`](crate::decide::decide)'s `Join`; people are looked up by
/// their attribute values per kind of group, so that the work grows with people and not with people times groups.
pub fn desired(policy: &Policy, world: &World) -> Desired {
    let claims = claims::claims(policy, world);
    let groups = groups::groups(policy, world, &claims);
    let seating = seats::seats(policy, world, &claims, &groups);
    let tree = tree::tree(policy, world, &claims, &groups);
    let places = places::places(policy, world.today, &groups, &tree, &seating);
    let server = world.own_users.first().or_else(|| seating.accounts.first().map(|a| &a.user_id));
    Desired {
        server: server.map(|u| u.server_name().to_string()),
        accounts: seating.accounts,
        new_groups: groups.new.iter().filter_map(|i| groups.records.get(*i)).cloned().collect(),
        groups: groups.records,
        places,
        reasons: seating.reasons,
        grants: seating.grants,
    }
}

impl Desired {
    /// The grants of one person in one group.
    pub(crate) fn grants_of<'w>(&self, world: &'w World, group: u32, person: u32) -> Vec<&'w Grant> {
        let from = self.grants.partition_point(|g| (g.group, g.person) < (group, person));
        let these = self.grants.iter().skip(from).take_while(|g| (g.group, g.person) == (group, person));
        these.filter_map(|g| world.grants.get(g.grant as usize)).collect()
    }

    /// The index of the group with that key.
    pub(crate) fn group_index(&self, key: &GroupKey) -> Option<u32> {
        self.groups.binary_search_by(|g| g.key.cmp(key)).ok().and_then(|i| u32::try_from(i).ok())
    }

    /// The place with that key.
    pub fn place(&self, key: &PlaceKey) -> Option<&DesiredPlace> {
        self.places.binary_search_by(|p| (*p.key).cmp(key)).ok().and_then(|i| self.places.get(i))
    }

    /// The group with that key.
    pub fn group(&self, key: &GroupKey) -> Option<&GroupRecord> {
        self.groups.binary_search_by(|g| g.key.cmp(key)).ok().and_then(|i| self.groups.get(i))
    }

    /// The account with that user id, and its index.
    pub fn account(&self, user: &UserId) -> Option<(u32, &Account)> {
        let i = self.accounts.binary_search_by(|a| (*a.user_id).cmp(user)).ok()?;
        Some((u32::try_from(i).ok()?, self.accounts.get(i)?))
    }

    /// The seat of an account in a place; `None` when it does not belong there.
    pub fn seat(&self, place: &PlaceKey, user: &UserId) -> Option<Seat> {
        self.place(place)?.seat(self.account(user)?.0)
    }
}

impl DesiredPlace {
    /// The seat of an account, by its index.
    pub fn seat(&self, account: u32) -> Option<Seat> {
        self.seats.binary_search_by_key(&account, |s| s.account).ok().and_then(|i| self.seats.get(i)).copied()
    }
}
