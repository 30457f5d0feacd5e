//! Events as they come in, each once: `events`, `transactions`. How they are handled is in `lanes`.

use sha2::{Digest as _, Sha256};
use sqlx::Row as _;

use crate::{
    error::StoreError,
    open::Store,
    row::{Columns, placeholders, without_nul},
    session::{Reader, Writer},
    url::Engine,
};

/// Rows of one statement.
const CHUNK: usize = 500;
/// Identifiers in Matrix have at most 255 bytes (Client-Server API, "Common identifier format").
const ID_BYTES: usize = 255;

/// Transactions of the homeserver are numbered in the order in which they are committed, which a sequence of PostgreSQL
/// alone does not give to two connections at once. The number spells "kring".
const BEGIN_POSTGRES: &str = "BEGIN; SELECT pg_advisory_xact_lock(461178432103)";

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
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Events that are now stored and wait to be handled.
    pub new: usize,
    /// Events that were stored before, and repetitions within the transaction.
    pub duplicates: usize,
    /// Events whose ids break Matrix' own limits; not stored.
    pub refused: usize,
    /// The transaction's id was seen before.
    pub txn_seen: bool,
    /// It was seen with other events: the homeserver counts from 1 again.
    pub lied: bool,
}

/// How much waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Events to be handled.
    pub pending: u64,
    /// When the oldest of them came, in ms since the Unix epoch; `None` when nothing waits.
    pub oldest_ms: Option<i64>,
    /// Events that were given up.
    pub dead: u64,
}

/// An event that could not be handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadEvent {
    /// Its number.
    pub seq: i64,
    /// Its id.
    pub event_id: String,
    /// Its room.
    pub room_id: String,
    /// Its type.
    pub event_type: String,
    /// When it came, in ms since the Unix epoch.
    pub received_at_ms: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was given up.
    pub error: String,
    /// The whole event.
    pub json: String,
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
    /// Stores a transaction of the homeserver. When this returns, its events are safe and may be acknowledged.
    ///
    /// The same transaction may come several times, also at once: each event is stored once. An event that makes no sense
    /// never makes the transaction fail.
    ///
    /// # Errors
    ///
    /// The database could not store it; nothing of it is stored then, and the homeserver has to send it again.
    pub async fn ingest(&self, txn_id: &str, events: &[IncomingEvent]) -> Result<Ingested, StoreError> {
        if events.is_empty() {
            return Ok(Ingested::default());
        }
        let begin = match self.engine() {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => BEGIN_POSTGRES,
        };
        let mut writer = self.begin(begin).await?;
        let ingested = writer.ingest(txn_id, events).await?;
        writer.commit().await?;
        Ok(ingested)
    }
}

impl Writer {
    async fn ingest(&mut self, txn_id: &str, events: &[IncomingEvent]) -> Result<Ingested, StoreError> {
        let good = |e: &&IncomingEvent| e.event_id.len() <= ID_BYTES && e.room_id.len() <= ID_BYTES;
        let kept: Vec<&IncomingEvent> = events.iter().filter(good).collect();
        let mut ingested = Ingested { refused: events.len() - kept.len(), ..Ingested::default() };
        let (seen, same) = self.note_transaction(txn_id, events).await?;
        ingested.txn_seen = seen;
        ingested.lied = seen && !same;
        if !same {
            ingested.new = self.insert_events(&kept).await?;
        }
        ingested.duplicates = kept.len() - ingested.new;
        Ok(ingested)
    }

    /// Whether the id was seen, and whether with the very same events.
    async fn note_transaction(
        &mut self,
        txn_id: &str,
        events: &[IncomingEvent],
    ) -> Result<(bool, bool), StoreError> {
        let print = fingerprint(events);
        let at = events.first().map_or(0, |e| e.received_at_ms);
        let id = without_nul(&txn_id.chars().take(ID_BYTES).collect::<String>());
        let sql = "INSERT INTO transactions (txn_id, fingerprint, received_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (txn_id) DO NOTHING";
        let new =
            sqlx::query(sql).bind(id.clone()).bind(print.clone()).bind(at).execute(self.connection()).await?;
        if new.rows_affected() > 0 {
            return Ok((false, false));
        }
        let sql = "UPDATE transactions SET fingerprint = $2, received_at = $3, lies = lies + 1 \
                   WHERE txn_id = $1 AND fingerprint <> $2";
        let other = sqlx::query(sql).bind(id).bind(print).bind(at).execute(self.connection()).await?;
        Ok((true, other.rows_affected() == 0))
    }

