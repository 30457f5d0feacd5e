//! The world that a case speaks of: the table's people and groups, changed by the case's own.

use std::collections::BTreeMap;

use kring_core::{
    group::{Grant, GroupRecord, GroupSettings, Role},
    ids::{GroupKey, MemberId, UserType},
    member::{AddressStanding, Attributes, Member, Person, Source},
    name::PersonName,
};
use ruma::{OwnedUserId, UserId};
use serde_saphyr::Spanned;

use super::{
    noon,
    raw::{RawCase, RawGrant, RawGroup, RawPerson, RawTable},
};
use crate::{
    decision::Named,
    policy::Policy,
    read::{Problem, problem},
    world::World,
};

pub(super) fn world(
    file: &str,
    policy: &Policy,
    table: &RawTable,
    case: &RawCase,
) -> Result<World, Vec<Problem>> {
    let today = case.given.today.unwrap_or(table.today);
    let mut people: BTreeMap<&str, &RawPerson> = table.people.iter().map(|(n, p)| (n.as_str(), p)).collect();
    people.extend(case.given.people.iter().map(|(n, p)| (n.as_str(), p)));
    let mut groups: BTreeMap<&str, &RawGroup> =
        table.groups.iter().map(|g| (g.key.value.as_str(), g)).collect();
    groups.extend(case.given.groups.iter().map(|g| (g.key.value.as_str(), g)));
    let grants = table.grants.iter().chain(&case.given.grants);
    let mut people: Vec<Person> = people.into_iter().map(|(name, raw)| person(name, raw)).collect();
    policy.complete(&mut people);
    Ok(World {
        today,
        now: noon(policy, today),
        people,
        groups: groups.into_values().map(|raw| group(file, raw)).collect::<Result<_, _>>()?,
        grants: grants.map(|raw| grant(file, policy, raw)).collect::<Result<_, _>>()?,
        own_users: account("kring").into_iter().collect(),
    })
}

/// Everybody in a table has an account; who has one is not the policy's question.
fn account(name: &str) -> Option<OwnedUserId> {
    UserId::parse(format!("@{name}:example.org")).ok()
}

fn person(name: &str, raw: &RawPerson) -> Person {
    let source = raw.source.unwrap_or(Source::Administration);
    let usual = match source {
        Source::Administration => AddressStanding::Unique,
        Source::Invitation => AddressStanding::Missing,
    };
    let mut attributes = Attributes::default();
    for (attribute, values) in &raw.attributes {
        attributes.set(attribute.as_str().into(), values.0.iter().map(|v| v.as_str().into()).collect());
    }
    Person {
        member: Member {
            id: MemberId::from(name),
            source,
            number: None,
            name: PersonName { given: name.to_owned(), infix: String::new(), family: String::new() },
            email: None,
            user_type: UserType::from(raw.user_type.as_str()),
            attributes,
            since: raw.since,
            until: raw.until,
            address: raw.address.unwrap_or(usual),
        },
        user_id: account(name),
        removed_on: raw.removed_on,
    }
}

fn group(file: &str, raw: &RawGroup) -> Result<GroupRecord, Vec<Problem>> {
    Ok(GroupRecord {
        key: key(file, &raw.key)?,
        template: raw.kind.as_str().into(),
        values: raw.values.iter().map(|(n, v)| (n.as_str().into(), v.as_str().into())).collect(),
        name: raw.name.clone().unwrap_or_else(|| raw.key.value.clone()),
        parents: raw.parents.iter().map(|p| key(file, p)).collect::<Result<_, _>>()?,
        settings: GroupSettings {
            admits: raw
                .admits
                .as_ref()
                .map(|types| types.iter().map(|t| UserType::from(t.as_str())).collect()),
            topic: None,
            read_only: raw.read_only,
            join: raw.join,
            ends_on: raw.ends_on,
        },
        archived: raw.archived,
    })
}

/// A grant ends at noon of its day, as the association counts.
fn grant(file: &str, policy: &Policy, raw: &RawGrant) -> Result<Grant, Vec<Problem>> {
    Ok(Grant {
        group: key(file, &raw.group)?,
        member: MemberId::from(raw.who.as_str()),
        role: raw.role.unwrap_or(Role::Member),
        until: raw.until.map(|day| noon(policy, day)),
        by: None,
    })
}

fn key(file: &str, text: &Spanned<String>) -> Result<GroupKey, Vec<Problem>> {
    let args = [("name", Named::Same(text.value.as_str().into()))];
    text.value.parse().map_err(|_| vec![problem(file, text.referenced, "problem-key-form", &args)])
}
