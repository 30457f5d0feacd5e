//! Reading a member administration: bytes → rows → conclusions → what differs from the previous one.
//!
//! ```text
//! decode   bytes to text, whatever the encoding; files that are no text
//! table    text to records, each with its physical line
//! header   which separator, which columns
//! row      what one record says about a person, and what is wrong with it
//! people   rows next to each other: one number twice, one address for several people
//! groups   oddities of branches, regions and provinces
//! diff     against the previous administration; the confirmation of a mass removal
//! reconcile   the people that the store is to have
//! ```
//!
//! A new reason is a variant in `messages` with its text in `locales/*/import.ftl`.

mod addresses;
mod administration;
mod date;
mod decode;
mod diff;
mod export;
mod groups;
mod header;
mod messages;
mod number;
mod people;
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
    table::{Ending, Table},
};
use crate::{
    ids::MembershipNumber,
    member::{AddressStanding, Person},
};

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
    if rows.is_empty() {
        about_file.push(Warning::NoRows);
    }
    Ok(conclude(rows, about_file, rules, previous))
}

/// The rows, and whether the end of the file can be trusted.
struct Rows {
    rows: Vec<Row>,
    /// Whether a quote that never closes hides what comes after it.
    hidden: bool,
}

impl Rows {
    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Reads all records; the last one is known to be the last only when there is no other.
fn read_rows(table: &mut Table<'_>, mut reader: RowReader<'_>, limit: usize) -> Result<Rows, Fatal> {
    let mut read = Rows { rows: Vec::new(), hidden: false };
    let mut waiting = table.next();
    while let Some(record) = waiting {
        waiting = table.next();
        let ending = waiting.is_none().then(|| table.ending(&record));
        read.hidden |= matches!(ending, Some(Ending::QuoteOpen { lines: 2.. }));
        read.rows.push(reader.read(&record, ending.as_ref()));
        if read.rows.len() > limit {
            return Err(messages::too_many_rows(limit));
        }
    }
    Ok(read)
}

fn conclude(
    read: Rows,
    about_file: Vec<Warning>,
    rules: &ImportRules,
    previous: Option<&Administration>,
) -> Import {
    let Rows { mut rows, hidden } = read;
    let repeats = people::judge_numbers(&mut rows);
    let addresses = Addresses::of(&rows, &repeats, rules.today);
    let nobody = Administration::default();
    let before = previous.unwrap_or(&nobody);
    let mentioned = Mentioned::of(&rows, rules);
    let rejected: Vec<Remark> =
        rows.iter().filter_map(|row| Some(Remark::rejected(row.line, row.fault.as_ref()?))).collect();
    let duplicates = addresses.duplicates(&rows, rules.today);
    let mut warnings = row_warnings(&mut rows, before);
    let count = rows.len();
    let records: Vec<Record> = rows.into_iter().filter_map(|row| accept(row, &addresses, rules)).collect();
    warnings.extend(records.iter().filter(|record| !record.gone).flat_map(|record| {
        groups::of_record(record, rules).into_iter().map(|warning| (record.line, warning))
    }));
    warnings.sort_by_key(|(line, _)| *line);
    let administration = Administration::from_records(records);
    let diff = diff::compare(before, &administration, &mentioned, &rules.levels);
    let report = Report {
        rows: count,
        accepted: count - rejected.len(),
        rejected,
        duplicates,
        vereniging: vereniging(&administration, rules),
        warnings: remarks(&warnings, about_file, &administration, &diff, rules),
        added: diff.added.len(),
        changed: diff.changed.len(),
        removed: diff.removed.len(),
        confirmation: diff::confirmation(before, &diff, &rules.thresholds, hidden),
    };
    Import { report, administration, diff, mentioned, addresses }
}

/// What is odd about accepted rows by themselves, and addresses that were somebody else's (rule 8).
fn row_warnings(rows: &mut [Row], previous: &Administration) -> Vec<(u64, Warning)> {
    let owners = diff::owners(previous);
    let mut warnings = Vec::new();
    for row in rows.iter_mut().filter(|row| row.fault.is_none()) {
        warnings.extend(row.warnings.drain(..).map(|warning| (row.line, warning)));
        let owned = row.email_key().and_then(|address| owners.get(address));
        if owned.is_some_and(|owners| !owners.iter().any(|owner| Some(*owner) == row.number.as_ref())) {
            warnings.push((row.line, Warning::AddressReused));
        }
    }
    warnings
}

fn accept(row: Row, addresses: &Addresses, rules: &ImportRules) -> Option<Record> {
    let (number, user_type) = (row.number.clone()?, row.user_type.clone()?);
    row.fault.is_none().then(|| Record {
        line: row.line,
        number,
        address: addresses.standing(&row, rules.today),
        gone: row.has_ended(rules.today),
        restored_from: row.restored_from,
        name: row.name,
        email: row.email,
        user_type,
        attributes: row.attributes,
        since: row.since,
        until: row.until,
    })
}

/// Rule 1: accepted, of a type that may enter, the membership running, the address theirs alone.
fn vereniging(administration: &Administration, rules: &ImportRules) -> Vec<MembershipNumber> {
    let may_enter = |record: &&Record| {
        rules.access_types.contains(&record.user_type)
            && record.runs_on(rules.today)
            && record.address == AddressStanding::Unique
    };
    let mut numbers: Vec<_> =
        administration.records().iter().filter(may_enter).map(|r| r.number.clone()).collect();
    numbers.sort();
    numbers
}

fn remarks(
    about_rows: &[(u64, Warning)],
    about_file: Vec<Warning>,
    administration: &Administration,
    diff: &Diff,
    rules: &ImportRules,
) -> Vec<Remark> {
    let renamed = diff.renamed.iter().map(|renamed| Warning::Renamed {
        noun: renamed.noun.to_string(),
        column: renamed.column.to_string(),
        from: renamed.from.to_string(),
        to: renamed.to.to_string(),
    });
    let about_groups = groups::of_all(administration.records(), rules).into_iter().chain(renamed);
    let with_line = about_rows.iter().map(|(line, warning)| Remark::warning(Some(*line), warning));
    let without = about_file.into_iter().chain(about_groups).map(|warning| Remark::warning(None, &warning));
    with_line.chain(without).collect()
}