    async fn insert_events(&mut self, events: &[&IncomingEvent]) -> Result<usize, StoreError> {
        let mut new = 0;
        for chunk in events.chunks(CHUNK) {
            let sql = format!(
                "INSERT INTO events (event_id, room_id, event_type, state_key, sender, json, received_at) VALUES {} \
                 ON CONFLICT (event_id) DO NOTHING",
                placeholders(chunk.len(), 7)
            );
            // Few enough shapes to keep prepared: small transactions, which are the many, and full chunks.
            let keep = chunk.len() <= 16 || chunk.len() == CHUNK;
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(keep);
            for event in chunk {
                query = query
                    .bind(without_nul(&event.event_id))
                    .bind(without_nul(&event.room_id))
                    .bind(without_nul(&event.event_type))
                    .bind(event.state_key.as_deref().map(without_nul))
                    .bind(without_nul(&event.sender))
                    .bind(without_nul(&event.json))
                    .bind(event.received_at_ms);
            }
            new += query.execute(self.connection()).await?.rows_affected();
        }
        Ok(usize::try_from(new).unwrap_or(usize::MAX))
    }

    /// Removes handled and dropped events that came before `before_ms`, and what is known of transactions of that time.
    /// The newest event of each room stays, for [`Reader::last_event`]. Says how many events went.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn sweep_events(&mut self, before_ms: i64) -> Result<u64, StoreError> {
        let sql = "DELETE FROM transactions WHERE received_at < $1";
        sqlx::query(sql).bind(before_ms).execute(self.connection()).await?;
        let mut gone = 0;
        // A newer row of the room in any state; by state, so that each question is one step in the index.
        let newer = (0..4)
            .map(|s| {
                format!("EXISTS (SELECT 1 FROM events n WHERE n.state = {s} AND n.room_id = e.room_id AND n.seq > e.seq)")
            })
            .collect::<Vec<_>>()
            .join(" OR ");
        for state in [1, 3] {
            let sql = format!(
                "DELETE FROM events WHERE seq IN (SELECT e.seq FROM events e WHERE e.state = {state} \
                 AND e.received_at < $1 AND ({newer}))"
            );
            let done =
                sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before_ms).execute(self.connection()).await?;
            gone += done.rows_affected();
        }
        Ok(gone)
    }
}

impl Reader {
    /// The newest event of a room that came in, handled or not, and when, in ms since the Unix epoch.
    ///
    /// # Errors
    ///
    /// The database does not answer, or the row is not readable.
    pub async fn last_event(&mut self, room_id: &str) -> Result<Option<(String, i64)>, StoreError> {
        // By state, so that each maximum is one step in the index.
        let sql = "SELECT seq, event_id, received_at FROM events WHERE seq = (SELECT max(s) FROM (\
                   SELECT max(seq) AS s FROM events WHERE state = 0 AND room_id = $1 UNION ALL \
                   SELECT max(seq) FROM events WHERE state = 1 AND room_id = $1 UNION ALL \
                   SELECT max(seq) FROM events WHERE state = 2 AND room_id = $1 UNION ALL \
                   SELECT max(seq) FROM events WHERE state = 3 AND room_id = $1) AS newest)";
        let row = sqlx::query(sql).bind(room_id.to_owned()).fetch_optional(self.connection()).await?;
        row.map(|r| {
            let columns = Columns::new(&r, "events", "seq");
            Ok((columns.text("event_id")?, columns.int("received_at")?))
        })
        .transpose()
    }

    /// How much waits to be handled, and how much was given up.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn backlog(&mut self) -> Result<Backlog, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM events WHERE state = 0) AS pending, \
                   (SELECT received_at FROM events WHERE seq = (SELECT min(seq) FROM events WHERE state = 0)) AS oldest, \
                   (SELECT count(*) FROM events WHERE state = 2) AS dead";
        let row = sqlx::query(sql).fetch_one(self.connection()).await?;
        Ok(Backlog {
            pending: row.try_get::<i64, _>("pending")?.unsigned_abs(),
            oldest_ms: row.try_get("oldest")?,
            dead: row.try_get::<i64, _>("dead")?.unsigned_abs(),
        })
    }

    /// The events that were given up, oldest first.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn dead_events(&mut self) -> Result<Vec<DeadEvent>, StoreError> {
        let sql = "SELECT seq, event_id, room_id, event_type, received_at, attempts, error, json FROM events \
                   WHERE state = 2 ORDER BY seq";
        let rows = sqlx::query(sql).fetch_all(self.connection()).await?;
        let dead = |row| {
            let columns = Columns::new(row, "events", "seq");
            Ok(DeadEvent {
                seq: columns.int("seq")?,
                event_id: columns.text("event_id")?,
                room_id: columns.text("room_id")?,
                event_type: columns.text("event_type")?,
                received_at_ms: columns.int("received_at")?,
                attempts: u32::try_from(columns.int("attempts")?).unwrap_or(u32::MAX),
                error: columns.opt_text("error")?.unwrap_or_default(),
                json: columns.text("json")?,
            })
        };
        rows.iter().map(dead).collect()
    }
}
