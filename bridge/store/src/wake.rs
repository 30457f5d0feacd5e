//! Hearing of what another process stored.

use sqlx::postgres::PgListener;

use crate::{error::StoreError, inbox::CHANNEL, open::Store, url::Engine};

impl Store {
    /// Calls `stored` whenever a process, this one included, has received events; also after the connection broke, for then
    /// something may have been missed. Ends only with an error. On SQLite there is one process, and this waits for ever.
    ///
    /// # Errors
    ///
    /// The database does not answer; call it again.
    pub async fn hear_of_events(&self, stored: impl Fn() + Send) -> Result<(), StoreError> {
        if self.engine() == Engine::Sqlite {
            return std::future::pending().await;
        }
        let address = self.url().connect_url("").map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let mut listener = PgListener::connect(address.as_str()).await?;
        listener.listen(CHANNEL).await?;
        loop {
            stored();
            listener.try_recv().await?;
        }
    }
}
