//! From an address to connections: the file, the pragmas, the schema, the pools.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sqlx::{
    AnyPool, ConnectOptions as _, Connection as _, Executor as _,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::MigrateError,
};
use tokio::sync::Mutex;

use crate::{
    checkpoint::Checkpointer,
    error::{OpenError, primary},
    inbox::{
        self,
        sqlite::{Inbox, beside},
    },
    ingest, migrate,
    open::{Mode, OpenOptions, Synchronous},
    patient::in_time,
    thread::Thread,
    url::{Engine, StoreUrl},
};

/// What a connection that writes sets last; the log is taken into the database beside it ([`Checkpointer`]).
pub(crate) const WRITING: &str = "journal_mode = WAL; PRAGMA wal_autocheckpoint = 0";

/// Connections to PostgreSQL for what comes in: the homeserver sends one transaction at a time, and repeats some.
const ARRIVALS: u32 = 2;

/// The connections of an open store.
pub(crate) struct Pools {
    pub(crate) url: StoreUrl,
    pub(crate) readers: AnyPool,
    /// On SQLite a pool of one: the queue before it is the writers' queue. `None` when open for reading only.
    pub(crate) writers: Option<AnyPool>,
    /// Events in their lanes, on SQLite; `None` on PostgreSQL and when open for reading only. So are the next two.
    pub(crate) door: Option<Thread<rusqlite::Connection>>,
    /// What comes in, on SQLite.
    pub(crate) inbox: Option<Inbox>,
    /// What comes in, on PostgreSQL.
    pub(crate) arrivals: Option<AnyPool>,
    /// Beside the door.
    pub(crate) checkpointer: Option<Arc<Checkpointer>>,
    /// When SQLite calls a transaction stored.
    pub(crate) synchronous: Synchronous,
    /// On SQLite the writer and the door take turns.
    pub(crate) turn: Arc<Mutex<()>>,
    pub(crate) patience: Duration,
    pub(crate) silence: Duration,
}

impl Pools {
    fn new(url: &StoreUrl, options: &OpenOptions, readers: AnyPool, writers: Option<AnyPool>) -> Self {
        Self {
            url: url.clone(),
            readers,
            writers,
            door: None,
            inbox: None,
            arrivals: None,
            checkpointer: None,
            synchronous: options.synchronous,
            turn: Arc::default(),
            patience: options.patience,
            silence: options.silence,
        }
    }
}

/// Opens what `url` names; nothing is changed when that fails.
pub(crate) async fn connect(url: &StoreUrl, options: &OpenOptions) -> Result<Pools, OpenError> {
    sqlx::any::install_default_drivers();
    if let Some(path) = url.path() {
        prepare_file(path, options.mode)?;
    }
    match url.engine() {
        Engine::Sqlite => sqlite(url, options).await,
        Engine::Postgres => postgres(url, options).await,
    }
}

/// Makes the file for this user alone: it holds names and addresses. SQLite gives its `-wal` the same permissions.
fn prepare_file(path: &Path, mode: Mode) -> Result<(), OpenError> {
    let cannot = |e: std::io::Error| OpenError::CannotOpen { path: path.to_owned(), why: e.to_string() };
    match (path.try_exists().map_err(cannot)?, mode) {
        (true, _) if path.is_dir() => {
            Err(OpenError::CannotOpen { path: path.to_owned(), why: "it is a folder".into() })
        }
        (true, Mode::ReadWrite) => match std::fs::OpenOptions::new().write(true).open(path) {
            Ok(_) => Ok(()),
            Err(e)
                if e.kind() == std::io::ErrorKind::PermissionDenied
                    || e.kind() == std::io::ErrorKind::ReadOnlyFilesystem =>
            {
                Err(OpenError::ReadOnlyFile { path: path.to_owned() })
            }
            Err(e) => Err(cannot(e)),
        },
        (true, Mode::ReadOnly) => std::fs::File::open(path).map(drop).map_err(cannot),
        (false, Mode::ReadOnly) => Err(OpenError::Missing { path: path.to_owned() }),
        (false, Mode::ReadWrite) => create(path).map_err(cannot),
    }
}

