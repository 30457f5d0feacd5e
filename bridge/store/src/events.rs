//! Events that are stored: how many wait, which were given up, which are swept. How they come in is in `ingest`, how they
//! are handled in `lanes`.

use sqlx::{Row as _, any::AnyRow};

use crate::{
    error::StoreError,
    open::Store,
    row::Columns,
    session::{Reader, Writer},
};

/// How much waits, of events or of effects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Those that are not finished.
    pub pending: u64,
    /// When the oldest of them came, in ms since the Unix epoch; `None` when nothing waits.
    pub oldest_ms: Option<i64>,
    /// Those that were given up, and are still kept.
    pub dead: u64,
}

impl Backlog {
    pub(crate) fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            pending: row.try_get::<i64, _>("pending")?.unsigned_abs(),
            oldest_ms: row.try_get("oldest")?,
            dead: row.try_get::<i64, _>("dead")?.unsigned_abs(),
        })
    }
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

/// Count and smallest number of those that wait in one look: asked for alone, the smallest number is looked for from the
/// first event on, over all that are handled and kept.
const BACKLOG: &str = "WITH waiting AS (SELECT count(*) AS n, min(seq) AS first FROM events WHERE state = 0)
    SELECT n AS pending, (SELECT received_at FROM events WHERE seq = first) AS oldest,
        (SELECT count(*) FROM events WHERE state = 2) AS dead
    FROM waiting";

/// Rows of one sweep: nobody else writes meanwhile.
const SWEEP: i64 = 2_000;

impl Writer {
    /// Removes what is known of transactions that came before `before_ms`. Says how many went.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn sweep_transactions(&mut self, before_ms: i64) -> Result<u64, StoreError> {
        let sql = "DELETE FROM transactions WHERE received_at < $1";
        Ok(sqlx::query(sql).bind(before_ms).execute(self.connection()).await?.rows_affected())
    }

    /// Removes handled and dropped events that came before `before_ms`, some of those behind number `after`. Gives the
    /// number behind which the next sweep goes on, and how many went; `None` when it was the last. The newest event of
    /// all stays, so that numbers are never given twice.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn sweep_events(
        &mut self,
        before_ms: i64,
        after: i64,
    ) -> Result<Option<(i64, u64)>, StoreError> {
        // By number, which is the order in which they came: no index has to say which are old.
        let sql = "SELECT max(seq) AS last, min(received_at) AS oldest FROM (\
                   SELECT seq, received_at FROM events WHERE seq > $1 ORDER BY seq LIMIT $2) AS batch";
        let row = sqlx::query(sql).bind(after).bind(SWEEP).fetch_one(self.connection()).await?;
        let (last, oldest): (Option<i64>, Option<i64>) = (row.try_get("last")?, row.try_get("oldest")?);
        let Some((last, _)) = last.zip(oldest).filter(|(_, oldest)| *oldest < before_ms) else {
            return Ok(None);
        };
        let sql = "DELETE FROM events WHERE seq > $1 AND seq <= $2 AND state IN (1, 3) AND received_at < $3 \
                   AND seq < (SELECT max(seq) FROM events)";
        let query = sqlx::query(sql).bind(after).bind(last).bind(before_ms);
        Ok(Some((last, query.execute(self.connection()).await?.rows_affected())))
    }
}

impl Store {
    /// How much waits to be handled, in the inbox and in the lanes, and how much was given up.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        // The inbox first: what leaves it meanwhile is counted twice then, and not overlooked.
        let waiting = match self.url().path() {
            Some(path) => self.waiting_sqlite(path).await?,
            None => self.read().await?.waiting_postgres().await?,
        };
        let lanes = self.read().await?.lanes_backlog().await?;
        let oldest = [waiting.oldest_ms, lanes.oldest_ms].into_iter().flatten().min();
        Ok(Backlog { pending: waiting.events + lanes.pending, oldest_ms: oldest, ..lanes })
    }
}

impl Reader {
    async fn lanes_backlog(&mut self) -> Result<Backlog, StoreError> {
        Backlog::read(&sqlx::query(BACKLOG).fetch_one(self.connection()).await?)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mode, Store, StoreUrl};

    #[tokio::test]
    async fn counting_what_waits_looks_at_nothing_that_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(&StoreUrl::sqlite(folder.path().join("kring.db")), Mode::ReadWrite).await.unwrap();
        for (sql, partial) in [(BACKLOG, "events_waiting"), (crate::outbox::BACKLOG, "outbox_lanes")] {
            let sql = format!("EXPLAIN QUERY PLAN {sql}");
            let query = sqlx::query(sqlx::AssertSqlSafe(sql));
            let rows = query.fetch_all(store.read().await.unwrap().connection()).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|r| r.get("detail")).collect();
            assert!(plan.iter().any(|l| l.contains(partial)), "{plan:#?}");
            let whole = plan.iter().filter(|l| {
                let table = ["SCAN events", "SEARCH events", "SCAN outbox", "SEARCH outbox"];
                table.iter().any(|t| l.starts_with(t)) && !l.contains("USING")
            });
            assert_eq!(whole.collect::<Vec<_>>(), [""; 0], "{plan:#?}");
        }
    }
}
