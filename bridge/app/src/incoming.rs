//! What the homeserver sent, read as far as is needed to know where each event goes.

use std::borrow::Cow;

use kring_store::{Arrival, Aside, IncomingEvent};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use sha2::{Digest as _, Sha256};

/// The fields that decide where an event goes.
#[derive(Deserialize)]
struct Address<'a> {
    #[serde(borrow)]
    event_id: Cow<'a, str>,
    #[serde(borrow)]
    room_id: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    state_key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    sender: Cow<'a, str>,
}

/// The events of a transaction, in their order. One that makes no sense is a dead letter, so that nothing is lost. `is_own`
/// says whether a user id is the bridge's or a bot's.
pub(crate) fn incoming(arrival: &Arrival, is_own: &dyn Fn(&str) -> bool) -> Vec<IncomingEvent> {
    let Some(text) = &arrival.events else { return vec![unreadable(arrival)] };
    let raws = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let mut events = Vec::new();
    for raw in raws {
        match raw {
            Ok(raw) => events.push(event(raw, arrival.received_at_ms, is_own)),
            Err(_) => {
                events.push(unreadable(arrival));
                break;
            }
        }
    }
    events
}

fn event(raw: &RawValue, received_at_ms: i64, is_own: &dyn Fn(&str) -> bool) -> IncomingEvent {
    match serde_json::from_str::<Address<'_>>(raw.get()) {
        Ok(address) => IncomingEvent {
            aside: aside(&address, is_own),
            event_id: address.event_id.into_owned(),
            room_id: address.room_id.into_owned(),
            event_type: address.event_type.into_owned(),
            state_key: address.state_key.map(Cow::into_owned),
            sender: address.sender.into_owned(),
            json: raw.get().to_owned(),
            received_at_ms,
        },
        Err(error) => poison(raw, &error, received_at_ms),
    }
}

/// What happens in a room that is not ours needs no lane, unless it concerns ourselves.
fn aside(address: &Address<'_>, is_own: &dyn Fn(&str) -> bool) -> Option<Aside> {
    let of_ours = address.event_type == "m.room.member" && address.state_key.as_deref().is_some_and(is_own);
    (!of_ours).then_some(Aside::Unmanaged)
}

/// An event without an address, under an id that a retry finds again.
fn poison(raw: &RawValue, error: &serde_json::Error, received_at_ms: i64) -> IncomingEvent {
    // Only the kind of mistake and its place: the error's own words may quote the event.
    let reason = format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column());
    let event_id = format!("poison-{}", hex::encode(Sha256::digest(raw.get())));
    tracing::warn!(event.id = %event_id, %reason, "an event without the fields of an event");
    IncomingEvent {
        event_id,
        room_id: field(raw, "room_id"),
        event_type: field(raw, "type"),
        state_key: None,
        sender: field(raw, "sender"),
        json: raw.get().to_owned(),
        received_at_ms,
        aside: Some(Aside::Dead(reason)),
    }
}

