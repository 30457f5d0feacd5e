//! Which groups there are, where they hang, and who belongs.

use kring_core::text::Text;

use super::{Sentence, condition, count, each, or, says, titles};
use crate::{
    decision::Named,
    policy::{Afterwards, EndsWhen, JoinWish, Kind, Origin, Policy},
};

pub(super) fn groups(policy: &Policy, kind: &Kind) -> Vec<Sentence> {
    let mut sentences = vec![origin(policy, kind)];
    let parents: Vec<Text> =
        kind.parents.iter().filter_map(|p| policy.kinds.get(p.kind)).map(called).collect();
    let all = kind.parents.iter().any(|p| p.all);
    if kind.hidden {
        sentences.push(says("says-hidden", kind.lines.hidden, &[]));
    } else if !parents.is_empty() {
        let id = if all { "says-parents-all" } else { "says-parents" };
        sentences.push(says(id, kind.lines.parents, &[("parents", Named::Each(or(&parents)))]));
    }
    if kind.section {
        sentences.push(says("says-section", kind.line, &[]));
    }
    if let Some(ends) = kind.ends {
        let then = match ends.then {
            Afterwards::ReadOnly => "then-read-only",
            Afterwards::Closed => "then-closed",
        };
        let then = ("then", Named::Each(crate::texts::text(then, &[])));
        sentences.push(match ends.when {
            EndsWhen::On(day) => {
                let day = day.strftime("%d-%m-%Y").to_string();
                says("says-ends", ends.line, &[("day", Named::Same(day.as_str().into())), then])
            }
            EndsWhen::DaysAfterValue(days) => {
                says("says-ends-days", ends.line, &[("days", count(days)), then])
            }
        });
    }
    sentences
}

/// What a kind of group is called: a fixed group by its name, others by the name of the kind.
pub(super) fn called(kind: &Kind) -> Text {
    let name = match kind.origin {
        Origin::Fixed(_) => kind.title.clone(),
        _ => kind.name.to_string(),
    };
    Text { nl: name.clone(), en: name }
}

fn origin(policy: &Policy, kind: &Kind) -> Sentence {
    match &kind.origin {
        Origin::Fixed(_) => says("says-one", kind.line, &[]),
        Origin::People => says("says-made", kind.line, &[]),
        Origin::ForEach { attribute, within } => {
            let title =
                |name| Named::Each(policy.attribute(name).map(|a| a.title.clone()).unwrap_or_default());
            let attribute = ("attribute", title(attribute));
            match within {
                Some(within) => says("says-each-within", kind.line, &[attribute, ("within", title(within))]),
                None => says("says-each", kind.line, &[attribute]),
            }
        }
    }
}

pub(super) fn people(policy: &Policy, kind: &Kind) -> Vec<Sentence> {
    let mut sentences = vec![admits(policy, kind)];
    sentences.extend(may_admit(policy, kind));
    let lists =
        [(&kind.members, "says-member"), (&kind.admins, "says-admin"), (&kind.contacts, "says-contact")];
    for (rules, id) in lists {
        let of = |rule| ("who", Named::Each(condition::of_rule(policy, kind, rule)));
        sentences.extend(rules.iter().map(|rule| says(id, rule.line, &[of(rule)])));
    }
    let join = match kind.join {
        JoinWish::Invite => None,
        JoinWish::Knock => Some("says-knock"),
        JoinWish::Parents => Some("says-join-parents"),
    };
    sentences.extend(join.map(|id| says(id, kind.lines.join, &[])));
    if let Some(days) = kind.grace_days {
        sentences.push(says("says-grace-here", kind.lines.grace, &[("days", count(days))]));
    }
    sentences
}

fn admits(policy: &Policy, kind: &Kind) -> Sentence {
    let types = Named::Each(super::and(&titles(policy, &kind.admits)));
    says("says-admits", kind.lines.admits, &[("types", types)])
}

fn may_admit(policy: &Policy, kind: &Kind) -> Option<Sentence> {
    let more: Vec<_> = kind.may_admit.iter().filter(|t| !kind.admits.contains(t)).cloned().collect();
    let types = each(&super::and(&titles(policy, &more)));
    (!more.is_empty()).then(|| says("says-may-admit", kind.lines.may_admit, &[("types", types)]))
}
