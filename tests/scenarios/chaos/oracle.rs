//! What must be true in the end, found out without Kring's own reasoning.

use std::collections::{BTreeMap, BTreeSet};

use kring_store::{AuditFilter, Mode, Store};
use kring_tests::{
    Administration, Association, api::segment, association::Managed, eventually, story::PATIENCE,
};
use serde_json::{Value, json};

use super::members::Said;
use crate::crashes::places;

/// Compares homeserver, store and desired state.
pub(super) async fn everything_is_right(
    association: &Association,
    administration: &Administration,
    said: &Said,
) {
    eprintln!("{} messages and {} departures were acknowledged", said.messages.len(), said.departures);
    assert!(
        said.messages.len() > 10 && said.departures + said.messages.len() > 12,
        "something happened at all"
    );
    everything_is_handled(association).await;
    let rooms = association.rooms().await;
    everybody_is_where_they_belong(association, administration, &rooms);
    nothing_is_missing(association, &rooms, said).await;
    nothing_happened_twice(association).await;
    association.nothing_is_left();
}

/// No event and no effect waits, and none was given up.
async fn everything_is_handled(association: &Association) {
    let handled = || async {
        let events = association.ask(&["events", "list", "--json"]);
        let plan = association.ask(&["plan", "--json"]);
        let quiet = events.get("waiting") == Some(&json!(0)) && plan.get("actions") == Some(&json!([]));
        quiet.then_some(events)
    };
    let events = eventually("everything is handled", PATIENCE * 4, handled).await;
    assert_eq!(events.get("dead"), Some(&json!([])), "no dead letters");
}

fn everybody_is_where_they_belong(
    association: &Association,
    administration: &Administration,
    rooms: &BTreeMap<String, Managed>,
) {
    let accounts = association.accounts();
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in administration.rows() {
        for place in places(row) {
            expected.entry(place).or_default().insert(accounts[&row.number].clone());
        }
    }
    for (place, room) in rooms {
        let wanted = expected.remove(place).unwrap_or_default();
        assert_eq!(room.people("join"), wanted, "who is in {place}");
        assert!(room.people("invite").is_empty() && room.people("knock").is_empty(), "{place}");
    }
    assert_eq!(expected, BTreeMap::new(), "places without a room");
}

/// Every event of a managed room's history is in the store, and so is every acknowledged message.
async fn nothing_is_missing(association: &Association, rooms: &BTreeMap<String, Managed>, said: &Said) {
    let mut history = BTreeSet::new();
    for room in rooms.values() {
        history.extend(events_of(association, &room.id).await);
    }
    let lost: Vec<&String> = said.messages.iter().filter(|id| !history.contains(*id)).collect();
    assert_eq!(lost, [""; 0], "acknowledged, and not in the homeserver's history");
    let store = store(association).await;
    let known = || async {
        let ids: Vec<&str> = history.iter().map(String::as_str).collect();
        let known = store.read().await.expect("a reader").known_events(&ids).await.expect("events");
        (known.len() == history.len()).then_some(())
    };
    eventually("every event of the history is in the store", PATIENCE, known).await;
}

/// The whole history, as the bridge sees it.
async fn events_of(association: &Association, room: &str) -> Vec<String> {
    let token = association.registration().as_token;
    let (mut events, mut from) = (Vec::new(), String::new());
    loop {
        let path = format!("/_matrix/client/v3/rooms/{}/messages?dir=b&limit=500{from}", segment(room));
        let page = association.synapse.api().get(&path, &token).await.expect_ok("a page of history");
        let chunk = page.get("chunk").and_then(Value::as_array).cloned().unwrap_or_default();
        events.extend(chunk.iter().filter_map(|e| e.get("event_id")?.as_str().map(str::to_owned)));
        match page.get("end").and_then(Value::as_str) {
            Some(end) => from = format!("&from={}", segment(end)),
            None => return events,
        }
    }
}

/// The chain of the audit log is whole, and no event was repaired twice for the same person.
async fn nothing_happened_twice(association: &Association) {
    let mut reader = store(association).await.read().await.expect("a reader");
    assert_eq!(reader.verify_audit().await.expect("the log"), None, "the chain is whole");
    let mut seen = BTreeSet::new();
    for record in reader.audit(&AuditFilter::default()).await.expect("the log") {
        let Some(event) = record.entry.details.get("event").and_then(Value::as_str) else { continue };
        let what = (event.to_owned(), record.entry.verb.to_string(), format!("{:?}", record.entry.member));
        assert!(seen.insert(what.clone()), "twice: {what:?}");
    }
}

async fn store(association: &Association) -> Store {
    let url = association.database().parse().expect("an address");
    Store::open(&url, Mode::ReadOnly).await.expect("the store opens beside a running Kring")
}
