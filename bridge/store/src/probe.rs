//! Whether the database takes a change at this moment.

use crate::{error::StoreError, open::Store};

const PROBE: &str = "probe";

impl Store {
    /// Stores a small change, since a database that is locked, full or read-only answers every question. Any process may
    /// do this, the leader or not.
    ///
    /// # Errors
    ///
    /// What is wrong with the database; see [`StoreError::code`].
    pub async fn probe(&self, now_ms: i64) -> Result<(), StoreError> {
        let mut writer = self.begin(self.begin_statement()).await?;
        writer.put_setting(PROBE, &now_ms.to_string()).await?;
        writer.commit().await?;
        self.probe_inbox().await
    }
}
