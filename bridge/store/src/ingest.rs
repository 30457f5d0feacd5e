//! Events in their rooms' lanes: each is stored once, whatever the transactions say in which they came.
//!
//! Thousands may come in a second, so each engine has its own way: on SQLite a thread with a connection and prepared
//! statements of its own ([`sqlite`]), for handing each row over to another thread costs more than storing it; on
//! PostgreSQL one statement for all rows ([`postgres`]).

pub(crate) mod postgres;
pub(crate) mod sqlite;

use std::{borrow::Cow, collections::HashSet};

use sha2::{Digest as _, Sha256};

use crate::{error::StoreError, open::Store, row::without_nul, url::Engine};

/// Identifiers in Matrix have at most 255 bytes (Client-Server API, "Common identifier format").
const ID_BYTES: usize = 255;

/// Notes a transaction; changes nothing when its id is known.
const NEW_TRANSACTION: &str = "INSERT INTO transactions (txn_id, fingerprint, received_at) VALUES ($1, $2, $3) \
                               ON CONFLICT (txn_id) DO NOTHING";

/// Notes that a known id came with other events; changes nothing when they are the same.
const LYING_TRANSACTION: &str = "UPDATE transactions SET fingerprint = $2, received_at = $3, lies = lies + 1 \
                                 WHERE txn_id = $1 AND fingerprint <> $2";

/// Whether this room is a managed one.
const MANAGED: &str = "SELECT 1 FROM rooms WHERE room_id = $1 AND place IS NOT NULL";

/// One event of a transaction, as little parsed as storing it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingEvent {
    /// `event_id`
    pub event_id: String,
    /// `room_id`
    pub room_id: String,
    /// `type`
    pub event_type: String,
    /// `state_key`; `None` for an event that is no state.
    pub state_key: Option<String>,
    /// `sender`
    pub sender: String,
    /// The whole event as it came.
    pub json: String,
    /// When it came, in ms since the Unix epoch.
    pub received_at_ms: i64,
    /// Why it is not to be handled; `None` where it is.
    pub aside: Option<Aside>,
}

/// Why an event is stored without being handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aside {
    /// It makes no sense, for this reason: a dead letter from the start.
    Dead(String),
    /// It came too late: a newer event of the same type and state key is stored already.
    Superseded,
    /// Nobody does anything with it, unless its room is a managed one at the time at which it is stored.
    Unmanaged,
}

impl IncomingEvent {
    /// The columns `state`, `json` and `error`.
    fn standing(&self) -> (i64, &str, Option<&str>) {
        match &self.aside {
            None => (0, &self.json, None),
            Some(Aside::Superseded | Aside::Unmanaged) => (1, "", None),
            Some(Aside::Dead(why)) => (2, &self.json, Some(why)),
        }
    }

    fn clean(&mut self) {
        let texts =
            [&mut self.event_id, &mut self.room_id, &mut self.event_type, &mut self.sender, &mut self.json];
        for text in texts.into_iter().chain(&mut self.state_key).filter(|text| text.contains('\0')) {
            *text = without_nul(text);
        }
    }

    /// Whose ids break Matrix' own limits is a dead letter, under an id that a repetition finds again.
    fn within_limits(mut self) -> Self {
        if self.event_id.len() <= ID_BYTES && self.room_id.len() <= ID_BYTES {
            return self;
        }
        self.event_id = format!("poison-{}", hex::encode(Sha256::digest(&self.event_id)));
        self.room_id.truncate(self.room_id.floor_char_boundary(ID_BYTES));
        self.aside = Some(Aside::Dead(format!("an identifier of more than {ID_BYTES} bytes")));
        self
    }
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Events that are now stored and wait to be handled.
    pub new: usize,
    /// Events that were stored before, and repetitions within the transaction.
    pub duplicates: usize,
    /// The transaction's id was seen before.
    pub txn_seen: bool,
    /// It was seen with other events: the homeserver counts from 1 again.
    pub lied: bool,
}

/// A transaction on its way into the database.
pub(crate) struct Transaction {
    id: String,
    fingerprint: String,
    received_at_ms: i64,
    events: Vec<IncomingEvent>,
}

impl Transaction {
    pub(crate) fn new(id: &str, mut events: Vec<IncomingEvent>) -> Self {
        let fingerprint = fingerprint(&events);
        let received_at_ms = events.first().map_or(0, |event| event.received_at_ms);
        events.iter_mut().for_each(IncomingEvent::clean);
        let events = events.into_iter().map(IncomingEvent::within_limits).collect();
        let id = without_nul(&id.chars().take(ID_BYTES).collect::<String>());
        Self { id, fingerprint, received_at_ms, events }
    }

    /// The rooms for which it matters whether they are managed ones.
    fn doubtful_rooms(&self) -> HashSet<&str> {
        let doubtful = self.events.iter().filter(|event| event.aside == Some(Aside::Unmanaged));
        doubtful.map(|event| event.room_id.as_str()).collect()
    }

    /// Of the doubtful rooms these are managed ones: what comes from there is handled.
    fn settle(&mut self, managed: &HashSet<String>) {
        for event in &mut self.events {
            if event.aside == Some(Aside::Unmanaged) && managed.contains(&event.room_id) {
                event.aside = None;
            }
        }
    }

    fn ingested(&self, seen: Seen, new: usize) -> Ingested {
        Ingested {
            new,
            duplicates: self.events.len().saturating_sub(new),
            txn_seen: seen != Seen::Never,
            lied: seen == Seen::WithOthers,
        }
    }
}

/// What is known of a transaction's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Never,
    WithTheSame,
    WithOthers,
}

/// Of the event ids alone: a retry may lack the ephemeral part of the body.
fn fingerprint(events: &[IncomingEvent]) -> String {
    let mut hash = Sha256::new();
    for event in events {
        hash.update(event.event_id.as_bytes());
        hash.update([0]);
    }
    hex::encode(hash.finalize())
}

impl Store {
    /// Stores the events of a transaction. The same transaction may come several times, also at once: each event is stored
    /// once. An event that makes no sense never makes the transaction fail.
    ///
    /// # Errors
    ///
    /// The database could not store it, or another process leads now ([`Store::under`]); nothing of it is stored then.
    pub async fn ingest(
        &self,
        txn_id: &str,
        events: impl Into<Cow<'_, [IncomingEvent]>>,
    ) -> Result<Ingested, StoreError> {
        let events = events.into();
        if events.is_empty() {
            return Ok(Ingested::default());
        }
        let ingested = self.ingest_all(vec![Transaction::new(txn_id, events.into_owned())]).await?;
        Ok(ingested.into_iter().next().unwrap_or_default())
    }

    /// As [`Store::ingest`], for several at once: all of them or none.
    pub(crate) async fn ingest_all(
        &self,
        mut transactions: Vec<Transaction>,
    ) -> Result<Vec<Ingested>, StoreError> {
        match self.engine() {
            Engine::Sqlite => {
                let door = self.door().ok_or(StoreError::ReadOnly)?;
                let _turn = self.turn().await?;
                door.run(move |connection| sqlite::store(connection, &mut transactions)).await
            }
            Engine::Postgres => self.ingest_postgres(transactions).await,
        }
    }
}
