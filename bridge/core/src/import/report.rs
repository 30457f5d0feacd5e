//! What an import concluded, in the shape of `kring import --json`.

use jiff::Timestamp;
use serde::Serialize;

use super::messages::{self, Reject, Warning};
use crate::{confirm::Asked, ids::MembershipNumber, text::Text};

/// The report on one file. Serialises to the JSON that `kring import --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows of the file: accepted and rejected ones, without header and blank lines.
    pub rows: usize,
    /// Accepted rows.
    pub accepted: usize,
    /// Rejected rows, in the order of the file.
    pub rejected: Vec<Remark>,
    /// Groups of membership numbers that share one address, sorted.
    pub duplicates: Vec<Vec<MembershipNumber>>,
    /// The numbers of the people with access to the section Vereniging, sorted.
    pub vereniging: Vec<MembershipNumber>,
    /// What was accepted but looks odd, in the order of the file; what is about the file or a group comes last.
    pub warnings: Vec<Remark>,
    /// People who were not in the previous administration.
    pub added: usize,
    /// People of whom the file says something else than the previous one.
    pub changed: usize,
    /// People of the previous administration who are now absent or ended.
    pub removed: usize,
    /// What must be confirmed before the import may go on.
    pub confirmation: Option<Confirmation>,
}

/// A remark about a line, or about the file or a group (`line` is `None`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The physical line from 1 on which the record starts.
    pub line: Option<u64>,
    /// A stable code in kebab case.
    pub why: String,
    /// For people: what it is and what to do.
    pub text: Text,
}

/// A removal of so many people that somebody must confirm it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confirmation {
    /// `mass-removal`.
    pub code: &'static str,
    /// How many people would be removed.
    pub removed: usize,
    /// Of how many.
    pub of: usize,
    /// What to repeat in order to confirm: for exactly these people, and until [`Confirmation::until`].
    pub token: String,
    /// From then on the token confirms nothing any more.
    pub until: Timestamp,
    /// What is asked.
    #[serde(skip)]
    pub asked: Asked,
    /// The question for people.
    pub text: Text,
}

/// A file that cannot be read as an administration at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{}", text.en)]
pub struct Fatal {
    /// A stable code in kebab case.
    pub why: String,
    /// For people: what it is and what to do.
    pub text: Text,
}

/// A [`Fatal`] as `kring import --json` prints it: `{"fatal":{…}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FatalReport {
    /// What is wrong.
    pub fatal: Fatal,
}

impl Fatal {
    /// The same trouble, but with the file of the previous import.
    #[must_use]
    pub fn of_previous(self) -> Self {
        let text = messages::previous(&self.text);
        Self { why: format!("previous-{}", self.why), text }
    }
}

impl From<Fatal> for FatalReport {
    fn from(fatal: Fatal) -> Self {
        Self { fatal }
    }
}

impl Remark {
    pub(super) fn rejected(line: u64, why: &Reject) -> Self {
        Self { line: Some(line), why: why.code().to_owned(), text: why.text() }
    }

    pub(super) fn warning(line: Option<u64>, why: &Warning) -> Self {
        Self { line, why: why.code(), text: why.text() }
    }
}
