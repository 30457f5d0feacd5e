//! What differs from the previous administration.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::{
    Administration, ImportRules,
    administration::Record,
    messages,
    report::Confirmation,
    row::Row,
    rules::{Level, Thresholds},
};
use crate::{
    confirm::Asked,
    ids::{MembershipNumber, Shared},
    text::Text,
};

/// The people and groups that differ from the previous administration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// People who were not there, or are back.
    pub added: Vec<MembershipNumber>,
    /// People of whom something else is said now.
    pub changed: Vec<MembershipNumber>,
    /// People who are now absent or whose membership has ended.
    pub removed: Vec<MembershipNumber>,
    /// Groups that changed their name and kept their people.
    pub renamed: Vec<Renamed>,
}

/// A group that changed its name: all its people are still there, together under a new name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The column that names it, `afdeling`.
    pub column: Shared,
    /// The English noun of the column, `branch`.
    pub noun: Shared,
    /// The name it had.
    pub from: Shared,
    /// The name it has.
    pub to: Shared,
    /// The group above it in the previous administration, which tells two groups of one name apart.
    pub parent: Option<Shared>,
}

/// Rejected rows that show that somebody is still in the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Mentioned {
    numbers: HashSet<MembershipNumber>,
    /// By address and name, for rows without a number.
    addresses: HashSet<(String, String)>,
    /// By number without leading zeros and name, since a row that cannot be used does not get its zeros back.
    names: HashSet<(String, String)>,
}

impl Mentioned {
    /// A row that cannot be used is no reason to remove its person; unless it says that the membership has ended.
    pub(super) fn of(rows: &[Row], rules: &ImportRules) -> Self {
        let mut mentioned = Self::default();
        for row in rows.iter().filter(|row| row.fault.is_some() && !row.has_ended(rules.today)) {
            let name = || row.name_key.clone();
            match (&row.number, row.email_key()) {
                (Some(number), _) => {
                    mentioned.names.insert((without_zeros(number), name()));
                    mentioned.numbers.insert(number.clone());
                }
                (None, Some(address)) => drop(mentioned.addresses.insert((address.to_owned(), name()))),
                (None, None) => {}
            }
        }
        mentioned
    }

    /// Whether a rejected row has this person's number, or their name with their address or with the number that
    /// is left of theirs.
    pub(super) fn has(&self, person: &Record) -> bool {
        let name = || person.name.comparison_key();
        let by_address = |address: &str| self.addresses.contains(&(address.to_owned(), name()));
        self.numbers.contains(&person.number)
            || (!self.names.is_empty() && self.names.contains(&(without_zeros(&person.number), name())))
            || (!self.addresses.is_empty() && person.email_key().is_some_and(by_address))
    }
}

fn without_zeros(number: &MembershipNumber) -> String {
    number.as_str().trim_start_matches('0').to_owned()
}

/// Compares two administrations. Without a previous one everybody is added.
pub(super) fn compare(
    previous: &Administration,
    now: &Administration,
    mentioned: &Mentioned,
    levels: &[Level],
) -> Diff {
    let mut diff = Diff::default();
    if previous.records().is_empty() {
        diff.added = now.present().map(|record| record.number.clone()).collect();
        return diff;
    }
    for record in now.present() {
        match previous.get(&record.number).filter(|before| !before.gone) {
            None => diff.added.push(record.number.clone()),
            Some(before) if !before.says_the_same_as(record) => diff.changed.push(record.number.clone()),
            Some(_) => {}
        }
    }
    let is_removed = |before: &&Record| match now.get(&before.number) {
        Some(record) => record.gone,
        None => !mentioned.has(before),
    };
    diff.removed = previous.present().filter(is_removed).map(|before| before.number.clone()).collect();
    diff.renamed = (0..levels.len()).flat_map(|i| renamed(previous, now, levels, i)).collect();
    diff
}

/// A group by its name and the name of the group above it.
type Key<'r> = (&'r Shared, Option<&'r Shared>);

