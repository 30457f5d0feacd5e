//! Which groups there are: the stored ones, the fixed ones, and one for each value in the administration.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use kring_core::{
    group::{GroupRecord, GroupSettings},
    ids::{GroupKey, Shared},
    member::Member,
};

use super::{
    claims::Claims,
    key::{Nameless, aliases, mint},
    looks,
};
use crate::{
    policy::{Kind, Origin, Policy},
    world::World,
};

/// All groups with a kind, sorted by key.
pub(super) struct Groups {
    pub(super) records: Vec<GroupRecord>,
    /// Indices of those that the store does not have.
    pub(super) new: Vec<usize>,
    /// By record: index of its kind.
    pub(super) kinds: Vec<usize>,
    /// By kind: its records.
    pub(super) of_kind: Vec<Vec<u32>>,
    /// By kind, by value of `for_each`: the records, one or a few of the same name.
    by_value: Vec<HashMap<Shared, Vec<u32>>>,
}

impl Groups {
    /// Groups of a generated kind that carry this value.
    pub(super) fn with_value(&self, kind: usize, value: &str) -> &[u32] {
        self.by_value.get(kind).and_then(|values| values.get(value)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn index(&self, key: &GroupKey) -> Option<u32> {
        self.records.binary_search_by(|g| g.key.cmp(key)).ok().and_then(|i| u32::try_from(i).ok())
    }
}

type Value = (usize, Shared, Option<Shared>);

pub(super) fn groups(policy: &Policy, world: &World, claims: &Claims) -> Groups {
    let mut records: Vec<GroupRecord> =
        world.groups.iter().filter(|g| policy.kind_of(g).is_some()).cloned().collect();
    let stored: HashSet<GroupKey> = records.iter().map(|g| g.key.clone()).collect();
    records.extend(fixed(policy, &stored));
    let mut taken = world.groups.iter().chain(&records).flat_map(|g| aliases(&g.key)).collect();
    let generated = generated(policy, world, claims, &records, &mut taken);
    records.extend(generated);
    records.sort_by(|a, b| a.key.cmp(&b.key));
    records.dedup_by(|a, b| a.key == b.key);
    looks::name_groups(policy, &mut records);
    index(policy, records, &stored)
}

fn index(policy: &Policy, records: Vec<GroupRecord>, stored: &HashSet<GroupKey>) -> Groups {
    let kind_of =
        |g: &GroupRecord| policy.kinds.iter().position(|k| k.name == g.template).unwrap_or_default();
    let kinds: Vec<usize> = records.iter().map(kind_of).collect();
    let mut of_kind = vec![Vec::new(); policy.kinds.len()];
    let mut by_value = vec![HashMap::<Shared, Vec<u32>>::new(); policy.kinds.len()];
    for ((record, kind), i) in records.iter().zip(&kinds).zip(0u32..) {
        if let Some(list) = of_kind.get_mut(*kind) {
            list.push(i);
        }
        let value = policy.kinds.get(*kind).and_then(|k| value_of(k, record));
        if let Some((value, values)) = value.zip(by_value.get_mut(*kind)) {
            values.entry(value.clone()).or_default().push(i);
        }
    }
    let new =
        (0..records.len()).filter(|i| records.get(*i).is_some_and(|g| !stored.contains(&g.key))).collect();
    Groups { records, new, kinds, of_kind, by_value }
}

fn value_of<'g>(kind: &Kind, group: &'g GroupRecord) -> Option<&'g Shared> {
    match &kind.origin {
        Origin::ForEach { attribute, .. } => group.values.get(attribute),
        _ => None,
    }
}

fn fixed(policy: &Policy, stored: &HashSet<GroupKey>) -> Vec<GroupRecord> {
    let key = |kind: &Kind| match &kind.origin {
        Origin::Fixed(key) if !stored.contains(key) => Some(key.clone()),
        _ => None,
    };
    policy.kinds.iter().filter_map(|kind| Some(record(kind, key(kind)?, BTreeMap::new()))).collect()
}

