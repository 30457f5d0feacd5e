//! Rows next to each other: one number twice, one address for several people.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;

use super::{messages::Reject, row::Row};
use crate::{ids::MembershipNumber, member::AddressStanding};

/// Judges rows that share a membership number (rule 9). Gives for each row whether it repeats a person that an
/// earlier row describes.
///
/// A row that is rejected for a reason of its own does not stand for the person when a later one can.
pub(super) fn judge_numbers(rows: &mut [Row]) -> Vec<bool> {
    let mut by_number: HashMap<MembershipNumber, Vec<usize>> = HashMap::with_capacity(rows.len());
    for (i, row) in rows.iter().enumerate() {
        if let Some(number) = &row.number {
            by_number.entry(number.clone()).or_default().push(i);
        }
    }
    let mut repeats = vec![false; rows.len()];
    for same in by_number.into_values().filter(|same| same.len() > 1) {
        if are_different_people(rows, &same) {
            reject_all(rows, &same);
        }
        mark_repeats(rows, &same, &mut repeats);
    }
    repeats
}

/// The name of a row whose fields may stand under the wrong columns accuses nobody else.
fn are_different_people(rows: &[Row], same: &[usize]) -> bool {
    let of = |i: &usize| rows.get(*i).filter(|row| row.in_columns).map(|row| &row.name_key);
    same.iter().filter_map(of).collect::<HashSet<_>>().len() > 1
}

/// Lines that a message names; a file with one number everywhere would otherwise name all of them in each row.
const NAMED_LINES: usize = 5;

fn reject_all(rows: &mut [Row], same: &[usize]) {
    let of = |i: &usize| rows.get(*i).filter(|row| row.in_columns).map(|row| row.line.to_string());
    let mut lines: Vec<String> = same.iter().filter_map(of).take(NAMED_LINES + 1).collect();
    if let Some(rest) = lines.get_mut(NAMED_LINES) {
        "…".clone_into(rest);
    }
    let lines = lines.join(", ");
    for row in same {
        if let Some(row) = rows.get_mut(*row) {
            row.reject(Reject::NumberConflict { lines: lines.clone() });
        }
    }
}

fn mark_repeats(rows: &mut [Row], same: &[usize], repeats: &mut [bool]) {
    let mut standing: HashMap<String, (usize, u64, bool)> = HashMap::new();
    for i in same {
        let Some(row) = rows.get_mut(*i) else { continue };
        match standing.get(&row.name_key) {
            // Nobody stands for the person yet, so this row may; both describe the same person.
            Some((_, _, false)) if row.fault.is_none() => {}
            Some((_, line, _)) => {
                row.reject(Reject::NumberRepeated { line: *line });
                if let Some(repeat) = repeats.get_mut(*i) {
                    *repeat = true;
                }
                continue;
            }
            None => {}
        }
        standing.insert(row.name_key.clone(), (*i, row.line, row.fault.is_none()));
    }
}

/// Who has which address (rules 1 to 4).
#[derive(Debug, Clone, Default)]
pub(super) struct Addresses {
    /// Per address the rows that count, and how many people they are.
    holders: HashMap<String, (Vec<usize>, usize)>,
}

impl Addresses {
    /// Counts people, not rows: a repeat is nobody new, and an ended membership does not count.
    pub(super) fn of(rows: &[Row], repeats: &[bool], today: Date) -> Self {
        let mut holders: HashMap<String, Vec<usize>> = HashMap::with_capacity(rows.len());
        for (i, (row, repeat)) in rows.iter().zip(repeats).enumerate() {
            if let Some(address) = row.email_key().filter(|_| !repeat && !row.has_ended(today)) {
                holders.entry(address.to_owned()).or_default().push(i);
            }
        }
        let with_people = |(address, held): (String, Vec<usize>)| {
            let people = count_people(rows, &held);
            (address, (held, people))
        };
        Self { holders: holders.into_iter().map(with_people).collect() }
    }

    /// How many people of the file have this address.
    pub(super) fn people(&self, address: &str) -> usize {
        self.holders.get(address).map_or(0, |(_, people)| *people)
    }

    /// What the address of `row` is worth.
    pub(super) fn standing(&self, row: &Row, today: Date) -> AddressStanding {
        match row.email_key().filter(|_| !row.has_ended(today)).map(|address| self.people(address)) {
            None | Some(0) => AddressStanding::Missing,
            Some(1) => AddressStanding::Unique,
            Some(_) => AddressStanding::Shared,
        }
    }

    /// The numbers that share an address: accepted people whose membership runs, and rejected rows with a number.
    pub(super) fn duplicates(&self, rows: &[Row], today: Date) -> Vec<Vec<MembershipNumber>> {
        let listed = |row: &&Row| row.fault.is_some() || row.runs_on(today);
        let mut groups: Vec<Vec<MembershipNumber>> = self
            .holders
            .values()
            .filter(|(_, people)| *people > 1)
            .map(|(held, _)| held.iter().filter_map(|i| rows.get(*i)).filter(listed))
            .map(|held| {
                held.filter_map(|row| row.number.clone()).collect::<BTreeSet<_>>().into_iter().collect()
            })
            .filter(|group: &Vec<_>| group.len() > 1)
            .collect();
        groups.sort();
        groups
    }
}

fn count_people(rows: &[Row], held: &[usize]) -> usize {
    if held.len() < 2 {
        return held.len();
    }
    held.iter().filter_map(|i| Some(identity(*i, rows.get(*i)?))).collect::<HashSet<_>>().len()
}

/// One person: a number with a name, or a row by itself where there is no number.
fn identity(i: usize, row: &Row) -> (Option<(&MembershipNumber, &str)>, usize) {
    match &row.number {
        Some(number) => (Some((number, &row.name_key)), 0),
        None => (None, i),
    }
}
