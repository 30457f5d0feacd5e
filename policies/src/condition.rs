//! Conditions over what is known of a person: decidable, and each part knows its line.

use kring_core::{
    ids::{Shared, UserType},
    member::{AddressStanding, Member, Source},
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
    /// One of these holds.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Condition),
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
    pub(crate) fn types(&self) -> Option<&[UserType]> {
        self.tests.iter().find_map(|t| match &t.what {
            What::Type(types) => Some(types.as_slice()),
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
            Self::Any(conditions) => conditions.iter().any(|c| c.holds(member)),
            Self::Not(condition) => !condition.holds(member),
        }
    }
}