/// A text of the event, as far as it is one; else empty.
fn field(raw: &RawValue, name: &str) -> String {
    let object: Option<Value> = serde_json::from_str(raw.get()).ok();
    object.and_then(|o| o.get(name)?.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What the disk gave back is not what was stored. The histories of the rooms still have it.
fn unreadable(arrival: &Arrival) -> IncomingEvent {
    tracing::error!(number = arrival.number(), "a stored transaction is not readable");
    IncomingEvent {
        event_id: format!("poison-unreadable-{}-{}", arrival.received_at_ms, arrival.number()),
        room_id: String::new(),
        event_type: String::new(),
        state_key: None,
        sender: String::new(),
        json: String::new(),
        received_at_ms: arrival.received_at_ms,
        aside: Some(Aside::Dead("the stored transaction is not readable".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(events: Option<&str>) -> Vec<IncomingEvent> {
        let arrival = Arrival::new(7, "17", 1_000, events.map(str::to_owned));
        incoming(&arrival, &|user| user == "@beheer:kring.test")
    }

    fn lines(events: &[&str]) -> String {
        events.join("\n")
    }

    const MESSAGE: &str = r#"{ "event_id":"$2",  "room_id":"!r:kring.test","type":"m.room.message","sender":"@b:kring.test","content":{"body":"\ud83d\ude00","n":1.50} }"#;

    fn member(user: &str) -> String {
        format!(
            r#"{{"event_id":"$1","room_id":"!r:kring.test","type":"m.room.member","sender":"@a:kring.test","state_key":"{user}","content":{{}}}}"#
        )
    }

    #[test]
    fn events_keep_their_order_and_their_bytes() {
        let events = read(Some(&lines(&[&member("@a:kring.test"), MESSAGE])));
        let [first, second] = events.as_slice() else { panic!("two events: {events:?}") };
        assert_eq!((first.event_id.as_str(), first.room_id.as_str()), ("$1", "!r:kring.test"));
        assert_eq!((first.event_type.as_str(), first.sender.as_str()), ("m.room.member", "@a:kring.test"));
        assert_eq!((first.state_key.as_deref(), first.received_at_ms), (Some("@a:kring.test"), 1_000));
        assert_eq!((second.event_id.as_str(), second.state_key.as_deref()), ("$2", None));
        assert_eq!(second.json, MESSAGE);
    }

    #[test]
    fn what_concerns_ourselves_is_handled_whosever_room_it_is() {
        let other = r#"{"event_id":"$3","room_id":"!r:kring.test","type":"m.room.name","sender":"@a:kring.test","state_key":""}"#;
        let events =
            read(Some(&lines(&[&member("@a:kring.test"), &member("@beheer:kring.test"), MESSAGE, other])));
        let aside: Vec<_> = events.into_iter().map(|event| event.aside).collect();
        let unmanaged = Some(Aside::Unmanaged);
        assert_eq!(aside, [unmanaged.clone(), None, unmanaged.clone(), unmanaged]);
    }

    #[test]
    fn poison_is_kept_under_an_id_that_a_retry_finds_again_and_fails_nobody() {
        let poison = [
            r#"{"room_id":"!r:example.org","type":"m.room.message","sender":"@b:example.org","content":{}}"#,
            r#"{"event_id":7,"room_id":"!r:example.org"}"#,
            r#"{"event_id":"$a","room_id":"!r:example.org","type":"\ud800","sender":"@b:example.org"}"#,
            "17",
            "null",
            "[[[]]]",
        ];
        for bad in poison {
            let text = lines(&[MESSAGE, bad, MESSAGE]);
            let events = read(Some(&text));
            assert_eq!(events, read(Some(&text)));
            let [before, bad_event, after] = events.as_slice() else { panic!("three events: {events:?}") };
            assert_eq!((before.event_id.as_str(), after.event_id.as_str()), ("$2", "$2"));
            assert!(bad_event.event_id.starts_with("poison-"), "{}", bad_event.event_id);
            assert!(matches!(bad_event.aside, Some(Aside::Dead(_))), "{bad_event:?}");
            assert_eq!(bad_event.json, bad);
        }
    }

    #[test]
    fn poison_keeps_its_room_where_it_has_one_and_no_words_in_its_reason() {
        let bad = r#"{"event_id":["geheim"],"room_id":"!r:example.org","type":"m.room.message","sender":"@b:example.org"}"#;
        let events = read(Some(bad));
        let event = &events[0];
        assert_eq!((event.room_id.as_str(), event.event_type.as_str()), ("!r:example.org", "m.room.message"));
        assert_eq!(event.sender, "@b:example.org");
        assert_eq!(event.aside, Some(Aside::Dead("Data error at line 1 column 12".to_owned())));
    }

    #[test]
    fn a_row_that_is_not_readable_is_a_dead_letter() {
        for text in [None, Some("{\"event_id\":")] {
            let events = read(text);
            assert_eq!(events.len(), 1, "{text:?}");
            assert!(matches!(events[0].aside, Some(Aside::Dead(_))), "{text:?}");
        }
    }
}
