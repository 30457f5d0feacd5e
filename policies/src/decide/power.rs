//! Power levels, writing and room state: nearly all of it is the bridge's.

use kring_core::{group::Role, member::Person};

use super::{
    invite::bounded,
    join::{belongs, writes},
    people::{Refusal, Scene, as_admin, either, in_use, is_last_admin, place, scene},
    words::{no, yes},
};
use crate::{
    decision::Decision,
    facts::{Actor, Facts},
    policy::{Phase, Policy},
};

/// State that a group's admins may set with their own client.
pub(crate) const ADMIN_STATE: [&str; 1] = ["m.room.pinned_events"];

/// An admin makes admins of members and members of admins; nothing between and nothing above. The answer says when the
/// appointment ends.
pub(super) fn set_power(policy: &Policy, facts: &Facts<'_>, level: i64) -> Decision {
    either(scene(policy, facts).and_then(|scene| {
        as_admin(policy, facts)?;
        in_use(policy, facts)?;
        let powers = policy.powers;
        if level != powers.member && level != powers.admin {
            let levels = no("level-not-used").with("member", powers.member.to_string());
            let levels = levels.with("admin", powers.admin.to_string());
            return Err(Box::new(levels.because(policy.rule(policy.at.powers))));
        }
        let Ok((kind, claim)) = belongs(policy, facts) else {
            return Ok(scene.no("not-a-member").because(policy.rule(scene.kind.line)));
        };
        if level == powers.admin {
            return appoint(policy, facts, &scene);
        }
        match kind.admins.iter().find(|r| r.line == claim.line) {
            Some(rule) => Ok(scene.no("admin-by-rule").because(policy.rule(rule.line))),
            None if is_last_admin(facts) => {
                Ok(scene.no("last-admin").because(policy.rule(kind.lines.admins)))
            }
            None => Ok(scene.yes("by-admin").because(policy.rule(kind.lines.admins))),
        }
    }))
}

fn appoint(policy: &Policy, facts: &Facts<'_>, scene: &Scene<'_>) -> Result<Decision, Refusal> {
    let because = |decision: Decision| decision.because(policy.rule(scene.kind.lines.admin_days));
    match bounded(policy, facts, scene.kind.admin_days) {
        Ok(until) => Ok(because(scene.yes("by-admin")).until(until)),
        Err(days) => {
            Err(Box::new(because(scene.no("appointment-too-long")).with_count("count", days.into())))
        }
    }
}

/// Who is in a group writes in it; where only some do, its admins and writers; in one that has ended nobody.
pub(super) fn write(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(place(policy, facts).and_then(|(group, kind)| {
        let (_, claim) = belongs(policy, facts)?;
        let named = |decision: Decision, line| decision.group(group.record).because(policy.rule(line));
        if let Phase::ReadOnly(line) = kind.phase(group.record, facts.today) {
            return Ok(named(no("group-ended"), line));
        }
        let free = !kind.is_read_only(group.record);
        let writer = |person: &Person| writes(kind, group.record, &person.member);
        let may = free || claim.role == Role::Admin || facts.subject.is_some_and(writer);
        let decision = if may { yes("may-write") } else { no("read-only") };
        Ok(named(decision, kind.lines.read_only))
    }))
}

/// Admins pin messages and send what the kind lets them; everything else in a room's state is Kring's.
pub(super) fn change_state(policy: &Policy, facts: &Facts<'_>, event_type: &str) -> Decision {
    either(place(policy, facts).and_then(|(group, kind)| {
        let own = kind.admins_send.iter().any(|sent| **sent == *event_type);
        if matches!(facts.actor, Actor::Kring) || !(own || ADMIN_STATE.contains(&event_type)) {
            return Ok(only_kring(policy, facts));
        }
        as_admin(policy, facts)?;
        in_use(policy, facts)?;
        Ok(yes("by-admin").group(group.record).because(policy.rule(kind.lines.admins_send)))
    }))
}

/// What no person does in a managed room: ban, upgrade.
pub(super) fn only_kring(policy: &Policy, facts: &Facts<'_>) -> Decision {
    let decision = if matches!(facts.actor, Actor::Kring) { yes("by-kring") } else { no("only-kring") };
    match facts.group.and_then(|group| policy.kind_of(group.record)) {
        Some(kind) => decision.because(policy.rule(kind.line)),
        None => decision,
    }
}

/// No policy can put a group in the homeserver's public list.
pub(super) fn publish(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(
        place(policy, facts)
            .map(|(group, kind)| no("never-published").group(group.record).because(policy.rule(kind.line))),
    )
}
