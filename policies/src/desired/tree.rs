//! Which group stands below which, and which of them have a space.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kring_core::ids::Shared;

use super::{claims::Claims, groups::Groups};
use crate::{
    policy::{Origin, ParentRule, Policy, SpaceRule},
    world::World,
};

/// The groups' places relative to each other, by index of the group.
pub(super) struct Tree {
    /// Whether the group has a space.
    pub(super) has_space: Vec<bool>,
    /// The groups found in its space.
    pub(super) below: Vec<BTreeSet<u32>>,
    /// The groups whose spaces it is found in.
    pub(super) above: Vec<BTreeSet<u32>>,
}

/// How many people of a group have which value of an attribute: `(group, attribute) -> value -> people`.
type Tally<'w> = HashMap<(u32, &'w str), BTreeMap<&'w Shared, usize>>;

pub(super) fn tree(policy: &Policy, world: &World, claims: &Claims, groups: &Groups) -> Tree {
    let tally = tally(policy, world, claims, groups);
    let root = policy.kinds.get(policy.root).and_then(|k| match &k.origin {
        Origin::Fixed(key) => groups.index(key),
        _ => None,
    });
    let parents: Vec<Vec<u32>> =
        (0u32..)
            .zip(&groups.records)
            .map(|(group, _)| {
                if Some(group) == root { Vec::new() } else { parents_of(policy, groups, &tally, group, root) }
            })
            .collect();
    let mut has_child = vec![false; parents.len()];
    for parent in parents.iter().flatten() {
        if let Some(has) = has_child.get_mut(*parent as usize) {
            *has = true;
        }
    }
    let rule = |group: usize| groups.kinds.get(group).and_then(|k| policy.kinds.get(*k)).map(|k| k.space);
    let spaces = has_child.iter().enumerate().map(|(group, has_child)| match rule(group) {
        Some(SpaceRule::Yes) => true,
        Some(SpaceRule::WhenNeeded) => *has_child,
        _ => false,
    });
    hang(&parents, spaces.collect())
}

/// Hangs each group in the nearest spaces above it.
fn hang(parents: &[Vec<u32>], has_space: Vec<bool>) -> Tree {
    let mut tree = Tree { below: vec![BTreeSet::new(); parents.len()], above: Vec::new(), has_space };
    for (group, direct) in (0u32..).zip(parents) {
        let (mut above, mut seen, mut todo) = (BTreeSet::new(), BTreeSet::new(), direct.clone());
        while let Some(parent) = todo.pop() {
            if parent == group || !seen.insert(parent) {
                continue;
            }
            if tree.has_space.get(parent as usize) == Some(&true) {
                above.insert(parent);
            } else {
                todo.extend(parents.get(parent as usize).into_iter().flatten());
            }
        }
        for parent in &above {
            if let Some(below) = tree.below.get_mut(*parent as usize) {
                below.insert(group);
            }
        }
        tree.above.push(above);
    }
    tree
}

fn parents_of(
    policy: &Policy,
    groups: &Groups,
    tally: &Tally<'_>,
    group: u32,
    root: Option<u32>,
) -> Vec<u32> {
    let Some(record) = groups.records.get(group as usize) else { return Vec::new() };
    let kind = groups.kinds.get(group as usize).and_then(|k| policy.kinds.get(*k));
    if kind.is_some_and(|kind| kind.hidden) {
        return Vec::new();
    }
    let mut parents: Vec<u32> = match kind {
        Some(kind) if kind.origin == Origin::People => {
            record.parents.iter().filter_map(|key| groups.index(key)).collect()
        }
        Some(kind) => {
            kind.parents.iter().flat_map(|rule| ruled(policy, groups, tally, group, rule)).collect()
        }
        None => Vec::new(),
    };
    if parents.is_empty() {
        parents.extend(root);
    }
    parents
}

/// The groups of one kind that stand above a generated or fixed group.
fn ruled(policy: &Policy, groups: &Groups, tally: &Tally<'_>, group: u32, rule: &ParentRule) -> Vec<u32> {
    let Some(kind) = policy.kinds.get(rule.kind) else { return Vec::new() };
    let Origin::ForEach { attribute, .. } = &kind.origin else {
        return groups.of_kind.get(rule.kind).cloned().unwrap_or_default();
    };
    let own = groups.records.get(group as usize).and_then(|r| r.values.get(attribute));
    if let Some(value) = own {
        return groups.with_value(rule.kind, value).to_vec();
    }
    let Some(counts) = tally.get(&(group, &**attribute)) else { return Vec::new() };
    let most =
        counts.iter().max_by_key(|(value, count)| (**count, std::cmp::Reverse(*value))).map(|(v, _)| *v);
    let values: Vec<&Shared> =
        if rule.all { counts.keys().copied().collect() } else { most.into_iter().collect() };
    values.into_iter().flat_map(|v| groups.with_value(rule.kind, v).iter().copied()).collect()
}

/// Counts only what some parent rule needs: values of an attribute that the group itself does not carry.
fn tally<'w>(policy: &'w Policy, world: &'w World, claims: &Claims, groups: &Groups) -> Tally<'w> {
    let needed: Vec<Vec<&Shared>> = policy.kinds.iter().map(|k| needed(policy, &k.parents)).collect();
    let mut tally: Tally<'w> = HashMap::new();
    for claim in claims.claims.iter().filter(|claim| claim.own.is_some()) {
        let kind_index = usize::from(claim.kind);
        let attributes = needed.get(kind_index).map(Vec::as_slice).unwrap_or_default();
        let person = world.people.get(claim.person as usize);
        let Some(Origin::ForEach { attribute: own, .. }) = policy.kinds.get(kind_index).map(|k| &k.origin)
        else {
            continue;
        };
        let Some(member) = person.map(|p| &p.member).filter(|_| !attributes.is_empty()) else { continue };
        for group in member.attributes.get(own).iter().flat_map(|v| groups.with_value(kind_index, v)) {
            for attribute in attributes {
                for value in member.attributes.get(attribute) {
                    *tally.entry((*group, &***attribute)).or_default().entry(value).or_default() += 1;
                }
            }
        }
    }
    tally
}

fn needed<'p>(policy: &'p Policy, parents: &[ParentRule]) -> Vec<&'p Shared> {
    let of = |rule: &ParentRule| match &policy.kinds.get(rule.kind)?.origin {
        Origin::ForEach { attribute, .. } => Some(attribute),
        _ => None,
    };
    parents.iter().filter_map(of).collect()
}
