//! What a policy means, in sentences that a board reads: per kind of group who belongs and who may do what.

use kring_core::{
    ids::{Shared, UserType},
    text::Text,
};
use serde::Serialize;

use crate::{
    decision::Named,
    policy::{Kind, Policy, Reach, Threshold},
    texts,
};

mod condition;
mod kind;
mod rights;

/// The sentences about one kind of group, or about all groups together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// The kind; `None` for what holds everywhere.
    pub kind: Option<Shared>,
    /// What it is called.
    pub title: Text,
    /// In the order in which somebody would ask.
    pub sentences: Vec<Sentence>,
}

/// One sentence and the line of the policy that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// What it says.
    pub text: Text,
    /// The line.
    pub line: u32,
}

/// The whole policy: what holds everywhere, then each kind of group in the order of the file.
pub fn describe(policy: &Policy) -> Vec<Section> {
    let kinds = policy.kinds.iter().map(|kind| describe_kind(policy, kind));
    std::iter::once(everywhere(policy)).chain(kinds).collect()
}

/// One kind of group.
pub fn describe_kind(policy: &Policy, kind: &Kind) -> Section {
    let mut sentences = kind::groups(policy, kind);
    sentences.extend(kind::people(policy, kind));
    sentences.extend(rights::invitations(policy, kind));
    sentences.extend(rights::making(policy, kind));
    sentences.extend(rights::talking(policy, kind));
    sentences.extend(rights::running(policy, kind));
    Section { kind: Some(kind.name.clone()), title: kind::called(kind), sentences }
}

fn everywhere(policy: &Policy) -> Section {
    let mut sentences = Vec::new();
    for rule in &policy.types {
        let title = ("type", Named::Each(rule.title.clone()));
        let id = match (rule.outsider, rule.writes_to) {
            (true, Reach::Anybody) => "says-type-outsider",
            (true, Reach::SharedGroup) => "says-type-outsider-shared",
            (true, Reach::Nobody) => "says-type-outsider-silent",
            (false, Reach::Anybody) => "says-type",
            (false, Reach::SharedGroup) => "says-type-shared",
            (false, Reach::Nobody) => "says-type-silent",
        };
        sentences.push(says(id, rule.line, &[title]));
    }
    for attribute in &policy.attributes {
        for (values, id) in [(&attribute.only, "says-only"), (&attribute.except, "says-except")] {
            let values: Vec<Text> = values.iter().map(|v| same(v)).collect();
            let args = [("attribute", each(&attribute.title)), ("values", Named::Each(and(&values)))];
            sentences.extend((!values.is_empty()).then(|| says(id, policy.at.types, &args)));
        }
        let Some(by) = attribute.shared_by.as_ref().and_then(|by| policy.attribute(by)) else { continue };
        let args = [("attribute", each(&attribute.title)), ("by", each(&by.title))];
        sentences.push(says("says-shared", policy.at.types, &args));
    }
    for people in &policy.people {
        let who = condition::one_of(policy, &people.who);
        sentences.push(says(
            "says-people",
            people.line,
            &[("people", each(&people.title)), ("who", each(&who))],
        ));
    }
    sentences.push(says("says-grace", policy.at.grace, &[("days", count(policy.grace_days))]));
    let args = |of: Threshold| [("percent", count(of.percent())), ("people", count(of.at_least))];
    sentences.push(says("says-removal", 1, &args(policy.removal.total)));
    if policy.removal.says_in_group {
        sentences.push(says("says-removal-group", 1, &args(policy.removal.in_group)));
    }
    if !policy.leave_alone.is_empty() {
        sentences.push(says("says-leave-alone", policy.at.leave_alone, &[]));
    }
    Section { kind: None, title: texts::text("says-everywhere", &[]), sentences }
}

fn says(id: &'static str, line: u32, args: &[(&'static str, Named)]) -> Sentence {
    Sentence { text: texts::text(id, args), line }
}

fn each(text: &Text) -> Named {
    Named::Each(text.clone())
}

fn count(number: impl TryInto<i64>) -> Named {
    Named::Count(number.try_into().unwrap_or(i64::MAX))
}

/// A word that is the same in both languages.
fn same(word: &str) -> Text {
    Text { nl: word.to_owned(), en: word.to_owned() }
}

/// "a, b or c" in both languages.
fn or(parts: &[Text]) -> Text {
    joined(parts, "list-or")
}

/// "a, b and c" in both languages.
fn and(parts: &[Text]) -> Text {
    joined(parts, "list-and")
}

fn joined(parts: &[Text], id: &'static str) -> Text {
    match parts.split_last() {
        None => Text::default(),
        Some((only, [])) => only.clone(),
        Some((last, first)) => {
            let of = |language: &str| first.iter().map(|t| t.get(language)).collect::<Vec<_>>().join(", ");
            let first = Text { nl: of("nl"), en: of("en") };
            texts::text(id, &[("first", Named::Each(first)), ("last", each(last))])
        }
    }
}

/// The titles of types; the name of one that the policy does not list.
fn titles(policy: &Policy, types: &[UserType]) -> Vec<Text> {
    let own = |t: &UserType| same(t.as_str());
    types.iter().map(|t| policy.user_type(t).map_or_else(|| own(t), |rule| rule.title.clone())).collect()
}

#[cfg(test)]
mod tests;
