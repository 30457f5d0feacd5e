//! Which administrations were accepted: `imports`.

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    error::StoreError,
    row::{Columns, to_json},
    session::{Reader, Writer},
};

/// One accepted import.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRecord {
    /// When it was accepted; kept to the millisecond.
    pub at: Timestamp,
    /// SHA-256 of the file, as hexadecimal text.
    pub sha256: String,
    /// The numbers of the report: rows, accepted, added, changed, removed.
    pub counts: Value,
    /// The accepted records, where the next diff needs more than the people; `None` otherwise.
    pub records: Option<Value>,
}

impl Reader {
    /// The import that was accepted last; `None` before the first.
    ///
    /// # Errors
    ///
    /// The database does not answer, or the row is not readable.
    pub async fn last_import(&mut self) -> Result<Option<ImportRecord>, StoreError> {
        let sql = "SELECT id, at, sha256, counts, records FROM imports ORDER BY id DESC LIMIT 1";
        let Some(row) = sqlx::query(sql).fetch_optional(self.connection()).await? else { return Ok(None) };
        let columns = Columns::new(&row, "imports", "id");
        let at =
            Timestamp::from_millisecond(columns.int("at")?).map_err(|_| columns.bad("at", "no instant"))?;
        Ok(Some(ImportRecord {
            at,
            sha256: columns.text("sha256")?,
            counts: columns.json("counts")?,
            records: columns.opt_json("records")?,
        }))
    }
}

impl Writer {
    /// Notes an accepted import. The records of earlier ones are dropped: only the last is compared with.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn put_import(&mut self, import: &ImportRecord) -> Result<(), StoreError> {
        sqlx::query("UPDATE imports SET records = NULL WHERE records IS NOT NULL")
            .execute(self.connection())
            .await?;
        let records = import.records.as_ref().map(|r| to_json("the records of an import", r)).transpose()?;
        sqlx::query("INSERT INTO imports (at, sha256, counts, records) VALUES ($1, $2, $3, $4)")
            .bind(import.at.as_millisecond())
            .bind(import.sha256.clone())
            .bind(to_json("the counts of an import", &import.counts)?)
            .bind(records)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
