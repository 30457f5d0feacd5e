//! People, groups and events with good defaults.

use kring_core::{
    ids::{MemberId, UserType},
    member::{AddressStanding, Attributes, Member, Person, Source},
    name::PersonName,
};
use kring_store::{IncomingEvent, NewEffect};
use ruma::{OwnedRoomId, OwnedUserId};

/// Kees van den Heuvel, secretary in Zwolle, with an account.
pub(crate) fn kees() -> Person {
    let mut kees = person("m-kees", "0042");
    kees.member.name = PersonName { given: "Kees".into(), infix: "van den".into(), family: "Heuvel".into() };
    kees.member.email = Some("kees@example.org".into());
    kees.member.attributes =
        attributes(&[("afdeling", &["Zwolle"]), ("functies", &["secretaris", "redactie"])]);
    kees.member.since = Some("2020-02-29".parse().unwrap());
    kees.member.until = Some("2027-12-31".parse().unwrap());
    kees.member.address = AddressStanding::Unique;
    kees.user_id = Some(user("@merel-beuk-482:example.org"));
    kees
}

/// A volunteer of whom nothing else is known.
pub(crate) fn person(id: &str, number: &str) -> Person {
    let member = Member {
        id: MemberId::from(id),
        source: Source::Administration,
        number: Some(number.into()),
        name: PersonName::default(),
        email: None,
        user_type: UserType::from("vrijwilliger"),
        attributes: Attributes::default(),
        since: None,
        until: None,
        address: AddressStanding::Missing,
    };
    Person { member, user_id: None, removed_on: None }
}

pub(crate) fn attributes(values: &[(&str, &[&str])]) -> Attributes {
    let mut attributes = Attributes::default();
    for (name, values) in values {
        attributes.set((*name).into(), values.iter().map(|v| (*v).into()).collect());
    }
    attributes
}

pub(crate) fn user(id: &str) -> OwnedUserId {
    id.parse().unwrap()
}

pub(crate) fn room(id: &str) -> OwnedRoomId {
    id.parse().unwrap()
}

/// A message in `!<room>`.
pub(crate) fn event(id: &str, room: &str) -> IncomingEvent {
    IncomingEvent {
        event_id: format!("${id}"),
        room_id: format!("!{room}"),
        event_type: "m.room.message".into(),
        state_key: None,
        sender: "@merel-beuk-482:example.org".into(),
        json: format!(r#"{{"event_id":"${id}"}}"#),
        received_at_ms: 1_000,
        aside: None,
    }
}

/// An effect of `lane` whose client transaction id is `txn`.
pub(crate) fn effect(lane: &str, txn: &str) -> NewEffect {
    NewEffect {
        lane: lane.into(),
        dedupe_key: None,
        kind: "send".into(),
        payload: serde_json::json!({"body": txn}),
        txn_id: txn.into(),
        batch: None,
        not_before_ms: 0,
        created_at_ms: 1_000,
    }
}
