//! The header: which separator the file uses and what its columns mean.

use super::{
    Fatal, ImportRules,
    messages::{self, Kind, Warning},
    rules::Column,
    table::{Table, line_ends},
};
use crate::email::trim;

/// What the columns of a file mean.
pub(super) struct Header<'r> {
    /// How many fields a row needs.
    pub(super) width: usize,
    /// The known column of each field.
    pub(super) columns: Vec<Option<&'r Column>>,
    /// The names as they stand in the file, for messages.
    pub(super) names: Vec<String>,
    /// What separates fields.
    pub(super) separator: u8,
}

/// Reads the header, after blank lines and a `sep=;` line; the table that is left gives the rows.
///
/// # Errors
///
/// When a required column is missing or a known one occurs twice, and when there are too many.
pub(super) fn read<'r, 't>(text: &'t str, rules: &'r ImportRules) -> Result<(Header<'r>, Table<'t>), Fatal> {
    if has_endless_line(text, rules) {
        return Err(messages::too_many_columns(rules.limits.columns));
    }
    let (start, line, declared) = preamble(text);
    let candidates = declared.into_iter().chain(*b";,\t|");
    let mut best: Option<(usize, Header<'r>, Table<'t>)> = None;
    for separator in candidates {
        let Some((header, rows)) = header_with(text, start, line, separator, rules) else { continue };
        let score = header.columns.iter().flatten().filter(|column| column.required).count();
        if best.as_ref().is_none_or(|(most, ..)| score > *most) {
            best = Some((score, header, rows));
        }
    }
    let (score, header, rows) = best.ok_or_else(messages::empty)?;
    if score == 0 && is_binary(text) {
        return Err(messages::not_csv(Kind::Binary));
    }
    header.check(rules).map(|()| (header, rows))
}

impl Header<'_> {
    /// What to say about columns that are left out. A column without a name comes from trailing separators.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let unknown = self
            .columns
            .iter()
            .zip(&self.names)
            .filter(|(column, name)| column.is_none() && !name.is_empty());
        unknown.map(|(_, name)| Warning::ColumnUnknown { column: name.clone() }).collect()
    }

    fn check(&self, rules: &ImportRules) -> Result<(), Fatal> {
        if self.width > rules.limits.columns {
            return Err(messages::too_many_columns(rules.limits.columns));
        }
        let times =
            |wanted: &Column| self.columns.iter().flatten().filter(|column| **column == wanted).count();
        let twice: Vec<&str> = rules.columns.iter().filter(|c| times(c) > 1).map(|c| &*c.name).collect();
        if !twice.is_empty() {
            return Err(messages::column_twice(&twice));
        }
        let missing: Vec<&str> =
            rules.columns.iter().filter(|c| c.required && times(c) == 0).map(|c| &*c.name).collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(messages::column_missing(&missing, &self.like(&missing)))
        }
    }

    /// Unknown columns whose names resemble a missing one. Only those: without a header the first line is a person.
    fn like(&self, missing: &[&str]) -> Vec<&str> {
        let unknown =
            self.columns.iter().zip(&self.names).filter(|(column, _)| column.is_none()).map(|(_, name)| name);
        unknown.filter(|name| missing.iter().any(|m| resembles(name, m))).map(String::as_str).collect()
    }
}

fn resembles(name: &str, column: &str) -> bool {
    strsim::normalized_damerau_levenshtein(&name.to_lowercase(), column) > 0.7
}

fn header_with<'r, 't>(
    text: &'t str,
    start: usize,
    line: u64,
    separator: u8,
    rules: &'r ImportRules,
) -> Option<(Header<'r>, Table<'t>)> {
    let mut rows = Table::new(text, start, line, separator);
    let record = rows.next()?;
    // One too many is enough to refuse the file.
    let fields = record.fields.iter().take(rules.limits.columns + 1);
    let names: Vec<String> = fields.clone().map(shown).collect();
    let columns = fields.map(|field| known(field, rules)).collect();
    Some((Header { width: record.fields.len(), columns, names, separator }, rows))
}

fn known<'r>(field: &str, rules: &'r ImportRules) -> Option<&'r Column> {
    let name = trim(field).to_lowercase();
    rules.columns.iter().find(|column| *column.name == *name)
}

/// A column's name for a message: trimmed, no control characters, not endless.
fn shown(field: &str) -> String {
    trim(field).chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Whether a line has more fields than any row could have: it would only fill the memory.
fn has_endless_line(text: &str, rules: &ImportRules) -> bool {
    let most = rules.limits.columns.saturating_mul(rules.limits.field);
    let separators = |line: &str| line.bytes().filter(|b| b";,\t|".contains(b)).count();
    text.split(['\n', '\r']).any(|line| line.len() > most && separators(line) > most)
}

/// Where the header starts, on which physical line, and the separator that a `sep=;` line declares.
fn preamble(text: &str) -> (usize, u64, Option<u8>) {
    let blank = text.len() - text.trim_start_matches(['\r', '\n', '\u{feff}', ' ']).len();
    let rest = text.get(blank..).unwrap_or_default();
    let end = rest.find(['\r', '\n']).unwrap_or(rest.len());
    let first = rest.get(..end).unwrap_or_default();
    let Some(separator) = declared_separator(first) else { return (0, 1, None) };
    let start = blank + end;
    (start, 1 + line_ends(text.get(..start).unwrap_or_default()), Some(separator))
}

/// The separator of a line such as `sep=;`, in quotes or not, with the separators of empty fields behind it.
fn declared_separator(line: &str) -> Option<u8> {
    let line = line.trim_start_matches('"');
    let value = line.get(..4).filter(|key| key.eq_ignore_ascii_case("sep=")).and_then(|_| line.get(4..))?;
    let separator =
        *value.as_bytes().first().filter(|b| b.is_ascii() && !b.is_ascii_alphanumeric() && **b != b'"')?;
    value.bytes().all(|b| b == separator || matches!(b, b'"' | b' ')).then_some(separator)
}

fn is_binary(text: &str) -> bool {
    let sample = text.chars().take(4_096);
    let odd = |c: &char| c.is_control() && !c.is_whitespace() || *c == char::REPLACEMENT_CHARACTER;
    sample.clone().filter(odd).count() * 20 > sample.count()
}
