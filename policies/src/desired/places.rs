//! Every room and space as it should be.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use jiff::civil::Date;
use kring_core::{group::GroupRecord, ids::PlaceKey};

use super::{
    DesiredPlace, Seat, groups::Groups, looks, parts::spread, powers, powers::Voice, seats::Seating,
    tree::Tree,
};
use crate::{
    plan::{PowerLevels, WantedJoinRule},
    policy::{JoinWish, Kind, Phase, Policy},
};

pub(super) fn places(
    policy: &Policy,
    today: Date,
    groups: &Groups,
    tree: &Tree,
    seating: &Seating,
) -> Vec<DesiredPlace> {
    let of_kind = |kind| Voice::ALL.map(|voice| powers::of_kind(policy.powers, kind, voice));
    let levels = policy.kinds.iter().map(of_kind).collect();
    let builder = Builder { policy, today, groups, tree, seating, levels };
    let mut places: Vec<DesiredPlace> =
        (0u32..).zip(&groups.kinds).flat_map(|(g, _)| builder.group(g)).collect();
    places.sort_by(|a, b| a.key.cmp(&b.key));
    link_parents(policy, &mut places);
    places
}

struct Builder<'a> {
    policy: &'a Policy,
    today: Date,
    groups: &'a Groups,
    tree: &'a Tree,
    seating: &'a Seating,
    /// By kind, for each [`Voice`].
    levels: Vec<[PowerLevels; 4]>,
}

impl Builder<'_> {
    /// The room and the spaces of one group.
    fn group(&self, group: u32) -> Vec<DesiredPlace> {
        let Some(kind) = self.groups.kinds.get(group as usize).and_then(|k| self.policy.kinds.get(*k)) else {
            return Vec::new();
        };
        let Some(key) = self.groups.records.get(group as usize).map(|r| r.key.clone()) else {
            return Vec::new();
        };
        let room = kind.room.then(|| PlaceKey::room(key.clone()));
        let mut places: Vec<Option<DesiredPlace>> = Vec::new();
        places.extend(room.clone().map(|room| self.place(kind, group, room, Vec::new(), None)));
        if self.tree.has_space.get(group as usize) == Some(&true) {
            let space = PlaceKey::space(key);
            let children = self.tree.below.get(group as usize).into_iter().flatten();
            let children = children.filter_map(|child| self.front(*child)).collect();
            let spread = spread(&space, room, children, self.policy.max_children);
            places.push(self.place(kind, group, space, spread.whole, None));
            for (part, letters, children) in spread.parts {
                places.push(self.place(kind, group, part, children, Some(&letters)));
            }
        }
        places.into_iter().flatten().collect()
    }

    /// Where a group is found from above: its space if it has one, else its room.
    fn front(&self, group: u32) -> Option<PlaceKey> {
        let key = self.groups.records.get(group as usize)?.key.clone();
        let space = self.tree.has_space.get(group as usize) == Some(&true);
        Some(if space { PlaceKey::space(key) } else { PlaceKey::room(key) })
    }

    fn place(
        &self,
        kind: &Kind,
        group: u32,
        key: PlaceKey,
        children: Vec<PlaceKey>,
        letters: Option<&str>,
    ) -> Option<DesiredPlace> {
        let record = self.groups.records.get(group as usize)?;
        let seats = self.seating.seats.get(group as usize).cloned().unwrap_or_else(|| Arc::from([]));
        let space = key.form == kring_core::ids::Form::Space;
        Some(DesiredPlace {
            group,
            name: letters
                .map_or_else(|| record.name.clone(), |letters| format!("{} ({letters})", record.name)),
            topic: looks::topic(kind, record),
            alias_localpart: key.alias_localpart(),
            avatar: Some(looks::avatar(kind, record)),
            join_rule: match kind.join_of(record) {
                JoinWish::Invite => WantedJoinRule::Invite,
                JoinWish::Knock => WantedJoinRule::Knock,
                JoinWish::Parents => WantedJoinRule::Restricted { allow: Vec::new() },
            },
            history_visibility: kind.history.clone(),
            federate: kind.federate,
            power_levels: Arc::new(self.power_levels(group, self.voice(kind, record, space), &seats)),
            children,
            parents: Vec::new(),
            seats,
            key: key.into(),
        })
    }

    fn voice(&self, kind: &Kind, record: &GroupRecord, space: bool) -> Voice {
        match kind.phase(record, self.today) {
            _ if space => Voice::Space,
            Phase::Open if kind.is_read_only(record) => Voice::Some,
            Phase::Open => Voice::All,
            _ => Voice::Nobody,
        }
    }

    fn power_levels(&self, group: u32, voice: Voice, seats: &[Seat]) -> PowerLevels {
        let of_kind = self.groups.kinds.get(group as usize).and_then(|kind| self.levels.get(*kind));
        let of_kind = of_kind.and_then(|levels| levels.get(voice as usize)).cloned().unwrap_or_default();
        powers::with_people(&of_kind, self.policy.powers, voice, seats, &self.seating.accounts)
    }
}

/// The other direction of `children`; rooms that members of the spaces above may join get to know them.
fn link_parents(policy: &Policy, places: &mut [DesiredPlace]) {
    let mut parents: HashMap<PlaceKey, BTreeSet<PlaceKey>> = HashMap::new();
    for place in places.iter() {
        for child in &place.children {
            parents.entry(child.clone()).or_default().insert((*place.key).clone());
        }
    }
    for place in places {
        place.parents = parents.remove(&place.key).into_iter().flatten().collect();
        if let WantedJoinRule::Restricted { allow } = &mut place.join_rule {
            allow.extend(place.parents.iter().cloned());
            if allow.is_empty() {
                allow.extend(policy.root_place());
            }
        }
    }
}
