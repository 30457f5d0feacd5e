//! A person the association knows.

use jiff::civil::Date;
use ruma::OwnedUserId;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{MemberId, MembershipNumber, Shared, UserType},
    name::PersonName,
};

/// Where a person comes from, which decides who may change or remove them (decision 5 of the design).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The member administration; an import adds, changes and removes.
    Administration,
    /// An invitation (externals, guests); no import touches them.
    Invitation,
}

/// What the person's e-mail address is worth in the administration (README of the data, rules 1-6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressStanding {
    /// Exactly one person of the administration has it.
    Unique,
    /// Several people of the administration share it.
    Shared,
    /// The person has no address, or it does not occur in the administration.
    Missing,
}

/// A person as the administration or an invitation describes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Kring's own id.
    pub id: MemberId,
    /// Where the person comes from.
    pub source: Source,
    /// The membership number; `None` for people by invitation.
    pub number: Option<MembershipNumber>,
    /// The name in its parts.
    pub name: PersonName,
    /// The address as it is compared: trimmed, lower case, domain as A-label. `None` when there is none.
    pub email: Option<String>,
    /// The user type.
    pub user_type: UserType,
    /// Attribute values, sorted by name; see [`Attributes`].
    pub attributes: Attributes,
    /// First day of the membership; `None` means that it is not known and has begun.
    pub since: Option<Date>,
    /// Last day of the membership; `None` means no end.
    pub until: Option<Date>,
    /// Whether the address is this person's alone.
    pub address: AddressStanding,
}

impl Member {
    /// Whether the membership runs on `today` (`until` is the last day, inclusive).
    pub fn runs_on(&self, today: Date) -> bool {
        self.since.is_none_or(|d| d <= today) && self.until.is_none_or(|d| today <= d)
    }
}

/// Attributes with one or several values, sorted by name: `afdeling: [Zwolle]`, `functies: [secretaris, redactie]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attributes(Vec<(Shared, Vec<Shared>)>);

impl Attributes {
    /// The values of `name`; empty when the person has none.
    pub fn get(&self, name: &str) -> &[Shared] {
        match self.0.binary_search_by(|(n, _)| (**n).cmp(name)) {
            Ok(i) => self.0.get(i).map_or(&[], |(_, v)| v.as_slice()),
            Err(_) => &[],
        }
    }

    /// Replaces the values of `name`; an empty list removes it.
    pub fn set(&mut self, name: Shared, values: Vec<Shared>) {
        match (self.0.binary_search_by(|(n, _)| n.cmp(&name)), values.is_empty()) {
            (Ok(i), true) => drop(self.0.remove(i)),
            (Ok(i), false) => {
                if let Some(slot) = self.0.get_mut(i) {
                    slot.1 = values;
                }
            }
            (Err(_), true) => {}
            (Err(i), false) => self.0.insert(i, (name, values)),
        }
    }

    /// All names with their values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Shared])> {
        self.0.iter().map(|(n, v)| (&**n, v.as_slice()))
    }
}

/// A member together with what Kring keeps about them: the account and the day they went missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The person.
    pub member: Member,
    /// The Matrix account; `None` while they have none.
    pub user_id: Option<OwnedUserId>,
    /// The day on which an import no longer had them; `None` while they are in.
    pub removed_on: Option<Date>,
}
