//! Making groups and changing their settings, inside the bounds of the policy.

use kring_core::{group::Role, member::Person};

use super::{
    join::standing,
    people::{Refusal, as_admin, either},
    words::{no, yes},
};
use crate::{
    decision::Decision,
    facts::{Actor, Facts, GroupFacts, Setting},
    policy::{CreateRule, Kind, Origin, Policy},
};

/// Longest topic, in characters; a group's admins write one or two sentences.
const MAX_TOPIC: usize = 500;

/// Answers whether a group of `kind` called `name` may be made below `facts.group`.
pub(super) fn create(policy: &Policy, facts: &Facts<'_>, kind: &str, name: &str) -> Decision {
    either(kind_to_make(policy, kind).and_then(|(kind, rule)| {
        let above = facts.group.ok_or_else(|| no("unknown-group"))?;
        may_stand_below(policy, kind, above)?;
        name_fits(name, rule.name_length)?;
        if above.groups_below >= rule.at_most {
            return Err(Box::new(no("too-many-groups").with_count("count", above.groups_below)));
        }
        let decision = if may_create(policy, facts, rule) { yes("may-create") } else { no("may-not-create") };
        Ok(decision.because(policy.rule(rule.line)))
    }))
}

fn kind_to_make<'p>(policy: &'p Policy, name: &str) -> Result<(&'p Kind, &'p CreateRule), Refusal> {
    let kind = policy.kind(name).ok_or_else(|| no("kind-unknown").with("kind", name))?;
    match &kind.create {
        Some(rule) => Ok((kind, rule)),
        None => Err(Box::new(no("kind-not-made").with("kind", name).because(policy.rule(kind.line)))),
    }
}

fn may_stand_below(policy: &Policy, kind: &Kind, above: GroupFacts<'_>) -> Result<(), Refusal> {
    let above_kind = policy.kinds.iter().position(|k| *k.name == *above.record.template);
    let fits = kind.parents.iter().any(|p| Some(p.kind) == above_kind) && !above.record.archived;
    let refusal = || no("kind-not-here").with("kind", kind.name.clone()).because(policy.rule(kind.line));
    if fits { Ok(()) } else { Err(Box::new(refusal())) }
}

fn may_create(policy: &Policy, facts: &Facts<'_>, rule: &CreateRule) -> bool {
    let takes_part = |person: &Person| standing(policy, person, facts.today).is_ok();
    match facts.actor {
        Actor::Kring => true,
        Actor::Unknown => false,
        Actor::Person(person) => {
            let above = rule.admins_above && facts.actor_role == Some(Role::Admin);
            // Somebody the rule names makes groups where they take part themselves.
            let named = facts.actor_role.is_some() && rule.who.iter().any(|c| c.holds(&person.member));
            takes_part(person) && (above || named)
        }
    }
}

fn name_fits(name: &str, most: usize) -> Result<(), Refusal> {
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err(Box::new(no("name-empty")));
    }
    if name.chars().count() > most {
        return Err(Box::new(no("name-too-long").with_count("count", most)));
    }
    Ok(())
}

/// Answers whether the actor may change a setting of the group to this value.
pub(super) fn change(policy: &Policy, facts: &Facts<'_>, setting: &Setting) -> Decision {
    let Some(group) = facts.group else { return no("unknown-group") };
    let Some(kind) = policy.kind_of(group.record) else { return no("unknown-group") };
    either(as_admin(policy, facts).and_then(|()| {
        within_bounds(policy, kind, group, setting)?;
        Ok(yes("by-admin").group(group.record))
    }))
}

fn within_bounds(
    policy: &Policy,
    kind: &Kind,
    group: GroupFacts<'_>,
    setting: &Setting,
) -> Result<(), Refusal> {
    match (setting, &kind.create) {
        (Setting::Admits(types), _) => match types.iter().find(|t| !kind.may_admit.contains(t)) {
            Some(outside) => Err(Box::new(
                no("type-out-of-bounds")
                    .group(group.record)
                    .user_type(policy, outside)
                    .because(policy.rule(kind.admits_line)),
            )),
            None => Ok(()),
        },
        (Setting::Topic(topic), _) if topic.chars().count() > MAX_TOPIC => {
            Err(Box::new(no("topic-too-long").with_count("count", MAX_TOPIC)))
        }
        (Setting::Topic(_), _) => Ok(()),
        (Setting::Name(name), Some(rule)) if kind.origin == Origin::People => {
            name_fits(name, rule.name_length)
        }
        (Setting::Name(_), _) => {
            Err(Box::new(no("name-fixed").group(group.record).because(policy.rule(kind.line))))
        }
    }
}
