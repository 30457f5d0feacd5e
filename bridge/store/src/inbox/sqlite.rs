//! On SQLite: a file beside the database, `kring.db` and `kring.db-inbox`, with a log of its own.
//!
//! A row goes in on the very thread that read it from the network: handing it over to another thread and back costs more
//! than a quick disk does. Once the disk was slow, or while somebody else is at it, a thread of its own waits instead. A disk
//! that stalls without a sign holds one of the runtime's workers, of which there are at least two.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, params};

use super::{Arrival, Row, Waiting, batch, unpack};
use crate::{
    connect::pragmas,
    error::StoreError,
    open::{OpenOptions, Store},
    thread::Thread,
};

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS inbox (
    seq INTEGER PRIMARY KEY NOT NULL,
    txn_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    events BIGINT NOT NULL,
    size BIGINT NOT NULL,
    body BLOB NOT NULL
)";

/// Rows stay for a moment, so the file is small: its log is taken into it by whoever fills the log, and used again from its
/// start, which a disk does faster than making it longer.
const LOG: &str = "journal_mode = WAL; PRAGMA wal_autocheckpoint = 1000";

/// A disk that takes longer for one row is slow.
const SLOW: Duration = Duration::from_millis(20);

/// For so long a slow disk is waited for elsewhere.
const CAREFUL: Duration = Duration::from_secs(10);

/// Where the inbox of the database at `path` is.
pub(crate) fn beside(path: &Path) -> PathBuf {
    let mut inbox = path.as_os_str().to_owned();
    inbox.push("-inbox");
    inbox.into()
}

/// Makes the table where it is not there yet.
pub(crate) fn prepare(path: &Path, options: &OpenOptions) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(options.patience)?;
    connection.execute_batch(&pragmas(options, LOG))?;
    connection.execute_batch(SCHEMA)
}

/// The inbox, open for writing.
pub(crate) struct Inbox {
    slot: Arc<Slot>,
    /// Waits for the slot, and for a slow disk.
    porter: Thread<()>,
    /// Looks what is in it.
    reader: Thread<Connection>,
    start: Instant,
    /// In ms after `start`.
    careful_until: AtomicU64,
}

impl Inbox {
    /// Starts the threads; the file is opened when there is something to do.
    pub(crate) fn start(path: &Path, options: &OpenOptions) -> std::io::Result<Self> {
        let slot = Slot {
            path: path.to_owned(),
            settings: pragmas(options, LOG),
            patience: options.patience,
            desk: Mutex::default(),
            last: AtomicI64::new(0),
        };
        let (path, patience) = (path.to_owned(), options.patience);
        let look = move || {
            let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            connection.busy_timeout(patience)?;
            Ok(connection)
        };
        Ok(Self {
            slot: Arc::new(slot),
            porter: Thread::start("kring-inbox", || Ok(()), || ())?,
            reader: Thread::start("kring-unpack", look, || ())?,
            start: Instant::now(),
            careful_until: AtomicU64::new(0),
        })
    }

    /// Ends the threads and closes the file.
    pub(crate) fn close(&self) {
        self.porter.close();
        self.reader.close();
        self.slot.lock().close();
    }

    async fn put(&self, row: Row) -> Result<(), StoreError> {
        if let Some(result) = self.put_here(&row) {
            return result;
        }
        let slot = Arc::clone(&self.slot);
        self.porter.run(move |()| slot.put(&mut slot.lock(), slot.patience, &row)).await
    }

    /// `None` when it would have to wait.
    fn put_here(&self, row: &Row) -> Option<Result<(), StoreError>> {
        let started = self.start.elapsed();
        if started.as_millis() < u128::from(self.careful_until.load(Ordering::Relaxed)) {
            return None;
        }
        let mut desk = self.slot.desk.try_lock().ok()?;
        let put = self.slot.put(&mut desk, Duration::ZERO, row);
        drop(desk);
        let ended = self.start.elapsed();
        if ended.saturating_sub(started) > SLOW {
            let until = u64::try_from((ended + CAREFUL).as_millis()).unwrap_or(u64::MAX);
            self.careful_until.store(until, Ordering::Relaxed);
        }
        match put {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => None,
            put => Some(put.map_err(StoreError::from)),
        }
    }

    /// Whether a row could go in now.
    async fn probe(&self) -> Result<(), StoreError> {
        let slot = Arc::clone(&self.slot);
        let look = |desk: &mut Desk| desk.connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK");
        self.porter.run(move |()| slot.work(&mut slot.lock(), slot.patience, look)).await
    }

