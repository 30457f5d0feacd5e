//! Oddities of groups (rule 16): accepted, with a warning.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{ImportRules, administration::Record, messages::Warning, rules::Level};
use crate::{
    ids::{Shared, UserType},
    member::Attributes,
    name::search_words,
};

/// People from which a name is taken to be meant, and up to which it may be a slip of the pen.
const SURE: usize = 5;
const SLIP: usize = 2;

/// Beyond this many names a column does not name groups, and comparing all of them would take long.
const MOST_NAMES: usize = 5_000;

const MOST_LISTED: usize = 10;

/// What is odd about one person's groups.
pub(super) fn of_person(
    attributes: &Attributes,
    user_type: Option<&UserType>,
    rules: &ImportRules,
) -> Vec<Warning> {
    let value = |level: &Level| attributes.get(&level.column).first();
    let mut warnings = Vec::new();
    for pair in rules.levels.windows(2) {
        let [level, parent] = pair else { continue };
        if value(level).is_some() && value(parent).is_none() {
            warnings.push(Warning::ParentMissing {
                noun: level.noun.to_string(),
                column: level.column.to_string(),
                parent_noun: parent.noun.to_string(),
                parent: parent.column.to_string(),
            });
        }
    }
    if let Some(level) = rules.levels.first().filter(|level| value(level).is_none())
        && user_type.is_some_and(|own| rules.access_types.contains(own))
    {
        warnings
            .push(Warning::GroupMissing { noun: level.noun.to_string(), column: level.column.to_string() });
    }
    warnings
}

/// What is odd about the groups themselves.
pub(super) fn of_all(records: &[Record], rules: &ImportRules) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (i, level) in rules.levels.iter().enumerate() {
        let names = members_by_name(records, &level.column);
        if let Some(parent) = rules.levels.get(i + 1) {
            warnings.extend(several_parents(records, level, parent));
        }
        warnings.extend(spellings(&names, level));
        warnings.extend(typos(&names, level));
    }
    warnings
}

fn present(records: &[Record]) -> impl Iterator<Item = &Record> {
    records.iter().filter(|record| !record.gone)
}

fn members_by_name<'r>(records: &'r [Record], column: &str) -> BTreeMap<&'r Shared, usize> {
    let mut names = HashMap::new();
    for name in present(records).filter_map(|record| record.attributes.get(column).first()) {
        *names.entry(name).or_default() += 1;
    }
    names.into_iter().collect()
}

fn several_parents(records: &[Record], level: &Level, parent: &Level) -> Vec<Warning> {
    let mut parents: HashMap<&Shared, BTreeSet<&Shared>> = HashMap::new();
    for record in present(records) {
        let first = |column| record.attributes.get(column).first();
        if let (Some(name), Some(above)) = (first(&level.column), first(&parent.column)) {
            parents.entry(name).or_default().insert(above);
        }
    }
    let several: BTreeMap<_, _> = parents.into_iter().filter(|(_, above)| above.len() > 1).collect();
    several
        .into_iter()
        .map(|(name, above)| Warning::SeveralParents {
            noun: level.noun.to_string(),
            column: level.column.to_string(),
            name: name.to_string(),
            parent_noun: parent.noun.to_string(),
            parent: parent.column.to_string(),
            parents: list(above),
        })
        .collect()
}

/// Names that differ in case, spaces, accents or punctuation only.
fn spellings(names: &BTreeMap<&Shared, usize>, level: &Level) -> Vec<Warning> {
    let mut alike: BTreeMap<String, Vec<&Shared>> = BTreeMap::new();
    for name in names.keys() {
        alike.entry(search_words(name).concat()).or_default().push(name);
    }
    let several = alike.into_iter().filter(|(folded, names)| names.len() > 1 && !folded.is_empty());
    several
        .map(|(_, names)| Warning::Spelling { column: level.column.to_string(), names: list(names) })
        .collect()
}

/// Names of hardly anybody, one letter from a name of many.
fn typos(names: &BTreeMap<&Shared, usize>, level: &Level) -> Vec<Warning> {
    if names.len() > MOST_NAMES {
        return Vec::new();
    }
    let folded = |name: &Shared| search_words(name).concat();
    let sure: Vec<_> =
        names.iter().filter(|(_, people)| **people >= SURE).map(|(n, _)| (*n, folded(n))).collect();
    let rare = names.iter().filter(|(name, people)| **people <= SLIP && name.chars().count() > 4);
    rare.filter_map(|(name, _)| {
        let own = folded(name);
        let (like, _) = sure.iter().find(|(_, other)| strsim::osa_distance(&own, other) == 1)?;
        Some(Warning::Typo {
            column: level.column.to_string(),
            name: name.to_string(),
            like: like.to_string(),
        })
    })
    .collect()
}

/// Names for a message, not more than anybody reads.
fn list<'n>(names: impl IntoIterator<Item = &'n Shared>) -> String {
    let mut names: Vec<&str> = names.into_iter().map(|name| &**name).take(MOST_LISTED + 1).collect();
    if let Some(rest) = names.get_mut(MOST_LISTED) {
        *rest = "…";
    }
    names.join(", ")
}
