//! On PostgreSQL: a table, and word to whoever leads.

use std::time::{Duration, Instant};

use sqlx::Row as _;

use super::{Arrival, ROWS, Row, Waiting, batch, unpack};
use crate::{error::StoreError, open::Store, row::Columns, session::Reader};

/// Where whoever leads hears of it, at the commit.
pub(crate) const CHANNEL: &str = "kring_events";

/// A failure that took longer is no old connection that was cut meanwhile.
const AT_ONCE: Duration = Duration::from_secs(1);

/// One statement and one way there and back: it is its own transaction.
const PUT: &str = "WITH stored AS (INSERT INTO inbox (txn_id, received_at, events, size, body) \
                   VALUES ($1, $2, $3, $4, $5)) SELECT 1 FROM pg_notify('kring_events', '')";

impl Store {
    pub(super) async fn receive_postgres(&self, row: Row) -> Result<(), StoreError> {
        let start = Instant::now();
        match self.put(&row).await {
            // A connection that was cut is found out here. Stored twice does no harm, for each event is known by its id.
            Err(StoreError::Unavailable(_)) if start.elapsed() < AT_ONCE => self.put(&row).await,
            done => done,
        }
    }

    async fn put(&self, row: &Row) -> Result<(), StoreError> {
        let pool = self.arrivals_pool().ok_or(StoreError::ReadOnly)?;
        let mut connection = Reader::of(pool.acquire().await?, self.silence());
        let query = sqlx::query(PUT)
            .bind(row.txn_id.clone())
            .bind(row.received_at_ms)
            .bind(row.events)
            .bind(row.size)
            .bind(row.body.clone());
        query.execute(connection.connection()).await?;
        Ok(())
    }

    pub(super) async fn arrivals_postgres(&self) -> Result<Vec<Arrival>, StoreError> {
        let mut reader = self.read().await?;
        let rows = i64::try_from(ROWS).unwrap_or(i64::MAX);
        let query = sqlx::query("SELECT size FROM inbox ORDER BY seq LIMIT $1").bind(rows);
        let sizes = query.fetch_all(reader.connection()).await?;
        let sizes = sizes.iter().map(|row| row.try_get("size")).collect::<Result<Vec<i64>, _>>()?;
        let count = batch(sizes);
        if count == 0 {
            return Ok(Vec::new());
        }
        let sql = "SELECT seq, txn_id, received_at, size, body FROM inbox ORDER BY seq LIMIT $1";
        let query = sqlx::query(sql).bind(i64::try_from(count).unwrap_or(i64::MAX));
        let rows = query.fetch_all(reader.connection()).await?;
        let arrival = |row| {
            let columns = Columns::new(row, "inbox", "seq");
            let body = row.try_get::<Vec<u8>, _>("body").map_err(|_| columns.bad("body", "no bytes"))?;
            Ok(Arrival {
                seq: columns.int("seq")?,
                txn_id: columns.text("txn_id")?,
                received_at_ms: columns.int("received_at")?,
                events: unpack(body, columns.int("size")?),
            })
        };
        rows.iter().map(arrival).collect()
    }

    pub(super) async fn forget_postgres(&self, seqs: Vec<i64>) -> Result<(), StoreError> {
        let seqs: Vec<String> = seqs.iter().map(i64::to_string).collect();
        let sql = format!("DELETE FROM inbox WHERE seq IN ({})", seqs.join(","));
        // Coming back they would be known, so it need not be on the disk.
        let mut writer = self.write_behind().await?;
        sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(false).execute(writer.connection()).await?;
        writer.commit().await
    }
}

impl Reader {
    pub(crate) async fn waiting_postgres(&mut self) -> Result<Waiting, StoreError> {
        let sql = "SELECT CAST(coalesce(sum(events), 0) AS BIGINT) AS events, min(received_at) AS oldest FROM inbox";
        let row = sqlx::query(sql).fetch_one(self.connection()).await?;
        let events: i64 = row.try_get("events")?;
        Ok(Waiting { events: events.unsigned_abs(), oldest_ms: row.try_get("oldest")? })
    }
}
