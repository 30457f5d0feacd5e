//! The answer to a question, with its code, its sentence and the lines it rests on.

use jiff::Timestamp;
use kring_core::{
    ids::Shared,
    text::{Arg, Text},
};
use serde::{Deserialize, Serialize};

use crate::texts;

/// One line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRef {
    /// The policy's name or path.
    pub file: Shared,
    /// From 1.
    pub line: u32,
    /// The line itself.
    pub says: Shared,
}

/// Yes or no, and why. The sentences are made only when somebody asks for them.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Yes or no.
    pub allowed: bool,
    /// Stable: `type-not-admitted`.
    pub code: Shared,
    /// The lines of the policy that led here.
    pub rules: Vec<RuleRef>,
    /// When what was allowed ends by itself: an invitation, an appointment. `None` for never.
    pub until: Option<Timestamp>,
    pub(crate) message: &'static str,
    pub(crate) args: Vec<(&'static str, Named)>,
}

/// A value in a sentence: one text, or one per language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Named {
    /// The same in both languages.
    Same(Shared),
    /// One per language.
    Each(Text),
    /// A number, which chooses the plural.
    Count(i64),
}

impl Decision {
    pub(crate) fn new(allowed: bool, code: impl Into<Shared>, message: &'static str) -> Self {
        Self { allowed, code: code.into(), rules: Vec::new(), until: None, message, args: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Shared>) -> Self {
        self.args.push((name, Named::Same(value.into())));
        self
    }

    pub(crate) fn with_text(mut self, name: &'static str, value: Text) -> Self {
        self.args.push((name, Named::Each(value)));
        self
    }

    pub(crate) fn with_count(mut self, name: &'static str, value: usize) -> Self {
        self.args.push((name, Named::Count(i64::try_from(value).unwrap_or(i64::MAX))));
        self
    }

    pub(crate) fn because(mut self, rule: RuleRef) -> Self {
        self.rules.push(rule);
        self
    }

    pub(crate) fn until(mut self, until: Option<Timestamp>) -> Self {
        self.until = until;
        self
    }

    /// The sentence.
    pub fn text(&self) -> Text {
        texts::text(self.message, &self.args)
    }

    /// What the person can do now; empty where there is nothing to do.
    pub fn next(&self) -> Text {
        let id = format!("{}-next", self.message);
        if texts::has(&id) { texts::text(&id, &self.args) } else { Text::default() }
    }
}

impl Named {
    pub(crate) fn arg(&self, english: bool) -> Arg<'_> {
        match self {
            Self::Same(text) => Arg::from(&**text),
            Self::Each(text) => Arg::from(if english { text.en.as_str() } else { text.nl.as_str() }),
            Self::Count(number) => Arg::from(*number),
        }
    }
}
