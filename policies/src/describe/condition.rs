//! Conditions as phrases: "staff of the association with function secretary".

use kring_core::{ids::Shared, member::Source, text::Text};

use super::{each, or, same, titles};
use crate::{
    condition::{Condition, Test, What},
    decision::Named,
    policy::{Kind, MemberRule, Origin, Policy, Whose},
    texts,
};

/// One of several conditions.
pub(super) fn one_of(policy: &Policy, conditions: &[Condition]) -> Text {
    let parts: Vec<Text> = conditions.iter().map(|c| phrase(policy, c)).collect();
    or(&parts)
}

/// A rule of a kind: the condition, and of which of the kind's groups it speaks.
pub(super) fn of_rule(policy: &Policy, kind: &Kind, rule: &MemberRule) -> Text {
    // A rule without a source speaks of the administration.
    let known = rule.everybody || names_source(&rule.who);
    let who =
        phrase_of(policy, &rule.who, if known { "who-everybody" } else { "who-everybody-administration" });
    let who = if rule.everybody && !names_source(&rule.who) {
        texts::text("who-also-invited", &[("who", each(&who))])
    } else {
        who
    };
    let Origin::ForEach { attribute, .. } = &kind.origin else { return who };
    let title = |name: &Shared| policy.attribute(name).map(|a| a.title.clone()).unwrap_or_default();
    match &rule.whose {
        Whose::Own => {
            texts::text("who-own", &[("who", each(&who)), ("attribute", Named::Each(title(attribute)))])
        }
        Whose::Through(other) => {
            texts::text("who-through", &[("who", each(&who)), ("attribute", Named::Each(title(other)))])
        }
        Whose::Anywhere => texts::text("who-anywhere", &[("who", each(&who))]),
    }
}

fn names_source(condition: &Condition) -> bool {
    condition.tests.iter().any(|test| matches!(test.what, What::Source(_)))
}

/// A noun for whom it is about, with what else must hold of them behind it.
pub(super) fn phrase(policy: &Policy, condition: &Condition) -> Text {
    phrase_of(policy, condition, "who-everybody")
}

fn phrase_of(policy: &Policy, condition: &Condition, everybody: &'static str) -> Text {
    let noun = condition.tests.iter().find_map(|test| noun(policy, test));
    let mut text = noun.unwrap_or_else(|| texts::text(everybody, &[]));
    let mut first = true;
    for test in &condition.tests {
        if noun_like(test) && std::mem::take(&mut first) {
            continue;
        }
        let more = qualifier(policy, test);
        text = Text { nl: format!("{} {}", text.nl, more.nl), en: format!("{} {}", text.en, more.en) };
    }
    text
}

fn noun_like(test: &Test) -> bool {
    matches!(test.what, What::Type(_) | What::Is(_))
}

fn noun(policy: &Policy, test: &Test) -> Option<Text> {
    match &test.what {
        What::Type(types) => {
            Some(texts::text("who-types", &[("types", Named::Each(or(&titles(policy, types))))]))
        }
        What::Is(people) => Some(people.title.clone()),
        _ => None,
    }
}

/// What must hold of them, as words behind the noun.
fn qualifier(policy: &Policy, test: &Test) -> Text {
    match &test.what {
        What::Type(types) => texts::text("who-being", &[("what", Named::Each(or(&titles(policy, types))))]),
        What::Is(people) => texts::text("who-being", &[("what", each(&people.title))]),
        What::Attribute(name, values) => with(policy, name, values, ["who-with", "who-with-any"]),
        What::AddressUnique => texts::text("who-address", &[]),
        What::Source(Source::Administration) => texts::text("who-administration", &[]),
        What::Source(Source::Invitation) => texts::text("who-invited", &[]),
        What::Any(conditions) => texts::text("who-any", &[("who", Named::Each(one_of(policy, conditions)))]),
        What::Not(condition) => match condition.tests.as_slice() {
            [Test { what: What::Attribute(name, values), .. }] => {
                with(policy, name, values, ["who-without", "who-without-any"])
            }
            _ => texts::text("who-not", &[("who", Named::Each(phrase(policy, condition)))]),
        },
    }
}

fn with(policy: &Policy, name: &Shared, values: &[Shared], ids: [&'static str; 2]) -> Text {
    let title = policy.attribute(name).map(|a| a.title.clone()).unwrap_or_default();
    let [some, any] = ids;
    if values.is_empty() {
        return texts::text(any, &[("attribute", Named::Each(title))]);
    }
    let values: Vec<Text> = values.iter().map(|v| same(v)).collect();
    texts::text(some, &[("attribute", Named::Each(title)), ("values", Named::Each(or(&values)))])
}