fn record(kind: &Kind, key: GroupKey, values: BTreeMap<Shared, Shared>) -> GroupRecord {
    GroupRecord {
        key,
        template: kind.name.clone(),
        values,
        name: kind.title.clone(),
        parents: Vec::new(),
        settings: GroupSettings::default(),
        archived: false,
    }
}

/// One new record for each value that has none, in the order of kind and value.
fn generated(
    policy: &Policy,
    world: &World,
    claims: &Claims,
    records: &[GroupRecord],
    taken: &mut HashSet<String>,
) -> Vec<GroupRecord> {
    let missing = missing(policy, records, wanted(policy, world, claims));
    let kind = |index: &usize| policy.kinds.get(*index);
    let nameless: Vec<Nameless<'_>> = missing
        .iter()
        .filter_map(|(k, value, within)| {
            Some(Nameless { kind: &kind(k)?.name, name: value, within: within.as_deref() })
        })
        .collect();
    let keys = mint(&nameless, taken);
    let made = missing.iter().zip(keys).filter_map(|((k, value, within), key)| {
        let Origin::ForEach { attribute, within: second } = &kind(k)?.origin else { return None };
        let mut values = BTreeMap::from([(attribute.clone(), value.clone())]);
        values.extend(second.clone().zip(within.clone()));
        Some(record(kind(k)?, key?, values))
    });
    made.collect()
}

/// The values that people of the administration with a claim have.
fn wanted(policy: &Policy, world: &World, claims: &Claims) -> HashSet<Value> {
    let mut wanted = Wanted::default();
    for claim in claims.claims.iter().filter(|claim| claim.own.is_some()) {
        let kind_index = usize::from(claim.kind);
        let person = world.people.get(claim.person as usize);
        let (Some(kind), Some(person)) = (policy.kinds.get(kind_index), person) else { continue };
        if let Origin::ForEach { attribute, within } = &kind.origin {
            wanted.add(kind_index, attribute, within.as_ref(), &person.member);
        }
    }
    wanted.values
}

#[derive(Default)]
struct Wanted {
    values: HashSet<Value>,
    /// Where the values' texts stand that were seen: an administration shares them, and comparing places is cheaper than
    /// comparing texts.
    seen: HashSet<(usize, *const u8, *const u8)>,
}

impl Wanted {
    fn add(&mut self, kind: usize, attribute: &Shared, within: Option<&Shared>, member: &Member) {
        for value in member.attributes.get(attribute) {
            let second = match within.map(|w| member.attributes.get(w)) {
                None | Some([]) => None,
                Some([one]) => Some(one),
                // Several of both say nothing about which belong together.
                Some(_) => continue,
            };
            let place = (kind, value.as_ptr(), second.map_or(std::ptr::null(), |s| s.as_ptr()));
            if self.seen.insert(place) {
                self.values.insert((kind, value.clone(), second.cloned()));
            }
        }
    }
}

/// Without those that a record covers; a value without its `within` needs none where a record has the value at all.
fn missing(policy: &Policy, records: &[GroupRecord], wanted: HashSet<Value>) -> BTreeSet<Value> {
    let mut covered: HashSet<Value> = HashSet::new();
    for record in records {
        let kind = policy.kinds.iter().position(|k| k.name == record.template);
        let Some((index, kind)) = kind.and_then(|i| Some((i, policy.kinds.get(i)?))) else { continue };
        if let (Origin::ForEach { within, .. }, Some(value)) = (&kind.origin, value_of(kind, record)) {
            let second = within.as_ref().and_then(|w| record.values.get(w)).cloned();
            covered.insert((index, value.clone(), None));
            covered.insert((index, value.clone(), second));
        }
    }
    let with_second: HashSet<(usize, Shared)> =
        wanted.iter().filter(|v| v.2.is_some()).map(|v| (v.0, v.1.clone())).collect();
    let needless = |v: &Value| v.2.is_none() && with_second.contains(&(v.0, v.1.clone()));
    wanted.into_iter().filter(|v| !covered.contains(v) && !needless(v)).collect()
}
