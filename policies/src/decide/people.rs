//! What people do with people: invite, knock, leave, kick, chat, look.

use kring_core::{group::Role, member::Person};

use super::{
    join::{Claim, belongs, standing},
    words::{no, yes},
};
use crate::{
    decision::Decision,
    facts::{Actor, Facts, GroupFacts},
    policy::{JoinWish, Kind, Policy},
};

/// A refusal on its way out.
pub(super) type Refusal = Box<Decision>;

/// The subject, the group and its kind; what nearly every request needs.
pub(super) struct Scene<'a> {
    pub(super) person: &'a Person,
    pub(super) group: GroupFacts<'a>,
    pub(super) kind: &'a Kind,
}

impl Scene<'_> {
    pub(super) fn no(&self, code: &'static str) -> Decision {
        no(code).person(self.person).group(self.group.record)
    }

    pub(super) fn yes(&self, code: &'static str) -> Decision {
        yes(code).person(self.person).group(self.group.record)
    }
}

pub(super) fn scene<'a>(policy: &'a Policy, facts: &Facts<'a>) -> Result<Scene<'a>, Refusal> {
    let group = facts.group.ok_or_else(|| no("unknown-group"))?;
    let kind = policy.kind_of(group.record).ok_or_else(|| no("unknown-group"))?;
    let person = facts.subject.ok_or_else(|| no("unknown-person"))?;
    Ok(Scene { person, group, kind })
}

pub(super) fn either(answer: Result<Decision, Refusal>) -> Decision {
    answer.unwrap_or_else(|refusal| *refusal)
}

/// Only an admin of the group whose own membership runs, or Kring.
pub(super) fn as_admin(policy: &Policy, facts: &Facts<'_>) -> Result<(), Refusal> {
    let admin = match facts.actor {
        Actor::Kring => true,
        Actor::Person(person) => {
            facts.actor_role == Some(Role::Admin) && standing(policy, person, facts.today).is_ok()
        }
        Actor::Unknown => false,
    };
    let refusal = || match facts.group {
        Some(group) => no("not-admin").group(group.record),
        None => no("not-admin"),
    };
    if admin { Ok(()) } else { Err(Box::new(refusal())) }
}

/// An admin invites whom the group admits, where the kind takes invitations at all.
pub(super) fn invite(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(scene(policy, facts).and_then(|scene| {
        as_admin(policy, facts)?;
        match belongs(policy, facts) {
            Ok(_) => Ok(scene.no("already-member")),
            Err(refusal) if !could_be_invited(&refusal.code) => Err(refusal),
            Err(_) if !scene.kind.by_invitation => {
                Ok(scene.no("no-invitations").because(policy.rule(scene.kind.line)))
            }
            Err(_) => Ok(scene.yes("by-admin").because(policy.rule(scene.kind.line))),
        }
    }))
}

/// Refusals that an invitation does not heal.
fn could_be_invited(code: &str) -> bool {
    !matches!(
        code,
        "unknown-person"
            | "group-archived"
            | "removed-from-administration"
            | "membership-ended"
            | "membership-not-begun"
            | "type-not-admitted"
    )
}

/// Somebody asks to be let in, where the policy's join rule is to knock.
pub(super) fn knock(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(scene(policy, facts).and_then(|scene| match belongs(policy, facts) {
        Ok(_) => Ok(scene.yes("may-knock")),
        Err(refusal) if !could_be_invited(&refusal.code) => Err(refusal),
        Err(_) if scene.kind.join != JoinWish::Knock => {
            Ok(scene.no("no-knocking").because(policy.rule(scene.kind.line)))
        }
        Err(_) => Ok(scene.yes("may-knock")),
    }))
}

/// An invitation may be given back; what the rules say stays.
pub(super) fn leave(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(scene(policy, facts).map(|scene| out(policy, facts, &scene, "may-leave")))
}

/// An admin takes out whom somebody invited; Kring takes out who does not belong.
pub(super) fn kick(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(scene(policy, facts).and_then(|scene| {
        as_admin(policy, facts)?;
        Ok(out(policy, facts, &scene, "by-admin"))
    }))
}

fn out(policy: &Policy, facts: &Facts<'_>, scene: &Scene<'_>, code: &'static str) -> Decision {
    match belongs(policy, facts) {
        Ok((_, Claim { granted: false, line, .. })) => scene.no("belongs-by-rule").because(policy.rule(line)),
        _ => scene.yes(code),
    }
}

/// Two people who both take part may write to each other.
pub(super) fn chat(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(both_take_part(policy, facts).map(|()| yes("may-chat")))
}

/// Everybody sees everybody who takes part; people from outside only whom they share the group with.
pub(super) fn profile(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(both_take_part(policy, facts).map(|()| {
        let outsider = match facts.actor {
            Actor::Person(actor) => policy.types.iter().any(|t| t.outsider && t.id == actor.member.user_type),
            _ => false,
        };
        let shared = facts.actor_role.is_some() && facts.subject_role.is_some();
        if outsider && !shared { no("no-shared-group") } else { yes("may-see") }
    }))
}

fn both_take_part(policy: &Policy, facts: &Facts<'_>) -> Result<(), Refusal> {
    let takes_part = |person: &Person| standing(policy, person, facts.today).is_ok();
    let actor = match facts.actor {
        Actor::Kring => true,
        Actor::Person(person) => takes_part(person),
        Actor::Unknown => false,
    };
    if actor && facts.subject.is_some_and(takes_part) { Ok(()) } else { Err(Box::new(no("unknown-person"))) }
}
