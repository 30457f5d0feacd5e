//! Conditions over what is known of a person: decidable, and each part knows its line.

use std::sync::Arc;

use kring_core::{
    ids::{Shared, UserType},
    member::{AddressStanding, Member, Source},
    text::Text,
};

/// All of its tests must hold; without tests it holds for everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// In the order of the file.
    pub tests: Vec<Test>,
}

/// One test with the line it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// What is asked.
    pub what: What,
    /// Where it stands.
    pub line: u32,
}

/// What a test asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// One of these types.
    Type(Vec<UserType>),
    /// One of these values; an empty list asks for any value at all.
    Attribute(Shared, Vec<Shared>),
    /// The address is the person's alone in the administration.
    AddressUnique,
    /// Where the person comes from.
    Source(Source),
    /// One of a sort of people that the policy names.
    Is(Arc<People>),
    /// One of these holds.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Condition),
}

/// A sort of people with a name: what several rules say together is said once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// Its name in conditions.
    pub name: Shared,
    /// What people read, in the plural.
    pub title: Text,
    /// One condition is enough. It names only sorts of people that stand before it, so nothing goes in circles.
    pub who: Vec<Condition>,
    /// Where it stands.
    pub line: u32,
}

impl Condition {
    /// Whether it holds for the person.
    pub fn holds(&self, member: &Member) -> bool {
        self.failing(member).is_none()
    }

    /// The first test that does not hold.
    pub fn failing(&self, member: &Member) -> Option<&Test> {
        self.tests.iter().find(|test| !test.what.holds(member))
    }

    /// The types it can hold for, where it says so.
    pub(crate) fn types(&self) -> Option<Vec<UserType>> {
        self.tests.iter().find_map(|t| match &t.what {
            What::Type(types) => Some(types.clone()),
            What::Is(people) => {
                let each: Option<Vec<Vec<UserType>>> = people.who.iter().map(Self::types).collect();
                each.map(|types| types.concat())
            }
            _ => None,
        })
    }
}

impl What {
    fn holds(&self, member: &Member) -> bool {
        match self {
            Self::Type(types) => types.contains(&member.user_type),
            Self::Attribute(name, wanted) => {
                let values = member.attributes.get(name);
                if wanted.is_empty() { !values.is_empty() } else { values.iter().any(|v| wanted.contains(v)) }
            }
            Self::AddressUnique => member.address == AddressStanding::Unique,
            Self::Source(source) => member.source == *source,
            Self::Is(people) => people.who.iter().any(|c| c.holds(member)),
            Self::Any(conditions) => conditions.iter().any(|c| c.holds(member)),
            Self::Not(condition) => !condition.holds(member),
        }
    }
}
