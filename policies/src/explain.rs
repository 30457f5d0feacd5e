//! Why somebody is, or is not, in a group.

use kring_core::{
    ids::{GroupKey, MemberId},
    text::Text,
};
use serde::{Deserialize, Serialize};

use crate::{
    decision::{Decision, RuleRef},
    desired::Desired,
    policy::Policy,
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
    _policy: &Policy,
    _world: &World,
    _desired: &Desired,
    _member: &MemberId,
    _group: &GroupKey,
) -> Explanation {
    Explanation::from(&Decision::new(false, "unknown-person", "unknown-person"))
}
