//! A connection to ask, and a transaction to change.

use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use sqlx::{Any, Transaction, pool::PoolConnection};

use crate::{
    error::StoreError,
    open::Store,
    patient::{Patient, in_time},
    url::Engine,
};

/// Answers questions. Each answer is consistent in itself; two answers may have a change between them.
pub struct Reader {
    connection: Held,
    silence: Option<Duration>,
}

enum Held {
    Pooled(PoolConnection<Any>),
    Transaction(Transaction<'static, Any>),
}

impl Reader {
    pub(crate) fn connection(&mut self) -> Patient<'_> {
        let connection = match &mut self.connection {
            Held::Pooled(connection) => &mut **connection,
            Held::Transaction(transaction) => &mut **transaction,
        };
        Patient { connection, silence: self.silence }
    }
}

/// A transaction: everything a [`Reader`] answers, as this transaction sees it, and every change.
///
/// Nothing stands until [`Writer::commit`]; dropping it takes all of it back. After an error only dropping is left.
#[must_use = "a transaction that is not committed changes nothing"]
pub struct Writer {
    reader: Reader,
}

impl Writer {
    /// Makes all changes stand, at once and durably (see [`crate::Synchronous`]).
    ///
    /// # Errors
    ///
    /// The database could not store them; then none of them stands. When the connection was cut in this very moment, it
    /// is not known whether they do: repeat the work, every change of Kring may be repeated.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.reader.connection {
            Held::Transaction(transaction) => Ok(in_time(self.reader.silence, transaction.commit()).await?),
            Held::Pooled(_) => Ok(()),
        }
    }
}

impl Deref for Writer {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl DerefMut for Writer {
    fn deref_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }
}

impl Store {
    /// Takes a connection to ask questions with.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        let connection = Held::Pooled(self.readers().acquire().await?);
        Ok(Reader { connection, silence: self.silence() })
    }

    /// Begins a transaction. On SQLite there is one at a time: others wait here for their turn. PostgreSQL ends a
    /// transaction in which nothing is asked for 5 s, so compute first and write then.
    ///
    /// # Errors
    ///
    /// The store is open for reading only, the database does not answer, or another process leads now and this store
    /// works under an older term ([`Store::under`]).
    pub async fn write(&self) -> Result<Writer, StoreError> {
        let mut writer = self.begin(self.begin_statement()).await?;
        if let Some(term) = self.term() {
            writer.check_term(term).await?;
        }
        Ok(writer)
    }

    pub(crate) fn begin_statement(&self) -> &'static str {
        match self.engine() {
            // IMMEDIATE takes the write lock here, where waiting is possible, and not in the middle, where it is not.
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        }
    }

    pub(crate) async fn begin(&self, statement: &'static str) -> Result<Writer, StoreError> {
        let (writers, silence) = (self.writers().ok_or(StoreError::ReadOnly)?, self.silence());
        let transaction = in_time(silence, writers.begin_with(statement)).await?;
        Ok(Writer { reader: Reader { connection: Held::Transaction(transaction), silence } })
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Row as _;

    use super::*;
    use crate::{IncomingEvent, Mode, StoreUrl};

    #[tokio::test]
    async fn full_disk_is_an_error_that_heals_and_leaves_nothing_half_done() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(&StoreUrl::sqlite(folder.path().join("kring.db")), Mode::ReadWrite).await.unwrap();
        // SQLite answers a file at its largest number of pages as it answers a full disk.
        let mut writer = store.write().await.unwrap();
        let pages = sqlx::query("PRAGMA page_count").fetch_one(writer.connection()).await.unwrap();
        let limit = format!("PRAGMA max_page_count = {}", pages.get::<i64, _>(0) + 10);
        sqlx::query(sqlx::AssertSqlSafe(limit)).execute(writer.connection()).await.unwrap();
        writer.commit().await.unwrap();

        let event = |n: usize| IncomingEvent {
            event_id: format!("${n}"),
            room_id: "!a".into(),
            event_type: "m.room.message".into(),
            state_key: None,
            sender: "@a:b".into(),
            json: "{}".into(),
            received_at_ms: 0,
        };
        let many: Vec<_> = (0..5_000).map(event).collect();
        let error = store.ingest("1", &many).await.unwrap_err();
        assert!(matches!(error, StoreError::Full) && error.heals(), "{error:?}");
        assert_eq!(store.read().await.unwrap().backlog().await.unwrap().pending, 0);

        let mut writer = store.begin("BEGIN IMMEDIATE").await.unwrap();
        sqlx::query("PRAGMA max_page_count = 1000000").execute(writer.connection()).await.unwrap();
        writer.commit().await.unwrap();
        assert_eq!(store.ingest("1", &many).await.unwrap().new, 5_000);
    }
}
