//! On SQLite: a thread of its own with one connection, so that a transaction is handed over once and not row by row.
//!
//! It takes turns with the other writer of this process ([`crate::open::Store::turn`]), for SQLite has one at a time and
//! lets others ask again and again instead of queueing.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread::JoinHandle,
};

use rusqlite::{Connection, TransactionBehavior, params};
use tokio::sync::oneshot;

use super::{Ingested, LYING_TRANSACTION, NEW_TRANSACTION, Seen, Transaction};
use crate::{
    checkpoint::Checkpointer,
    connect::{WRITING, pragmas},
    error::StoreError,
    open::{OpenOptions, Store},
};

const INSERT: &str = "INSERT INTO events (event_id, room_id, event_type, state_key, sender, json, received_at, state, error) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (event_id) DO NOTHING";

struct Job {
    transaction: Transaction,
    reply: oneshot::Sender<Result<Ingested, StoreError>>,
}

/// The thread; it ends when the last handle on the store is dropped, or when it is closed.
pub(crate) struct Door {
    jobs: Mutex<Option<(Sender<Job>, JoinHandle<()>)>>,
}

impl Door {
    /// Starts the thread, which opens the file at its first job.
    pub(crate) fn open(
        path: PathBuf,
        options: &OpenOptions,
        checkpointer: Arc<Checkpointer>,
    ) -> std::io::Result<Self> {
        let (sender, jobs) = channel();
        let (settings, patience) = (pragmas(options, WRITING), options.patience);
        let thread = std::thread::Builder::new().name("kring-ingest".into()).spawn(move || {
            let open = || {
                let connection = Connection::open(&path)?;
                connection.busy_timeout(patience)?;
                connection.execute_batch(&settings)?;
                Ok(connection)
            };
            serve(&jobs, open, || checkpointer.committed());
        })?;
        Ok(Self { jobs: Mutex::new(Some((sender, thread))) })
    }

    /// Ends the thread and closes its connection.
    pub(crate) fn close(&self) {
        let ended = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((sender, thread)) = ended {
            drop(sender);
            // It ends after the job it is at; a panic in it was told to whoever waited.
            let _ = thread.join();
        }
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = jobs.as_ref().is_some_and(|(sender, _)| sender.send(job).is_ok());
        if sent { Ok(()) } else { Err(closed()) }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.close();
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".into())
}

impl Store {
    pub(super) async fn ingest_sqlite(&self, transaction: Transaction) -> Result<Ingested, StoreError> {
        let door = self.door().ok_or(StoreError::ReadOnly)?;
        let _turn = self.turn().await?;
        let (reply, answer) = oneshot::channel();
        door.send(Job { transaction, reply })?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }
}

/// Stores what comes, one transaction after the other.
fn serve(jobs: &Receiver<Job>, open: impl Fn() -> rusqlite::Result<Connection>, committed: impl Fn()) {
    let mut connection = None;
    while let Ok(Job { transaction, reply }) = jobs.recv() {
        let stored = work(&mut connection, &open, &transaction).map_err(StoreError::from);
        if stored.is_err() {
            // Whatever is wrong with the file may be wrong with this handle on it.
            connection = None;
        }
        // Whoever asked may be gone; the events are stored all the same.
        let _ = reply.send(stored);
        committed();
    }
}

fn work(
    connection: &mut Option<Connection>,
    open: impl Fn() -> rusqlite::Result<Connection>,
    transaction: &Transaction,
) -> rusqlite::Result<Ingested> {
    let connection = match connection {
        Some(connection) => connection,
        none => none.insert(open()?),
    };
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let seen = note(&begun, transaction)?;
    let new = if seen == Seen::WithTheSame { 0 } else { insert(&begun, transaction)? };
    begun.commit()?;
    Ok(transaction.ingested(seen, new))
}

fn note(connection: &Connection, transaction: &Transaction) -> rusqlite::Result<Seen> {
    let Transaction { id, fingerprint, received_at_ms, .. } = transaction;
    // SQLite itself numbers `$2` by where it occurs, and `?2` by its number.
    let changes = |sql: &str| -> rusqlite::Result<bool> {
        Ok(connection.prepare_cached(&sql.replace('$', "?"))?.execute(params![
            id,
            fingerprint,
            received_at_ms
        ])? > 0)
    };
    if changes(NEW_TRANSACTION)? {
        return Ok(Seen::Never);
    }
    Ok(if changes(LYING_TRANSACTION)? { Seen::WithOthers } else { Seen::WithTheSame })
}

fn insert(connection: &Connection, transaction: &Transaction) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(INSERT)?;
    let mut new = 0;
    for event in &transaction.events {
        let (state, json, error) = event.standing();
        new += statement.execute(params![
            event.event_id,
            event.room_id,
            event.event_type,
            event.state_key,
            event.sender,
            json,
            event.received_at_ms,
            state,
            error
        ])?;
    }
    Ok(new)
}
