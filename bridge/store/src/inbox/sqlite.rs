//! On SQLite: a file beside the database, `kring.db` and `kring.db-inbox`, with a log and a thread of its own.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, params};

use super::{Arrival, Row, Waiting, batch, unpack};
use crate::{
    checkpoint::Checkpointer,
    connect::{WRITING, pragmas},
    error::StoreError,
    open::{OpenOptions, Store},
    thread::Thread,
};

/// `seq` is given once: whoever forgets a transaction must not meet another one under its number.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    txn_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    events BIGINT NOT NULL,
    size BIGINT NOT NULL,
    body BLOB NOT NULL
)";

/// Where the inbox of the database at `path` is.
pub(crate) fn beside(path: &Path) -> PathBuf {
    let mut inbox = path.as_os_str().to_owned();
    inbox.push("-inbox");
    inbox.into()
}

/// Makes the table where it is not there yet.
pub(crate) fn prepare(path: &Path, options: &OpenOptions) -> rusqlite::Result<()> {
    open(path, options.patience, &pragmas(options, WRITING))?.execute_batch(SCHEMA)
}

fn open(path: &Path, patience: Duration, settings: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(patience)?;
    connection.execute_batch(settings)?;
    Ok(connection)
}

/// The inbox, open for writing.
pub(crate) struct Inbox {
    /// Rows in and rows out: a second writer would be asked to come again, and wait for longer than it has to.
    door: Thread<Connection>,
    /// Looks what is in it.
    hall: Thread<Connection>,
    checkpointer: Arc<Checkpointer>,
}

impl Inbox {
    /// Starts the threads, which open the file at their first job.
    pub(crate) fn start(path: &Path, options: &OpenOptions) -> std::io::Result<Self> {
        let checkpointer = Arc::new(Checkpointer::start(path.to_owned(), options)?);
        let thread = |name: &str| {
            let (path, patience, settings) = (path.to_owned(), options.patience, pragmas(options, WRITING));
            let open = move || open(&path, patience, &settings);
            let committed = Arc::clone(&checkpointer);
            Thread::start(name, open, move || committed.committed())
        };
        Ok(Self { door: thread("kring-inbox")?, hall: thread("kring-unpack")?, checkpointer })
    }

    /// Ends the threads.
    pub(crate) fn close(&self) {
        self.door.close();
        self.hall.close();
        self.checkpointer.close();
    }
}

impl Store {
    fn inbox(&self) -> Result<&Inbox, StoreError> {
        self.inbox_file().ok_or(StoreError::ReadOnly)
    }

    pub(super) async fn receive_sqlite(&self, row: Row) -> Result<(), StoreError> {
        self.inbox()?.door.run(move |connection| put(connection, &row)).await
    }

    pub(super) async fn arrivals_sqlite(&self) -> Result<Vec<Arrival>, StoreError> {
        self.inbox()?.hall.run(|connection| arrivals(connection)).await
    }

    pub(super) async fn forget_sqlite(&self, seqs: Vec<i64>) -> Result<(), StoreError> {
        self.inbox()?.door.run(move |connection| forget(connection, &seqs)).await
    }

    /// What waits in the inbox, seen from outside: also for a store that is open for reading only.
    pub(crate) async fn waiting_sqlite(&self, path: &Path) -> Result<Waiting, StoreError> {
        let path = beside(path);
        let asked = tokio::task::spawn_blocking(move || waiting(&path)).await;
        asked.map_err(|error| StoreError::Unavailable(error.to_string()))?
    }
}

fn put(connection: &Connection, row: &Row) -> rusqlite::Result<()> {
    let sql = "INSERT INTO inbox (txn_id, received_at, events, size, body) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params![row.txn_id, row.received_at_ms, row.events, row.size, row.body])?;
    Ok(())
}

fn arrivals(connection: &Connection) -> rusqlite::Result<Vec<Arrival>> {
    let sql = format!("SELECT size FROM inbox ORDER BY seq LIMIT {}", super::ROWS);
    let mut statement = connection.prepare_cached(&sql)?;
    let sizes: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let sql = "SELECT seq, txn_id, received_at, size, body FROM inbox ORDER BY seq LIMIT ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let count = i64::try_from(batch(sizes)).unwrap_or(0);
    let rows = statement.query_map([count], |row| {
        let (size, body) = (row.get("size")?, row.get("body")?);
        Ok(Arrival {
            seq: row.get("seq")?,
            txn_id: row.get("txn_id")?,
            received_at_ms: row.get("received_at")?,
            events: unpack(body, size),
        })
    })?;
    rows.collect()
}

fn forget(connection: &mut Connection, seqs: &[i64]) -> rusqlite::Result<()> {
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    // Coming back after a power cut they would be known: this need not be on the disk, and others wait.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    let begun = connection.transaction()?;
    for seq in seqs {
        begun.prepare_cached("DELETE FROM inbox WHERE seq = ?1")?.execute([seq])?;
    }
    begun.commit()?;
    connection.pragma_update(None, "synchronous", synchronous)
}

fn waiting(path: &Path) -> Result<Waiting, StoreError> {
    if !path.exists() {
        return Ok(Waiting::default());
    }
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    let sql = "SELECT coalesce(sum(events), 0), min(received_at) FROM inbox";
    let found = connection.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)));
    let (events, oldest_ms) = found?;
    Ok(Waiting { events: events.unsigned_abs(), oldest_ms })
}
