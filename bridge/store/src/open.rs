//! The store itself, and how it is opened.

use std::{sync::Arc, time::Duration};

use sqlx::AnyPool;
use tokio::sync::OwnedMutexGuard;

use crate::{
    checkpoint::Checkpointer,
    connect::{Pools, connect},
    error::{OpenError, StoreError},
    inbox::sqlite::Inbox,
    thread::Thread,
    url::{Engine, StoreUrl},
};

/// How the store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// To read and to change; makes a SQLite file that does not exist (mode 0600) and migrates the schema.
    #[default]
    ReadWrite,
    /// To read only, beside a running `kring run`; never migrates.
    ReadOnly,
}

/// When SQLite calls a transaction stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// When it is on the disk: survives a power cut.
    #[default]
    Full,
    /// When the system has it: survives a killed process; a power cut may take the last transactions back.
    Normal,
}

/// Everything that can be chosen when opening; the default is what an association needs.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Reading only, or changing too.
    pub mode: Mode,
    /// SQLite only.
    pub synchronous: Synchronous,
    /// How long a statement waits for another process that holds the SQLite file, and how long a caller waits for a
    /// free connection.
    pub patience: Duration,
    /// PostgreSQL only: how long it may say nothing while it is asked something. Shorter than the minute after which a
    /// homeserver gives a transaction up.
    pub silence: Duration,
    /// PostgreSQL only: how old a connection may become. A server that was read-only, or that another one succeeded, is
    /// found out at the next connection and not before.
    pub renewal: Duration,
    /// Connections: readers beside the one writer on SQLite, all of them on PostgreSQL.
    pub connections: u32,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            synchronous: Synchronous::default(),
            patience: Duration::from_secs(10),
            silence: Duration::from_secs(40),
            renewal: Duration::from_secs(60),
            connections: 8,
        }
    }
}

/// The open database. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Store {
    pools: Arc<Pools>,
    /// The term of the leader under which this clone writes.
    term: Option<i64>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("url", &self.pools.url)
            .field("term", &self.term)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database with the defaults for `mode`.
    ///
    /// # Errors
    ///
    /// See [`OpenError`]; nothing was changed then.
    pub async fn open(url: &StoreUrl, mode: Mode) -> Result<Self, OpenError> {
        Self::open_with(url, &OpenOptions { mode, ..OpenOptions::default() }).await
    }

    /// Opens the database.
    ///
    /// # Errors
    ///
    /// See [`OpenError`]; nothing was changed then.
    pub async fn open_with(url: &StoreUrl, options: &OpenOptions) -> Result<Self, OpenError> {
        let pools = connect(url, options).await?;
        Ok(Self { pools: Arc::new(pools), term: None })
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.pools.url.engine()
    }

    /// Its address, which prints itself without its password.
    pub fn url(&self) -> &StoreUrl {
        &self.pools.url
    }

    /// Waits for connections in use and closes all of them; afterwards every call fails.
    pub async fn close(&self) {
        if let Some(writers) = &self.pools.writers {
            writers.close().await;
        }
        self.pools.readers.close().await;
        if let Some(door) = &self.pools.door {
            door.close();
        }
        if let Some(inbox) = &self.pools.inbox {
            inbox.close();
        }
        if let Some(arrivals) = &self.pools.arrivals {
            arrivals.close().await;
        }
        if let Some(checkpointer) = &self.pools.checkpointer {
            checkpointer.close();
        }
    }

    pub(crate) fn checkpointer(&self) -> Option<Arc<Checkpointer>> {
        self.pools.checkpointer.clone()
    }

    pub(crate) fn synchronous(&self) -> Synchronous {
        self.pools.synchronous
    }

    pub(crate) fn door(&self) -> Option<&Thread<rusqlite::Connection>> {
        self.pools.door.as_ref()
    }

    pub(crate) fn inbox_file(&self) -> Option<&Inbox> {
        self.pools.inbox.as_ref()
    }

    pub(crate) fn arrivals_pool(&self) -> Option<&AnyPool> {
        self.pools.arrivals.as_ref()
    }

    /// Waits for this process' turn to write on SQLite; on PostgreSQL there are no turns.
    pub(crate) async fn turn(&self) -> Result<Option<OwnedMutexGuard<()>>, StoreError> {
        if self.engine() == Engine::Postgres {
            return Ok(None);
        }
        let turn = Arc::clone(&self.pools.turn).lock_owned();
        let waited = tokio::time::timeout(self.pools.patience, turn).await;
        waited.map(Some).map_err(|_| StoreError::Unavailable("too many wait to write".into()))
    }

    /// The same store, whose every transaction first checks that `term` is still the leader's.
    pub(crate) fn with_term(&self, term: Option<i64>) -> Self {
        Self { pools: Arc::clone(&self.pools), term }
    }

    pub(crate) fn term(&self) -> Option<i64> {
        self.term
    }

    /// How long the database may say nothing; `None` on SQLite, whose answers come from this very process.
    pub(crate) fn silence(&self) -> Option<Duration> {
        (self.engine() == Engine::Postgres).then_some(self.pools.silence)
    }

    pub(crate) fn readers(&self) -> &AnyPool {
        &self.pools.readers
    }

    pub(crate) fn writers(&self) -> Option<&AnyPool> {
        self.pools.writers.as_ref()
    }
}
