//! Changing a group's settings, inside the bounds of the policy.

use jiff::{ToSpan, civil::Date};

use super::{
    group::name_fits,
    people::{Refusal, as_admin, either, in_use, place},
    words::{no, yes},
};
use crate::{
    decision::Decision,
    facts::{Facts, GroupFacts, Setting},
    policy::{Kind, Origin, Policy},
};

/// Longest topic, in characters; a group's admins write one or two sentences.
const MAX_TOPIC: usize = 500;

/// Answers whether the actor may change a setting of the group to this value.
pub(super) fn change(policy: &Policy, facts: &Facts<'_>, setting: &Setting) -> Decision {
    either(place(policy, facts).and_then(|(group, kind)| {
        as_admin(policy, facts)?;
        in_use(policy, facts)?;
        let line = within_bounds(policy, facts, kind, group, setting)?;
        Ok(yes("by-admin").group(group.record).because(policy.rule(line)))
    }))
}

/// The line that lets the value be set, or the refusal.
fn within_bounds(
    policy: &Policy,
    facts: &Facts<'_>,
    kind: &Kind,
    group: GroupFacts<'_>,
    setting: &Setting,
) -> Result<u32, Refusal> {
    let refuse = |d: Decision, line: u32| Err(Box::new(d.group(group.record).because(policy.rule(line))));
    let bounds = &kind.settings;
    match setting {
        Setting::Admits(types) => match types.iter().find(|t| !kind.may_admit.contains(t)) {
            Some(outside) => {
                refuse(no("type-out-of-bounds").user_type(policy, outside), kind.lines.may_admit)
            }
            None => Ok(kind.lines.may_admit),
        },
        Setting::Topic(topic) if topic.chars().count() > MAX_TOPIC => {
            refuse(no("topic-too-long").with_count("count", MAX_TOPIC), kind.line)
        }
        Setting::Topic(_) => Ok(kind.line),
        Setting::Name(name) => match &kind.create {
            Some(rule) if kind.origin == Origin::People => {
                name_fits(policy, name, rule.name_length, rule.line).map(|()| rule.line)
            }
            _ => refuse(no("name-fixed"), kind.line),
        },
        Setting::ReadOnly(_) if !bounds.read_only => refuse(no("setting-fixed"), kind.lines.settings),
        Setting::Join(wish) if !bounds.join.contains(wish) => {
            refuse(no("setting-fixed"), kind.lines.settings)
        }
        Setting::ReadOnly(_) | Setting::Join(_) => Ok(kind.lines.settings),
        Setting::EndsOn(day) => match bounds.end_within_days {
            None => refuse(no("setting-fixed"), kind.lines.settings),
            Some(days) if day.is_some_and(|day| !is_within(facts.today, day, days)) => {
                refuse(no("end-out-of-bounds").with_count("count", days.into()), kind.lines.settings)
            }
            Some(_) => Ok(kind.lines.settings),
        },
    }
}

/// From today until so many days ahead.
fn is_within(today: Date, day: Date, days: u16) -> bool {
    let latest = today.checked_add(i64::from(days).days()).unwrap_or(Date::MAX);
    (today..=latest).contains(&day)
}
