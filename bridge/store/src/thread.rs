//! On SQLite: a thread with a connection of its own, so that work is handed over once and not row by row.

use std::{
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread::JoinHandle,
};

use tokio::sync::oneshot;

use crate::error::StoreError;

/// Says whether what it worked with is still good.
type Job<S> = Box<dyn FnOnce(rusqlite::Result<&mut S>) -> bool + Send>;

/// The thread; it ends when it is closed or dropped. `S` is what it keeps open.
pub(crate) struct Thread<S> {
    running: Mutex<Option<Running<S>>>,
}

struct Running<S> {
    jobs: Sender<Job<S>>,
    thread: JoinHandle<()>,
}

impl<S: 'static> Thread<S> {
    /// Starts the thread, which opens at its first job, and calls `after` after each.
    pub(crate) fn start(
        name: &str,
        open: impl Fn() -> rusqlite::Result<S> + Send + 'static,
        after: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, jobs) = channel();
        let serving = move || serve(&jobs, open, after);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(serving)?;
        Ok(Self { running: Mutex::new(Some(Running { jobs: sender, thread })) })
    }

    /// Does `work` there. When whoever asks is gone meanwhile, it is done all the same.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut S) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Box::new(move |opened| {
            let done = opened.and_then(work).map_err(StoreError::from);
            // Whatever is wrong with the file may be wrong with this handle on it.
            let good = done.is_ok();
            drop(reply.send(done));
            good
        }))?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    fn send(&self, job: Job<S>) -> Result<(), StoreError> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = running.as_ref().is_some_and(|running| running.jobs.send(job).is_ok());
        if sent { Ok(()) } else { Err(closed()) }
    }
}

impl<S> Thread<S> {
    /// Ends the thread and closes what it has open.
    pub(crate) fn close(&self) {
        let ended = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Running { jobs, thread }) = ended {
            drop(jobs);
            // It ends after the job it is at; a panic in it was told to whoever waited.
            drop(thread.join());
        }
    }
}

impl<S> Drop for Thread<S> {
    fn drop(&mut self) {
        self.close();
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".into())
}

/// Does what comes, one job after the other.
fn serve<S>(jobs: &Receiver<Job<S>>, open: impl Fn() -> rusqlite::Result<S>, after: impl Fn()) {
    let mut opened = None;
    while let Ok(job) = jobs.recv() {
        let open = match &mut opened {
            Some(opened) => Ok(opened),
            none => open().map(|new| none.insert(new)),
        };
        if !job(open) {
            opened = None;
        }
        after();
    }
}
