//! Who may do what in the groups of a kind.

use kring_core::text::Text;

use super::{Sentence, condition, count, or, says};
use crate::{
    decision::Named,
    policy::{InviteRule, Inviter, JoinWish, Kind, Policy},
    texts,
};

pub(super) fn invitations(policy: &Policy, kind: &Kind) -> Vec<Sentence> {
    let mut sentences: Vec<Sentence> = kind.invites.iter().map(|rule| invitation(policy, rule)).collect();
    if kind.invites.is_empty() {
        sentences.push(says("says-no-invitations", kind.line, &[]));
    }
    if kind.native {
        sentences.push(says("says-native", kind.line, &[]));
    }
    sentences
}

fn invitation(policy: &Policy, rule: &InviteRule) -> Sentence {
    let word = |inviter: &Inviter| match inviter {
        Inviter::Admins => "inviter-admins",
        Inviter::Members => "inviter-members",
        Inviter::AdminsAbove => "inviter-admins-above",
    };
    let by = rule.by.iter().map(|inviter| texts::text(word(inviter), &[]));
    let who: Vec<Text> = by.chain(rule.who.iter().map(|c| condition::phrase(policy, c))).collect();
    let whom = match rule.whom.as_slice() {
        [] => texts::text("whom-anybody", &[]),
        whom => condition::one_of(policy, whom),
    };
    let args = [("who", Named::Each(or(&who))), ("whom", Named::Each(whom))];
    match rule.at_most_days {
        None => says("says-invite", rule.line, &args),
        Some(days) => {
            let [who, whom] = args;
            says("says-invite-days", rule.line, &[who, whom, ("days", count(days))])
        }
    }
}

pub(super) fn making(policy: &Policy, kind: &Kind) -> Vec<Sentence> {
    let Some(rule) = &kind.create else { return Vec::new() };
    let who = rule.who.iter().map(|c| condition::phrase(policy, c));
    let above = rule.admins_above.then(|| texts::text("inviter-admins-above", &[]));
    let who: Vec<Text> = who.chain(above).collect();
    let counts = [
        ("count", count(rule.at_most)),
        ("length", count(rule.name_length)),
        ("above", count(rule.under_at_most)),
    ];
    vec![
        says("says-make", rule.line, &[("who", Named::Each(or(&who)))]),
        says("says-make-bounds", rule.line, &counts),
    ]
}

pub(super) fn talking(policy: &Policy, kind: &Kind) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    if kind.read_only {
        sentences.push(says("says-read-only", kind.lines.read_only, &[]));
    }
    for rule in &kind.writers {
        let who = condition::of_rule(policy, kind, rule);
        sentences.push(says("says-writer", rule.line, &[("who", Named::Each(who))]));
    }
    if &*kind.history != "shared" {
        sentences.push(says("says-history", kind.lines.history, &[]));
    }
    if kind.federate {
        sentences.push(says("says-federate", kind.line, &[]));
    }
    sentences
}

pub(super) fn running(policy: &Policy, kind: &Kind) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    if kind.admins_above {
        sentences.push(says("says-admins-above", kind.line, &[]));
    }
    if let Some(days) = kind.admin_days {
        sentences.push(says("says-admin-days", kind.lines.admin_days, &[("days", count(days))]));
    }
    if let Some(least) = &kind.least_admins {
        sentences.push(says("says-least-admins", least.line, &[("count", count(least.count))]));
        if !least.successors.is_empty() {
            let who = condition::one_of(policy, &least.successors);
            sentences.push(says("says-successors", least.line, &[("who", Named::Each(who))]));
        }
    }
    let bounds = &kind.settings;
    let may = |allowed: bool, id| allowed.then(|| says(id, kind.lines.settings, &[]));
    sentences.extend(may(bounds.read_only, "says-set-read-only"));
    sentences.extend(may(bounds.join.contains(&JoinWish::Invite), "says-set-invite"));
    sentences.extend(may(bounds.join.contains(&JoinWish::Knock), "says-set-knock"));
    sentences.extend(may(bounds.join.contains(&JoinWish::Parents), "says-set-parents"));
    if let Some(days) = bounds.end_within_days {
        sentences.push(says("says-set-end", kind.lines.settings, &[("days", count(days))]));
    }
    if !kind.admins_send.is_empty() {
        let sent = kind.admins_send.join(", ");
        let sent = ("types", Named::Same(sent.as_str().into()));
        sentences.push(says("says-admins-send", kind.lines.admins_send, &[sent]));
    }
    sentences
}
