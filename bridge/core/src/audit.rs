//! One line of the audit log: who did what to whom, where and why.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{GroupKey, MemberId, PlaceKey, Shared},
    text::Text,
};

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Kring itself, following the policy.
    Kring,
    /// A person, by a command in chat or on a page.
    Member(MemberId),
    /// Whoever has the command line of the machine.
    Operator,
}

/// What happened, in the shape in which it is stored and exported. Entries are only ever added.
///
/// People are named by [`MemberId`]. The sentence in `text` may name the person whom it was done to as well, as the plan
/// did, and nobody else: that person may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When, in UTC.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What, as a stable dotted verb: `member.added`, `group.repaired`.
    pub verb: Shared,
    /// The group it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupKey>,
    /// The place (room or space) it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceKey>,
    /// The person it was done to, who may see the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// The stable code of the reason: `type-not-admitted`.
    pub code: Shared,
    /// The reason for people.
    pub text: Text,
    /// Whatever else explains it: `{"rooms": 4}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, serde_json::Value>,
}

impl AuditEntry {
    /// An entry about nobody and no place yet; the other fields are filled in with `with_…`.
    pub fn new(at: Timestamp, actor: Actor, verb: &str, code: &str, text: Text) -> Self {
        let (verb, code) = (verb.into(), code.into());
        Self { at, actor, verb, group: None, place: None, member: None, code, text, details: BTreeMap::new() }
    }

    /// About this person.
    #[must_use]
    pub fn with_member(mut self, member: MemberId) -> Self {
        self.member = Some(member);
        self
    }

    /// About this group.
    #[must_use]
    pub fn with_group(mut self, group: GroupKey) -> Self {
        self.group = Some(group);
        self
    }

    /// About this place, and so about its group.
    #[must_use]
    pub fn with_place(mut self, place: PlaceKey) -> Self {
        self.group = Some(place.group.clone());
        self.place = Some(place);
        self
    }

    /// With a detail.
    #[must_use]
    pub fn with_detail(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_survives_being_stored() {
        let text = Text { nl: "Niet meer in de groep.".into(), en: "No longer in the group.".into() };
        let entry = AuditEntry::new(
            "2026-07-01T10:00:00Z".parse().unwrap(),
            Actor::Kring,
            "member.removed",
            "membership-ended",
            text,
        )
        .with_place("afdeling/utrecht#space".parse().unwrap())
        .with_member("m1".into())
        .with_detail("rooms", 4);
        let json = serde_json::to_string(&entry).unwrap();
        insta::assert_snapshot!(json, @r#"{"at":"2026-07-01T10:00:00Z","actor":"kring","verb":"member.removed","group":"afdeling/utrecht","place":"afdeling/utrecht#space","member":"m1","code":"membership-ended","text":{"nl":"Niet meer in de groep.","en":"No longer in the group."},"details":{"rooms":4}}"#);
        assert_eq!(serde_json::from_str::<AuditEntry>(&json).unwrap(), entry);
    }

    #[test]
    fn person_as_actor_is_named_by_id() {
        assert_eq!(serde_json::to_string(&Actor::Member("m7".into())).unwrap(), r#"{"member":"m7"}"#);
    }
}
