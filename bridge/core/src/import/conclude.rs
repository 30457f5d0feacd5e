//! From rows to conclusions: who is accepted, who may enter, what is odd, what differs.

use super::{
    Administration, Import, ImportRules, Record, Remark, Report, Rows,
    diff::{self, Diff, Mentioned},
    groups,
    messages::Warning,
    people::{self, Addresses},
    row::Row,
};
use crate::{ids::MembershipNumber, member::AddressStanding};

/// Concludes what the rows say. `about_file` are warnings that reading the file gave.
pub(super) fn conclude(
    read: Rows,
    about_file: Vec<Warning>,
    rules: &ImportRules,
    previous: Option<&Administration>,
) -> Import {
    let Rows { mut rows, hidden } = read;
    let nobody = Administration::default();
    let before = previous.unwrap_or(&nobody);
    let repeats = people::judge_numbers(&mut rows);
    let addresses = Addresses::of(&rows, &repeats, rules.today);
    let mentioned = Mentioned::of(&rows, rules);
    let duplicates = addresses.duplicates(&rows, rules.today);
    let rejected: Vec<Remark> =
        rows.iter().filter_map(|row| Some(Remark::rejected(row.line, row.fault.as_ref()?))).collect();
    let count = rows.len();
    let about_rows = row_warnings(&mut rows, before, rules);
    let accepted = rows.into_iter().filter_map(|row| accept(row, &addresses, rules));
    let administration = Administration::from_records(accepted);
    let diff = diff::compare(before, &administration, &mentioned, &rules.levels);
    let report = Report {
        rows: count,
        accepted: count - rejected.len(),
        rejected,
        duplicates,
        vereniging: vereniging(&administration, rules),
        warnings: remarks(&about_rows, about_file, &administration, &diff, rules),
        added: diff.added.len(),
        changed: diff.changed.len(),
        removed: diff.removed.len(),
        confirmation: diff::confirmation(before, &diff, rules, hidden),
    };
    Import { report, administration, diff, mentioned, addresses }
}

/// What is odd about accepted rows: by themselves, an address that was somebody else's (rule 8), groups (rule 16).
fn row_warnings(rows: &mut [Row], previous: &Administration, rules: &ImportRules) -> Vec<(u64, Warning)> {
    let owners = diff::owners(previous);
    let mut warnings = Vec::new();
    for row in rows.iter_mut().filter(|row| row.fault.is_none()) {
        let mut of_row = std::mem::take(&mut row.warnings);
        let owned = row.email_key().and_then(|address| owners.get(address));
        if owned.is_some_and(|owners| !owners.iter().any(|owner| Some(*owner) == row.number.as_ref())) {
            of_row.push(Warning::AddressReused);
        }
        if !row.has_ended(rules.today) {
            of_row.extend(groups::of_person(&row.attributes, row.user_type.as_ref(), rules));
        }
        warnings.extend(of_row.into_iter().map(|warning| (row.line, warning)));
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
