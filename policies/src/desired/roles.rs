//! What somebody is in a group and in the groups above it: facts for a decision.

use kring_core::{
    group::Role,
    ids::{GroupKey, PlaceKey},
};
use ruma::UserId;

use super::{Desired, DesiredPlace};

impl Desired {
    /// What the account is in the group; `None` when it does not belong there.
    pub fn role(&self, group: &GroupKey, user: &UserId) -> Option<Role> {
        let account = self.account(user)?.0;
        self.front(group)?.seat(account).map(|seat| seat.role)
    }

    /// The highest that the account is in the groups directly above.
    pub fn role_above(&self, group: &GroupKey, user: &UserId) -> Option<Role> {
        self.above(group).into_iter().filter_map(|above| self.role(above, user)).max()
    }

    /// How many admins with an account the group has.
    pub fn admins(&self, group: &GroupKey) -> usize {
        let seats = self.front(group).map(|place| place.seats.iter());
        seats.into_iter().flatten().filter(|seat| seat.role == Role::Admin).count()
    }

    /// The groups directly above, in whose spaces it is found.
    pub fn above(&self, group: &GroupKey) -> Vec<&GroupKey> {
        let space = self.place(&PlaceKey::space(group.clone()));
        let found_by = space.or_else(|| self.place(&PlaceKey::room(group.clone())));
        found_by.iter().flat_map(|place| &place.parents).map(|parent| &parent.group).collect()
    }

    /// The group's room, or its space where it has none; both have the same people.
    pub fn front(&self, group: &GroupKey) -> Option<&DesiredPlace> {
        let room = self.place(&PlaceKey::room(group.clone()));
        room.or_else(|| self.place(&PlaceKey::space(group.clone())))
    }

    /// One place of each group, in the order of the places.
    pub(crate) fn fronts(&self) -> impl Iterator<Item = &DesiredPlace> {
        // The places of one group stand together, its room first.
        let of_groups = self.places.chunk_by(|a, b| a.group == b.group);
        of_groups.filter_map(<[DesiredPlace]>::first)
    }
}
