//! A connection to ask, and a transaction to change.

use std::ops::{Deref, DerefMut};

use sqlx::{Any, AnyConnection, Transaction, pool::PoolConnection};
use tokio::sync::OwnedMutexGuard;

use crate::{error::StoreError, open::Store, url::Engine};

/// Answers questions. Each answer is consistent in itself; two answers may have a change between them.
pub struct Reader {
    connection: Held,
}

enum Held {
    Pooled(PoolConnection<Any>),
    Transaction(Transaction<'static, Any>),
}

impl Reader {
    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        match &mut self.connection {
            Held::Pooled(connection) => connection,
            Held::Transaction(transaction) => transaction,
        }
    }
}

/// A transaction: everything a [`Reader`] answers, as this transaction sees it, and every change.
///
/// Nothing stands until [`Writer::commit`]; dropping it takes all of it back. After an error only dropping is left.
#[must_use = "a transaction that is not committed changes nothing"]
pub struct Writer {
    reader: Reader,
    /// Given back after the transaction has ended, so it stands last.
    _turn: Option<OwnedMutexGuard<()>>,
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
            Held::Transaction(transaction) => Ok(transaction.commit().await?),
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
        Ok(Reader { connection: Held::Pooled(self.readers().acquire().await?) })
    }

    /// Begins a transaction. On SQLite there is one at a time: others wait here for their turn. PostgreSQL ends a
    /// transaction in which nothing is asked for 5 s, so compute first and write then.
    ///
    /// # Errors
    ///
    /// The store is open for reading only, the database does not answer, or another process leads now and this store
    /// works under an older term ([`Store::under`]).
    pub async fn write(&self) -> Result<Writer, StoreError> {
        let begin = match self.engine() {
            // IMMEDIATE takes the write lock here, where waiting is possible, and not in the middle, where it is not.
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        };
        let mut writer = self.begin(begin).await?;
        if let Some(term) = self.term() {
            writer.check_term(term).await?;
        }
        Ok(writer)
    }

    pub(crate) async fn begin(&self, statement: &'static str) -> Result<Writer, StoreError> {
        let writers = self.writers().ok_or(StoreError::ReadOnly)?;
        let turn = self.turn().await?;
        let transaction = writers.begin_with(statement).await?;
        Ok(Writer { reader: Reader { connection: Held::Transaction(transaction) }, _turn: turn })
    }
}
