//! Events that the homeserver never delivered: it forgets what it had in memory when it dies.
//!
//! At start, and whenever delivery came back, each managed room's history is read backwards to the last event that was
//! stored while all was well, and what lies between is stored as if it had been delivered. The event id keeps anything
//! from being handled twice, so an event that the homeserver delivers after all does no harm.

use std::collections::HashMap;

use futures_util::{StreamExt, stream};
use kring_homeserver::RawEvent;
use kring_store::IncomingEvent;
use ruma::OwnedRoomId;
use serde_json::json;

use crate::{App, Error};

/// Events per page.
const PAGE: u32 = 100;

/// Pages per room: what lies further back is left to the compare, which sees states rather than events.
const PAGES: usize = 20;

/// Rooms at once.
const WIDTH: usize = 4;

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

/// The event of each managed room up to which nothing is missing. Rooms in which nothing was ever delivered are absent:
/// they were read as a whole when they were made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Whole(HashMap<OwnedRoomId, String>);

impl App {
    /// Looks for gaps after the last stored events of all managed rooms and closes them.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn close_gaps(&self) -> Result<Gaps, Error> {
        self.close_gaps_since(self.whole().await?).await
    }

    /// The last stored events, to be asked for while nothing is missing.
    pub(crate) async fn whole(&self) -> Result<Whole, Error> {
        let mut reader = self.context.store.read().await?;
        let mut whole = Whole::default();
        for room in reader.mirror_heads().await?.into_iter().filter(|room| room.place.is_some()) {
            if let Some((event, _)) = reader.last_event(room.room_id.as_str()).await? {
                whole.0.insert(room.room_id, event);
            }
        }
        Ok(whole)
    }

    /// As [`App::close_gaps`], from an earlier point: an event that came after a gap must not hide it.
    pub(crate) async fn close_gaps_since(&self, whole: Whole) -> Result<Gaps, Error> {
        let rooms = whole.0.into_iter();
        let mut found =
            stream::iter(rooms.map(|(room, last)| self.close_gap(room, last))).buffer_unordered(WIDTH);
        let mut gaps = Gaps::default();
        while let Some(closed) = found.next().await {
            match closed? {
                Some(events) => {
                    gaps.events += events;
                    gaps.rooms += usize::from(events > 0);
                }
                None => gaps.open += 1,
            }
        }
        if gaps != Gaps::default() {
            tracing::warn!(
                events = gaps.events,
                rooms = gaps.rooms,
                open = gaps.open,
                "closed gaps in the deliveries"
            );
        }
        self.events_stored.notify_one();
        Ok(gaps)
    }

    /// How many events were missing; `None` when that cannot be known.
    async fn close_gap(&self, room: OwnedRoomId, last: String) -> Result<Option<usize>, Error> {
        let Some(missing) = self.missing(&room, &last).await else { return Ok(None) };
        let now = self.context.clock.now_ms();
        let events: Vec<IncomingEvent> =
            missing.iter().rev().map(|event| incoming(event, &room, now)).collect();
        let mut new = 0;
        for chunk in events.chunks(100) {
            let txn = format!("gap.{:016x}", rand::random::<u64>());
            new += self.context.store.ingest(&txn, chunk).await?.new;
        }
        Ok(Some(new))
    }

    /// The events since `last`, the newest first; `None` when the history cannot be read or `last` is too far back.
    async fn missing(&self, room: &OwnedRoomId, last: &str) -> Option<Vec<RawEvent>> {
        let (mut missing, mut from) = (Vec::new(), None::<String>);
        for _ in 0..PAGES {
            let page = self.homeserver.messages_back(room, from.as_deref(), PAGE).await.ok()?;
            for event in page.events {
                if event.event_id == last {
                    return Some(missing);
                }
                missing.push(event);
            }
            from = Some(page.next?);
        }
        None
    }
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
