//! Starting and stopping: ready for systemd, and a stop in two stages.

use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};
use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long tasks get to finish what they are doing.
pub const GRACE: Duration = Duration::from_secs(30);

/// The life of a long-running process. Tasks are spawned on [`tasks`](Self::tasks) and end by themselves when
/// [`stopping`](Self::stopping) is cancelled.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    stopping: CancellationToken,
    aborting: CancellationToken,
    tasks: TaskTracker,
}

/// How the process stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Every task finished what it was doing.
    Orderly,
    /// The grace period ended, or a second signal came, with tasks still at work.
    Aborted {
        /// How many.
        tasks: usize,
    },
}

impl Lifecycle {
    /// Cancelled at the first signal: take no new work, finish what you are doing.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Cancelled at the second signal or when the grace period ends: break off.
    pub fn aborting(&self) -> &CancellationToken {
        &self.aborting
    }

    /// Where tasks are spawned that the stop waits for.
    pub fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// Tells systemd that the process is ready. Without systemd this does nothing.
    pub fn ready(&self) {
        notify(NotifyState::Ready);
    }

    /// Waits for SIGTERM or SIGINT, or for [`stopping`](Self::stopping) to be cancelled by a task, and then stops.
    ///
    /// # Errors
    /// When the signals cannot be listened for.
    pub async fn run(self) -> std::io::Result<Stopped> {
        Ok(self.run_with(signals()?, GRACE).await)
    }

    /// As [`run`](Self::run), with the signals and the grace period as arguments.
    pub async fn run_with(self, signals: impl Stream<Item = ()>, grace: Duration) -> Stopped {
        let mut signals = std::pin::pin!(signals);
        tokio::select! {
            () = self.stopping.cancelled() => {}
            _ = signals.next() => {}
        }
        tracing::info!("stopping");
        notify(NotifyState::Stopping);
        self.stopping.cancel();
        self.tasks.close();
        tokio::select! {
            () = self.tasks.wait() => return Stopped::Orderly,
            Some(()) = signals.next() => {}
            () = tokio::time::sleep(grace) => {}
        }
        let tasks = self.tasks.len();
        tracing::warn!(tasks, "breaking off");
        self.aborting.cancel();
        Stopped::Aborted { tasks }
    }
}

/// A future that ends at the first SIGTERM or SIGINT.
///
/// # Errors
/// When the signals cannot be listened for.
pub fn interrupted() -> std::io::Result<impl Future<Output = ()>> {
    let mut signals = Box::pin(signals()?);
    Ok(async move {
        signals.next().await;
    })
}

fn signals() -> std::io::Result<impl Stream<Item = ()>> {
    let each = |kind| {
        Ok::<_, std::io::Error>(stream::unfold(signal(kind)?, |mut signal| async move {
            signal.recv().await.map(|()| ((), signal))
        }))
    };
    Ok(stream::select(Box::pin(each(SignalKind::terminate())?), Box::pin(each(SignalKind::interrupt())?)))
}

fn notify(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd could not be told");
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use tokio::sync::oneshot;

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn a_task_finishes_its_work_after_the_first_signal() {
        let life = Lifecycle::default();
        let stopping = life.stopping().clone();
        let (done, finished) = oneshot::channel();
        life.tasks().spawn(async move {
            stopping.cancelled().await;
            done.send(()).unwrap();
        });
        let once = stream::iter([()]).chain(stream::pending());
        assert_eq!(life.run_with(once, LONG).await, Stopped::Orderly);
        finished.await.unwrap();
    }

    #[tokio::test]
    async fn a_second_signal_breaks_off_what_still_runs() {
        let life = Lifecycle::default();
        let aborting = life.aborting().clone();
        life.tasks().spawn(std::future::pending::<()>());
        let twice = stream::iter([(), ()]).chain(stream::pending());
        assert_eq!(life.run_with(twice, LONG).await, Stopped::Aborted { tasks: 1 });
        assert!(aborting.is_cancelled());
    }

    #[tokio::test]
    async fn the_end_of_the_grace_period_breaks_off_too() {
        let life = Lifecycle::default();
        life.tasks().spawn(std::future::pending::<()>());
        let once = stream::iter([()]).chain(stream::pending());
        assert_eq!(life.run_with(once, Duration::ZERO).await, Stopped::Aborted { tasks: 1 });
    }

    #[tokio::test]
    async fn a_task_that_must_not_die_stops_the_process_by_itself() {
        let life = Lifecycle::default();
        let stopping = life.stopping().clone();
        life.tasks().spawn(async move { stopping.cancel() });
        assert_eq!(life.run_with(stream::pending(), LONG).await, Stopped::Orderly);
    }
}
