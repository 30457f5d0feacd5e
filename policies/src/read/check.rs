//! What a file says must make sense together: names that exist, powers below the bridge's, no circles.

use kring_core::{
    ids::{GroupKey, Shared, UserType},
    text::Text,
};
use serde_saphyr::Location;

use super::{
    Problem,
    conditions::line,
    problem,
    raw::{Name, RawAttribute, RawHistory, RawJoin, RawKind, RawPolicy, RawSpace, RawType},
    unknown,
};
use crate::{
    decision::Named,
    glob::Glob,
    policy::{
        AttributeRule, CreateRule, JoinWish, Kind, Origin, ParentRule, Policy, Powers, Removal, SpaceRule,
        TypeRule,
    },
};

/// Collects problems while names are looked up.
pub(super) struct Checker<'a> {
    file: &'a str,
    types: Vec<String>,
    attributes: Vec<String>,
    kinds: Vec<String>,
    problems: Vec<Problem>,
}

/// Turns the written policy into the applied one.
pub(super) fn check(file: &str, yaml: &str, raw: &RawPolicy) -> Result<Policy, Vec<Problem>> {
    let mut checker = Checker {
        file,
        types: raw.types.iter().map(|t| t.name.value.clone()).collect(),
        attributes: raw.attributes.iter().map(|a| a.attribute.value.clone()).collect(),
        kinds: raw.groups.iter().map(|g| g.kind.value.clone()).collect(),
        problems: Vec::new(),
    };
    let policy = checker.policy(yaml, raw);
    if checker.problems.is_empty() { Ok(policy) } else { Err(checker.problems) }
}

