//! Why somebody is, or is not, in a group.

use kring_core::{
    group::Grant,
    ids::{GroupKey, MemberId},
    text::Text,
};
use serde::{Deserialize, Serialize};

use crate::{
    decide::decide,
    decision::{Decision, RuleRef},
    desired::Desired,
    facts::{Actor, Facts, GroupFacts, Request},
    policy::Policy,
    texts,
    world::World,
};

/// The answer of `kring why`, in the shape of its contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Whether the person belongs.
    pub allowed: bool,
    /// The stable code.
    pub code: String,
    /// The sentence.
    pub text: Text,
    /// What to do now; empty texts where there is nothing to do.
    pub next: Text,
    /// The lines of the policy behind it.
    pub rules: Vec<RuleRef>,
}

impl From<&Decision> for Explanation {
    fn from(decision: &Decision) -> Self {
        Self {
            allowed: decision.allowed,
            code: decision.code.to_string(),
            text: decision.text(),
            next: decision.next(),
            rules: decision.rules.clone(),
        }
    }
}

/// Why `member` is or is not in `group`: the very decision that the plan took.
pub fn why(
    policy: &Policy,
    world: &World,
    desired: &Desired,
    member: &MemberId,
    group: &GroupKey,
) -> Explanation {
    let person = world.people.iter().position(|p| p.member.id == *member);
    let subject = person.and_then(|i| world.people.get(i));
    let index = desired.group_index(group);
    let grants = index.zip(person.and_then(|p| u32::try_from(p).ok()));
    let grants = grants.map(|(group, person)| desired.grants_of(world, group, person)).unwrap_or_default();
    let grants: Vec<Grant> = grants.into_iter().cloned().collect();
    let facts = Facts {
        subject,
        subject_account: subject.and_then(|p| p.user_id.as_deref()),
        actor: Actor::Kring,
        group: desired.group(group).map(GroupFacts::new),
        grants: &grants,
        ..Facts::at(world.today, world.now)
    };
    let mut explanation = Explanation::from(&decide(policy, &facts, &Request::Join));
    // Who belongs and has no login yet is in no room, and wants to know that.
    if explanation.allowed && subject.is_some_and(|person| person.user_id.is_none()) {
        explanation.next = texts::plain("without-login-next", &[]);
    }
    explanation
}
