//! Events that the homeserver never delivered: it forgets what it had in memory when it dies.
//!
//! For each managed room the store keeps the event up to which nothing of the history is missing. When somebody looks, the
//! history is read backwards to that event, and what never came is stored as if it had been delivered. The event id keeps
//! anything from being handled twice, so an event that the homeserver delivers after all does no harm.
//!
//! All rooms are looked at when delivery begins or comes back and when the homeserver was away, be it for a moment. While
//! all is well every room in which something happened is looked at after five minutes, and a share of the quiet ones, so that
//! each has had its turn within an hour: nobody has to notice that a part of the homeserver was started anew.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use futures_util::{StreamExt, stream};
use kring_homeserver::RawEvent;
use kring_store::{Aside, IncomingEvent};
use ruma::OwnedRoomId;
use serde_json::json;

use crate::{App, Error};

/// Events per page.
const PAGE: u32 = 100;

/// Pages per room: where more came, the room's state is read as a whole instead.
const PAGES: usize = 20;

/// Rooms at once.
const WIDTH: usize = 4;

/// Routine looks until every quiet room has had its turn.
const TURNS: usize = 12;

/// What a search for gaps found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Events that were missing and are stored now.
    pub events: usize,
    /// Rooms they belong to.
    pub rooms: usize,
    /// Rooms whose history could not be read, or went further back than we read.
    pub open: usize,
}

/// A managed room, and the event up to which nothing is missing; `None` where nobody has looked yet.
type History = (OwnedRoomId, Option<String>);

/// What was found in one room.
struct Found {
    room: OwnedRoomId,
    /// `None` when it cannot be known.
    missing: Option<usize>,
    /// The history is whole up to here.
    whole: Option<String>,
}

/// The rooms in which something happened.
#[derive(Debug, Default)]
pub(crate) struct Touched(Mutex<Happened>);

#[derive(Debug, Default)]
struct Happened {
    /// Since somebody looked for gaps.
    lately: HashSet<String>,
    /// How often, since the start.
    times: HashMap<String, u64>,
}

impl Touched {
    pub(crate) fn add(&self, rooms: impl IntoIterator<Item = String>) {
        let mut happened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for room in rooms {
            *happened.times.entry(room.clone()).or_default() += 1;
            happened.lately.insert(room);
        }
    }

    /// Changes whenever something happens in the room; before it is handled.
    pub(crate) fn times(&self, room: &str) -> u64 {
        let happened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        happened.times.get(room).copied().unwrap_or_default()
    }

    fn take(&self) -> HashSet<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).lately)
    }
}

/// What came since an event.
enum Since {
    /// The newest first.
    Events(Vec<RawEvent>),
    /// More than we read; the newest of it.
    TooMuch(Option<String>),
    Unreadable,
}

