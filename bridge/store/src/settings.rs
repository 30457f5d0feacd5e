//! Small values under a name: `settings`.

use sqlx::Row as _;

use crate::{
    error::StoreError,
    session::{Reader, Writer},
};

impl Reader {
    /// The value under `name`; `None` when there is none.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT value FROM settings WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(self.connection())
            .await?;
        Ok(row.map(|r| r.try_get("value")).transpose()?)
    }
}

impl Writer {
    /// Stores `value` under `name`, in place of what was there.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn put_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        sqlx::query(sql).bind(name.to_owned()).bind(value.to_owned()).execute(self.connection()).await?;
        Ok(())
    }

    /// Removes the value; `false` when there was none.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn remove_setting(&mut self, name: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM settings WHERE name = $1";
        Ok(sqlx::query(sql).bind(name.to_owned()).execute(self.connection()).await?.rows_affected() > 0)
    }
}
