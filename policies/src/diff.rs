//! What an edit of a policy would change: which sentences, which groups, and for how many people.

use std::collections::BTreeSet;

use kring_core::{ids::MemberId, member::Person};
use ruma::{OwnedUserId, UserId};
use serde::Serialize;

use crate::{desired::desired, policy::Policy, world::World};

mod groups;
mod render;
mod rules;

pub use groups::{GroupChange, GroupFate};
pub use rules::RuleChange;

/// The difference between two policies, told for one association.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PolicyDiff {
    /// Kinds of groups whose sentences differ; what holds everywhere first.
    pub rules: Vec<RuleChange>,
    /// Groups that come, go, or get other people or looks, sorted by key.
    pub groups: Vec<GroupChange>,
    /// The people it is about.
    pub people: PeopleCount,
}

/// How many people an edit reaches. Everybody counts, with a login or without.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PeopleCount {
    /// Everybody whom both policies were applied to.
    pub of: usize,
    /// Whoever comes into a group, goes out of one, or gets or loses the rights of an admin or writer.
    pub touched: usize,
    /// Those of them who have a login, and will notice at once.
    pub with_login: usize,
    /// Whoever comes into at least one group.
    pub coming: usize,
    /// Whoever goes out of at least one group.
    pub going: usize,
}

/// Compares what the two policies say and what they make of the same people, groups and grants.
///
/// The worlds differ only in what the policies read out of the administration. People as they are stored: each policy
/// completes its own. Somebody without a login counts as if they had one.
pub fn diff(before: (&Policy, &World), after: (&Policy, &World)) -> PolicyDiff {
    let [old, new] = [before, after].map(|(policy, world)| Side::new(policy, world));
    let groups = groups::changes(&old, &new);
    let people = count(&old, &new, &groups);
    PolicyDiff { rules: rules::changes(before.0, after.0), groups, people }
}

impl PolicyDiff {
    /// Whether the edit changes nothing that anybody could notice.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.groups.is_empty()
    }
}

/// One policy applied.
struct Side {
    world: World,
    desired: crate::desired::Desired,
    /// Who has a login of their own.
    logins: BTreeSet<MemberId>,
}

impl Side {
    fn new(policy: &Policy, world: &World) -> Self {
        let mut world = world.clone();
        let with_login = |p: &&Person| p.user_id.is_some();
        let logins = world.people.iter().filter(with_login).map(|p| p.member.id.clone()).collect();
        for person in &mut world.people {
            person.user_id = account(&person.member.id);
        }
        policy.complete(&mut world.people);
        let desired = desired(policy, &world);
        Self { world, desired, logins }
    }
}

/// A stand-in for the account, the same on both sides.
fn account(member: &MemberId) -> Option<OwnedUserId> {
    let local: String = hex::encode(member.as_str());
    UserId::parse(format!("@{local}:people.invalid")).ok()
}

fn count(old: &Side, new: &Side, groups: &[GroupChange]) -> PeopleCount {
    let set = |of: fn(&GroupChange) -> &Vec<MemberId>| groups.iter().flat_map(of).collect::<BTreeSet<_>>();
    let (coming, going) = (set(|g| &g.coming), set(|g| &g.going));
    let mut touched = set(|g| &g.changing);
    touched.extend(coming.iter().chain(&going));
    let everybody: BTreeSet<_> =
        old.world.people.iter().chain(&new.world.people).map(|p| &p.member.id).collect();
    let login = |m: &&&MemberId| old.logins.contains(**m) || new.logins.contains(**m);
    PeopleCount {
        of: everybody.len(),
        touched: touched.len(),
        with_login: touched.iter().filter(login).count(),
        coming: coming.len(),
        going: going.len(),
    }
}

#[cfg(test)]
mod tests;
