//! How groups are called and what their pictures are drawn from.

use std::collections::HashMap;

use kring_core::{
    group::GroupRecord,
    ids::{GroupKey, Shared},
};
use sha2::{Digest, Sha256};

use crate::{
    plan::Avatar,
    policy::{Kind, Origin, Policy},
};

/// White letters on each of these have a contrast of at least 4.5 to 1.
const COLOURS: [&str; 12] = [
    "#1b5e20", "#2e7d32", "#00695c", "#00838f", "#01579b", "#1a237e", "#4527a0", "#6a1b9a", "#880e4f",
    "#b71c1c", "#4e342e", "#37474f",
];

/// Gives fixed and generated groups the name that the policy says; two of one name get their `within` behind it.
pub(super) fn name_groups(policy: &Policy, records: &mut [GroupRecord]) {
    let mut same: HashMap<(Shared, String), usize> = HashMap::new();
    for record in records.iter_mut() {
        let Some(kind) = policy.kind_of(record).filter(|k| k.origin != Origin::People) else { continue };
        record.name = fill(&kind.title, record);
        *same.entry((record.template.clone(), record.name.clone())).or_default() += 1;
    }
    for record in records {
        let Some(Origin::ForEach { within: Some(within), .. }) = policy.kind_of(record).map(|k| &k.origin)
        else {
            continue;
        };
        let twice = same.get(&(record.template.clone(), record.name.clone())).is_some_and(|n| *n > 1);
        if let Some(value) = record.values.get(within).filter(|_| twice) {
            record.name = format!("{} ({value})", record.name);
        }
    }
}

/// The topic that the group's admins set, else the policy's.
pub(super) fn topic(kind: &Kind, record: &GroupRecord) -> Option<String> {
    record.settings.topic.clone().or_else(|| kind.topic.as_ref().map(|t| fill(t, record)))
}

fn fill(pattern: &str, record: &GroupRecord) -> String {
    let mut text = pattern.to_owned();
    for (name, value) in &record.values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// Initials of the name, or of the value that makes a generated group, on a colour that follows from the key.
pub(super) fn avatar(kind: &Kind, record: &GroupRecord) -> Avatar {
    let value = match &kind.origin {
        Origin::ForEach { attribute, .. } => record.values.get(attribute).map(|v| &**v),
        _ => None,
    };
    Avatar { letters: letters(value.unwrap_or(&record.name)), colour: colour(&record.key).to_owned() }
}

fn letters(name: &str) -> String {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let (first, second) = (words.next().unwrap_or("?"), words.next());
    let mut letters: String = first.chars().take(if second.is_some() { 1 } else { 2 }).collect();
    letters.extend(second.and_then(|w| w.chars().next()));
    letters.to_uppercase().chars().take(3).collect()
}

fn colour(key: &GroupKey) -> &'static str {
    let hash = Sha256::digest(key.as_str().as_bytes());
    let byte = hash.first().copied().unwrap_or_default();
    COLOURS.get(usize::from(byte) % COLOURS.len()).copied().unwrap_or("#37474f")
}
