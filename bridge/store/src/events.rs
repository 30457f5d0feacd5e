//! Events that are stored: how many wait, which were given up, which are swept. How they come in is in `ingest`, how they
//! are handled in `lanes`.

use sqlx::Row as _;

use crate::{
    error::StoreError,
    row::Columns,
    session::{Reader, Writer},
};

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

impl Writer {
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
