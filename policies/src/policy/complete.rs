//! What people have through their organisation, and attributes that are read out of another column.

use std::collections::{BTreeSet, HashMap};

use kring_core::{
    ids::Shared,
    member::{Attributes, Person},
};

use super::{AttributeRule, Policy};

impl Policy {
    /// Gives each person the attributes that this policy makes of the administration's columns.
    ///
    /// An attribute that is `shared_by` another holds for everybody who shares that other's value: what one person of
    /// a centre has, the whole centre has. To be called once on people as they are stored, before anything is decided.
    pub fn complete(&self, people: &mut [Person]) {
        let derived: Vec<&AttributeRule> = self.attributes.iter().filter(|a| a.is_derived()).collect();
        if derived.is_empty() {
            return;
        }
        let own: Vec<Vec<Vec<Shared>>> =
            people.iter().map(|p| derived.iter().map(|a| a.read(&p.member.attributes)).collect()).collect();
        let mut given: Vec<(usize, Shared, Vec<Shared>)> = Vec::new();
        for (at, attribute) in derived.iter().enumerate() {
            let own: Vec<_> = own.iter().map(|of| of.get(at).cloned().unwrap_or_default()).collect();
            let shared = match self.shared_by(attribute) {
                Some(by) => shared(people, &by.column, &own),
                None => own,
            };
            given.extend(shared.into_iter().enumerate().map(|(i, v)| (i, attribute.name.clone(), v)));
        }
        for (person, name, values) in given {
            if let Some(person) = people.get_mut(person) {
                person.member.attributes.set(name, values);
            }
        }
    }

    fn shared_by(&self, attribute: &AttributeRule) -> Option<&AttributeRule> {
        attribute.shared_by.as_ref().and_then(|by| self.attribute(by))
    }
}

impl AttributeRule {
    /// Whether people's values are not simply those of the column of that name.
    pub(crate) fn is_derived(&self) -> bool {
        self.name != self.column
            || self.shared_by.is_some()
            || !self.only.is_empty()
            || !self.except.is_empty()
    }

    /// The person's own values, out of the column.
    fn read(&self, attributes: &Attributes) -> Vec<Shared> {
        let counts =
            |v: &&Shared| (self.only.is_empty() || self.only.contains(v)) && !self.except.contains(v);
        attributes.get(&self.column).iter().filter(counts).cloned().collect()
    }
}

/// The values of everybody with whom a person shares a value of `by`; a person without one keeps their own.
fn shared(people: &[Person], by: &str, own: &[Vec<Shared>]) -> Vec<Vec<Shared>> {
    let mut of_all: HashMap<&Shared, BTreeSet<&Shared>> = HashMap::new();
    for (person, values) in people.iter().zip(own) {
        for organisation in person.member.attributes.get(by) {
            of_all.entry(organisation).or_default().extend(values);
        }
    }
    let together = |(person, values): (&Person, &Vec<Shared>)| {
        let organisations = person.member.attributes.get(by);
        let theirs = organisations.iter().filter_map(|o| of_all.get(o)).flatten().copied();
        theirs.chain(values).collect::<BTreeSet<_>>().into_iter().cloned().collect()
    };
    people.iter().zip(own).map(together).collect()
}
