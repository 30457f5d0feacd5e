//! A plan that takes many people out asks first, and names the number.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;
use kring_core::{
    confirm::Asked,
    ids::{GroupKey, PlaceKey},
    text::{Arg, Text},
};
use ruma::UserId;

use super::{Action, Confirmation, look::Look};
use crate::{mirror::Membership, policy::Threshold, texts};

/// Counts as [`Action::counted_removal`] says.
pub(super) fn confirmation(look: &Look<'_>, actions: &[Action]) -> Option<Confirmation> {
    let mut removed: BTreeMap<&PlaceKey, BTreeSet<&UserId>> = BTreeMap::new();
    for action in actions {
        if let Some(user) = action.counted_removal() {
            removed.entry(&action.place).or_default().insert(user);
        }
    }
    if removed.is_empty() {
        return None;
    }
    let people: BTreeSet<&UserId> = removed.values().flatten().copied().collect();
    let everybody = look.pairs().filter_map(|(_, room)| room).flat_map(|room| known(look, &room.members));
    let of = everybody.collect::<HashSet<_>>().len();
    let (removal, now) = (look.policy.removal, look.world.now);
    if too_many(removal.total, people.len(), of) {
        return Some(ask(None, "", (people.len(), of), &removed, now));
    }
    removed.iter().find_map(|(place, users)| {
        let of = look.room(place).map_or(0, |room| known(look, &room.members).count());
        let name = look.desired.place(place).map_or("", |p| p.name.as_str());
        too_many(removal.in_group, users.len(), of)
            .then(|| ask(Some(place.group.clone()), name, (users.len(), of), &removed, now))
    })
}

fn known<'r>(
    look: &Look<'_>,
    members: &'r [(ruma::OwnedUserId, Membership)],
) -> impl Iterator<Item = &'r UserId> {
    let joined = members.iter().filter(|(_, m)| *m == Membership::Join).map(|(user, _)| &**user);
    joined.filter(|user| look.desired.account(user).is_some())
}

fn too_many(threshold: Threshold, removed: usize, of: usize) -> bool {
    // People are counted in thousands at most, which a float holds exactly.
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let share = removed as f64 / of.max(1) as f64;
    removed >= threshold.at_least && share > threshold.share
}

fn ask(
    group: Option<GroupKey>,
    name: &str,
    (removed, of): (usize, usize),
    removals: &BTreeMap<&PlaceKey, BTreeSet<&UserId>>,
    now: Timestamp,
) -> Confirmation {
    let count = |n: usize| Arg::from(n.to_string());
    let id = if group.is_some() { "mass-removal-group" } else { "mass-removal-total" };
    let args = [("removed", count(removed)), ("of", count(of)), ("group", Arg::from(name))];
    let text: Text = texts::plain(id, &args);
    let asked = asked(removals);
    let (token, until) = (asked.token(now), Asked::until(now));
    Confirmation { code: "mass-removal".to_owned(), group, removed, of, token, until, asked, text }
}

/// The same removals are the same question; one more or fewer is another.
fn asked(removals: &BTreeMap<&PlaceKey, BTreeSet<&UserId>>) -> Asked {
    let each =
        removals.iter().flat_map(|(place, users)| users.iter().map(move |user| format!("{place}\n{user}")));
    Asked::about("apply", each)
}
