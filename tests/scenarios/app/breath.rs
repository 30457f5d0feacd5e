//! When the bridge breathes, counted, so that something can happen at any breath: a breath is one poll of one of its
//! tasks, and between two breaths every await point may be the last.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
};

use tokio::sync::watch;

/// How the bridge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Breathing,
    /// Nothing moves on.
    Held,
    /// Nothing ever moves on; every task is dropped where it stands.
    Dead,
}

/// The breath of one life of the bridge. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Breath {
    phase: Arc<watch::Sender<Phase>>,
    count: Arc<AtomicU64>,
    stop_at: Arc<AtomicU64>,
}

impl Default for Breath {
    fn default() -> Self {
        Self {
            phase: Arc::new(watch::Sender::new(Phase::Breathing)),
            count: Arc::default(),
            stop_at: Arc::new(AtomicU64::new(u64::MAX)),
        }
    }
}

impl Breath {
    /// Runs `task` as long as the bridge lives; `None` when it died before the end.
    pub(crate) async fn of<T>(&self, task: impl Future<Output = T>) -> Option<T> {
        let mut task = pin!(task);
        let mut phase = self.phase.subscribe();
        loop {
            let now = *phase.borrow_and_update();
            match now {
                Phase::Dead => return None,
                Phase::Held => drop(phase.changed().await),
                Phase::Breathing => {
                    let breathing =
                        poll_fn(
                            |context| {
                                if self.stops() { Poll::Pending } else { task.as_mut().poll(context) }
                            },
                        );
                    tokio::select! {
                        biased;
                        _ = phase.changed() => {}
                        done = breathing => return Some(done),
                    }
                }
            }
        }
    }

    /// Counts one breath; whether it is the one to stop at.
    fn stops(&self) -> bool {
        let now = self.count.fetch_add(1, Ordering::Relaxed);
        let stops = now >= self.stop_at.load(Ordering::Relaxed);
        if stops {
            self.stop_at.store(u64::MAX, Ordering::Relaxed);
            self.phase.send_replace(Phase::Held);
        }
        stops || *self.phase.borrow() != Phase::Breathing
    }

    /// How often it breathed.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Holds everything at the `n`-th breath from now.
    pub(crate) fn hold_after(&self, n: u64) {
        self.stop_at.store(self.count() + n, Ordering::Relaxed);
    }

    /// Whether that breath has come.
    pub(crate) fn is_held(&self) -> bool {
        *self.phase.borrow() == Phase::Held
    }

    /// Goes on.
    pub(crate) fn go_on(&self) {
        self.stop_at.store(u64::MAX, Ordering::Relaxed);
        self.phase.send_replace(Phase::Breathing);
    }

    /// Ends; no task takes another step.
    pub(crate) fn end(&self) {
        self.phase.send_replace(Phase::Dead);
    }
}
