//! The audit log: `audit`, `audit_head`.
//!
//! Rows are only ever added; triggers refuse anything else. Each carries the hash of the row before it and
//! `sha256(previous hash, newline, entry)` of its own, so that a row that was changed behind Kring's back shows.

use std::cmp::Ordering;

use jiff::Timestamp;
use kring_core::{
    audit::{Actor, AuditEntry},
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

/// Lines that are looked into at a time.
const PAGE_OF_RECORDS: usize = 5_000;

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

/// A line as it is stored, for whoever wants to check the chain. The default stands before the first one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditRow {
    /// Counts from 1 without gaps.
    pub seq: i64,
    /// The line as JSON, byte for byte as it went into the hash.
    pub entry: String,
    /// The hash of the line before; empty for the first.
    pub previous: String,
    /// `sha256(previous, newline, entry)` as hexadecimal text.
    pub hash: String,
}

/// What walking the whole chain showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditChain {
    /// How many lines follow from each other, from the first one on.
    pub good: i64,
    /// The hash of the last of those; empty where there is none.
    pub last: String,
    /// The first line that is not as it was written; `None` when all are.
    pub broken: Option<BrokenLine>,
}

/// A line that is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokenLine {
    /// Its number.
    pub seq: i64,
    /// What is wrong with it.
    pub what: Breach,
}

