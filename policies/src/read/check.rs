//! What a file says must make sense together: names that exist, powers below the bridge's, no circles.

use std::sync::Arc;

use kring_core::{
    ids::{GroupKey, Shared, UserType},
    text::Text,
};
use serde_saphyr::Location;

use super::{
    Problem,
    conditions::line,
    placed::Placed,
    problem,
    raw::{Name, RawAttribute, RawPeople, RawPolicy, RawReach, RawRemoval, RawTitle, RawType},
    unknown,
};
use crate::{
    condition::People,
    decision::Named,
    glob::Glob,
    policy::{
        AttributeRule, Kind, Origin, Policy, PolicyLines, Powers, Reach, Removal, SpaceRule, Threshold,
        TypeRule,
    },
};

mod kind;
mod rules;
mod tree;

/// Collects problems while names are looked up.
pub(super) struct Checker<'a> {
    file: &'a str,
    types: Vec<String>,
    attributes: Vec<String>,
    kinds: Vec<String>,
    /// Sorts of people that were read so far.
    people: Vec<Arc<People>>,
    problems: Vec<Problem>,
}

/// Turns the written policy into the applied one.
pub(super) fn check(file: &str, yaml: &str, raw: &RawPolicy) -> Result<Policy, Vec<Problem>> {
    let mut checker = Checker {
        file,
        types: raw.types.iter().map(|t| t.name.value.clone()).collect(),
        attributes: raw.attributes.iter().map(|a| a.attribute.value.clone()).collect(),
        kinds: raw.groups.iter().map(|g| g.kind.value.clone()).collect(),
        people: Vec::new(),
        problems: Vec::new(),
    };
    let policy = checker.policy(yaml, raw);
    if checker.problems.is_empty() { Ok(policy) } else { Err(checker.problems) }
}

impl Checker<'_> {
    fn policy(&mut self, yaml: &str, raw: &RawPolicy) -> Policy {
        self.once(raw.types.iter().map(|t| &t.name));
        self.once(raw.attributes.iter().map(|a| &a.attribute));
        self.once(raw.people.iter().map(|p| &p.people));
        self.once(raw.groups.iter().map(|g| &g.kind));
        self.once(raw.groups.iter().filter_map(|g| g.key.as_ref()));
        self.general(raw);
        for people in &raw.people {
            self.sort_of_people(people);
        }
        let attributes = raw.attributes.iter().map(|a| self.attribute_rule(a)).collect();
        let kinds: Vec<Kind> = raw.groups.iter().map(|kind| self.kind(kind)).collect();
        self.circles(&kinds, &raw.groups);
        self.hung(&raw.root, &raw.groups);
        let section = kinds.iter().position(|k| k.section);
        Policy {
            name: self.file.into(),
            title: raw.name.value.clone(),
            timezone: raw.timezone.value.clone(),
            types: raw.types.iter().map(type_rule).collect(),
            attributes,
            people: self.people.clone(),
            root: self.root(&raw.root, &kinds),
            alarms: raw.alarms.as_ref().and_then(|name| self.fixed_key(name, &kinds)),
            kinds,
            removal: removal(&raw.ask_before_removing),
            grace_days: raw.grace_days.as_ref().map_or(0, |days| days.value),
            max_children: raw.most_groups_in_a_space.as_ref().map_or(40, |n| n.value),
            fill_above: raw.fill_above.unwrap_or(5),
            leave_alone: raw.leave_alone.iter().flat_map(|l| &l.value).map(|p| Glob::new(&p.value)).collect(),
            powers: powers(raw),
            section,
            at: lines(raw),
            lines: yaml.lines().map(|l| Shared::from(l.trim())).collect(),
        }
    }

    fn general(&mut self, raw: &RawPolicy) {
        if jiff::tz::TimeZone::get(&raw.timezone.value).is_err() {
            self.problem(raw.timezone.referenced, "problem-timezone", &name(&raw.timezone.value));
        }
        let Powers { admin, writer, .. } = powers(raw);
        let written = raw.powers.as_ref().map(|p| &p.value);
        if let Some(at) = written.and_then(|p| p.admin.as_ref()).filter(|_| !(1..100).contains(&admin)) {
            self.problem(at.referenced, "problem-admin-power", &[]);
        }
        if let Some(at) = written.and_then(|p| p.writer.as_ref()).filter(|_| !(1..=admin).contains(&writer)) {
            self.problem(at.referenced, "problem-writer-power", &[]);
        }
        let removal = &raw.ask_before_removing;
        self.threshold(&removal.percent, &removal.at_least);
        if let Some(group) = &removal.in_group {
            self.threshold(&group.percent, &group.at_least);
        }
        if let Some(most) = raw.most_groups_in_a_space.as_ref().filter(|n| !(2..=200).contains(&n.value)) {
            self.problem(most.referenced, "problem-most-groups", &[]);
        }
        if let Some(second) = raw.groups.iter().filter(|g| g.section).nth(1) {
            self.problem(second.kind.referenced, "problem-two-sections", &[]);
        }
    }

    /// A policy may ask sooner or later, and not never.
    fn threshold(&mut self, percent: &Placed<f64>, at_least: &Placed<usize>) {
        if !(0.0..=50.0).contains(&percent.value) {
            self.problem(percent.referenced, "problem-percent", &[]);
        }
        if !(1..=1000).contains(&at_least.value) {
            self.problem(at_least.referenced, "problem-at-least", &[]);
        }
    }

    /// A sort of people may rest on sorts that stand before it, so that no two rest on each other.
    fn sort_of_people(&mut self, raw: &RawPeople) {
        let who = raw.who.iter().map(|c| self.condition(c)).collect();
        self.people.push(Arc::new(People {
            name: raw.people.value.as_str().into(),
            title: text(&raw.title),
            who,
            line: line(raw.people.referenced),
        }));
    }

    fn attribute_rule(&mut self, raw: &RawAttribute) -> AttributeRule {
        let known = self.attribute_names();
        if let Some(by) = &raw.shared_by {
            self.expect_known(&by.value, by.referenced, "problem-attribute", &known);
            if by.value == raw.attribute.value {
                self.problem(by.referenced, "problem-shared-by-itself", &name(&by.value));
            }
        }
        let shared = |values: &[String]| values.iter().map(|v| Shared::from(v.as_str())).collect();
        AttributeRule {
            name: raw.attribute.value.as_str().into(),
            column: raw.column.value.as_str().into(),
            list: raw.list,
            shared_by: raw.shared_by.as_ref().map(|by| by.value.as_str().into()),
            only: shared(&raw.only),
            except: shared(&raw.except),
            title: text(&raw.title),
            not_theirs: format!("{}-not-theirs", raw.title.en.to_lowercase().replace(' ', "-")).into(),
        }
    }

    fn root(&mut self, name: &Name, kinds: &[Kind]) -> usize {
        let _ = self.fixed_key(name, kinds);
        let found = kinds.iter().position(|k| is_key(k, &name.value));
        if found.and_then(|i| kinds.get(i)).is_some_and(|k| k.space != SpaceRule::Yes || k.hidden) {
            self.problem(name.referenced, "problem-root-space", &[]);
        }
        found.unwrap_or(0)
    }

    fn fixed_key(&mut self, name: &Name, kinds: &[Kind]) -> Option<GroupKey> {
        let known: Vec<String> = kinds
            .iter()
            .filter_map(|k| match &k.origin {
                Origin::Fixed(key) => Some(key.to_string()),
                _ => None,
            })
            .collect();
        self.expect_known(&name.value, name.referenced, "problem-group", &known);
        known.contains(&name.value).then(|| name.value.parse().ok()).flatten()
    }

    fn once<'n>(&mut self, names: impl Iterator<Item = &'n Name>) {
        let mut seen = std::collections::BTreeSet::new();
        for one in names {
            if !seen.insert(&one.value) {
                self.problem(one.referenced, "problem-twice", &name(&one.value));
            }
        }
    }

    pub(super) fn expect_known(&mut self, name: &str, at: Location, message: &'static str, known: &[String]) {
        if !known.iter().any(|k| k == name) {
            self.problems.push(unknown(self.file, at, message, name, known));
        }
    }

    pub(super) fn people(&self) -> &[Arc<People>] {
        &self.people
    }

    pub(super) fn type_names(&self) -> Vec<String> {
        self.types.clone()
    }

    pub(super) fn attribute_names(&self) -> Vec<String> {
        self.attributes.clone()
    }

    pub(super) fn problem(&mut self, at: Location, id: &'static str, args: &[(&'static str, Named)]) {
        self.problems.push(problem(self.file, at, id, args));
    }
}

