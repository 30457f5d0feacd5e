//! Who may invite and make groups, and rules that could never hold.

use kring_core::ids::UserType;
use serde_saphyr::Location;

use super::{Checker, name};
use crate::{
    condition::Condition,
    policy::{CreateRule, InviteRule, Inviter, Kind, LeastAdmins, Origin},
    read::{
        conditions::line,
        placed::Placed,
        raw::{RawCondition, RawInvite, RawInviter, RawKind},
    },
};

impl Checker<'_> {
    /// `by_invitation: true` is short for one rule: admins invite everybody whom the group admits.
    pub(super) fn invites(&mut self, raw: &RawKind, origin: &Origin) -> Vec<InviteRule> {
        let short = raw.by_invitation.as_ref();
        match (&raw.invites, short) {
            (Some(rules), None) => rules.iter().map(|rule| self.invite(rule)).collect(),
            (Some(_), Some(short)) => {
                self.problem(short.referenced, "problem-invites-twice", &[]);
                Vec::new()
            }
            (None, short) if short.map_or(*origin == Origin::People, |s| s.value) => {
                vec![by_admins(short.map_or(raw.kind.referenced, |s| s.referenced))]
            }
            _ => Vec::new(),
        }
    }

    fn invite(&mut self, raw: &Placed<RawInvite>) -> InviteRule {
        if raw.value.by.is_empty() && raw.value.who.is_empty() {
            self.problem(raw.referenced, "problem-nobody-invites", &[]);
        }
        InviteRule {
            by: raw.value.by.iter().map(|b| inviter(*b)).collect(),
            who: self.conditions(&raw.value.who),
            whom: self.conditions(&raw.value.whom),
            at_most_days: raw.value.at_most_days,
            line: line(raw.referenced),
        }
    }

    pub(super) fn create(&mut self, raw: &RawKind) -> Option<CreateRule> {
        let made_by = raw.made_by.as_ref()?;
        Some(CreateRule {
            who: self.conditions(&made_by.value.who),
            admins_above: made_by.value.admins_above,
            at_most: made_by.value.at_most,
            under_at_most: made_by.value.under_at_most.unwrap_or(1),
            name_length: made_by.value.name_length,
            line: line(made_by.referenced),
        })
    }

    pub(super) fn least_admins(&mut self, raw: &RawKind) -> Option<LeastAdmins> {
        let successors = self.conditions(&raw.successors);
        match &raw.least_admins {
            Some(least) => Some(LeastAdmins { count: least.value, successors, line: line(least.referenced) }),
            None => {
                if let Some(first) = raw.successors.first() {
                    self.problem(first.referenced, "problem-successors", &[]);
                }
                None
            }
        }
    }

    fn conditions(&mut self, raw: &[Placed<RawCondition>]) -> Vec<Condition> {
        raw.iter().map(|c| self.condition(c)).collect()
    }

    /// A rule that speaks only of types which the group can never admit is a mistake that nobody would notice.
    pub(super) fn reachable(&mut self, raw: &RawKind, kind: &Kind) {
        let names = self.type_names();
        let known = |t: &UserType| names.iter().any(|name| name == t.as_str());
        if !kind.may_admit.iter().all(known) {
            return;
        }
        let written = raw.members.iter().chain(&raw.admins).chain(&raw.writers);
        let rules = kind.members.iter().chain(&kind.admins).chain(&kind.writers);
        for (written, rule) in written.zip(rules) {
            let types = rule.who.types().filter(|types| types.iter().all(known));
            if types.is_some_and(|types| !types.iter().any(|t| kind.may_admit.contains(t))) {
                self.problem(written.referenced, "problem-never", &name(&kind.name));
            }
        }
    }
}

fn by_admins(at: Location) -> InviteRule {
    InviteRule {
        by: vec![Inviter::Admins],
        who: Vec::new(),
        whom: Vec::new(),
        at_most_days: None,
        line: line(at),
    }
}

fn inviter(raw: RawInviter) -> Inviter {
    match raw {
        RawInviter::Admins => Inviter::Admins,
        RawInviter::Members => Inviter::Members,
        RawInviter::AdminsAbove => Inviter::AdminsAbove,
    }
}
