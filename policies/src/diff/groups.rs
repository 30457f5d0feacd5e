//! Which groups come, go or change.

use std::collections::{BTreeMap, BTreeSet};

use kring_core::{
    group::Role,
    ids::{GroupKey, MemberId},
};
use serde::Serialize;

use super::Side;
use crate::{
    desired::{DesiredPlace, Seat},
    plan::WantedJoinRule,
};

/// What becomes of one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupChange {
    /// The group.
    pub group: GroupKey,
    /// What it is called after the edit, or before where it goes.
    pub name: String,
    /// Whether it comes, goes or stays.
    pub fate: GroupFate,
    /// Who comes in.
    pub coming: Vec<MemberId>,
    /// Who goes out.
    pub going: Vec<MemberId>,
    /// Who stays and becomes or ceases to be admin or writer.
    pub changing: Vec<MemberId>,
    /// Whether its name, topic, place, way in, history or powers change.
    pub looks: bool,
}

/// Whether a group comes, goes or stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupFate {
    /// There is none yet.
    Comes,
    /// The policy asks for it no longer. Its room stays, and Kring leaves it alone.
    Goes,
    /// It is there before and after.
    Stays,
}

/// Sorted by key; groups that stay as they are are left out.
pub(super) fn changes(old: &Side, new: &Side) -> Vec<GroupChange> {
    let keys: BTreeSet<&GroupKey> =
        old.desired.groups.iter().chain(&new.desired.groups).map(|group| &group.key).collect();
    keys.into_iter().filter_map(|key| change(old, new, key)).collect()
}

fn change(old: &Side, new: &Side, key: &GroupKey) -> Option<GroupChange> {
    let (before, after) = (people(old, key), people(new, key));
    let missing = |from: &BTreeMap<&MemberId, _>, of: &BTreeMap<&MemberId, _>| {
        let gone = from.keys().filter(|member| !of.contains_key(*member));
        gone.map(|member| (*member).clone()).collect::<Vec<_>>()
    };
    let changing = after.iter().filter(|(member, now)| before.get(*member).is_some_and(|was| was != *now));
    let fate = match (old.desired.group(key), new.desired.group(key)) {
        (None, _) => GroupFate::Comes,
        (_, None) => GroupFate::Goes,
        _ => GroupFate::Stays,
    };
    let record = new.desired.group(key).or_else(|| old.desired.group(key))?;
    let change = GroupChange {
        group: key.clone(),
        name: record.name.clone(),
        fate,
        coming: missing(&after, &before),
        going: missing(&before, &after),
        changing: changing.map(|(member, _)| (*member).clone()).collect(),
        looks: fate == GroupFate::Stays && looks(old, key) != looks(new, key),
    };
    let same = fate == GroupFate::Stays && !change.looks;
    let nobody = change.coming.is_empty() && change.going.is_empty() && change.changing.is_empty();
    (!(same && nobody)).then_some(change)
}

/// Who is in the group, as what, and whether they write where only some do.
fn people<'s>(side: &'s Side, key: &GroupKey) -> BTreeMap<&'s MemberId, (Role, bool)> {
    let seats = side.desired.front(key).map(|place| place.seats.iter()).into_iter().flatten();
    let member = |seat: &Seat| Some(&side.desired.accounts.get(seat.account as usize)?.member);
    seats.filter_map(|seat| Some((member(seat)?, (seat.role, seat.writes)))).collect()
}

type Looks<'s> = (&'s str, Option<&'s str>, &'s WantedJoinRule, &'s str, bool, Vec<&'s GroupKey>, String);

/// How the group's room or space looks, apart from its people.
fn looks<'s>(side: &'s Side, key: &GroupKey) -> Option<Looks<'s>> {
    let place: &DesiredPlace = side.desired.front(key)?;
    let powers = (&place.power_levels.levels, &place.power_levels.events);
    Some((
        &place.name,
        place.topic.as_deref(),
        &place.join_rule,
        &place.history_visibility,
        place.federate,
        side.desired.above(key),
        format!("{powers:?}"),
    ))
}
