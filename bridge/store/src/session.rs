//! A connection to ask, and a transaction to change.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use sqlx::{Any, Transaction, pool::PoolConnection};
use tokio::sync::OwnedMutexGuard;

use crate::{
    checkpoint::Checkpointer,
    error::StoreError,
    open::{Store, Synchronous},
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
    pub(crate) fn of(connection: PoolConnection<Any>, silence: Option<Duration>) -> Self {
        Self { connection: Held::Pooled(connection), silence }
    }

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
    checkpointer: Option<Arc<Checkpointer>>,
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
            Held::Transaction(transaction) => in_time(self.reader.silence, transaction.commit()).await?,
            Held::Pooled(_) => {}
        }
        if let Some(checkpointer) = self.checkpointer {
            checkpointer.committed();
        }
        Ok(())
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
        Ok(Reader::of(self.readers().acquire().await?, self.silence()))
    }

    /// Begins a transaction. On SQLite there is one at a time: others wait here for their turn. PostgreSQL ends a
    /// transaction in which nothing is asked for 5 s, so compute first and write then.
    ///
    /// # Errors
    ///
    /// The store is open for reading only, the database does not answer, or another process leads now and this store
    /// works under an older term ([`Store::under`]).
    pub async fn write(&self) -> Result<Writer, StoreError> {
        self.led(self.begin_statement()).await
    }

    /// As [`Store::write`], for a transaction that may be lost in a power cut: not torn, and not without all that was
    /// committed after it, since the log is one. So whatever is asked of the outside has to be preceded by a transaction
    /// of [`Store::write`], and what happens twice because of the loss must do no harm.
    ///
    /// # Errors
    ///
    /// As [`Store::write`].
    pub async fn write_behind(&self) -> Result<Writer, StoreError> {
        self.led(match self.engine() {
            Engine::Sqlite => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN; SET LOCAL synchronous_commit = off",
        })
        .await
    }

    async fn led(&self, begin: &'static str) -> Result<Writer, StoreError> {
        let mut writer = self.begin(begin).await?;
        if let Some(term) = self.term() {
            writer.check_term(term).await?;
        }
        Ok(writer)
    }

    pub(crate) fn begin_statement(&self) -> &'static str {
        match (self.engine(), self.synchronous()) {
            // IMMEDIATE takes the write lock here, where waiting is possible, and not in the middle, where it is not.
            (Engine::Sqlite, Synchronous::Full) => "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
            (Engine::Sqlite, Synchronous::Normal) => "BEGIN IMMEDIATE",
            (Engine::Postgres, _) => "BEGIN",
        }
    }

    pub(crate) async fn begin(&self, statement: &'static str) -> Result<Writer, StoreError> {
        let (writers, silence) = (self.writers().ok_or(StoreError::ReadOnly)?, self.silence());
        let turn = self.turn().await?;
        let transaction = in_time(silence, writers.begin_with(statement)).await?;
        Ok(Writer {
            reader: Reader { connection: Held::Transaction(transaction), silence },
            checkpointer: self.checkpointer(),
            _turn: turn,
        })
    }
}