fn create(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn sqlite(url: &StoreUrl, options: &OpenOptions) -> Result<Pools, OpenError> {
    let path = url.path().map(Path::to_owned).unwrap_or_default();
    let (read, write) = (pragmas(options, "query_only = ON"), pragmas(options, WRITING));
    let (target_read, target_write) = (target(url, "ro")?, target(url, "rw")?);
    let first = match options.mode {
        Mode::ReadOnly => first(&target_read, &read, Engine::Sqlite, options.mode).await,
        Mode::ReadWrite => first(&target_write, &write, Engine::Sqlite, options.mode).await,
    };
    first.map_err(|e| sqlite_error(&e, &path))??;
    let writers = (options.mode == Mode::ReadWrite)
        .then(|| pool(options, 1).after_connect(run(write)).after_release(is_reusable(None)))
        .map(|pool| pool.connect_lazy_with(target_write));
    let readers = pool(options, options.connections).after_connect(run(read)).connect_lazy_with(target_read);
    let pools = Pools::new(url, options, readers, writers);
    if options.mode == Mode::ReadOnly {
        return Ok(pools);
    }
    prepare_file(&beside(&path), options.mode)?;
    let cannot = |e: std::io::Error| OpenError::CannotOpen { path: path.clone(), why: e.to_string() };
    let checkpointer = Arc::new(Checkpointer::start(path.clone(), options).map_err(cannot)?);
    let door = ingest::sqlite::thread(path.clone(), options, Arc::clone(&checkpointer)).map_err(cannot)?;
    inbox::sqlite::prepare(&beside(&path), options).map_err(|e| inbox_error(&e, &beside(&path)))?;
    let inbox = Inbox::start(&beside(&path), options).map_err(cannot)?;
    Ok(Pools { door: Some(door), inbox: Some(inbox), checkpointer: Some(checkpointer), ..pools })
}

async fn postgres(url: &StoreUrl, options: &OpenOptions) -> Result<Pools, OpenError> {
    // A transaction that stands still belongs to a process that was paused; it would keep a new leader waiting.
    let setting = "SET idle_in_transaction_session_timeout = '5s'".to_owned();
    let target = target(url, "")?;
    let first = first(&target, &setting, Engine::Postgres, options.mode).await;
    first.map_err(|e| OpenError::CannotConnect { address: url.to_string(), why: e.to_string() })??;
    let live = |size, test| {
        pool(options, size)
            .test_before_acquire(test)
            .max_lifetime(options.renewal)
            .after_connect(run(setting.clone()))
            .after_release(is_reusable(Some(options.patience)))
            .connect_lazy_with(target.clone())
    };
    let (all, writes) = (live(options.connections, true), options.mode == Mode::ReadWrite);
    // Asking first whether the connection lives would double the homeserver's waiting time.
    let arrivals = writes.then(|| live(ARRIVALS, false));
    let writers = writes.then(|| all.clone());
    Ok(Pools { arrivals, ..Pools::new(url, options, all, writers) })
}

/// Connects once without a pool, which would try again and again and then only say that it waited in vain, and brings the
/// schema up to date or checks it.
async fn first(
    target: &AnyConnectOptions,
    setting: &str,
    engine: Engine,
    mode: Mode,
) -> Result<Result<(), OpenError>, sqlx::Error> {
    let mut connection = target.connect().await?;
    connection.execute(sqlx::AssertSqlSafe(setting)).await?;
    let done = match mode {
        Mode::ReadOnly => migrate::check(&mut connection).await?,
        Mode::ReadWrite => match migrate::run(&mut connection, engine).await {
            Err(MigrateError::Execute(error)) => return Err(error),
            done => done.map_err(|error| crate::error::from_migration(&error, migrate::latest())),
        },
    };
    connection.close().await?;
    Ok(done)
}

fn target(url: &StoreUrl, sqlite_mode: &str) -> Result<AnyConnectOptions, OpenError> {
    let address = url.connect_url(sqlite_mode)?;
    AnyConnectOptions::from_url(&address)
        .map_err(|_| OpenError::BadUrl { why: "sqlx does not take it".into() })
}

fn pool(options: &OpenOptions, size: u32) -> AnyPoolOptions {
    // SQLite's connections live as long as the process; a file does not hang up.
    AnyPoolOptions::new()
        .max_connections(size.max(1))
        .acquire_timeout(options.patience)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

type AfterConnect = Box<
    dyn for<'c> Fn(
            &'c mut sqlx::AnyConnection,
            sqlx::pool::PoolConnectionMetadata,
        ) -> std::pin::Pin<Box<dyn Future<Output = Result<(), sqlx::Error>> + Send + 'c>>
        + Send
        + Sync,
>;

pub(crate) fn pragmas(options: &OpenOptions, last: &str) -> String {
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    format!(
        "PRAGMA busy_timeout = {}; PRAGMA foreign_keys = ON; PRAGMA synchronous = {synchronous}; PRAGMA {last};",
        options.patience.as_millis()
    )
}

fn run(text: String) -> AfterConnect {
    Box::new(move |connection, _| {
        let text = text.clone();
        Box::pin(async move { connection.execute(sqlx::AssertSqlSafe(text)).await.map(drop) })
    })
}

type AfterRelease = Box<
    dyn for<'c> Fn(
            &'c mut sqlx::AnyConnection,
            sqlx::pool::PoolConnectionMetadata,
        ) -> std::pin::Pin<Box<dyn Future<Output = Result<bool, sqlx::Error>> + Send + 'c>>
        + Send
        + Sync,
>;

/// A connection that says nothing is closed: the pool itself would wait for it, and soon be out of connections. So is one
/// that thinks that it is in a transaction: SQLite takes one back by itself when the disk is full at its commit, and no
/// other could begin on that connection any more.
fn is_reusable(patience: Option<Duration>) -> AfterRelease {
    Box::new(move |connection, _| {
        Box::pin(async move {
            // What was dropped in the middle is taken back before this is answered.
            in_time(patience, connection.ping()).await?;
            Ok(!connection.is_in_transaction())
        })
    })
}

fn sqlite_error(error: &sqlx::Error, path: &Path) -> OpenError {
    let code = match error {
        sqlx::Error::Database(e) => e.code().as_deref().and_then(primary),
        _ => None,
    };
    by_code(code, path, error)
}

fn inbox_error(error: &rusqlite::Error, path: &Path) -> OpenError {
    let code = error.sqlite_error().and_then(|e| primary(&e.extended_code.to_string()));
    by_code(code, path, error)
}

fn by_code(code: Option<u32>, path: &Path, error: &dyn std::error::Error) -> OpenError {
    let path: PathBuf = path.to_owned();
    match code {
        Some(5 | 6) => OpenError::Locked,
        Some(8) => OpenError::ReadOnlyFile { path },
        Some(11 | 26) => OpenError::NotADatabase { path, why: error.to_string() },
        _ => OpenError::CannotOpen { path, why: error.to_string() },
    }
}
