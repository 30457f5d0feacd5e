//! Which sentences of a policy differ.

use kring_core::{ids::Shared, text::Text};
use serde::Serialize;

use crate::{
    describe::{Section, describe},
    policy::Policy,
};

/// What is said differently about one kind of group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleChange {
    /// The kind; `None` for what holds everywhere.
    pub kind: Option<Shared>,
    /// What it is called.
    pub title: Text,
    /// Sentences that no longer hold.
    pub gone: Vec<Text>,
    /// Sentences that hold from now on.
    pub new: Vec<Text>,
}

/// In the order of the new policy; kinds that it no longer has come last.
pub(super) fn changes(before: &Policy, after: &Policy) -> Vec<RuleChange> {
    let (before, after) = (describe(before), describe(after));
    let of = |sections: &[Section], kind: &Option<Shared>| {
        let section = sections.iter().find(|section| section.kind == *kind);
        section.map(|section| section.sentences.iter().map(|s| s.text.clone()).collect::<Vec<_>>())
    };
    let gone = before.iter().filter(|section| of(&after, &section.kind).is_none());
    let sections = after.iter().chain(gone);
    let change = |section: &Section| {
        let old = of(&before, &section.kind).unwrap_or_default();
        let new = of(&after, &section.kind).unwrap_or_default();
        let without = |these: &[Text], those: &[Text]| {
            these.iter().filter(|t| !those.contains(t)).cloned().collect::<Vec<_>>()
        };
        RuleChange {
            kind: section.kind.clone(),
            title: section.title.clone(),
            gone: without(&old, &new),
            new: without(&new, &old),
        }
    };
    sections.map(change).filter(|change| !change.gone.is_empty() || !change.new.is_empty()).collect()
}