impl Checker<'_> {
    fn policy(&mut self, yaml: &str, raw: &RawPolicy) -> Policy {
        self.once(raw.types.iter().map(|t| &t.name));
        self.once(raw.attributes.iter().map(|a| &a.attribute));
        self.once(raw.groups.iter().map(|g| &g.kind));
        self.once(raw.groups.iter().filter_map(|g| g.key.as_ref()));
        self.general(raw);
        let kinds: Vec<Kind> = raw.groups.iter().map(|kind| self.kind(kind)).collect();
        self.circles(&kinds, &raw.groups);
        let section = kinds.iter().position(|k| k.section);
        Policy {
            name: self.file.into(),
            title: raw.name.value.clone(),
            timezone: raw.timezone.value.clone(),
            types: raw.types.iter().map(type_rule).collect(),
            attributes: raw.attributes.iter().map(attribute_rule).collect(),
            root: self.root(&raw.root, &kinds),
            alarms: raw.alarms.as_ref().and_then(|name| self.fixed_key(name, &kinds)),
            kinds,
            removal: Removal {
                share: raw.ask_before_removing.percent.value / 100.0,
                at_least: raw.ask_before_removing.at_least,
            },
            grace_days: raw.grace_days,
            max_children: raw.most_groups_in_a_space.as_ref().map_or(40, |n| n.value),
            fill_above: raw.fill_above.unwrap_or(5),
            leave_alone: raw.leave_alone.iter().map(|p| Glob::new(&p.value)).collect(),
            powers: Powers { admin: raw.powers.admin.value, member: 0, bridge: 100, never: 150 },
            section,
            lines: yaml.lines().map(|l| Shared::from(l.trim())).collect(),
        }
    }

    fn general(&mut self, raw: &RawPolicy) {
        if jiff::tz::TimeZone::get(&raw.timezone.value).is_err() {
            let args = [("name", Named::Same(raw.timezone.value.as_str().into()))];
            self.problem(raw.timezone.referenced, "problem-timezone", &args);
        }
        if !(1..100).contains(&raw.powers.admin.value) {
            self.problem(raw.powers.admin.referenced, "problem-admin-power", &[]);
        }
        let percent = &raw.ask_before_removing.percent;
        if !(0.0..=100.0).contains(&percent.value) {
            self.problem(percent.referenced, "problem-percent", &[]);
        }
        if let Some(most) = raw.most_groups_in_a_space.as_ref().filter(|n| !(2..=200).contains(&n.value)) {
            self.problem(most.referenced, "problem-most-groups", &[]);
        }
        if let Some(second) = raw.groups.iter().filter(|g| g.section).nth(1) {
            self.problem(second.kind.referenced, "problem-two-sections", &[]);
        }
    }

    fn kind(&mut self, raw: &RawKind) -> Kind {
        let origin = self.origin(raw);
        let generated = matches!(origin, Origin::ForEach { .. });
        if format!("{}/x", raw.kind.value).parse::<GroupKey>().is_err() || raw.kind.value.contains('/') {
            self.problem(raw.kind.referenced, "problem-kind-form", &[]);
        }
        if raw.name.is_none() && origin != Origin::People {
            self.problem(raw.kind.referenced, "problem-no-name", &[]);
        }
        if raw.room.as_ref().is_some_and(|r| !r.value) && !matches!(raw.space, RawSpace::Always) {
            self.problem(raw.kind.referenced, "problem-no-room", &[]);
        }
        let known = self.type_names();
        for name in raw.admits.value.iter().chain(raw.may_admit.iter().flatten()) {
            self.expect_known(&name.value, name.referenced, "problem-type", &known);
        }
        self.bounds(raw);
        for text in raw.name.iter().chain(&raw.topic) {
            self.placeholders(text, &origin);
        }
        Kind {
            name: raw.kind.value.as_str().into(),
            title: raw.name.as_ref().map(|n| n.value.clone()).unwrap_or_default(),
            topic: raw.topic.as_ref().map(|t| t.value.clone()),
            parents: raw.parents.iter().filter_map(|p| self.parent(p, raw.all_parents)).collect(),
            room: raw.room.as_ref().is_none_or(|r| r.value),
            space: space_rule(raw.space),
            admits: types(&raw.admits.value),
            may_admit: raw.may_admit.as_ref().map_or_else(|| types(&raw.admits.value), |t| types(t)),
            members: raw.members.iter().map(|m| self.member_rule(m, generated)).collect(),
            admins: raw.admins.iter().map(|m| self.member_rule(m, generated)).collect(),
            by_invitation: raw.by_invitation.unwrap_or(origin == Origin::People),
            create: raw.made_by.as_ref().map(|made_by| CreateRule {
                who: made_by.value.who.iter().map(|c| self.condition(&c.value)).collect(),
                admins_above: made_by.value.admins_above,
                at_most: made_by.value.at_most,
                name_length: made_by.value.name_length,
                line: line(made_by.referenced),
            }),
            join: join_wish(raw.join),
            history: history(raw.history),
            federate: raw.federate,
            read_only: raw.read_only,
            native: raw.native_invites,
            section: raw.section,
            line: line(raw.kind.referenced),
            admits_line: line(raw.admits.referenced),
            origin,
        }
    }

    /// Exactly one of `key`, `for_each` and `made_by` says where the groups come from.
    fn origin(&mut self, raw: &RawKind) -> Origin {
        let attributes = self.attribute_names();
        for name in raw.for_each.iter().chain(&raw.within) {
            self.expect_known(&name.value, name.referenced, "problem-attribute", &attributes);
        }
        match (&raw.key, &raw.for_each, &raw.made_by) {
            (Some(key), None, None) => match key.value.parse() {
                Ok(key) => Origin::Fixed(key),
                Err(_) => {
                    let args = [("name", Named::Same(key.value.as_str().into()))];
                    self.problem(key.referenced, "problem-key-form", &args);
                    Origin::People
                }
            },
            (None, Some(attribute), None) => Origin::ForEach {
                attribute: attribute.value.as_str().into(),
                within: raw.within.as_ref().map(|w| w.value.as_str().into()),
            },
            (None, None, Some(_)) => Origin::People,
            _ => {
                self.problem(raw.kind.referenced, "problem-origin", &[]);
                Origin::People
            }
        }
    }

    /// What a kind admits by itself lies within what it may be set to admit.
    fn bounds(&mut self, raw: &RawKind) {
        let Some(may) = &raw.may_admit else { return };
        let outside: Vec<_> =
            raw.admits.value.iter().filter(|t| !may.iter().any(|m| m.value == t.value)).cloned().collect();
        for name in outside {
            self.problem(
                name.referenced,
                "problem-bounds",
                &[("name", Named::Same(name.value.as_str().into()))],
            );
        }
    }

    /// `{afdeling}` in a name must be a value that the group has.
    fn placeholders(&mut self, text: &Name, origin: &Origin) {
        let known: Vec<String> = match origin {
            Origin::ForEach { attribute, within } => {
                std::iter::once(attribute).chain(within).map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        };
        for part in text.value.split('{').skip(1) {
            let name = part.split('}').next().unwrap_or_default();
            self.expect_known(name, text.referenced, "problem-placeholder", &known);
        }
    }

    fn parent(&mut self, name: &Name, all: bool) -> Option<ParentRule> {
        let known = self.kinds.clone();
        self.expect_known(&name.value, name.referenced, "problem-kind", &known);
        self.kinds.iter().position(|k| *k == name.value).map(|kind| ParentRule { kind, all })
    }

    /// No group may be above itself.
    fn circles(&mut self, kinds: &[Kind], raw: &[RawKind]) {
        for (start, written) in raw.iter().enumerate() {
            let (mut seen, mut todo) = (vec![false; kinds.len()], vec![start]);
            let mut circle = false;
            while let Some(at) = todo.pop() {
                for parent in kinds.get(at).map(|k| k.parents.as_slice()).unwrap_or_default() {
                    circle |= parent.kind == start;
                    if let Some(seen) = seen.get_mut(parent.kind).filter(|s| !**s) {
                        *seen = true;
                        todo.push(parent.kind);
                    }
                }
            }
            if circle {
                let args = [("name", Named::Same(written.kind.value.as_str().into()))];
                self.problem(written.kind.referenced, "problem-circle", &args);
            }
        }
    }

    fn root(&mut self, name: &Name, kinds: &[Kind]) -> usize {
        let _ = self.fixed_key(name, kinds);
        let found = kinds.iter().position(|k| is_key(k, &name.value));
        if found.and_then(|i| kinds.get(i)).is_some_and(|k| k.space != SpaceRule::Yes) {
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
        for name in names {
            if !seen.insert(&name.value) {
                self.problem(
                    name.referenced,
                    "problem-twice",
                    &[("name", Named::Same(name.value.as_str().into()))],
                );
            }
        }
    }

    pub(super) fn expect_known(&mut self, name: &str, at: Location, message: &'static str, known: &[String]) {
        if !known.iter().any(|k| k == name) {
            self.problems.push(unknown(self.file, at, message, name, known));
        }
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

fn is_key(kind: &Kind, name: &str) -> bool {
    matches!(&kind.origin, Origin::Fixed(key) if key.as_str() == name)
}

fn types(names: &[Name]) -> Vec<UserType> {
    names.iter().map(|n| UserType::from(n.value.as_str())).collect()
}

fn type_rule(raw: &RawType) -> TypeRule {
    TypeRule {
        id: UserType::from(raw.name.value.as_str()),
        title: Text { nl: raw.title.nl.clone(), en: raw.title.en.clone() },
        outsider: raw.outsider,
    }
}

fn attribute_rule(raw: &RawAttribute) -> AttributeRule {
    AttributeRule {
        name: raw.attribute.value.as_str().into(),
        column: raw.column.value.as_str().into(),
        list: raw.list,
        title: Text { nl: raw.title.nl.clone(), en: raw.title.en.clone() },
        not_theirs: format!("{}-not-theirs", raw.title.en.to_lowercase().replace(' ', "-")).into(),
    }
}

fn space_rule(raw: RawSpace) -> SpaceRule {
    match raw {
        RawSpace::Never => SpaceRule::No,
        RawSpace::Always => SpaceRule::Yes,
        RawSpace::WhenNeeded => SpaceRule::WhenNeeded,
    }
}

fn join_wish(raw: RawJoin) -> JoinWish {
    match raw {
        RawJoin::Invite => JoinWish::Invite,
        RawJoin::Knock => JoinWish::Knock,
        RawJoin::Parents => JoinWish::Parents,
    }
}

fn history(raw: RawHistory) -> Shared {
    match raw {
        RawHistory::Shared => "shared".into(),
        RawHistory::Invited => "invited".into(),
        RawHistory::Joined => "joined".into(),
    }
}
