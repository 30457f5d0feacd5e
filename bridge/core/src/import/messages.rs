//! The reasons of an import, each with its stable code and its text.

use std::sync::LazyLock;

use crate::text::{Arg, Catalogue, Text};

use super::report::Fatal;

pub(super) const NL: &str = include_str!("../../locales/nl/import.ftl");
pub(super) const EN: &str = include_str!("../../locales/en/import.ftl");

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(NL, EN));

/// Why a row was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reject {
    FieldCount { expected: usize, found: usize },
    CutOff,
    QuoteUnclosed { lines: u64 },
    QuoteMissing,
    ControlCharacter { column: String },
    FieldTooLong { column: String, limit: usize },
    NumberMissing,
    NumberScientific,
    NumberMangled,
    DateUnreadable { column: String },
    EmailInvalid,
    TypeUnknown { types: String },
    NumberRepeated { line: u64 },
    NumberConflict { lines: String },
}

impl Reject {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::FieldCount { .. } => "field-count",
            Self::CutOff => "cut-off",
            Self::QuoteUnclosed { .. } => "quote-unclosed",
            Self::QuoteMissing => "quote-missing",
            Self::ControlCharacter { .. } => "control-character",
            Self::FieldTooLong { .. } => "field-too-long",
            Self::NumberMissing => "number-missing",
            Self::NumberScientific => "number-scientific",
            Self::NumberMangled => "number-mangled",
            Self::DateUnreadable { .. } => "date-unreadable",
            Self::EmailInvalid => "email-invalid",
            Self::TypeUnknown { .. } => "type-unknown",
            Self::NumberRepeated { .. } => "number-repeated",
            Self::NumberConflict { .. } => "number-conflict",
        }
    }

    pub(super) fn text(&self) -> Text {
        let args: Vec<(&str, Arg<'_>)> = match self {
            Self::FieldCount { expected, found } => {
                vec![("expected", (*expected).into()), ("found", (*found).into())]
            }
            Self::QuoteUnclosed { lines } => vec![("lines", (*lines).into())],
            Self::ControlCharacter { column } | Self::DateUnreadable { column } => {
                vec![("column", column.as_str().into())]
            }
            Self::FieldTooLong { column, limit } => {
                vec![("column", column.as_str().into()), ("limit", (*limit).into())]
            }
            Self::TypeUnknown { types } => vec![("types", types.as_str().into())],
            Self::NumberRepeated { line } => vec![("line", (*line).into())],
            Self::NumberConflict { lines } => vec![("lines", lines.as_str().into())],
            Self::CutOff
            | Self::QuoteMissing
            | Self::NumberMissing
            | Self::NumberScientific
            | Self::NumberMangled
            | Self::EmailInvalid => {
                vec![]
            }
        };
        CATALOGUE.text(&format!("import-reject-{}", self.code()), &args)
    }
}

/// What was accepted but looks odd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Warning {
    Ended,
    NotStarted,
    DatesReversed,
    AddressReused,
    NumberRestored {
        number: String,
    },
    NumberZeros,
    NumberCleaned {
        number: String,
    },
    Formula {
        columns: String,
    },
    Damaged {
        columns: String,
    },
    NameMissing,
    GroupMissing {
        noun: String,
        column: String,
    },
    ParentMissing {
        noun: String,
        column: String,
        parent_noun: String,
        parent: String,
    },
    SeveralParents {
        noun: String,
        column: String,
        name: String,
        parent_noun: String,
        parent: String,
        parents: String,
    },
    Spelling {
        column: String,
        names: String,
    },
    Typo {
        column: String,
        name: String,
        like: String,
    },
    Renamed {
        noun: String,
        column: String,
        from: String,
        to: String,
    },
    ColumnUnknown {
        column: String,
    },
    EncodingMixed,
    NoRows,
}

impl Warning {
    pub(super) fn code(&self) -> String {
        match self {
            Self::GroupMissing { noun, .. } => format!("{noun}-missing"),
            Self::ParentMissing { noun, parent_noun, .. } => format!("{noun}-without-{parent_noun}"),
            Self::SeveralParents { noun, parent_noun, .. } => format!("{noun}-in-several-{parent_noun}s"),
            Self::Renamed { noun, .. } => format!("{noun}-renamed"),
            other => other.message().to_owned(),
        }
    }

