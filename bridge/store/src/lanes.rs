//! Events as they are handled: in order within a room, many rooms at once.
//!
//! A room's lane is its pending events by `seq`; only the first may be leased. A handler does its work and
//! [`Writer::events_done`] in one transaction, and commits only when that counts them all: whoever was overtaken after
//! its lease had ended then changes nothing.

use sqlx::any::AnyRow;

use crate::{
    error::StoreError,
    row::{Columns, without_nul},
    session::{Reader, Writer},
};

/// An event that is this owner's to handle until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedEvent {
    /// Its number: the order in which events are handled.
    pub seq: i64,
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
    /// The whole event.
    pub json: String,
    /// When it came, in ms since the Unix epoch.
    pub received_at_ms: i64,
    /// How often handling it failed, and how often its owner died while it had the lease.
    pub attempts: u32,
}

/// What becomes of a dead event that is to be handled after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// It waits for its turn.
    Again,
    /// Something newer has replaced it.
    Superseded,
    /// It is not dead.
    NotDead,
}

fn leased(row: &AnyRow) -> Result<LeasedEvent, StoreError> {
    let columns = Columns::new(row, "events", "seq");
    Ok(LeasedEvent {
        seq: columns.int("seq")?,
        event_id: columns.text("event_id")?,
        room_id: columns.text("room_id")?,
        event_type: columns.text("event_type")?,
        state_key: columns.opt_text("state_key")?,
        sender: columns.text("sender")?,
        json: columns.text("json")?,
        received_at_ms: columns.int("received_at")?,
        attempts: u32::try_from(columns.int("attempts")?).unwrap_or(u32::MAX),
    })
}

/// Walks over the rooms that have something waiting in steps of the index instead of over all their events, and takes
/// from each the first event, unless somebody has one of the room's under lease.
const LEASE: &str = "WITH RECURSIVE waiting (room_id) AS (
        SELECT min(room_id) FROM events WHERE state = 0
        UNION ALL
        SELECT (SELECT min(e.room_id) FROM events e WHERE e.state = 0 AND e.room_id > w.room_id)
        FROM waiting w WHERE w.room_id IS NOT NULL
    ), heads (seq) AS (
        SELECT (SELECT min(e.seq) FROM events e WHERE e.state = 0 AND e.room_id = w.room_id)
        FROM waiting w WHERE w.room_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM events l WHERE l.room_id = w.room_id AND l.lease_until > $1)
    )
    UPDATE events SET lease_until = $2, lease_owner = $3
    WHERE seq IN (
        SELECT h.seq FROM heads h JOIN events e ON e.seq = h.seq WHERE e.next_at <= $1 ORDER BY h.seq LIMIT $4
    ) AND state = 0 AND (lease_until IS NULL OR lease_until <= $1)
    RETURNING seq, event_id, room_id, event_type, state_key, sender, json, received_at, attempts";

/// What is noted of an event whose owner died.
const SUSPECT: &str = "the process ended while it held this event";

impl Reader {
    /// Whether an event is there to be handled, now or later.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn events_wait(&mut self) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM events WHERE state = 0 LIMIT 1";
        Ok(sqlx::query(sql).fetch_optional(self.connection()).await?.is_some())
    }
}

