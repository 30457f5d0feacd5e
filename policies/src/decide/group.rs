//! Making groups, inside the bounds of the policy.

use kring_core::group::Role;

use super::{
    people::{Refusal, either},
    standing::takes_part,
    words::{no, yes},
};
use crate::{
    decision::Decision,
    facts::{Above, Actor, Facts, GroupFacts},
    policy::{CreateRule, Kind, Phase, Policy},
};

/// Answers whether a group of `kind` called `name` may be made below `facts.group` and `facts.also_under`.
///
/// What is right below one group says nothing about another, so each of them is asked.
pub(super) fn create(policy: &Policy, facts: &Facts<'_>, kind: &str, name: &str) -> Decision {
    either(kind_to_make(policy, kind).and_then(|(kind, rule)| {
        let first = facts.group.ok_or_else(|| no("unknown-group"))?;
        name_fits(policy, name, rule.name_length, rule.line)?;
        let because = |decision: Decision| decision.because(policy.rule(rule.line));
        if facts.also_under.len() >= rule.under_at_most.max(1) {
            let many = no("too-many-above").with_count("count", rule.under_at_most);
            return Err(Box::new(because(many)));
        }
        let first = Above { group: first, actor_role: facts.actor_role };
        for above in std::iter::once(&first).chain(facts.also_under) {
            below(policy, facts, kind, rule, above)?;
        }
        Ok(because(yes("may-create")))
    }))
}

/// Whether one more group of the kind may stand below this one, and the actor may put it there.
fn below(
    policy: &Policy,
    facts: &Facts<'_>,
    kind: &Kind,
    rule: &CreateRule,
    above: &Above<'_>,
) -> Result<(), Refusal> {
    may_stand_below(policy, facts, kind, above.group)?;
    let refuse = |decision: Decision| Err(Box::new(decision.because(policy.rule(rule.line))));
    if above.group.groups_below >= rule.at_most {
        return refuse(no("too-many-groups").with_count("count", above.group.groups_below));
    }
    if may_create(policy, facts, rule, above.actor_role) { Ok(()) } else { refuse(no("may-not-create")) }
}

fn kind_to_make<'p>(policy: &'p Policy, name: &str) -> Result<(&'p Kind, &'p CreateRule), Refusal> {
    let kind = policy.kind(name).ok_or_else(|| no("kind-unknown").with("kind", name))?;
    match &kind.create {
        Some(rule) => Ok((kind, rule)),
        None => Err(Box::new(no("kind-not-made").with("kind", name).because(policy.rule(kind.line)))),
    }
}

fn may_stand_below(
    policy: &Policy,
    facts: &Facts<'_>,
    kind: &Kind,
    above: GroupFacts<'_>,
) -> Result<(), Refusal> {
    let above_kind = policy.kinds.iter().position(|k| *k.name == *above.record.template);
    let open = above_kind.and_then(|i| policy.kinds.get(i));
    let open = open.is_some_and(|k| k.phase(above.record, facts.today) == Phase::Open);
    let fits = open && kind.parents.iter().any(|p| Some(p.kind) == above_kind);
    let refusal =
        || no("kind-not-here").with("kind", kind.name.clone()).because(policy.rule(kind.lines.parents));
    if fits { Ok(()) } else { Err(Box::new(refusal())) }
}

fn may_create(policy: &Policy, facts: &Facts<'_>, rule: &CreateRule, role: Option<Role>) -> bool {
    match facts.actor {
        Actor::Kring => true,
        Actor::Unknown => false,
        Actor::Person(person) => {
            let above = rule.admins_above && role == Some(Role::Admin);
            // Somebody the rule names makes groups where they take part themselves.
            let named = role.is_some() && rule.who.iter().any(|c| c.holds(&person.member));
            takes_part(policy, person, facts.today) && (above || named)
        }
    }
}

/// Whether a group may be called so.
pub(super) fn name_fits(policy: &Policy, name: &str, most: usize, line: u32) -> Result<(), Refusal> {
    let refuse = |decision: Decision| Err(Box::new(decision.because(policy.rule(line))));
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return refuse(no("name-empty"));
    }
    if name.chars().count() > most {
        return refuse(no("name-too-long").with_count("count", most));
    }
    Ok(())
}
