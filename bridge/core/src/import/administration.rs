//! The administration as it was accepted: the people of a file, or those the store has from the last one.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{Fatal, ImportRules, read};
use crate::{
    email::Email,
    ids::{MembershipNumber, UserType},
    member::{AddressStanding, Attributes, Person, Source},
    name::PersonName,
};

/// One accepted person of an administration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The physical line of the file, from 1; 0 for a person from the store.
    pub line: u64,
    /// The membership number, lost leading zeros restored.
    pub number: MembershipNumber,
    /// The number as it was written, where zeros were restored.
    pub restored_from: Option<MembershipNumber>,
    /// The name in its parts, trimmed.
    pub name: PersonName,
    /// The address; `None` when there is none.
    pub email: Option<Email>,
    /// The user type in the policy's spelling.
    pub user_type: UserType,
    /// What the other columns say.
    pub attributes: Attributes,
    /// First day of the membership; `None` when it is not known and has begun.
    pub since: Option<Date>,
    /// Last day of the membership; `None` for no end.
    pub until: Option<Date>,
    /// Whether the address is this person's alone in this administration.
    pub address: AddressStanding,
    /// Whether the person had left: the membership has ended, or an earlier import no longer had them.
    pub gone: bool,
}

impl Record {
    /// Whether the membership runs on `today`: begun, and not past its last day.
    pub fn runs_on(&self, today: Date) -> bool {
        !self.gone && self.since.is_none_or(|d| d <= today) && self.until.is_none_or(|d| today <= d)
    }

    /// Whether both say the same about the person; the spelling of address and dates does not count.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        self.name == other.name
            && self.email_key() == other.email_key()
            && self.user_type == other.user_type
            && self.attributes == other.attributes
            && (self.since, self.until) == (other.since, other.until)
    }

    /// The address as it is compared.
    pub fn email_key(&self) -> Option<&str> {
        self.email.as_ref().map(Email::key)
    }
}

/// The people of an administration, each number once.
#[derive(Debug, Clone, Default)]
pub struct Administration {
    records: Vec<Record>,
    by_number: HashMap<MembershipNumber, usize>,
}

impl Administration {
    /// From accepted records; of several with one number the first stands.
    pub fn from_records(records: impl IntoIterator<Item = Record>) -> Self {
        let mut own = Self::default();
        for record in records {
            if !own.by_number.contains_key(&record.number) {
                own.by_number.insert(record.number.clone(), own.records.len());
                own.records.push(record);
            }
        }
        own
    }

    /// From the file that was imported last.
    ///
    /// # Errors
    ///
    /// When the file cannot be read as an administration; the text says that it is the previous one.
    pub fn from_previous(bytes: &[u8], rules: &ImportRules) -> Result<Self, Fatal> {
        read(bytes, rules, None).map(|import| import.administration).map_err(Fatal::of_previous)
    }

    /// From the people the store has. People by invitation are not an import's business and are left out.
    pub fn from_people<'a>(people: impl IntoIterator<Item = &'a Person>) -> Self {
        Self::from_records(people.into_iter().filter_map(record_of))
    }

    /// Everybody, in the order of the file.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The person with this number.
    pub fn get(&self, number: &MembershipNumber) -> Option<&Record> {
        self.by_number.get(number).and_then(|i| self.records.get(*i))
    }

    /// Everybody who has not left.
    pub fn present(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|record| !record.gone)
    }
}

fn record_of(person: &Person) -> Option<Record> {
    let member = &person.member;
    let number = member.number.clone().filter(|_| member.source == Source::Administration)?;
    Some(Record {
        line: 0,
        number,
        restored_from: None,
        name: member.name.clone(),
        email: member.email.as_deref().and_then(|address| Email::parse(address).ok()),
        user_type: member.user_type.clone(),
        attributes: member.attributes.clone(),
        since: member.since,
        until: member.until,
        address: member.address,
        gone: person.removed_on.is_some(),
    })
}
