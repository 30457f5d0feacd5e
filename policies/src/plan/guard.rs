//! A plan that takes many people out asks first, and names the number.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kring_core::{
    ids::{GroupKey, PlaceKey},
    text::{Arg, Text},
};
use ruma::UserId;
use sha2::{Digest, Sha256};

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
    if too_many(look.policy.removal.total, people.len(), of) {
        return Some(ask(None, "", people.len(), of, &removed));
    }
    removed.iter().find_map(|(place, users)| {
        let of = look.room(place).map_or(0, |room| known(look, &room.members).count());
        let name = look.desired.place(place).map_or("", |p| p.name.as_str());
        too_many(look.policy.removal.in_group, users.len(), of)
            .then(|| ask(Some(place.group.clone()), name, users.len(), of, &removed))
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
    removed: usize,
    of: usize,
    removals: &BTreeMap<&PlaceKey, BTreeSet<&UserId>>,
) -> Confirmation {
    let count = |n: usize| Arg::from(n.to_string());
    let id = if group.is_some() { "mass-removal-group" } else { "mass-removal-total" };
    let args = [("removed", count(removed)), ("of", count(of)), ("group", Arg::from(name))];
    let text: Text = texts::plain(id, &args);
    Confirmation { code: "mass-removal".to_owned(), group, removed, of, token: token(removals), text }
}

/// The same removals give the same token; one more or fewer gives another.
fn token(removals: &BTreeMap<&PlaceKey, BTreeSet<&UserId>>) -> String {
    let mut hash = Sha256::new();
    for (place, users) in removals {
        for user in users {
            hash.update(format!("{place}\n{user}\n"));
        }
    }
    hex::encode(hash.finalize()).chars().take(12).collect()
}
