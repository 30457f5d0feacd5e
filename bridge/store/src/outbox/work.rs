//! The life of an effect: enqueued, leased, and then done, tried again or given up.

use serde_json::Value;
use sqlx::Row as _;

use super::{Effect, NewEffect, effect};
use crate::{
    error::StoreError,
    row::{Columns, to_json, without_nul},
    session::Writer,
};

/// As for events (`lanes`): steps over the lanes that have something open, from each the first row.
const LEASE: &str = "WITH RECURSIVE open_lanes (lane) AS (
        SELECT min(lane) FROM outbox WHERE state IN ('pending', 'leased')
        UNION ALL
        SELECT (SELECT min(o.lane) FROM outbox o WHERE o.state IN ('pending', 'leased') AND o.lane > l.lane)
        FROM open_lanes l WHERE l.lane IS NOT NULL
    ), heads (id) AS (
        SELECT (SELECT min(o.id) FROM outbox o WHERE o.state IN ('pending', 'leased') AND o.lane = l.lane)
        FROM open_lanes l WHERE l.lane IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.state = 'leased' AND b.lane = l.lane AND b.lease_until > $1)
    )
    UPDATE outbox SET state = 'leased', lease_until = $2, owner = $3, attempts = attempts + 1, pending_key = NULL
    WHERE id IN (
        SELECT h.id FROM heads h JOIN outbox o ON o.id = h.id WHERE o.next_at <= $1 ORDER BY o.batch IS NOT NULL, h.id LIMIT $4
    ) AND (state = 'pending' OR (state = 'leased' AND lease_until <= $1))
    RETURNING id, lane, kind, payload, txn_id, batch, attempts, created_at";

