//! From an import to the people that the store is to have.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::{Import, administration::Record};
use crate::{
    ids::{MemberId, MembershipNumber},
    member::{AddressStanding, Member, Person, Source},
};

/// The people to write, and who is what among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleChange {
    /// Everybody who differs from what is stored, new people with their new ids.
    pub put: Vec<Person>,
    /// New people.
    pub added: Vec<MemberId>,
    /// People who had been removed and are back, with the account they had.
    pub returned: Vec<MemberId>,
    /// People of whom something else is said now.
    pub changed: Vec<MemberId>,
    /// People who are no longer in the administration. They keep their account; the policy decides what follows.
    pub removed: Vec<MemberId>,
}

/// Applies an import to the stored people.
///
/// The same membership number is the same person. People by invitation are left alone; so are people whose row
/// was rejected, except that an address which others turn out to share is no longer theirs alone. Somebody whose
/// membership had ended before they were ever stored is not stored.
pub fn reconcile(
    existing: &[Person],
    import: &Import,
    today: Date,
    new_id: &mut dyn FnMut() -> MemberId,
) -> PeopleChange {
    let mut change = PeopleChange::default();
    let known: HashMap<&MembershipNumber, &Person> = existing
        .iter()
        .filter(|person| person.member.source == Source::Administration)
        .filter_map(|person| Some((person.member.number.as_ref()?, person)))
        .collect();
    for record in import.administration.records() {
        match known.get(&record.number) {
            Some(person) => change.update(person, record, today),
            None if record.gone => {}
            None => change.add(record, new_id()),
        }
    }
    let seen: HashSet<&MembershipNumber> =
        import.administration.records().iter().map(|r| &r.number).collect();
    for person in known.iter().filter(|(number, _)| !seen.contains(*number)).map(|(_, person)| person) {
        change.missing(person, import, today);
    }
    change.put.sort_by(|a, b| a.member.number.cmp(&b.member.number));
    change
}

impl PeopleChange {
    fn add(&mut self, record: &Record, id: MemberId) {
        self.added.push(id.clone());
        self.put.push(Person { member: record.member(id), user_id: None, removed_on: None });
    }

    fn update(&mut self, person: &Person, record: &Record, today: Date) {
        let id = person.member.id.clone();
        let removed_on = record.gone.then(|| person.removed_on.unwrap_or(today));
        let new = Person { member: record.member(id.clone()), user_id: person.user_id.clone(), removed_on };
        if new == *person {
            return;
        }
        match (person.removed_on.is_some(), removed_on.is_some()) {
            (false, true) => self.removed.push(id),
            (true, false) => self.returned.push(id),
            _ => self.changed.push(id),
        }
        self.put.push(new);
    }

    /// A stored person without an accepted row: removed, unless a rejected row shows that they are still there.
    fn missing(&mut self, person: &Person, import: &Import, today: Date) {
        let mut new = person.clone();
        if import.mentions(person) {
            if person.member.email.as_deref().is_some_and(|address| import.people_with(address) > 1) {
                new.member.address = AddressStanding::Shared;
            }
        } else if person.removed_on.is_none() {
            new.removed_on = Some(today);
            new.member.address = AddressStanding::Missing;
        }
        if new == *person {
            return;
        }
        let id = person.member.id.clone();
        if new.removed_on == person.removed_on {
            self.changed.push(id);
        } else {
            self.removed.push(id);
        }
        self.put.push(new);
    }
}

impl Record {
    /// The record as the member that the store keeps.
    pub fn member(&self, id: MemberId) -> Member {
        Member {
            id,
            source: Source::Administration,
            number: Some(self.number.clone()),
            name: self.name.clone(),
            email: self.email_key().map(str::to_owned),
            user_type: self.user_type.clone(),
            attributes: self.attributes.clone(),
            since: self.since,
            until: self.until,
            address: self.address,
        }
    }
}
