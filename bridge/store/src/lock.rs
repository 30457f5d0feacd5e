//! Who may run: one process on SQLite, one leader on PostgreSQL.
//!
//! On SQLite the lock is a locked file beside the database; the system frees it when the process ends, however it ends. On
//! PostgreSQL it is a session's advisory lock, and every leader gets a term, one higher than the one before. A leader
//! that was paused and overtaken may wake up: its store ([`Store::under`]) checks the term in every transaction, so that
//! nothing of it is stored. This asks for PostgreSQL 14 or later.

use std::{
    fs::{File, TryLockError},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use sqlx::{AnyConnection, ConnectOptions as _, Connection as _, Row as _, any::AnyConnectOptions};

use crate::{error::StoreError, open::Store, row::Columns, session::Writer};

/// The number of the advisory lock; it spells "leader".
const LEADER: i64 = 119_182_851_265_906;
/// A leader that was not heard of for this long is taken for dead, in ms. Call [`WriterLock::beat`] every second.
const STALE_MS: i64 = 4_000;
/// Now in ms since the Unix epoch, by the database's clock: those of several machines differ.
const NOW: &str = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";

/// Why the lock was not given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Somebody else has it.
    #[error("another kring runs on this database already ({owner}); stop that one first")]
    Held {
        /// Who, as they named themselves.
        owner: String,
    },
    /// The file to lock cannot be made.
    #[error("cannot lock {}: {why}; check that this user may write in the folder", path.display())]
    CannotLock {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The right to run, held until it is dropped or the process ends.
#[derive(Debug)]
pub struct WriterLock(Held);

#[derive(Debug)]
enum Held {
    /// Locked as long as it is open.
    File(#[expect(dead_code, reason = "kept open, never read")] File),
    /// Locked as long as this connection lives.
    Session { connection: Box<AnyConnection>, term: i64 },
}

impl Store {
    /// Takes the right to run, without waiting. `owner` is shown to whoever is refused: the process id, the machine.
    ///
    /// On PostgreSQL a leader that has not been heard of for 4 s is put out and succeeded.
    ///
    /// # Errors
    ///
    /// Somebody else has it, the lock file cannot be made, or the database does not answer.
    pub async fn lock(&self, owner: &str) -> Result<WriterLock, LockError> {
        match self.url().path() {
            Some(path) => {
                let mut name = path.as_os_str().to_owned();
                name.push(".lock");
                lock_file(Path::new(&name), owner)
            }
            None => self.lock_session(owner).await,
        }
    }

    /// The same store, with every transaction of [`Store::write`] valid only as long as nobody took over from this lock.
    #[must_use]
    pub fn under(&self, lock: &WriterLock) -> Self {
        self.with_term(match lock.0 {
            Held::File(_) => None,
            Held::Session { term, .. } => Some(term),
        })
    }

    async fn lock_session(&self, owner: &str) -> Result<WriterLock, LockError> {
        let address = self.url().connect_url("").map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let options = AnyConnectOptions::from_url(&address).map_err(StoreError::from)?;
        let mut connection = options.connect().await.map_err(StoreError::from)?;
        if !try_lock(&mut connection).await? {
            let held = put_out_stale(&mut connection).await?;
            if !try_lock(&mut connection).await? {
                return Err(LockError::Held { owner: held });
            }
        }
        let term = new_term(&mut connection, owner).await?;
        Ok(WriterLock(Held::Session { connection: Box::new(connection), term }))
    }
}

impl WriterLock {
    /// Says that this process is alive and finds out whether it still leads. To be called every second.
    ///
    /// # Errors
    ///
    /// Another process leads now ([`StoreError::Fenced`]), or the connection that held the lock is gone: either way stop the
    /// work, drop the lock and take it anew.
    pub async fn beat(&mut self) -> Result<(), StoreError> {
        let Held::Session { connection, term } = &mut self.0 else { return Ok(()) };
        let sql =
            sqlx::AssertSqlSafe(format!("UPDATE leader SET seen_at = {NOW} WHERE id = 1 AND term = $1"));
        let done = sqlx::query(sql).bind(*term).execute(&mut **connection).await?;
        if done.rows_affected() > 0 {
            return Ok(());
        }
        let row = sqlx::query("SELECT term FROM leader WHERE id = 1").fetch_one(&mut **connection).await?;
        Err(StoreError::Fenced { ours: *term, current: row.try_get("term")? })
    }
}

impl Writer {
    /// Holds the leader's row until this transaction ends, so that a successor waits for it: `FOR KEY SHARE` stands in the
    /// way of the successor's `FOR UPDATE`, and not of the leader's own beats.
    pub(crate) async fn check_term(&mut self, ours: i64) -> Result<(), StoreError> {
        let sql = "SELECT term FROM leader WHERE id = 1 FOR KEY SHARE";
        let current = sqlx::query(sql).fetch_one(self.connection()).await?.try_get("term")?;
        if current == ours { Ok(()) } else { Err(StoreError::Fenced { ours, current }) }
    }
}

fn lock_file(path: &Path, owner: &str) -> Result<WriterLock, LockError> {
    let cannot = |e: std::io::Error| LockError::CannotLock { path: path.to_owned(), why: e.to_string() };
    let mut file =
        File::options().read(true).write(true).create(true).truncate(false).open(path).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut owner = String::new();
            // Only for the message; whoever holds the lock may be writing it this moment.
            let _ = file.read_to_string(&mut owner);
            return Err(LockError::Held { owner });
        }
        Err(TryLockError::Error(e)) => return Err(cannot(e)),
    }
    file.set_len(0).and_then(|()| file.write_all(owner.as_bytes())).map_err(cannot)?;
    Ok(WriterLock(Held::File(file)))
}

async fn try_lock(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    let sql = "SELECT pg_try_advisory_lock($1) AS locked";
    Ok(sqlx::query(sql).bind(LEADER).fetch_one(connection).await?.try_get("locked")?)
}

/// Ends the session of a leader that is no longer heard of; says who leads.
async fn put_out_stale(connection: &mut AnyConnection) -> Result<String, StoreError> {
    let sql = format!("SELECT id, owner, backend, {NOW} - seen_at AS silent_ms FROM leader WHERE id = 1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *connection).await?;
    let columns = Columns::new(&row, "leader", "id");
    if columns.int("silent_ms")? >= STALE_MS {
        let sql = "SELECT pg_terminate_backend(pid, 2000) AS ended FROM pg_locks \
                   WHERE locktype = 'advisory' AND granted AND pid = $1";
        sqlx::query(sql).bind(columns.int("backend")?).fetch_all(connection).await?;
    }
    columns.text("owner")
}

async fn new_term(connection: &mut AnyConnection, owner: &str) -> Result<i64, StoreError> {
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT term FROM leader WHERE id = 1 FOR UPDATE").fetch_one(&mut *transaction).await?;
    let sql = format!(
        "UPDATE leader SET term = term + 1, owner = $1, backend = pg_backend_pid(), seen_at = {NOW} \
         WHERE id = 1 RETURNING term"
    );
    let row =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(owner.to_owned()).fetch_one(&mut *transaction).await?;
    let term = row.try_get("term")?;
    transaction.commit().await?;
    Ok(term)
}