impl Writer {
    /// Stores an effect; `None` when one with its dedupe key waits already, or one with its client transaction id was
    /// asked for before.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn enqueue(&mut self, new: &NewEffect) -> Result<Option<i64>, StoreError> {
        let sql = "INSERT INTO outbox (lane, dedupe_key, pending_key, kind, payload, txn_id, state, next_at, batch, created_at) \
                   VALUES ($1, $2, $2, $3, $4, $5, 'pending', $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id";
        let row = sqlx::query(sql)
            .bind(new.lane.clone())
            .bind(new.dedupe_key.clone())
            .bind(new.kind.clone())
            .bind(to_json("the payload of an effect", &new.payload)?)
            .bind(new.txn_id.clone())
            .bind(new.not_before_ms)
            .bind(new.batch.clone())
            .bind(new.created_at_ms)
            .fetch_optional(self.connection())
            .await?;
        Ok(row.map(|r| r.try_get("id")).transpose()?)
    }

    /// Takes the first open effect of up to `max_lanes` lanes until `now_ms + lease_ms`, oldest first. A lane gives none
    /// while one of its effects is under lease, or while its first has to wait.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn lease_effects(
        &mut self,
        now_ms: i64,
        lease_ms: i64,
        owner: &str,
        max_lanes: u32,
    ) -> Result<Vec<Effect>, StoreError> {
        let rows = sqlx::query(LEASE)
            .bind(now_ms)
            .bind(now_ms.saturating_add(lease_ms))
            .bind(owner.to_owned())
            .bind(i64::from(max_lanes))
            .fetch_all(self.connection())
            .await?;
        let mut effects = rows.iter().map(effect).collect::<Result<Vec<_>, StoreError>>()?;
        effects.sort_unstable_by_key(|e| e.id);
        Ok(effects)
    }

    /// The effect is brought about, with this result. `false` when it was finished already.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn effect_done(&mut self, id: i64, result: &Value, now_ms: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE outbox SET state = 'done', result = $2, finished_at = $3, error = NULL, pending_key = NULL, \
                   lease_until = NULL, owner = NULL WHERE id = $1 AND state IN ('pending', 'leased')";
        let query = sqlx::query(sql).bind(id).bind(to_json("the result of an effect", result)?).bind(now_ms);
        Ok(query.execute(self.connection()).await?.rows_affected() > 0)
    }

    /// The effect is given up; its lane goes on. `false` when it was finished already.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn effect_failed(&mut self, id: i64, error: &str, now_ms: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE outbox SET state = 'failed', error = $2, finished_at = $3, pending_key = NULL, \
                   lease_until = NULL, owner = NULL WHERE id = $1 AND state IN ('pending', 'leased')";
        let query = sqlx::query(sql).bind(id).bind(without_nul(error)).bind(now_ms);
        Ok(query.execute(self.connection()).await?.rows_affected() > 0)
    }

    /// The effect is to be tried again at `next_at_ms`; until then its lane waits. `false` when it was finished already.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn effect_retry(&mut self, id: i64, next_at_ms: i64, error: &str) -> Result<bool, StoreError> {
        // It waits again and takes its key back, unless the same was asked for anew while it ran.
        let sql = "UPDATE outbox SET state = 'pending', next_at = $2, error = $3, lease_until = NULL, owner = NULL, \
                   pending_key = CASE WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.pending_key = outbox.dedupe_key \
                   AND o.id <> $1) THEN NULL ELSE dedupe_key END \
                   WHERE id = $1 AND state IN ('pending', 'leased')";
        let query = sqlx::query(sql).bind(id).bind(next_at_ms).bind(without_nul(error));
        Ok(query.execute(self.connection()).await?.rows_affected() > 0)
    }

    /// Gives back what `owner` has under lease. One at a time, for two of them may have the same key.
    pub(crate) async fn release_effects(&mut self, owner: &str) -> Result<u64, StoreError> {
        let sql = "SELECT id, next_at, error FROM outbox WHERE state = 'leased' AND owner = $1";
        let rows = sqlx::query(sql).bind(owner.to_owned()).fetch_all(self.connection()).await?;
        for row in &rows {
            let columns = Columns::new(row, "outbox", "id");
            let error = columns.opt_text("error")?.unwrap_or_default();
            self.effect_retry(columns.int("id")?, columns.int("next_at")?, &error).await?;
        }
        Ok(rows.len() as u64)
    }

    /// Removes effects that were done before `before_ms`. Failed ones stay until somebody has seen them
    /// ([`Writer::forget_failed`]).
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn sweep_effects(&mut self, before_ms: i64) -> Result<u64, StoreError> {
        let sql = "DELETE FROM outbox WHERE state = 'done' AND finished_at < $1";
        Ok(sqlx::query(sql).bind(before_ms).execute(self.connection()).await?.rows_affected())
    }

    /// Removes the failed effects of a batch, or all of them.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn forget_failed(&mut self, batch: Option<&str>) -> Result<u64, StoreError> {
        let sql = match batch {
            Some(_) => "DELETE FROM outbox WHERE state = 'failed' AND batch = $1",
            None => "DELETE FROM outbox WHERE state = 'failed' AND $1 IS NULL",
        };
        Ok(sqlx::query(sql).bind(batch.map(str::to_owned)).execute(self.connection()).await?.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mode, Store, StoreUrl};

    #[tokio::test]
    async fn leasing_steps_through_the_index_and_never_scans_the_outbox() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(&StoreUrl::sqlite(folder.path().join("kring.db")), Mode::ReadWrite).await.unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {LEASE}");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(0_i64).bind(0_i64).bind("worker").bind(1_i64);
        let rows = query.fetch_all(store.read().await.unwrap().connection()).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|r| r.get("detail")).collect();
        let table_scans: Vec<_> =
            plan.iter().filter(|l| l.starts_with("SCAN o") || l.starts_with("SCAN b")).collect();
        assert_eq!(table_scans, [""; 0], "{plan:#?}");
        assert!(plan.iter().filter(|l| l.contains("outbox_lanes")).count() >= 3, "{plan:#?}");
        assert!(plan.iter().any(|l| l.contains("outbox_leased")), "{plan:#?}");
    }
}