/// Rule 16: all members of a group stay, together under one name that did not exist, while the old one is gone.
fn renamed(previous: &Administration, now: &Administration, levels: &[Level], i: usize) -> Vec<Renamed> {
    let (Some(level), parent) = (levels.get(i), levels.get(i + 1)) else { return Vec::new() };
    fn key<'r>(record: &'r Record, level: &Level, parent: Option<&Level>) -> Option<Key<'r>> {
        let above = parent.and_then(|parent| record.attributes.get(&parent.column).first());
        Some((record.attributes.get(&level.column).first()?, above))
    }
    let mut before: HashMap<Key<'_>, Vec<&Record>> = HashMap::new();
    for record in previous.present() {
        if let Some(key) = key(record, level, parent) {
            before.entry(key).or_default().push(record);
        }
    }
    let after: HashSet<Key<'_>> = now.present().filter_map(|record| key(record, level, parent)).collect();
    let gone = before.iter().filter(|(key, _)| !after.contains(*key));
    let mut renamed: Vec<Renamed> = gone
        .filter_map(|((from, above), people)| {
            let new = stayed_together(people, now, |record| key(record, level, parent))?;
            let fresh = new.0 != *from && !before.contains_key(&new);
            fresh.then(|| Renamed {
                column: level.column.clone(),
                noun: level.noun.clone(),
                from: (*from).clone(),
                to: new.0.clone(),
                parent: above.cloned(),
            })
        })
        .collect();
    renamed.sort_by(|a, b| (&a.from, &a.parent).cmp(&(&b.from, &b.parent)));
    renamed
}

/// The one group in which all of them are now. A person whose row was rejected says nothing either way.
fn stayed_together<'r>(
    people: &[&Record],
    now: &'r Administration,
    key: impl Fn(&'r Record) -> Option<Key<'r>>,
) -> Option<Key<'r>> {
    let mut together = None;
    for person in people {
        let found = now.get(&person.number).filter(|record| !record.gone).and_then(&key)?;
        if *together.get_or_insert(found) != found {
            return None;
        }
    }
    together
}

/// Rule 13: whether so many people would go that somebody must confirm it.
pub(super) fn confirmation(
    previous: &Administration,
    diff: &Diff,
    rules: &ImportRules,
    hidden: bool,
) -> Option<Confirmation> {
    let thresholds = &rules.thresholds;
    let (removed, of) = (diff.removed.len(), previous.present().count());
    let certain = exceeds(removed, of, thresholds.certain);
    let many = exceeds(removed, of, thresholds.share) && removed >= thresholds.count;
    // A missing quote hides who comes after it: then even one is too many.
    if removed > 0 && (certain || many || hidden) {
        return Some(confirm(diff, removed, of, rules.now, messages::mass_removal(removed, of)));
    }
    let (name, removed, of) = emptied_group(previous, diff, thresholds)?;
    Some(confirm(diff, removed, of, rules.now, messages::group_removal(&name, removed, of)))
}

fn exceeds(removed: usize, of: usize, percent: u32) -> bool {
    removed as u128 * 100 >= of as u128 * u128::from(percent) && removed > 0
}

/// The first group that loses too many of its people.
fn emptied_group(
    previous: &Administration,
    diff: &Diff,
    thresholds: &Thresholds,
) -> Option<(Shared, usize, usize)> {
    let threshold = thresholds.group.as_ref()?;
    let removed: HashSet<&MembershipNumber> = diff.removed.iter().collect();
    let mut counts: BTreeMap<&Shared, (usize, usize)> = BTreeMap::new();
    for record in previous.present() {
        for name in record.attributes.get(&threshold.column) {
            let (gone, all) = counts.entry(name).or_default();
            *gone += usize::from(removed.contains(&record.number));
            *all += 1;
        }
    }
    let too_many =
        |(gone, all): (usize, usize)| gone >= threshold.count && exceeds(gone, all, threshold.share);
    counts
        .into_iter()
        .find(|(_, count)| too_many(*count))
        .map(|(name, (gone, all))| (name.clone(), gone, all))
}

/// The token stands for exactly these people.
fn confirm(diff: &Diff, removed: usize, of: usize, now: Timestamp, text: Text) -> Confirmation {
    let mut numbers: Vec<&str> = diff.removed.iter().map(MembershipNumber::as_str).collect();
    numbers.sort_unstable();
    let asked = Asked::about("import", numbers);
    let (token, until) = (asked.token(now), Asked::until(now));
    Confirmation { code: "mass-removal", removed, of, token, until, asked, text }
}

/// Addresses of the previous administration with the numbers that had them.
pub(super) fn owners(previous: &Administration) -> HashMap<&str, Vec<&MembershipNumber>> {
    let mut owners: HashMap<&str, Vec<&MembershipNumber>> = HashMap::new();
    for record in previous.records() {
        if let Some(address) = record.email_key() {
            owners.entry(address).or_default().push(&record.number);
        }
    }
    owners
}
