//! What each person may claim by the rules, before it is known which groups there are.

use kring_core::ids::Shared;

use crate::{
    decide::{Claim, Standing, claim_if, standing},
    policy::{Kind, Policy, Whose},
    world::World,
};

/// One person's claim to groups of one kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct KindClaim {
    /// Index into `World::people`.
    pub(super) person: u32,
    /// Index into `Policy::kinds`.
    pub(super) kind: u16,
    /// To the group of their own value; for a fixed group, to that group.
    pub(super) own: Option<Claim>,
    /// To every other group of the kind.
    pub(super) anywhere: Option<Claim>,
    /// Some rule of the kind looks for the groups in another attribute of theirs, so each has to be asked.
    pub(super) through: bool,
}

/// What is the same for everybody about one kind.
struct AboutKind {
    grace: u16,
    /// Some rule speaks of groups other than that of somebody's own value.
    elsewhere: bool,
    /// The attributes in which rules look for the group's value.
    through: Vec<Shared>,
}

impl AboutKind {
    fn new(policy: &Policy, kind: &Kind) -> Self {
        Self {
            grace: policy.grace(Some(kind)),
            elsewhere: kind.admins.iter().chain(&kind.members).any(|r| r.whose == Whose::Anywhere),
            through: kind.through().cloned().collect(),
        }
    }
}

/// All claims by the rules, and who takes part at all.
pub(super) struct Claims {
    /// In the order of the people.
    pub(super) claims: Vec<KindClaim>,
    /// By person: whether they take part today, which each kind judges by its own grace period.
    pub(super) standing: Vec<Standing>,
}

pub(super) fn claims(policy: &Policy, world: &World) -> Claims {
    let mut all = Claims {
        claims: Vec::with_capacity(world.people.len().saturating_mul(6)),
        standing: Vec::with_capacity(world.people.len()),
    };
    let kinds: Vec<AboutKind> = policy.kinds.iter().map(|kind| AboutKind::new(policy, kind)).collect();
    for (person, index) in world.people.iter().zip(0u32..) {
        let today = standing(person, world.today);
        all.standing.push(today);
        for ((kind, about), kind_index) in policy.kinds.iter().zip(&kinds).zip(0u16..) {
            if today.within(about.grace).is_err() {
                continue;
            }
            let own = claim_if(kind, true, &person.member);
            let anywhere = if about.elsewhere { claim_if(kind, false, &person.member) } else { None };
            let through = about.through.iter().any(|a| !person.member.attributes.get(a).is_empty());
            if own.is_some() || through {
                all.claims.push(KindClaim { person: index, kind: kind_index, own, anywhere, through });
            }
        }
    }
    all
}
