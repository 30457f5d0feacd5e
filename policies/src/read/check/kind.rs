//! One kind of group, from words to rules.

use kring_core::{
    group::JoinWish,
    ids::{GroupKey, Shared, UserType},
};

use super::{Checker, name};
use crate::{
    policy::{Afterwards, Bounds, Ending, EndsWhen, Kind, KindLines, Origin, SpaceRule},
    power::is_for_bridge,
    read::{
        conditions::line,
        placed::Placed,
        raw::{Name, RawAfterwards, RawEnds, RawHistory, RawJoin, RawKind, RawSpace},
    },
};

impl Checker<'_> {
    pub(super) fn kind(&mut self, raw: &RawKind) -> Kind {
        let origin = self.origin(raw);
        self.shape(raw, &origin);
        self.bounds(raw);
        for text in raw.name.iter().chain(&raw.topic) {
            self.placeholders(text, &origin);
        }
        let generated = matches!(origin, Origin::ForEach { .. });
        let rules = |this: &mut Self, raw: &[_]| {
            raw.iter().map(|m| this.member_rule(m, generated)).collect::<Vec<_>>()
        };
        let kind = Kind {
            name: raw.kind.value.as_str().into(),
            title: raw.name.as_ref().map(|n| n.value.clone()).unwrap_or_default(),
            topic: raw.topic.as_ref().map(|t| t.value.clone()),
            parents: self.parents(raw),
            room: raw.room.as_ref().is_none_or(|r| r.value),
            space: space_rule(raw.space),
            admits: types(&raw.admits.value),
            may_admit: types(raw.may_admit.as_ref().map_or(&raw.admits.value, |t| &t.value)),
            members: rules(self, &raw.members),
            admins: rules(self, &raw.admins),
            writers: rules(self, &raw.writers),
            contacts: rules(self, &raw.contacts),
            invites: self.invites(raw, &origin),
            create: self.create(raw),
            admins_above: raw.admins_above,
            admin_days: raw.admin_days.as_ref().map(|d| d.value),
            least_admins: self.least_admins(raw),
            grace_days: raw.grace_days.as_ref().map(|d| d.value),
            ends: raw.ends.as_ref().and_then(|ends| self.ends(ends, &origin)),
            settings: self.settings(raw),
            admins_send: self.admins_send(raw),
            join: raw.join.as_ref().map_or(JoinWish::Invite, |j| join_wish(j.value)),
            history: raw.history.as_ref().map_or("shared", |h| history(h.value)).into(),
            federate: raw.federate,
            read_only: raw.read_only.as_ref().is_some_and(|r| r.value),
            hidden: raw.hidden.as_ref().is_some_and(|h| h.value),
            native: raw.native_invites,
            section: raw.section,
            line: line(raw.kind.referenced),
            lines: kind_lines(raw),
            origin,
        };
        self.reachable(raw, &kind);
        kind
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
                    self.problem(key.referenced, "problem-key-form", &name(&key.value));
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

    fn shape(&mut self, raw: &RawKind, origin: &Origin) {
        let at = raw.kind.referenced;
        if format!("{}/x", raw.kind.value).parse::<GroupKey>().is_err() || raw.kind.value.contains('/') {
            self.problem(at, "problem-kind-form", &[]);
        }
        if raw.name.is_none() && *origin != Origin::People {
            self.problem(at, "problem-no-name", &[]);
        }
        if raw.room.as_ref().is_some_and(|r| !r.value) && !matches!(raw.space, RawSpace::Always) {
            self.problem(at, "problem-no-room", &[]);
        }
    }

    /// What a kind admits by itself lies within what it may be set to admit.
    fn bounds(&mut self, raw: &RawKind) {
        let known = self.type_names();
        let may = raw.may_admit.as_ref().map(|m| &m.value);
        for name in raw.admits.value.iter().chain(may.into_iter().flatten()) {
            self.expect_known(&name.value, name.referenced, "problem-type", &known);
        }
        let Some(may) = may else { return };
        for outside in raw.admits.value.iter().filter(|t| !may.iter().any(|m| m.value == t.value)) {
            self.problem(outside.referenced, "problem-bounds", &name(&outside.value));
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

    fn ends(&mut self, raw: &Placed<RawEnds>, origin: &Origin) -> Option<Ending> {
        let when = match (raw.value.after, raw.value.days_after_value) {
            (Some(day), None) => EndsWhen::On(day),
            (None, Some(days)) if matches!(origin, Origin::ForEach { .. }) => EndsWhen::DaysAfterValue(days),
            _ => {
                self.problem(raw.referenced, "problem-ends", &[]);
                return None;
            }
        };
        let then = match raw.value.then {
            RawAfterwards::ReadOnly => Afterwards::ReadOnly,
            RawAfterwards::Closed => Afterwards::Closed,
        };
        Some(Ending { when, then, line: line(raw.referenced) })
    }

    fn settings(&mut self, raw: &RawKind) -> Bounds {
        let Some(settings) = &raw.settings else { return Bounds::default() };
        let usual = raw.join.as_ref().map_or(RawJoin::Invite, |j| j.value);
        let join: Vec<JoinWish> = settings.value.join.iter().map(|j| join_wish(*j)).collect();
        if !join.is_empty() && !join.contains(&join_wish(usual)) {
            self.problem(settings.referenced, "problem-settings-join", &[]);
        }
        Bounds { read_only: settings.value.read_only, join, end_within_days: settings.value.end_within_days }
    }

    fn admins_send(&mut self, raw: &RawKind) -> Vec<Shared> {
        let Some(sent) = &raw.admins_send else { return Vec::new() };
        for event_type in sent.value.iter().filter(|n| is_for_bridge(n.value.as_str())) {
            self.problem(event_type.referenced, "problem-admins-send", &name(&event_type.value));
        }
        sent.value.iter().map(|n| n.value.as_str().into()).collect()
    }
}

/// The lines of what a kind says; where it is silent, the line of its name.
fn kind_lines(raw: &RawKind) -> KindLines {
    let kind = line(raw.kind.referenced);
    let at = |place: Option<serde_saphyr::Location>| place.map_or(kind, line);
    KindLines {
        admits: line(raw.admits.referenced),
        may_admit: raw.may_admit.as_ref().map_or_else(|| line(raw.admits.referenced), |m| line(m.referenced)),
        parents: at(raw.parents.as_ref().map(|p| p.referenced)),
        admins: at(raw.admins.first().map(|a| a.referenced)),
        admin_days: at(raw.admin_days.as_ref().map(|d| d.referenced)),
        grace: at(raw.grace_days.as_ref().map(|d| d.referenced)),
        settings: at(raw.settings.as_ref().map(|s| s.referenced)),
        admins_send: at(raw.admins_send.as_ref().map(|s| s.referenced)),
        join: at(raw.join.as_ref().map(|j| j.referenced)),
        history: at(raw.history.as_ref().map(|h| h.referenced)),
        read_only: at(raw.read_only.as_ref().map(|r| r.referenced)),
        hidden: at(raw.hidden.as_ref().map(|h| h.referenced)),
    }
}

fn types(names: &[Name]) -> Vec<UserType> {
    names.iter().map(|n| UserType::from(n.value.as_str())).collect()
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

fn history(raw: RawHistory) -> &'static str {
    match raw {
        RawHistory::Shared => "shared",
        RawHistory::Invited => "invited",
        RawHistory::Joined => "joined",
    }
}
