//! From YAML to a policy, or to a list of what is wrong with it.

use kring_core::text::Text;
use serde::{Serialize, de::DeserializeOwned};
use serde_saphyr::{Error as YamlError, Location};

use crate::{decision::Named, policy::Policy, texts};

mod check;
mod conditions;
pub(crate) mod placed;
mod raw;

pub(crate) use raw::OneOrMore;

/// Largest policy or case table, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// So much of what a file says is repeated in a problem, in characters; enough for every key that there is.
const LONGEST_REPEATED: usize = 900;

/// One thing that is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file as it was named.
    pub file: String,
    /// From 1; 0 where the whole file is meant.
    pub line: u64,
    /// From 1; 0 where the whole file is meant.
    pub column: u64,
    /// What is wrong and what to do.
    pub message: Text,
}

/// Reads and checks a policy.
///
/// # Errors
///
/// When the text is too large, no YAML, has unknown keys, or names what does not exist.
pub fn read_policy(name: &str, yaml: &str) -> Result<Policy, Vec<Problem>> {
    let raw = read_yaml::<raw::RawPolicy>(name, yaml).map_err(|problem| vec![problem])?;
    check::check(name, yaml, &raw)
}

/// The JSON Schema of a policy file, for editors that complete and check while somebody writes.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(raw::RawPolicy).to_value()
}

/// Reads one YAML document within the limits.
pub(crate) fn read_yaml<T: DeserializeOwned>(file: &str, yaml: &str) -> Result<T, Problem> {
    if yaml.len() > MAX_BYTES {
        let args = [("kib", Named::Count(i64::try_from(MAX_BYTES / 1024).unwrap_or(i64::MAX)))];
        return Err(problem(file, Location::UNKNOWN, "problem-too-large", &args));
    }
    serde_saphyr::from_str_with_options(yaml, limits()).map_err(|error| yaml_problem(file, &error))
}

/// A policy is written by hand: few levels, few aliases, no expansion worth speaking of.
fn limits() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 24,
            flow_nesting_limit: 24,
            max_aliases: 100,
            max_anchors: 100,
            max_recorded_anchor_events: 10_000,
            max_merge_keys: 100,
            max_nodes: 50_000,
            max_events: 100_000,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 20_000,
            max_replay_stack_depth: 8,
        },
        strict_booleans: true,
    }
}

fn yaml_problem(file: &str, error: &YamlError) -> Problem {
    let at = error.location().unwrap_or(Location::UNKNOWN);
    match error.without_snippet() {
        YamlError::SerdeUnknownField { field, expected, .. } => {
            unknown(file, at, "problem-key", field, expected)
        }
        YamlError::SerdeUnknownVariant { variant, expected, .. } => {
            unknown(file, at, "problem-word", variant, expected)
        }
        YamlError::SerdeMissingField { field, .. } => {
            problem(file, at, "problem-missing", &[("name", Named::Same((*field).into()))])
        }
        YamlError::Budget { .. } => problem(file, at, "problem-too-deep", &[]),
        other => {
            let detail = other.to_string();
            let first = detail.lines().next().unwrap_or_default();
            problem(file, at, "problem-yaml", &[("detail", Named::Same(first.into()))])
        }
    }
}

/// "There is no X", with the nearest of what there is.
pub(crate) fn unknown(
    file: &str,
    at: Location,
    message: &'static str,
    name: &str,
    known: &[impl AsRef<str>],
) -> Problem {
    let near = nearest(name, known);
    let list = known.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    let args = [
        ("name", Named::Same(name.chars().take(80).collect::<String>().into())),
        ("near", Named::Same(near.unwrap_or_default().into())),
        ("known", Named::Same(list.into())),
    ];
    let mut problem = problem(file, at, message, &args);
    let hint = if near.is_some() { "problem-near" } else { "problem-known" };
    let hint = texts::text(hint, &shortened(&args));
    problem.message = Text {
        nl: format!("{} {}", problem.message.nl, hint.nl),
        en: format!("{} {}", problem.message.en, hint.en),
    };
    problem
}

fn nearest<'a>(name: &str, known: &'a [impl AsRef<str>]) -> Option<&'a str> {
    let scored = known.iter().map(|k| (strsim::jaro_winkler(name, k.as_ref()), k.as_ref()));
    scored.filter(|(score, _)| *score > 0.78).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, k)| k)
}

pub(crate) fn problem(file: &str, at: Location, id: &'static str, args: &[(&'static str, Named)]) -> Problem {
    let message = texts::text(id, &shortened(args));
    Problem { file: file.to_owned(), line: at.line(), column: at.column(), message }
}

/// What a file says is repeated in a sentence only as far as a person reads it.
fn shortened(args: &[(&'static str, Named)]) -> Vec<(&'static str, Named)> {
    let short = |named: &Named| match named {
        Named::Same(text) if text.chars().nth(LONGEST_REPEATED).is_some() => {
            let start: String = text.chars().take(LONGEST_REPEATED).chain(['…']).collect();
            Named::Same(start.into())
        }
        other => other.clone(),
    };
    args.iter().map(|(name, named)| (*name, short(named))).collect()
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