    async fn forget(&self, seqs: Vec<i64>) -> Result<(), StoreError> {
        let slot = Arc::clone(&self.slot);
        self.porter.run(move |()| slot.work(&mut slot.lock(), slot.patience, |desk| desk.forget(&seqs))).await
    }
}

/// The one writer of the file.
struct Slot {
    path: PathBuf,
    settings: String,
    patience: Duration,
    desk: Mutex<State>,
    /// The number that was given last. Each is given once, whether its row is still there or not: whoever forgets a row must
    /// not meet another one under its number.
    last: AtomicI64,
}

#[derive(Default)]
enum State {
    #[default]
    Shut,
    Open(Desk),
    Closed,
}

impl State {
    fn close(&mut self) {
        *self = Self::Closed;
    }
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, state: &mut State, patience: Duration, row: &Row) -> rusqlite::Result<()> {
        self.work(state, patience, |desk| desk.put(self.last.fetch_add(1, Ordering::Relaxed) + 1, row))
    }

    /// Does `work`, and waits at most so long for whoever else holds the file.
    fn work<T>(
        &self,
        state: &mut State,
        patience: Duration,
        work: impl FnOnce(&mut Desk) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        if let State::Shut = state {
            let desk = Desk::open(&self.path, &self.settings, self.patience)?;
            self.last.fetch_max(desk.last, Ordering::Relaxed);
            *state = State::Open(desk);
        }
        let State::Open(desk) = state else { return Err(rusqlite::Error::InvalidQuery) };
        desk.connection.busy_timeout(patience)?;
        let done = work(desk);
        if done.is_err() {
            // Whatever is wrong with the file may be wrong with this handle on it.
            *state = State::Shut;
        }
        done
    }
}

/// The file, open for writing.
struct Desk {
    connection: Connection,
    /// The highest number that is in it.
    last: i64,
}

impl Desk {
    fn open(path: &Path, settings: &str, patience: Duration) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(patience)?;
        connection.execute_batch(settings)?;
        let last: i64 =
            connection.query_row("SELECT coalesce(max(seq), 0) FROM inbox", [], |row| row.get(0))?;
        Ok(Self { connection, last })
    }

    fn put(&mut self, number: i64, row: &Row) -> rusqlite::Result<()> {
        let sql = "INSERT INTO inbox (seq, txn_id, received_at, events, size, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute(params![number, row.txn_id, row.received_at_ms, row.events, row.size, row.body])?;
        Ok(())
    }

    fn forget(&mut self, seqs: &[i64]) -> rusqlite::Result<()> {
        let before: i64 = self.connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
        // Coming back after a power cut they would be known: this need not be on the disk, and others wait.
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        let begun = self.connection.transaction()?;
        for seq in seqs {
            begun.prepare_cached("DELETE FROM inbox WHERE seq = ?1")?.execute([seq])?;
        }
        begun.commit()?;
        self.connection.pragma_update(None, "synchronous", before)
    }
}

impl Store {
    fn inbox(&self) -> Result<&Inbox, StoreError> {
        self.inbox_file().ok_or(StoreError::ReadOnly)
    }

    pub(super) async fn receive_sqlite(&self, row: Row) -> Result<(), StoreError> {
        self.inbox()?.put(row).await
    }

    /// Whether the inbox takes something now; always on PostgreSQL, where it is in the database.
    pub(crate) async fn probe_inbox(&self) -> Result<(), StoreError> {
        match self.inbox_file() {
            Some(inbox) => inbox.probe().await,
            None => Ok(()),
        }
    }

    pub(super) async fn arrivals_sqlite(&self) -> Result<Vec<Arrival>, StoreError> {
        self.inbox()?.reader.run(|connection| arrivals(connection)).await
    }

    pub(super) async fn forget_sqlite(&self, seqs: Vec<i64>) -> Result<(), StoreError> {
        self.inbox()?.forget(seqs).await
    }

    /// What waits in the inbox, seen from outside: also for a store that is open for reading only.
    pub(crate) async fn waiting_sqlite(&self, path: &Path) -> Result<Waiting, StoreError> {
        let path = beside(path);
        let asked = tokio::task::spawn_blocking(move || waiting(&path)).await;
        asked.map_err(|error| StoreError::Unavailable(error.to_string()))?
    }
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
