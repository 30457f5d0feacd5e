//! Side effects, each a row before it is a request: `outbox`.
//!
//! A lane is an order of its own (a room, a mailbox): the next effect of a lane starts when the one before it is done or
//! has failed for good. At most one row with a dedupe key waits at a time; the key is free again once the row runs, for
//! what is asked for from then on may not be in it.

mod work;

use serde::Deserialize;
use serde_json::Value;
use sqlx::{Row as _, any::AnyRow};

use crate::{error::StoreError, events::Backlog, row::Columns, session::Reader};

/// An effect to be.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEffect {
    /// Within a lane effects run one after the other.
    pub lane: String,
    /// While a row with the same key waits, this one is not stored. `None` for never.
    pub dedupe_key: Option<String>,
    /// What to do; the caller's own word.
    pub kind: String,
    /// With what.
    pub payload: Value,
    /// The client transaction id: globally unique, and the same for every attempt.
    pub txn_id: String,
    /// Effects that belong together (one `apply`); `None` for none.
    pub batch: Option<String>,
    /// Not before this instant, in ms since the Unix epoch; 0 for at once.
    pub not_before_ms: i64,
    /// Now, in ms since the Unix epoch.
    pub created_at_ms: i64,
}

/// An effect that is this owner's to bring about until the lease ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Its number.
    pub id: i64,
    /// Its lane.
    pub lane: String,
    /// What to do.
    pub kind: String,
    /// With what.
    pub payload: Value,
    /// The client transaction id.
    pub txn_id: String,
    /// What it belongs to.
    pub batch: Option<String>,
    /// How often it was leased, this time included.
    pub attempts: u32,
    /// When it was asked for, in ms since the Unix epoch.
    pub created_at_ms: i64,
}

/// How far an effect is.
#[derive(Debug, Clone, PartialEq)]
pub enum EffectState {
    /// It waits, or is at work.
    Open,
    /// It is done, with this result.
    Done(Value),
    /// It was given up, for this reason.
    Failed(String),
}

/// An effect that was given up.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedEffect {
    /// The effect.
    pub effect: Effect,
    /// Why.
    pub error: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Pending,
    Leased,
    Done,
    Failed,
}

/// As for events: count and smallest number in one look.
pub(crate) const BACKLOG: &str = "WITH waiting AS (
        SELECT count(*) AS n, min(id) AS first FROM outbox WHERE state IN ('pending', 'leased')
    )
    SELECT n AS pending, (SELECT created_at FROM outbox WHERE id = first) AS oldest,
        (SELECT count(*) FROM outbox WHERE state = 'failed') AS dead
    FROM waiting";

const COLUMNS: &str = "id, lane, kind, payload, txn_id, batch, attempts, created_at";

fn effect(row: &AnyRow) -> Result<Effect, StoreError> {
    let columns = Columns::new(row, "outbox", "id");
    Ok(Effect {
        id: columns.int("id")?,
        lane: columns.text("lane")?,
        kind: columns.text("kind")?,
        payload: columns.json("payload")?,
        txn_id: columns.text("txn_id")?,
        batch: columns.opt_text("batch")?,
        attempts: u32::try_from(columns.int("attempts")?).unwrap_or(u32::MAX),
        created_at_ms: columns.int("created_at")?,
    })
}

impl Reader {
    /// How many effects of a batch, or of all, are not finished.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn pending_effects(&mut self, batch: Option<&str>) -> Result<u64, StoreError> {
        let sql = match batch {
            Some(_) => "SELECT count(*) AS n FROM outbox WHERE batch = $1 AND state IN ('pending', 'leased')",
            None => "SELECT count(*) AS n FROM outbox WHERE state IN ('pending', 'leased') AND $1 IS NULL",
        };
        let row = sqlx::query(sql).bind(batch.map(str::to_owned)).fetch_one(self.connection()).await?;
        Ok(row.try_get::<i64, _>("n")?.unsigned_abs())
    }

    /// How many effects are not finished, and how many were given up. Whether one waits on purpose ([`NewEffect::not_before_ms`])
    /// makes no difference.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn outbox_backlog(&mut self) -> Result<Backlog, StoreError> {
        Backlog::read(&sqlx::query(BACKLOG).fetch_one(self.connection()).await?)
    }

    /// The effects of a batch, or of all, that were given up, oldest first.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn failed_effects(&mut self, batch: Option<&str>) -> Result<Vec<FailedEffect>, StoreError> {
        let which = if batch.is_some() { "batch = $1" } else { "$1 IS NULL" };
        let sql =
            format!("SELECT {COLUMNS}, error FROM outbox WHERE state = 'failed' AND {which} ORDER BY id");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(batch.map(str::to_owned));
        let failed = |row| {
            let error = Columns::new(row, "outbox", "id").opt_text("error")?.unwrap_or_default();
            Ok(FailedEffect { effect: effect(row)?, error })
        };
        query.fetch_all(self.connection()).await?.iter().map(failed).collect()
    }

    /// How far an effect is; `None` when it is not known, or done and swept.
    ///
    /// # Errors
    ///
    /// The database does not answer, or the row is not readable.
    pub async fn effect_state(&mut self, id: i64) -> Result<Option<EffectState>, StoreError> {
        let sql = "SELECT id, state, result, error FROM outbox WHERE id = $1";
        let Some(row) = sqlx::query(sql).bind(id).fetch_optional(self.connection()).await? else {
            return Ok(None);
        };
        let columns = Columns::new(&row, "outbox", "id");
        Ok(Some(match columns.word("state")? {
            State::Pending | State::Leased => EffectState::Open,
            State::Done => EffectState::Done(columns.json("result")?),
            State::Failed => EffectState::Failed(columns.opt_text("error")?.unwrap_or_default()),
        }))
    }
}
