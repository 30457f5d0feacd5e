//! What each person may claim by the rules, before it is known which groups there are.

use crate::{
    decide::{Claim, claim_if, standing},
    policy::Policy,
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
}

/// All claims by the rules, and who takes part at all.
pub(super) struct Claims {
    /// In the order of the people.
    pub(super) claims: Vec<KindClaim>,
    /// By person: whether they take part today.
    pub(super) takes_part: Vec<bool>,
}

pub(super) fn claims(policy: &Policy, world: &World) -> Claims {
    let mut all = Claims {
        claims: Vec::with_capacity(world.people.len().saturating_mul(6)),
        takes_part: Vec::with_capacity(world.people.len()),
    };
    let elsewhere: Vec<bool> =
        policy.kinds.iter().map(|k| k.admins.iter().chain(&k.members).any(|r| !r.own)).collect();
    for (person, index) in world.people.iter().zip(0u32..) {
        let takes_part = standing(policy, person, world.today).is_ok();
        all.takes_part.push(takes_part);
        if !takes_part {
            continue;
        }
        for ((kind, elsewhere), kind_index) in policy.kinds.iter().zip(&elsewhere).zip(0u16..) {
            let own = claim_if(kind, true, &person.member);
            let anywhere = if *elsewhere { claim_if(kind, false, &person.member) } else { None };
            if own.is_some() {
                all.claims.push(KindClaim { person: index, kind: kind_index, own, anywhere });
            }
        }
    }
    all
}
