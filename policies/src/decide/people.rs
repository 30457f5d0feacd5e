//! What people do with people in a group: knock, leave, kick.

use kring_core::{group::Role, member::Person};

use super::{
    join::{Claim, belongs},
    standing::takes_part,
    words::{no, yes},
};
use crate::{
    decision::Decision,
    facts::{Actor, Facts, GroupFacts},
    policy::{JoinWish, Kind, Phase, Policy},
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
    let (group, kind) = place(policy, facts)?;
    let person = facts.subject.ok_or_else(|| no("unknown-person"))?;
    Ok(Scene { person, group, kind })
}

/// The group and its kind.
pub(super) fn place<'a>(
    policy: &'a Policy,
    facts: &Facts<'a>,
) -> Result<(GroupFacts<'a>, &'a Kind), Refusal> {
    let group = facts.group.ok_or_else(|| no("unknown-group"))?;
    let kind = policy.kind_of(group.record).ok_or_else(|| no("unknown-group"))?;
    Ok((group, kind))
}

pub(super) fn either(answer: Result<Decision, Refusal>) -> Decision {
    answer.unwrap_or_else(|refusal| *refusal)
}

/// Whether the actor runs the group: as its admin, or as admin of a group above where the policy says so. Only while
/// their own membership runs.
pub(super) fn runs(policy: &Policy, facts: &Facts<'_>, kind: &Kind) -> bool {
    match facts.actor {
        Actor::Kring => true,
        Actor::Person(person) => {
            let above = kind.admins_above && facts.role_above == Some(Role::Admin);
            (above || facts.actor_role == Some(Role::Admin)) && takes_part(policy, person, facts.today)
        }
        Actor::Unknown => false,
    }
}

/// Only who runs the group.
pub(super) fn as_admin(policy: &Policy, facts: &Facts<'_>) -> Result<(), Refusal> {
    let (group, kind) = place(policy, facts)?;
    if runs(policy, facts, kind) {
        return Ok(());
    }
    Err(Box::new(no("not-admin").group(group.record).because(policy.rule(kind.lines.admins))))
}

/// A group that has ended is read and no more: nobody comes in by hand, nobody goes, nothing is set.
pub(super) fn in_use(policy: &Policy, facts: &Facts<'_>) -> Result<(), Refusal> {
    let (group, kind) = place(policy, facts)?;
    let refusal = match kind.phase(group.record, facts.today) {
        Phase::Open => return Ok(()),
        Phase::ReadOnly(line) | Phase::Ended(line) => no("group-ended").because(policy.rule(line)),
        Phase::Archived => no("group-archived").because(policy.rule(kind.line)),
    };
    Err(Box::new(refusal.group(group.record)))
}

/// Refusals that an invitation does not heal.
pub(super) fn could_be_invited(code: &str) -> bool {
    !matches!(
        code,
        "unknown-person"
            | "group-archived"
            | "group-ended"
            | "removed-from-administration"
            | "membership-ended"
            | "membership-not-begun"
            | "type-not-admitted"
    )
}

/// Somebody asks to be let in, where the policy's join rule is to knock.
pub(super) fn knock(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(scene(policy, facts).and_then(|scene| {
        in_use(policy, facts)?;
        let because = |decision: Decision| decision.because(policy.rule(scene.kind.lines.join));
        match belongs(policy, facts) {
            Ok(_) => Ok(because(scene.yes("may-knock"))),
            Err(refusal) if !could_be_invited(&refusal.code) => Err(refusal),
            Err(_) if scene.kind.join_of(scene.group.record) != JoinWish::Knock => {
                Ok(because(scene.no("no-knocking")))
            }
            Err(_) => Ok(because(scene.yes("may-knock"))),
        }
    }))
}

/// An invitation may be given back; what the rules say stays. Whoever runs a group alone may go as well: nobody is held,
/// and [`shortages`](crate::staffing::shortages) tells that it has no admin.
pub(super) fn leave(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(scene(policy, facts).map(|scene| out(policy, facts, &scene, "may-leave")))
}

/// An admin takes out whom somebody invited, but not the last admin; Kring takes out who does not belong.
pub(super) fn kick(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(scene(policy, facts).and_then(|scene| {
        as_admin(policy, facts)?;
        let decision = out(policy, facts, &scene, "by-admin");
        if decision.allowed && is_last_admin(facts) {
            return Ok(scene.no("last-admin").because(policy.rule(scene.kind.lines.admins)));
        }
        Ok(decision)
    }))
}

/// Whether a person, not Kring, would take the group's only admin away.
pub(super) fn is_last_admin(facts: &Facts<'_>) -> bool {
    let only = facts.group.and_then(|g| g.admins) == Some(1);
    only && facts.subject_role == Some(Role::Admin) && !matches!(facts.actor, Actor::Kring)
}

fn out(policy: &Policy, facts: &Facts<'_>, scene: &Scene<'_>, code: &'static str) -> Decision {
    match belongs(policy, facts) {
        Ok((_, Claim { granted: false, line, .. })) => scene.no("belongs-by-rule").because(policy.rule(line)),
        _ => scene.yes(code).because(policy.rule(scene.kind.line)),
    }
}
