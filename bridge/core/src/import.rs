//! Reading a member administration: bytes → rows → conclusions → what differs from the previous one.
//!
//! ```text
//! decode   bytes to text, whatever the encoding; files that are no text
//! table    text to records, each with its physical line
//! header   which separator, which columns
//! quotes   records that swallow others for want of a quote
//! row      what one record says about a person, and what is wrong with it
//! people   rows next to each other: one number twice, one address for several people
//! conclude   rows to report and accepted people, with all of the above and below
//! groups   oddities of branches, regions and provinces
//! diff     against the previous administration; the confirmation of a mass removal
//! reconcile   the people that the store is to have
//! ```
//!
//! A new reason is a variant in `messages` with its text in `locales/*/import.ftl`.

mod addresses;
mod administration;
mod conclude;
mod date;
mod decode;
mod diff;
mod export;
mod groups;
mod header;
mod messages;
mod number;
mod people;
mod quotes;
mod reconcile;
mod report;
mod row;
mod rules;
mod table;
#[cfg(test)]
mod tests;

pub use self::{
    addresses::read_addresses,
    administration::{Administration, Record},
    diff::{Diff, Renamed},
    export::{csv_safe, is_formula_like},
    reconcile::{PeopleChange, reconcile},
    report::{Confirmation, Fatal, FatalReport, Remark, Report},
    rules::{Column, Feeds, GroupThreshold, ImportRules, Level, Limits, Thresholds},
};

use self::{
    diff::Mentioned,
    messages::Warning,
    people::Addresses,
    row::{Row, RowReader},
    table::Table,
};
use crate::member::Person;

/// Everything that one file says.
#[derive(Debug, Clone)]
pub struct Import {
    /// The conclusions, as `kring import --json` prints them.
    pub report: Report,
    /// The accepted people, ended memberships included.
    pub administration: Administration,
    /// What differs from the previous administration.
    pub diff: Diff,
    mentioned: Mentioned,
    addresses: Addresses,
}

impl Import {
    /// Whether a rejected row shows that this person is still in the file.
    pub fn mentions(&self, person: &Person) -> bool {
        Administration::from_people([person]).records().iter().any(|record| self.mentioned.has(record))
    }

    /// How many people of the file have the address with this key: accepted ones and rejected ones.
    pub fn people_with(&self, address: &str) -> usize {
        self.addresses.people(address)
    }
}

/// Reads a file and concludes what it says, by the rules of the policy and against the previous administration.
///
/// Changes nothing. The same bytes, rules and previous administration always give the same import.
///
/// # Errors
///
/// When the file cannot be read as an administration at all: empty, no CSV, a required column missing or a known
/// one twice, or beyond the limits.
pub fn read(bytes: &[u8], rules: &ImportRules, previous: Option<&Administration>) -> Result<Import, Fatal> {
    if bytes.len() > rules.limits.bytes {
        return Err(messages::too_large(rules.limits.bytes));
    }
    let decoded = decode::decode(bytes)?;
    let (header, mut table) = header::read(&decoded.text, rules)?;
    let mut about_file = header.warnings();
    if decoded.mixed {
        about_file.push(Warning::EncodingMixed);
    }
    let rows = read_rows(&mut table, RowReader::new(&header, rules, previous), rules.limits.rows)?;
    if rows.rows.is_empty() {
        about_file.push(Warning::NoRows);
    }
    Ok(conclude::conclude(rows, about_file, rules, previous))
}

/// The rows, and whether these are all.
struct Rows {
    rows: Vec<Row>,
    /// Whether a missing quote hides some of them.
    hidden: bool,
}

/// Reads all records; the last one is known to be the last only when there is no other.
fn read_rows(table: &mut Table<'_>, mut reader: RowReader<'_>, limit: usize) -> Result<Rows, Fatal> {
    let mut read = Rows { rows: Vec::new(), hidden: false };
    let shape = reader.shape();
    let mut waiting = table.next();
    while let Some(mut record) = waiting {
        if let Some(torn) = shape.tear(&record, table.raw(&record)) {
            read.hidden |= !table.resume_within(&record, torn.lines);
            (record.fields, record.torn) = (torn.fields, true);
        }
        waiting = table.next();
        let ending = waiting.is_none().then(|| table.ending(&record));
        let row = reader.read(&record, ending.as_ref());
        read.hidden |= row.swallows;
        read.rows.push(row);
        if read.rows.len() > limit {
            return Err(messages::too_many_rows(limit));
        }
    }
    Ok(read)
}