impl Writer {
    /// Takes the first waiting event of up to `limit_rooms` rooms until `now_ms + lease_ms`, in the order in which they
    /// came. A room whose first event has to wait (`next_at`) or is under lease gives none.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn lease_events(
        &mut self,
        now_ms: i64,
        lease_ms: i64,
        owner: &str,
        limit_rooms: u32,
    ) -> Result<Vec<LeasedEvent>, StoreError> {
        let rows = sqlx::query(LEASE)
            .bind(now_ms)
            .bind(now_ms.saturating_add(lease_ms))
            .bind(owner.to_owned())
            .bind(i64::from(limit_rooms))
            .fetch_all(self.connection())
            .await?;
        let mut events = rows.iter().map(leased).collect::<Result<Vec<_>, StoreError>>()?;
        events.sort_unstable_by_key(|e| e.seq);
        Ok(events)
    }

    /// Takes one event alone whose former owner died while it had the lease, the oldest first: what ended the process may
    /// do so again, and must then be known to be the only one at work. `None` when there is none.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn lease_suspect(
        &mut self,
        now_ms: i64,
        lease_ms: i64,
        owner: &str,
    ) -> Result<Option<LeasedEvent>, StoreError> {
        let sql = "UPDATE events SET lease_until = $2, lease_owner = $3 \
                   WHERE seq = (SELECT min(seq) FROM events WHERE state = 0 AND error = $4 AND next_at <= $1) \
                   RETURNING seq, event_id, room_id, event_type, state_key, sender, json, received_at, attempts";
        let query = sqlx::query(sql)
            .bind(now_ms)
            .bind(now_ms.saturating_add(lease_ms))
            .bind(owner.to_owned())
            .bind(SUSPECT);
        query.fetch_optional(self.connection()).await?.as_ref().map(leased).transpose()
    }

    /// The events that wait in `head`'s room behind it, in their order, at most `limit`: for the holder of the lease on
    /// `head`, who may handle them in the same transaction. An event that was tried before ends the list, so that one
    /// which fails, or kills the process, is in the end tried alone.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn followers(
        &mut self,
        head: &LeasedEvent,
        limit: u32,
    ) -> Result<Vec<LeasedEvent>, StoreError> {
        let sql = "SELECT seq, event_id, room_id, event_type, state_key, sender, json, received_at, attempts \
                   FROM events WHERE state = 0 AND room_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        let query = sqlx::query(sql).bind(head.room_id.clone()).bind(head.seq).bind(i64::from(limit));
        let rows = query.fetch_all(self.connection()).await?;
        let mut events = rows.iter().map(leased).collect::<Result<Vec<_>, StoreError>>()?;
        let fresh = events.iter().take_while(|event| event.attempts == 0).count();
        events.truncate(fresh);
        Ok(events)
    }

    /// The events are handled: their text goes, their ids stay. Says how many they are; fewer than `seqs` when somebody
    /// else finished one of them first, and then this transaction has to be dropped.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn events_done(&mut self, seqs: &[i64]) -> Result<usize, StoreError> {
        const DONE: &str = "UPDATE events SET state = 1, json = '', lease_until = NULL, lease_owner = NULL, error = NULL \
                            WHERE state = 0 AND seq";
        let done = match seqs {
            [] => return Ok(0),
            [one] => {
                let sql = sqlx::AssertSqlSafe(format!("{DONE} = $1"));
                sqlx::query(sql).bind(*one).execute(self.connection()).await?
            }
            many => {
                let list: Vec<String> = many.iter().map(i64::to_string).collect();
                let sql = sqlx::AssertSqlSafe(format!("{DONE} IN ({})", list.join(",")));
                sqlx::query(sql).persistent(false).execute(self.connection()).await?
            }
        };
        Ok(usize::try_from(done.rows_affected()).unwrap_or(usize::MAX))
    }

    /// Handling the event failed; it is to be tried again at `next_at_ms`, and until then its room waits. `false` when it is
    /// not pending.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn event_retry(&mut self, seq: i64, next_at_ms: i64, error: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE events SET next_at = $2, error = $3, attempts = attempts + 1, lease_until = NULL, \
                   lease_owner = NULL WHERE seq = $1 AND state = 0";
        let query = sqlx::query(sql).bind(seq).bind(next_at_ms).bind(without_nul(error));
        Ok(query.execute(self.connection()).await?.rows_affected() > 0)
    }

    /// The event is nobody's again: it was not tried, or that did not count. `false` when it is nobody's already.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn give_event_back(&mut self, seq: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE events SET lease_until = NULL, lease_owner = NULL \
                   WHERE seq = $1 AND state = 0 AND lease_until IS NOT NULL";
        Ok(sqlx::query(sql).bind(seq).execute(self.connection()).await?.rows_affected() > 0)
    }

    /// The event is given up after so many tries; its room goes on. `false` when it is not pending.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn event_dead(&mut self, seq: i64, tries: u32, error: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE events SET state = 2, error = $2, attempts = $3, lease_until = NULL, lease_owner = NULL \
                   WHERE seq = $1 AND state = 0";
        let query = sqlx::query(sql).bind(seq).bind(without_nul(error)).bind(i64::from(tries));
        Ok(query.execute(self.connection()).await?.rows_affected() > 0)
    }

    /// A dead event is to be handled after all, from its first attempt on and before newer events of its room. State that
    /// something newer has replaced, which was handled, stays dead: it would set things back.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn replay_event(&mut self, seq: i64) -> Result<Replay, StoreError> {
        let sql = "SELECT 1 FROM events old JOIN events new ON new.room_id = old.room_id AND new.event_type = old.event_type \
                   AND new.state_key = old.state_key AND new.seq > old.seq AND new.state = 1 \
                   WHERE old.seq = $1 AND old.state = 2 LIMIT 1";
        if sqlx::query(sql).bind(seq).fetch_optional(self.connection()).await?.is_some() {
            return Ok(Replay::Superseded);
        }
        let sql = "UPDATE events SET state = 0, attempts = 0, next_at = 0, error = NULL WHERE seq = $1 AND state = 2";
        let replayed = sqlx::query(sql).bind(seq).execute(self.connection()).await?.rows_affected() > 0;
        Ok(if replayed { Replay::Again } else { Replay::NotDead })
    }

    /// An event will not be handled: its text goes, its id stays. `false` when it is neither pending nor dead.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn drop_event(&mut self, seq: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE events SET state = 3, json = '', lease_until = NULL, lease_owner = NULL \
                   WHERE seq = $1 AND state IN (0, 2)";
        Ok(sqlx::query(sql).bind(seq).execute(self.connection()).await?.rows_affected() > 0)
    }

    /// Gives back what `owner` has under lease: at the start, when an earlier run of the same owner was killed. Events among
    /// them are suspects from now on ([`Writer::lease_suspect`]). Says how many events and effects that were. Leases of
    /// others end by themselves.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn release_leases(&mut self, owner: &str) -> Result<u64, StoreError> {
        let sql = "UPDATE events SET lease_until = NULL, lease_owner = NULL, attempts = attempts + 1, error = $2 \
                   WHERE lease_until IS NOT NULL AND lease_owner = $1 AND state = 0";
        let query = sqlx::query(sql).bind(owner.to_owned()).bind(SUSPECT);
        let events = query.execute(self.connection()).await?.rows_affected();
        Ok(events + self.release_effects(owner).await?)
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Row as _;

    use super::*;
    use crate::{Mode, Store, StoreUrl};

    #[tokio::test]
    async fn leasing_steps_through_the_index_and_never_scans_all_events() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(&StoreUrl::sqlite(folder.path().join("kring.db")), Mode::ReadWrite).await.unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {LEASE}");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(0_i64).bind(0_i64).bind("worker").bind(1_i64);
        let rows = query.fetch_all(store.read().await.unwrap().connection()).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|r| r.get("detail")).collect();
        let table_scans: Vec<_> =
            plan.iter().filter(|l| l.starts_with("SCAN e") || l.starts_with("SCAN l")).collect();
        assert_eq!(table_scans, [""; 0], "{plan:#?}");
        assert!(plan.iter().filter(|l| l.contains("events_waiting")).count() >= 3, "{plan:#?}");
        assert!(plan.iter().any(|l| l.contains("events_leased")), "{plan:#?}");
    }
}