    fn message(&self) -> &'static str {
        match self {
            Self::Ended => "membership-ended",
            Self::NotStarted => "membership-not-started",
            Self::DatesReversed => "dates-reversed",
            Self::AddressReused => "address-of-another",
            Self::NumberRestored { .. } => "number-restored",
            Self::NumberZeros => "number-zeros",
            Self::NumberCleaned { .. } => "number-cleaned",
            Self::Formula { .. } => "formula",
            Self::Damaged { .. } => "damaged-text",
            Self::NameMissing => "name-missing",
            Self::GroupMissing { .. } => "group-missing",
            Self::ParentMissing { .. } => "group-without-parent",
            Self::SeveralParents { .. } => "group-in-several",
            Self::Spelling { .. } => "group-spelling",
            Self::Typo { .. } => "group-typo",
            Self::Renamed { .. } => "group-renamed",
            Self::ColumnUnknown { .. } => "column-unknown",
            Self::EncodingMixed => "encoding-mixed",
            Self::NoRows => "no-rows",
        }
    }

    pub(super) fn text(&self) -> Text {
        let pairs: Vec<(&str, &str)> = match self {
            Self::NumberRestored { number } | Self::NumberCleaned { number } => vec![("number", number)],
            Self::Formula { columns } | Self::Damaged { columns } => vec![("columns", columns)],
            Self::GroupMissing { column, .. } | Self::ColumnUnknown { column } => vec![("column", column)],
            Self::ParentMissing { column, parent, .. } => vec![("column", column), ("parent", parent)],
            Self::SeveralParents { column, name, parent, parents, .. } => {
                vec![("column", column), ("name", name), ("parent", parent), ("parents", parents)]
            }
            Self::Spelling { column, names } => vec![("column", column), ("names", names)],
            Self::Typo { column, name, like } => vec![("column", column), ("name", name), ("like", like)],
            Self::Renamed { column, from, to, .. } => vec![("column", column), ("from", from), ("to", to)],
            Self::Ended
            | Self::NotStarted
            | Self::DatesReversed
            | Self::AddressReused
            | Self::NumberZeros
            | Self::NameMissing
            | Self::EncodingMixed
            | Self::NoRows => vec![],
        };
        let args: Vec<_> = pairs.into_iter().map(|(name, value)| (name, Arg::from(value))).collect();
        CATALOGUE.text(&format!("import-warn-{}", self.message()), &args)
    }
}

/// What a file is that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Spreadsheet,
    Pdf,
    Web,
    Archive,
    Binary,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Spreadsheet => "spreadsheet",
            Self::Pdf => "pdf",
            Self::Web => "web",
            Self::Archive => "archive",
            Self::Binary => "binary",
        }
    }
}

fn fatal(why: &str, args: &[(&str, Arg<'_>)]) -> Fatal {
    Fatal { why: why.to_owned(), text: CATALOGUE.text(&format!("import-fatal-{why}"), args) }
}

pub(super) fn empty() -> Fatal {
    fatal("empty", &[])
}

pub(super) fn not_csv(kind: Kind) -> Fatal {
    fatal("not-csv", &[("kind", kind.name().into())])
}

/// `bytes` is the limit.
pub(super) fn too_large(bytes: usize) -> Fatal {
    fatal("too-large", &[("limit", (bytes / (1024 * 1024)).into())])
}

pub(super) fn too_many_rows(limit: usize) -> Fatal {
    fatal("too-many-rows", &[("limit", limit.into())])
}

pub(super) fn too_many_columns(limit: usize) -> Fatal {
    fatal("too-many-columns", &[("limit", limit.into())])
}

/// `like` names columns of the file that the missing ones may hide under.
pub(super) fn column_missing(columns: &[&str], like: &[&str]) -> Fatal {
    let args = [("count", columns.len().into()), ("columns", columns.join(", ").into())];
    let mut fatal = fatal("column-missing", &args);
    if !like.is_empty() {
        let hint = CATALOGUE.text("import-hint-column-like", &[("columns", like.join(", ").into())]);
        fatal.text = Text {
            nl: format!("{} {}", fatal.text.nl, hint.nl),
            en: format!("{} {}", fatal.text.en, hint.en),
        };
    }
    fatal
}

pub(super) fn column_twice(columns: &[&str]) -> Fatal {
    fatal("column-twice", &[("count", columns.len().into()), ("columns", columns.join(", ").into())])
}

pub(super) fn previous(text: &Text) -> Text {
    let prefix = CATALOGUE.text("import-hint-previous", &[]);
    Text { nl: format!("{} {}", prefix.nl, text.nl), en: format!("{} {}", prefix.en, text.en) }
}

pub(super) fn mass_removal(removed: usize, of: usize) -> Text {
    CATALOGUE.text("import-confirm-mass-removal", &[("removed", removed.into()), ("of", of.into())])
}

pub(super) fn group_removal(name: &str, removed: usize, of: usize) -> Text {
    let args = [("name", name.into()), ("removed", removed.into()), ("of", of.into())];
    CATALOGUE.text("import-confirm-group-removal", &args)
}