/// The name that a message speaks of.
pub(super) fn name(value: &str) -> [(&'static str, Named); 1] {
    [("name", Named::Same(value.into()))]
}

fn is_key(kind: &Kind, name: &str) -> bool {
    matches!(&kind.origin, Origin::Fixed(key) if key.as_str() == name)
}

fn removal(raw: &RawRemoval) -> Removal {
    let threshold = |percent: &Placed<f64>, at_least: &Placed<usize>| Threshold {
        share: percent.value / 100.0,
        at_least: at_least.value,
    };
    let total = threshold(&raw.percent, &raw.at_least);
    let in_group = raw.in_group.as_ref().map(|group| threshold(&group.percent, &group.at_least));
    Removal { total, in_group: in_group.unwrap_or(total), says_in_group: in_group.is_some() }
}

fn powers(raw: &RawPolicy) -> Powers {
    let written = raw.powers.as_ref().map(|p| &p.value);
    let admin = written.and_then(|p| p.admin.as_ref()).map_or(50, |p| p.value);
    let writer = written.and_then(|p| p.writer.as_ref()).map_or((admin / 2).max(1), |p| p.value);
    Powers { admin, writer, member: 0, bridge: 100, never: 150 }
}

fn lines(raw: &RawPolicy) -> PolicyLines {
    let at = |place: Option<Location>| place.map_or(1, line);
    PolicyLines {
        grace: at(raw.grace_days.as_ref().map(|p| p.referenced)),
        leave_alone: at(raw.leave_alone.as_ref().map(|p| p.referenced)),
        powers: at(raw.powers.as_ref().map(|p| p.referenced)),
        types: at(raw.types.first().map(|t| t.name.referenced)),
    }
}

fn text(raw: &RawTitle) -> Text {
    Text { nl: raw.nl.clone(), en: raw.en.clone() }
}

fn type_rule(raw: &RawType) -> TypeRule {
    TypeRule {
        id: UserType::from(raw.name.value.as_str()),
        title: text(&raw.title),
        outsider: raw.outsider,
        writes_to: match raw.writes_to {
            RawReach::Anybody => Reach::Anybody,
            RawReach::SharedGroup => Reach::SharedGroup,
            RawReach::Nobody => Reach::Nobody,
        },
        line: line(raw.name.referenced),
    }
}
