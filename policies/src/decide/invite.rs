//! Who brings in whom, and for how long.

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use kring_core::group::Role;

use super::{
    join::belongs,
    people::{Refusal, Scene, as_admin, could_be_invited, either, in_use, scene},
    standing::takes_part,
    words::no,
};
use crate::{
    decision::Decision,
    facts::{Actor, Facts},
    policy::{InviteRule, Inviter, Policy},
};

/// Somebody whom an invitation rule names invites whom it names. The answer says when the invitation ends.
pub(super) fn invite(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(scene(policy, facts).and_then(|scene| {
        in_use(policy, facts)?;
        let rules = rules_of_actor(policy, facts, &scene)?;
        match belongs(policy, facts) {
            Ok((_, claim)) => return Ok(scene.no("already-member").because(policy.rule(claim.line))),
            Err(refusal) if !could_be_invited(&refusal.code) => return Err(refusal),
            Err(_) if scene.kind.invites.is_empty() => {
                return Ok(scene.no("no-invitations").because(policy.rule(scene.kind.line)));
            }
            Err(_) => {}
        }
        let rule = widest(rules.iter().copied().filter(|rule| may_be(rule, &scene)));
        match (rule, rules.first()) {
            (Some(rule), _) => Ok(for_so_long(policy, facts, &scene, rule)?),
            (None, first) => {
                let line = first.map_or(scene.kind.line, |rule| rule.line);
                Ok(scene.no("not-yours-to-invite").because(policy.rule(line)))
            }
        }
    }))
}

/// With a client of one's own, past the bridge: only where the kind of group lets its admins.
pub(super) fn natively(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(scene(policy, facts).and_then(|scene| {
        if scene.kind.native || matches!(facts.actor, Actor::Kring) {
            return Ok(invite(policy, facts));
        }
        Err(Box::new(scene.no("invite-through-kring").because(policy.rule(scene.kind.line))))
    }))
}

/// The rules that let the actor invite somebody at all. Where nobody invites, only admins are told so.
fn rules_of_actor<'a>(
    policy: &'a Policy,
    facts: &Facts<'_>,
    scene: &Scene<'a>,
) -> Result<Vec<&'a InviteRule>, Refusal> {
    let rules: Vec<&InviteRule> =
        scene.kind.invites.iter().filter(|rule| is_inviter(policy, facts, rule)).collect();
    if rules.is_empty() {
        as_admin(policy, facts)?;
    }
    if rules.is_empty() && !scene.kind.invites.is_empty() {
        let line = scene.kind.invites.first().map_or(scene.kind.line, |rule| rule.line);
        return Err(Box::new(no("not-admin").group(scene.group.record).because(policy.rule(line))));
    }
    Ok(rules)
}

fn is_inviter(policy: &Policy, facts: &Facts<'_>, rule: &InviteRule) -> bool {
    let person = match facts.actor {
        Actor::Kring => return true,
        Actor::Unknown => return false,
        Actor::Person(person) => person,
    };
    let by = |inviter: &Inviter| match inviter {
        Inviter::Admins => facts.actor_role == Some(Role::Admin),
        Inviter::Members => facts.actor_role.is_some(),
        Inviter::AdminsAbove => facts.role_above == Some(Role::Admin),
    };
    let named = || rule.who.iter().any(|condition| condition.holds(&person.member));
    (rule.by.iter().any(by) || named()) && takes_part(policy, person, facts.today)
}

fn may_be(rule: &InviteRule, scene: &Scene<'_>) -> bool {
    rule.whom.is_empty() || rule.whom.iter().any(|condition| condition.holds(&scene.person.member))
}

/// Of several rules the one whose invitations last longest.
fn widest<'a>(rules: impl Iterator<Item = &'a InviteRule>) -> Option<&'a InviteRule> {
    rules.max_by_key(|rule| rule.at_most_days.map_or(u32::MAX, u32::from))
}

fn for_so_long(
    policy: &Policy,
    facts: &Facts<'_>,
    scene: &Scene<'_>,
    rule: &InviteRule,
) -> Result<Decision, Refusal> {
    let because = |decision: Decision| decision.because(policy.rule(rule.line));
    match bounded(policy, facts, rule.at_most_days) {
        Ok(until) => {
            let as_admin = facts.actor_role == Some(Role::Admin) || matches!(facts.actor, Actor::Kring);
            let code = if as_admin { "by-admin" } else { "may-invite" };
            Ok(because(scene.yes(code)).until(until))
        }
        Err(days) => Err(Box::new(because(scene.no("invitation-too-long")).with_count("count", days.into()))),
    }
}

/// The wished end where it lies within so many days from now, else the latest end that is allowed; `Err` with the days
/// where the wish goes beyond. Counted to the end of the day, as people count.
pub(super) fn bounded(
    policy: &Policy,
    facts: &Facts<'_>,
    days: Option<u16>,
) -> Result<Option<Timestamp>, u16> {
    let Some(days) = days else { return Ok(facts.until) };
    let latest = end_of_day_after(policy, facts, days);
    match (facts.until, latest) {
        (Some(wish), Some(latest)) if wish > latest => Err(days),
        (Some(wish), _) => Ok(Some(wish)),
        (None, latest) => Ok(latest),
    }
}

fn end_of_day_after(policy: &Policy, facts: &Facts<'_>, days: u16) -> Option<Timestamp> {
    let zone = TimeZone::get(&policy.timezone).unwrap_or(TimeZone::UTC);
    let last = facts.today.checked_add(i64::from(days).days()).ok()?;
    let next = last.tomorrow().ok()?;
    Some(next.to_zoned(zone).ok()?.timestamp())
}