impl App {
    /// Looks for gaps in the histories of all managed rooms and closes them.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn close_gaps(&self) -> Result<Gaps, Error> {
        let all = self.context.store.read().await?.histories().await?;
        self.close(all, None).await
    }

    /// The routine look number `turn`. What is not older than `before`, in ms since the Unix epoch by the homeserver's clock,
    /// may still be on its way.
    pub(crate) async fn close_some_gaps(&self, turn: usize, before: Option<i64>) -> Result<Gaps, Error> {
        let all = self.context.store.read().await?.histories().await?;
        let touched = self.touched.take();
        let due = all
            .into_iter()
            .enumerate()
            .filter(|(n, (room, _))| touched.contains(room.as_str()) || n % TURNS == turn % TURNS);
        self.close(due.map(|(_, history)| history).collect(), before).await
    }

    async fn close(&self, histories: Vec<History>, before: Option<i64>) -> Result<Gaps, Error> {
        let looks = histories.into_iter().map(|history| self.close_gap(history, before));
        let mut looks = stream::iter(looks).buffer_unordered(WIDTH);
        let (mut gaps, mut marks) = (Gaps::default(), Vec::new());
        while let Some(found) = looks.next().await {
            let found = found?;
            match found.missing {
                Some(events) => {
                    gaps.events += events;
                    gaps.rooms += usize::from(events > 0);
                }
                None => gaps.open += 1,
            }
            marks.extend(found.whole.map(|event| (found.room, event)));
        }
        self.note(&marks).await?;
        if gaps != Gaps::default() {
            let Gaps { events, rooms, open } = gaps;
            tracing::warn!(events, rooms, open, "closed gaps in the deliveries");
            self.events_stored.notify_one();
        }
        Ok(gaps)
    }

    async fn note(&self, marks: &[(OwnedRoomId, String)]) -> Result<(), Error> {
        if marks.is_empty() {
            return Ok(());
        }
        let mut writer = self.context.store.write().await?;
        for (room, event) in marks {
            writer.note_whole(room, event).await?;
        }
        Ok(writer.commit().await?)
    }

    async fn close_gap(&self, (room, last): History, before: Option<i64>) -> Result<Found, Error> {
        match self.since(&room, last.as_deref()).await {
            Since::Events(mut events) => {
                let arriving = before.map_or(0, |before| still_arriving(&events, before));
                events.drain(..arriving);
                let missing = self.store_missing(&room, &events).await?;
                let whole = events.first().map(|event| event.event_id.to_string());
                Ok(Found { room, missing, whole })
            }
            Since::TooMuch(newest) => {
                let read = self.compare_one(&room).await?;
                self.drifted.notify_one();
                let missing = last.is_none().then_some(0);
                Ok(Found { room, missing, whole: newest.filter(|_| read) })
            }
            Since::Unreadable => Ok(Found { room, missing: None, whole: None }),
        }
    }

    /// Stores those of `events`, the newest first, that never came; says how many they are. `None` when it cannot be known.
    async fn store_missing(&self, room: &OwnedRoomId, events: &[RawEvent]) -> Result<Option<usize>, Error> {
        // What is on its way is not missing.
        self.unpack_all().await?;
        if self.missing(room, &[], events).await?.is_empty() {
            return Ok(Some(0));
        }
        // What came since the history was read may have replaced what is missing. From here on it waits in the inbox.
        let turn = self.unpacking.lock().await;
        self.unpack_all_in(&turn).await?;
        let newest = events.first().map(|event| event.event_id.as_str());
        let Since::Events(newer) = self.since(room, newest).await else { return Ok(None) };
        let mut missing = self.missing(room, &newer, events).await?;
        missing.reverse();
        let mut new = 0;
        for chunk in missing.chunks(100) {
            let txn = format!("gap.{:016x}", rand::random::<u64>());
            new += self.context.store.ingest(&txn, chunk).await?.new;
        }
        Ok(Some(new))
    }

    /// Those of `events` that never came. `newer` ones are known, or still on their way and then handled later anyway.
    async fn missing(
        &self,
        room: &OwnedRoomId,
        newer: &[RawEvent],
        events: &[RawEvent],
    ) -> Result<Vec<IncomingEvent>, Error> {
        let ids: Vec<&str> = newer.iter().chain(events).map(|event| event.event_id.as_str()).collect();
        let known = self.context.store.read().await?.known_events(&ids).await?;
        let came = newer.iter().filter(|event| known.contains(event.event_id.as_str()));
        Ok(missing(room, came.chain(events), &known, self.context.clock.now_ms()))
    }

    /// Without an event to read back to, one page tells the newest.
    async fn since(&self, room: &OwnedRoomId, last: Option<&str>) -> Since {
        let (mut events, mut from) = (Vec::<RawEvent>::new(), None::<String>);
        for _ in 0..PAGES {
            let Ok(page) = self.homeserver.messages_back(room, from.as_deref(), PAGE).await else {
                return Since::Unreadable;
            };
            for event in page.events {
                if last == Some(event.event_id.as_str()) {
                    return Since::Events(events);
                }
                events.push(event);
            }
            // At the beginning of the room without having met it: it was removed from the history.
            let Some(next) = page.next.filter(|_| last.is_some()) else { break };
            from = Some(next);
        }
        Since::TooMuch(events.first().map(|event| event.event_id.to_string()))
    }
}

