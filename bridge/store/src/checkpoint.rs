//! On SQLite: taking what was written from the log into the database, beside the writers instead of in one of them.
//!
//! SQLite would do it in the commit that fills the log, and whoever waits for that commit would wait for all of it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use rusqlite::Connection;

use crate::open::OpenOptions;

/// From a commit to the checkpoint, so that one serves many commits.
const PACE: Duration = Duration::from_millis(250);

/// From this size on, in bytes, writers have to wait until the log can begin anew.
const LARGEST_LOG: u64 = 64 * 1024 * 1024;

#[derive(Default)]
struct State {
    dirty: bool,
    closed: bool,
}

type Shared = (Mutex<State>, Condvar);

/// The thread; it ends when it is closed or dropped.
pub(crate) struct Checkpointer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Checkpointer {
    /// Starts the thread, which opens the file when there is something to do.
    pub(crate) fn start(path: PathBuf, options: &OpenOptions) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (its, patience) = (Arc::clone(&shared), options.patience);
        let work = move || {
            let mut connection = None;
            while wait(&its) {
                if let Err(error) = checkpoint(&mut connection, &path, patience) {
                    tracing::warn!(%error, "the log could not be taken into the database; it grows meanwhile");
                    connection = None;
                }
            }
        };
        let thread = std::thread::Builder::new().name("kring-checkpoint".into()).spawn(work)?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Something was committed.
    pub(crate) fn committed(&self) {
        let (_, bell) = &*self.shared;
        let mut state = state(&self.shared);
        if !state.dirty {
            state.dirty = true;
            bell.notify_one();
        }
    }

    /// Ends the thread.
    pub(crate) fn close(&self) {
        state(&self.shared).closed = true;
        self.shared.1.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A panic in it has nothing to tell us: the log is taken over by whoever opens the file next.
        let _ = thread.map(JoinHandle::join);
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.close();
    }
}

fn state(shared: &Shared) -> MutexGuard<'_, State> {
    shared.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for a commit and the pace; `false` when it is over.
fn wait(shared: &Shared) -> bool {
    let (_, bell) = shared;
    let idle = |state: &mut State| !state.dirty && !state.closed;
    let waited = bell.wait_while(state(shared), idle).unwrap_or_else(PoisonError::into_inner);
    let open = |state: &mut State| !state.closed;
    let (mut state, _) = bell.wait_timeout_while(waited, PACE, open).unwrap_or_else(PoisonError::into_inner);
    state.dirty = false;
    !state.closed
}

fn checkpoint(connection: &mut Option<Connection>, path: &Path, patience: Duration) -> rusqlite::Result<()> {
    let connection = match connection {
        Some(connection) => connection,
        none => {
            let opened = Connection::open(path)?;
            opened.busy_timeout(patience)?;
            none.insert(opened)
        }
    };
    let how = if log_size(path) > LARGEST_LOG { "TRUNCATE" } else { "PASSIVE" };
    connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |_| Ok(()))
}

fn log_size(path: &Path) -> u64 {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).map_or(0, |found| found.len())
}