/// How the chain was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// The line, or its hash, says something else than it did.
    Changed,
    /// The line is not there.
    Missing,
    /// The line was added by somebody else.
    Added,
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
    until: Option<Timestamp>,
    actor: Option<Actor>,
    verb: Option<String>,
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

    /// Only before this instant.
    #[must_use]
    pub fn until(mut self, at: Timestamp) -> Self {
        self.until = Some(at);
        self
    }

    /// Only what was done by this actor.
    #[must_use]
    pub fn by(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Only this verb; with a `*` at its end every verb that begins like it: `repair-*`.
    #[must_use]
    pub fn of_verb(mut self, verb: &str) -> Self {
        self.verb = Some(verb.to_owned());
        self
    }

    /// At most so many, the newest.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// What the database cannot look at, since it is inside of the line.
    fn takes(&self, entry: &AuditEntry) -> bool {
        let verb = self.verb.as_deref().is_none_or(|wanted| match wanted.strip_suffix('*') {
            Some(start) => entry.verb.starts_with(start),
            None => *entry.verb == *wanted,
        });
        verb && self.actor.as_ref().is_none_or(|actor| entry.actor == *actor)
    }

    fn looks_inside(&self) -> bool {
        self.actor.is_some() || self.verb.is_some()
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
        let limit = filter.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        if !filter.looks_inside() {
            return self.audit_before(filter, i64::MAX, limit).await;
        }
        let (mut found, mut before) = (Vec::new(), i64::MAX);
        while found.len() < limit {
            let page = self.audit_before(filter, before, PAGE_OF_RECORDS).await?;
            let Some(last) = page.last() else { break };
            before = last.seq;
            found.extend(page.into_iter().filter(|record| filter.takes(&record.entry)));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The newest lines before a number, as far as the database can choose them.
    async fn audit_before(
        &mut self,
        filter: &AuditFilter,
        before: i64,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let member = filter.member.as_ref().map(MemberId::as_str);
        let group = filter.group.as_ref().map(GroupKey::as_str);
        let wanted: Vec<_> = [("member", member), ("group_key", group)]
            .into_iter()
            .filter_map(|(c, v)| Some((c, v?)))
            .collect();
        let conditions: String =
            wanted.iter().zip(5..).map(|((column, _), n)| format!(" AND {column} = ${n}")).collect();
        let sql = format!(
            "SELECT seq, entry, hash FROM audit WHERE at >= $1 AND at < $2 AND seq < $3{conditions} \
             ORDER BY seq DESC LIMIT $4"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(filter.since.map_or(i64::MIN, Timestamp::as_millisecond))
            .bind(filter.until.map_or(i64::MAX, Timestamp::as_millisecond))
            .bind(before)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX));
        for (_, value) in wanted {
            query = query.bind(value.to_owned());
        }
        query.fetch_all(self.connection()).await?.iter().map(record).collect()
    }

    /// Lines as they are stored, oldest first, at most 5,000 of those with a number above `after`.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn audit_rows(&mut self, after: i64) -> Result<Vec<AuditRow>, StoreError> {
        let sql = "SELECT seq, entry, prev_hash, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
        let rows = sqlx::query(sql).bind(after).bind(PAGE).fetch_all(self.connection()).await?;
        let row = |row: &AnyRow| {
            let columns = Columns::new(row, "audit", "seq");
            Ok(AuditRow {
                seq: columns.int("seq")?,
                entry: columns.text("entry")?,
                previous: columns.text("prev_hash")?,
                hash: columns.text("hash")?,
            })
        };
        rows.iter().map(row).collect()
    }

    /// Walks the whole chain; the number of the first line that was changed, removed or added behind Kring's back, or
    /// `None` when all is as it was written.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn verify_audit(&mut self) -> Result<Option<i64>, StoreError> {
        Ok(self.walk_audit().await?.broken.map(|broken| broken.seq))
    }

    /// Walks the whole chain, also while Kring adds to it.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn walk_audit(&mut self) -> Result<AuditChain, StoreError> {
        let mut chain = AuditChain { good: 0, last: String::new(), broken: None };
        loop {
            // From below the first number on: somebody may have put a line there.
            let rows = self.audit_rows(if chain.good == 0 { i64::MIN } else { chain.good }).await?;
            let walked = !rows.is_empty();
            for row in rows {
                if let Some(what) = chain.breach(&row) {
                    chain.broken = Some(BrokenLine { seq: chain.good + 1, what });
                    return Ok(chain);
                }
                (chain.good, chain.last) = (row.seq, row.hash);
            }
            if walked {
                continue;
            }
            let (seq, hash) = self.audit_head().await?;
            // What was added meanwhile is walked as well; what the head counts and nobody finds was cut off.
            if seq > chain.good && !self.audit_rows(chain.good).await?.is_empty() {
                continue;
            }
            chain.broken = chain.breach_at_end(seq, &hash);
            return Ok(chain);
        }
    }

    async fn audit_head(&mut self) -> Result<(i64, String), StoreError> {
        let sql = "SELECT id, seq, hash FROM audit_head WHERE id = 1";
        let head = sqlx::query(sql).fetch_one(self.connection()).await?;
        let head = Columns::new(&head, "audit_head", "id");
        Ok((head.int("seq")?, head.text("hash")?))
    }

    /// The hash of the line with this number; `None` when there is none.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn audit_hash(&mut self, seq: i64) -> Result<Option<String>, StoreError> {
        let sql = "SELECT seq, hash FROM audit WHERE seq = $1";
        let row = sqlx::query(sql).bind(seq).fetch_optional(self.connection()).await?;
        row.map(|row| Columns::new(&row, "audit", "seq").text("hash")).transpose()
    }
}

impl AuditChain {
    /// What is wrong with the line that comes next.
    fn breach(&self, row: &AuditRow) -> Option<Breach> {
        match row.seq.cmp(&(self.good + 1)) {
            Ordering::Less => return Some(Breach::Added),
            Ordering::Greater => return Some(Breach::Missing),
            Ordering::Equal => {}
        }
        let as_written = row.previous == self.last && row.hash == chained(&self.last, &row.entry);
        (!as_written).then_some(Breach::Changed)
    }

    /// What is wrong with the end, which Kring writes down apart: how many lines there are, and the last one's hash.
    fn breach_at_end(&self, seq: i64, hash: &str) -> Option<BrokenLine> {
        let (seq, what) = match seq.cmp(&self.good) {
            Ordering::Greater => (self.good + 1, Breach::Missing),
            Ordering::Less => (seq + 1, Breach::Added),
            Ordering::Equal if hash == self.last => return None,
            // The lines follow from each other and are not those that Kring wrote: all may be new.
            Ordering::Equal => (self.good.max(1), Breach::Changed),
        };
        Some(BrokenLine { seq, what })
    }
}