/// How many of the newest `events` may still be on their way. Behind the first that is older than `before` nothing is left
/// out, whatever its time: it would lie before the event up to which nothing is missing, and never be looked at again.
fn still_arriving(events: &[RawEvent], before: i64) -> usize {
    events.iter().take_while(|event| event.origin_server_ts >= before).count()
}

/// The events that never came, the newest first. State that something newer has replaced, which did come, is kept and not
/// handled: it would set the mirror back.
fn missing<'e>(
    room: &OwnedRoomId,
    events: impl IntoIterator<Item = &'e RawEvent>,
    known: &HashSet<String>,
    received_at_ms: i64,
) -> Vec<IncomingEvent> {
    let (mut replaced, mut missing) = (HashSet::new(), Vec::new());
    for event in events {
        let key = event.state_key.as_deref().map(|key| (event.event_type.as_str(), key));
        if known.contains(event.event_id.as_str()) {
            replaced.extend(key);
            continue;
        }
        let late = key.is_some_and(|key| replaced.contains(&key));
        let aside = late.then_some(Aside::Superseded);
        missing.push(IncomingEvent { aside, ..incoming(event, room, received_at_ms) });
    }
    missing
}

fn incoming(event: &RawEvent, room: &OwnedRoomId, received_at_ms: i64) -> IncomingEvent {
    let mut json = json!({
        "event_id": event.event_id, "room_id": room, "type": event.event_type, "sender": event.sender,
        "origin_server_ts": event.origin_server_ts, "content": event.content,
    });
    if let (Some(key), Some(object)) = (&event.state_key, json.as_object_mut()) {
        object.insert("state_key".to_owned(), key.as_str().into());
    }
    IncomingEvent {
        event_id: event.event_id.to_string(),
        room_id: room.to_string(),
        event_type: event.event_type.clone(),
        state_key: event.state_key.clone(),
        sender: event.sender.to_string(),
        json: json.to_string(),
        received_at_ms,
        aside: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(id: &str, key: Option<&str>) -> RawEvent {
        let mut event = json!({
            "event_id": id, "type": "m.room.member", "sender": "@a:kring.test", "content": {},
        });
        if let (Some(key), Some(object)) = (key, event.as_object_mut()) {
            object.insert("state_key".to_owned(), key.into());
        }
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn what_lies_behind_an_old_event_is_looked_at_whatever_its_time() {
        let at = |time| RawEvent { origin_server_ts: time, ..state("$1", None) };
        let newest_first = [at(104), at(101), at(99), at(102), at(98)];
        assert_eq!(still_arriving(&newest_first, 100), 2);
        assert_eq!(still_arriving(&newest_first, 200), 0);
        assert_eq!(still_arriving(&newest_first, 0), 5);
    }

    #[test]
    fn state_that_was_replaced_by_something_that_came_is_not_handled_late() {
        let (anna, kees) = (Some("@anna:kring.test"), Some("@kees:kring.test"));
        let newest_first =
            [state("$6", kees), state("$5", anna), state("$4", None), state("$3", anna), state("$2", kees)];
        let known = HashSet::from(["$5".to_owned()]);
        let room: OwnedRoomId = "!r:kring.test".try_into().unwrap();
        let found = missing(&room, &newest_first, &known, 0);
        let told: Vec<_> = found.iter().map(|e| (e.event_id.as_str(), e.aside.is_some())).collect();
        assert_eq!(told, [("$6", false), ("$4", false), ("$3", true), ("$2", false)]);
    }
}
