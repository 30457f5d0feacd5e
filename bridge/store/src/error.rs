//! What can go wrong, as values that say what to do next.

use std::path::PathBuf;

use sqlx::migrate::MigrateError;

use crate::row::BadRow;

/// Why the store did not open. Nothing was changed. No variant carries a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The address is none that Kring understands.
    #[error(
        "the database address is wrong: {why}; write sqlite:/var/lib/kring/kring.db or postgres://user@host/kring"
    )]
    BadUrl {
        /// What is wrong with it.
        why: String,
    },
    /// The SQLite file does not exist and was not to be made.
    #[error("there is no database at {}; run `kring import` or `kring run` first, or correct the path", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The SQLite file, or the folder around it, cannot be opened.
    #[error("cannot open {}: {why}; check that the folder exists and that this user may read and write in it", path.display())]
    CannotOpen {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The SQLite file may be read and not written.
    #[error("{} is read-only for this user; correct its owner and permissions", path.display())]
    ReadOnlyFile {
        /// Which file.
        path: PathBuf,
    },
    /// The file is something else than a database of Kring.
    #[error("{} is no database of Kring: {why}; correct the path, or restore a backup", path.display())]
    NotADatabase {
        /// Which file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// PostgreSQL does not answer, or refuses the user.
    #[error(
        "cannot connect to {address}: {why}; check that PostgreSQL runs and that user, password and database are right"
    )]
    CannotConnect {
        /// The address without its password.
        address: String,
        /// What the server or the system says.
        why: String,
    },
    /// Another process holds the database for too long.
    #[error("the database is locked by another process; stop it, or try again in a minute")]
    Locked,
    /// A newer Kring wrote the database. Going back would lose what it keeps, so it is refused.
    #[error(
        "the database has schema {found} and this program knows schemas up to {known}; install the newer version of Kring again, or restore a backup of before"
    )]
    NewerSchema {
        /// What the database has.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// The database is to be read only and needs a migration first.
    #[error(
        "the database has schema {found} and this program needs {known}; run `kring run` once, it upgrades the database"
    )]
    OlderSchema {
        /// What the database has.
        found: i64,
        /// What this program needs.
        known: i64,
    },
    /// A migration failed; the database is as it was.
    #[error("the database could not be upgraded: {why}; it is unchanged: restore nothing, report this")]
    Migration {
        /// What the database says.
        why: String,
    },
}

impl OpenError {
    /// The stable code under which the command line finds its sentence.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadUrl { .. } => "store-bad-url",
            Self::Missing { .. } => "store-missing",
            Self::CannotOpen { .. } => "store-cannot-open",
            Self::ReadOnlyFile { .. } => "store-read-only",
            Self::NotADatabase { .. } => "store-not-a-database",
            Self::CannotConnect { .. } => "store-cannot-connect",
            Self::Locked => "store-locked",
            Self::NewerSchema { .. } => "store-newer-schema",
            Self::OlderSchema { .. } => "store-older-schema",
            Self::Migration { .. } => "store-migration",
        }
    }
}

/// Why a question or a change failed. A transaction in which one occurs has to be dropped.
///
/// The texts are the database's own and hold no values of the row.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database does not answer now: connection cut, all connections in use, silence. It heals; try again.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// Another process holds the database for longer than we wait. It heals when that one ends.
    #[error("another process holds the database: {0}")]
    Locked(String),
    /// The disk is full. It heals when there is room again.
    #[error("the database's disk is full: make room")]
    Full,
    /// The store was opened for reading, or the file or the server became read-only, as a server does whose disk is
    /// nearly full or which another one succeeded.
    #[error("the database is open for reading only")]
    ReadOnly,
    /// Another process took over as leader; this one must stop its work.
    #[error("another process leads now (term {current}, ours was {ours})")]
    Fenced {
        /// The term this process works under.
        ours: i64,
        /// The term in the database.
        current: i64,
    },
    /// The change would break a rule of the table, such as two people with one account.
    #[error("the change contradicts what is stored: {0}")]
    Conflict(String),
    /// A row that Kring cannot have written.
    #[error(transparent)]
    BadRow(#[from] BadRow),
    /// A value that cannot be stored.
    #[error("cannot store {what}: {why}")]
    BadValue {
        /// Which value.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// The database refused a statement: a fault of Kring, or a damaged database.
    #[error("the database refused: {0}")]
    Database(String),
}

impl StoreError {
    /// Whether the same call may succeed later without anybody changing the program or the data.
    pub fn heals(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Locked(_) | Self::Full | Self::ReadOnly)
    }

    /// The stable code under which readiness tells it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "database-silent",
            Self::Locked(_) => "database-locked",
            Self::Full => "database-full",
            Self::ReadOnly => "database-read-only",
            _ => "database-refuses",
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let text = error.to_string();
        match &error {
            sqlx::Error::Database(e) => classify(e.code().as_deref().unwrap_or_default(), &e.kind(), text),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Self::Unavailable(text),
            _ => Self::Database(text),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        match &error {
            rusqlite::Error::SqliteFailure(e, _) => {
                classify(&e.extended_code.to_string(), &sqlx::error::ErrorKind::Other, text)
            }
            _ => Self::Database(text),
        }
    }
}

/// SQLite's extended result codes as decimal text, PostgreSQL's five-letter SQLSTATE.
fn classify(code: &str, kind: &sqlx::error::ErrorKind, text: String) -> StoreError {
    match code {
        "53100" => return StoreError::Full,
        "25006" => return StoreError::ReadOnly,
        "55P03" => return StoreError::Locked(text),
        // SQLite could not make its shared index larger: no room for that either.
        "4874" => return StoreError::Full,
        // Class 08: connection; 53: resources; 57P: shutdown, terminated; 40: serialisation, deadlock; 25P03: ended by the
        // server while it stood still.
        c if c.len() == 5
            && (["08", "53", "40"].contains(&&c[..2]) || c.starts_with("57P") || c == "25P03") =>
        {
            return StoreError::Unavailable(text);
        }
        _ => {}
    }
    match primary(code) {
        Some(13) => StoreError::Full,
        Some(8) => StoreError::ReadOnly,
        // BUSY, LOCKED
        Some(5 | 6) => StoreError::Locked(text),
        // IOERR, CANTOPEN, PROTOCOL
        Some(10 | 14 | 15) => StoreError::Unavailable(text),
        _ if *kind != sqlx::error::ErrorKind::Other => StoreError::Conflict(text),
        _ => StoreError::Database(text),
    }
}

/// SQLite's primary result code: the low byte of the extended one. `None` for a SQLSTATE.
pub(crate) fn primary(code: &str) -> Option<u32> {
    (code.len() < 5).then(|| code.parse::<u32>().ok()).flatten().map(|c| c & 0xff)
}

/// What a failed migration means to whoever opened the store.
pub(crate) fn from_migration(error: &MigrateError, known: i64) -> OpenError {
    match error {
        MigrateError::VersionMissing(found) => OpenError::NewerSchema { found: *found, known },
        other => OpenError::Migration { why: other.to_string() },
    }
}
