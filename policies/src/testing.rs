//! People and worlds with good defaults.

use jiff::{Timestamp, civil::date};
use kring_core::{
    group::{Grant, GroupRecord, GroupSettings, Role},
    ids::{GroupKey, MemberId, MembershipNumber, UserType},
    member::{AddressStanding, Attributes, Member, Person, Source},
    name::PersonName,
};
use ruma::OwnedUserId;

use crate::{policy::Policy, read::read_policy, world::World};

/// The shipped policy.
pub(crate) fn ivn() -> Policy {
    read_policy("ivn", Policy::shipped("ivn").unwrap()).unwrap()
}

/// The shipped policy with one piece of its text replaced.
pub(crate) fn ivn_with(from: &str, to: &str) -> Policy {
    let yaml = Policy::shipped("ivn").unwrap();
    assert!(yaml.contains(from), "{from}");
    read_policy("ivn", &yaml.replace(from, to)).unwrap()
}

pub(crate) fn user(name: &str) -> OwnedUserId {
    format!("@{name}:example.org").try_into().unwrap()
}

pub(crate) fn key(key: &str) -> GroupKey {
    key.parse().unwrap()
}

/// A volunteer of Zwolle with an account and an address of their own.
pub(crate) fn person(name: &str) -> Person {
    let mut attributes = Attributes::default();
    attributes.set("afdeling".into(), vec!["Zwolle".into()]);
    attributes.set("regio".into(), vec!["Salland".into()]);
    attributes.set("provincie".into(), vec!["Overijssel".into()]);
    Person {
        member: Member {
            id: MemberId::from(name),
            source: Source::Administration,
            number: Some(MembershipNumber::from(name)),
            name: PersonName { given: name.to_owned(), infix: String::new(), family: String::new() },
            email: Some(format!("{name}@example.org")),
            user_type: UserType::from("vrijwilliger"),
            attributes,
            since: None,
            until: None,
            address: AddressStanding::Unique,
        },
        user_id: Some(user(name)),
        removed_on: None,
    }
}

pub(crate) trait With {
    fn of(self, user_type: &str) -> Self;
    fn with(self, attribute: &str, value: &str) -> Self;
    fn invited(self) -> Self;
}

impl With for Person {
    fn of(mut self, user_type: &str) -> Self {
        self.member.user_type = UserType::from(user_type);
        self
    }

    fn with(mut self, attribute: &str, value: &str) -> Self {
        let values = if value.is_empty() { Vec::new() } else { vec![value.into()] };
        self.member.attributes.set(attribute.into(), values);
        self
    }

    fn invited(mut self) -> Self {
        self.member.source = Source::Invitation;
        self.member.attributes = Attributes::default();
        self.member.address = AddressStanding::Missing;
        self.of("extern")
    }
}

pub(crate) fn group(key: &str, template: &str, parents: &[&str]) -> GroupRecord {
    GroupRecord {
        key: key.parse().unwrap(),
        template: template.into(),
        values: Default::default(),
        name: key.to_owned(),
        parents: parents.iter().map(|p| p.parse().unwrap()).collect(),
        settings: GroupSettings::default(),
        archived: false,
    }
}

pub(crate) fn grant(group: &str, member: &str, role: Role) -> Grant {
    Grant { group: key(group), member: MemberId::from(member), role, until: None, by: None }
}

pub(crate) fn world(people: Vec<Person>) -> World {
    World {
        today: date(2026, 11, 23),
        now: "2026-11-23T09:00:00Z".parse::<Timestamp>().unwrap(),
        people,
        groups: Vec::new(),
        grants: Vec::new(),
        own_users: vec![user("kring"), user("kring-help")],
    }
}
