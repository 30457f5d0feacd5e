//! The audit log: `audit`, `audit_head`.
//!
//! Rows are only ever added; triggers refuse anything else. Each carries the hash of the row before it and
//! `sha256(previous hash, newline, entry)` of its own, so that a row that was changed behind Kring's back shows.

use jiff::Timestamp;
use kring_core::{
    audit::AuditEntry,
    ids::{GroupKey, MemberId},
};
use sha2::{Digest as _, Sha256};
use sqlx::any::AnyRow;

use crate::{
    error::StoreError,
    row::{Columns, to_json},
    session::{Reader, Writer},
};

/// Rows that are checked at a time.
const PAGE: i64 = 5_000;

/// One line of the log with its number.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Counts from 1 without gaps.
    pub seq: i64,
    /// The line.
    pub entry: AuditEntry,
    /// Its hash in the chain, as hexadecimal text.
    pub hash: String,
}

/// Which lines; all of them by default.
///
/// ```
/// # use kring_store::AuditFilter;
/// let last_ten = AuditFilter::default().of_member("m1".into()).limit(10);
/// ```
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    member: Option<MemberId>,
    group: Option<GroupKey>,
    since: Option<Timestamp>,
    limit: Option<u32>,
}

impl AuditFilter {
    /// Only what was done to this person.
    #[must_use]
    pub fn of_member(mut self, member: MemberId) -> Self {
        self.member = Some(member);
        self
    }

    /// Only what happened in this group.
    #[must_use]
    pub fn of_group(mut self, group: GroupKey) -> Self {
        self.group = Some(group);
        self
    }

    /// Only from this instant on.
    #[must_use]
    pub fn since(mut self, at: Timestamp) -> Self {
        self.since = Some(at);
        self
    }

    /// At most so many, the newest.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }
}

fn chained(previous: &str, entry: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update("\n");
    hash.update(entry);
    hex::encode(hash.finalize())
}

fn record(row: &AnyRow) -> Result<AuditRecord, StoreError> {
    let columns = Columns::new(row, "audit", "seq");
    Ok(AuditRecord { seq: columns.int("seq")?, entry: columns.json("entry")?, hash: columns.text("hash")? })
}

impl Writer {
    /// Adds a line to the log.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn append_audit(&mut self, entry: &AuditEntry) -> Result<i64, StoreError> {
        // Taking the row makes others who append wait until this transaction ends.
        let sql = "UPDATE audit_head SET seq = seq + 1 WHERE id = 1 RETURNING id, seq, hash";
        let head = sqlx::query(sql).fetch_one(self.connection()).await?;
        let head = Columns::new(&head, "audit_head", "id");
        let (seq, previous) = (head.int("seq")?, head.text("hash")?);
        let json = to_json("an audit entry", entry)?;
        let hash = chained(&previous, &json);
        sqlx::query("INSERT INTO audit (seq, at, member, group_key, entry, prev_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(seq)
            .bind(entry.at.as_millisecond())
            .bind(entry.member.as_ref().map(|m| m.as_str().to_owned()))
            .bind(entry.group.as_ref().map(|g| g.as_str().to_owned()))
            .bind(json)
            .bind(previous)
            .bind(hash.clone())
            .execute(self.connection())
            .await?;
        sqlx::query("UPDATE audit_head SET hash = $1 WHERE id = 1")
            .bind(hash)
            .execute(self.connection())
            .await?;
        Ok(seq)
    }
}

impl Reader {
    /// Lines of the log, newest first.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn audit(&mut self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, StoreError> {
        let member = filter.member.as_ref().map(MemberId::as_str);
        let group = filter.group.as_ref().map(GroupKey::as_str);
        let wanted: Vec<_> = [("member", member), ("group_key", group)]
            .into_iter()
            .filter_map(|(c, v)| Some((c, v?)))
            .collect();
        let conditions: String =
            wanted.iter().zip(3..).map(|((column, _), n)| format!(" AND {column} = ${n}")).collect();
        let sql = format!(
            "SELECT seq, entry, hash FROM audit WHERE at >= $1{conditions} ORDER BY seq DESC LIMIT $2"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(filter.since.map_or(i64::MIN, Timestamp::as_millisecond))
            .bind(filter.limit.map_or(i64::MAX, i64::from));
        for (_, value) in wanted {
            query = query.bind(value.to_owned());
        }
        query.fetch_all(self.connection()).await?.iter().map(record).collect()
    }

    /// Walks the whole chain; the number of the first line that was changed, removed or added behind Kring's back, or
    /// `None` when all is as it was written.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn verify_audit(&mut self) -> Result<Option<i64>, StoreError> {
        let (mut seq, mut previous) = (0, String::new());
        loop {
            let sql = "SELECT seq, entry, prev_hash, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
            let rows = sqlx::query(sql).bind(seq).bind(PAGE).fetch_all(self.connection()).await?;
            for row in &rows {
                let columns = Columns::new(row, "audit", "seq");
                let hash = chained(&previous, columns.str("entry")?);
                seq += 1;
                if columns.int("seq")? != seq
                    || columns.str("prev_hash")? != previous
                    || columns.str("hash")? != hash
                {
                    return Ok(Some(seq));
                }
                previous = hash;
            }
            if rows.is_empty() {
                break;
            }
        }
        let head = sqlx::query("SELECT id, seq, hash FROM audit_head WHERE id = 1")
            .fetch_one(self.connection())
            .await?;
        let head = Columns::new(&head, "audit_head", "id");
        let whole = head.int("seq")? == seq && head.str("hash")? == previous;
        Ok((!whole).then_some(seq + 1))
    }
}
