//! The transactions of the crash: strangers who come into rooms where they have no business, each once.

use std::ops::{Range, RangeInclusive};

use kring_tests::{Registration, push::Pusher};
use serde_json::{Value, json};

use super::fail;

/// Transactions that are acknowledged before the crash, and after them one whose acknowledgement gets lost.
pub(crate) const ACKNOWLEDGED: usize = 10;

/// Events in each.
const EVENTS: usize = 100;

/// Events that the homeserver never sends again.
pub(crate) const SENT_ONCE: usize = ACKNOWLEDGED * EVENTS;

/// All events.
pub(crate) const ALL: usize = SENT_ONCE + EVENTS;

/// Pushes transactions, which have to be acknowledged; strangers take turns in `rooms`.
pub(crate) fn push(port: u16, transactions: RangeInclusive<usize>, rooms: &[String]) {
    let token = Registration::bridge("").hs_token;
    let mut pusher = Pusher::connect(port, &token).unwrap_or_else(|e| fail(&e));
    for number in transactions {
        let pushed = pusher.push(&format!("crash-{number}"), &transaction(number, rooms));
        if !matches!(pushed, Ok((200, _))) {
            fail::<()>(&format!("a transaction was not acknowledged: {pushed:?}"));
        }
    }
}

fn transaction(number: usize, rooms: &[String]) -> Vec<u8> {
    let events: Vec<Value> = range(number).map(|n| event(n, rooms)).collect();
    json!({ "events": events }).to_string().into_bytes()
}

fn range(number: usize) -> Range<usize> {
    number * EVENTS..(number + 1) * EVENTS
}

fn event(n: usize, rooms: &[String]) -> Value {
    let user = stranger(n);
    json!({
        "event_id": event_id(n), "room_id": room(n, rooms), "sender": user, "state_key": user,
        "type": "m.room.member", "origin_server_ts": 1_782_900_000_000_u64,
        "content": { "membership": "join", "displayname": format!("Vreemdeling {n}") },
        "unsigned": { "age": 42, "replaces_state": format!("$before-{n:036}") },
    })
}

/// The room that stranger `n` comes into.
pub(crate) fn room(n: usize, rooms: &[String]) -> &str {
    rooms.get(n % rooms.len().max(1)).map_or("!room:kring.test", String::as_str)
}

pub(crate) fn stranger(n: usize) -> String {
    format!("@vreemdeling-{n:04}:kring.test")
}

pub(crate) fn event_id(n: usize) -> String {
    format!("$crash-{n:037}")
}

/// How often each event was handled, by its number, made into what the table shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Of the events that were acknowledged, those that nobody handled.
    pub(crate) lost: usize,
    /// The same of those that the homeserver sent again.
    pub(crate) lost_though_sent_again: usize,
    /// Events that were handled more than once.
    pub(crate) twice: usize,
    /// Events that were handled when it died.
    pub(crate) before: usize,
    /// Requests to the homeserver that were made again, because nobody knew whether they had been carried out.
    pub(crate) asked_again: Option<usize>,
}

impl Tally {
    pub(crate) fn new(times: &[usize], before: usize, asked_again: Option<usize>) -> Self {
        let (once, again) = times.split_at(SENT_ONCE.min(times.len()));
        let none = |times: &[usize]| times.iter().filter(|n| **n == 0).count();
        let twice = times.iter().filter(|n| **n > 1).count();
        Self { lost: none(once), lost_though_sent_again: none(again), twice, before, asked_again }
    }
}
