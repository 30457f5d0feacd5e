//! Being the one process that works: events, effects, upkeep, and commands that change something.
//!
//! The right is the store's writer lock. On SQLite whoever has it keeps it until the process ends. On PostgreSQL it has to be
//! said every second that the leader lives; with each time the right to make requests lasts a little longer ([`Fence`]),
//! and always ends before anybody else can take over.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kring_app::App;
use kring_homeserver::{Fence, HomeserverOptions};
use kring_store::{Engine, LockError, WriterLock};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{config::Config, exit::Failure, wiring};

/// How often a leader says that it is alive; less than a third of what makes it stale.
const BEAT: Duration = Duration::from_secs(1);

/// How long the database may take to hear it.
const HEARING: Duration = Duration::from_secs(2);

/// How long the right to make requests lasts after the leader was heard: shorter than the store's own patience with a
/// leader that is silent, so that there are never two of them.
const TERM: Duration = Duration::from_secs(3);

/// A process that leads; it stops to when this is dropped.
pub struct Leading {
    /// The bridge with a leader's rights.
    pub app: App,
    /// Cancelled when another process has taken over, or the database cannot be asked whether one has.
    pub lost: CancellationToken,
    fence: Arc<Fence>,
    beats: JoinHandle<()>,
}

/// Why a process does not lead.
pub enum NotLeading {
    /// Another one does, or the database does not answer.
    Lock(LockError),
    /// Something else is wrong.
    Failed(Failure),
}

impl Leading {
    /// Takes the lead, without waiting for it, and what the leader before was working on.
    ///
    /// # Errors
    /// When another process leads, or something is wrong; nothing was changed.
    pub async fn take(config: &Config, base: &App) -> Result<Self, NotLeading> {
        let fence = Arc::new(Fence::default());
        let many = base.context.store.engine() == Engine::Postgres;
        let options =
            HomeserverOptions { fence: many.then(|| Arc::clone(&fence)), ..HomeserverOptions::default() };
        let (homeserver, joiner, accounts) = wiring::clients(config, &options).map_err(NotLeading::Failed)?;
        let since = Instant::now();
        let lock = base.context.store.lock(&whoami()).await.map_err(NotLeading::Lock)?;
        fence.renew(since, TERM);
        let store = base.context.store.under(&lock);
        let lost = CancellationToken::new();
        // Beats at once: what follows may take longer than the patience of the others.
        let beats = tokio::spawn(beat(lock, Arc::clone(&fence), lost.clone()));
        let leading = Self { app: base.leading(store, homeserver, joiner, accounts), lost, fence, beats };
        leading.begin().await.map_err(|e| NotLeading::Failed(wiring::failure("store-failed", &e)))?;
        Ok(leading)
    }

    async fn begin(&self) -> Result<(), kring_app::Error> {
        self.app.inherit().await?;
        self.app.reload().await.map(drop)
    }
}

impl Drop for Leading {
    fn drop(&mut self) {
        self.fence.end();
        // The lock goes with it.
        self.beats.abort();
    }
}

/// As others see it who would lead too.
fn whoami() -> String {
    let machine = rustix::system::uname();
    format!("kring, process {} on {}", std::process::id(), machine.nodename().to_string_lossy())
}

async fn beat(mut lock: WriterLock, fence: Arc<Fence>, lost: CancellationToken) {
    loop {
        let since = Instant::now();
        match tokio::time::timeout(HEARING, lock.beat()).await {
            Ok(Ok(())) => fence.renew(since, TERM),
            Ok(Err(error)) => return end(&fence, &lost, &error.to_string()),
            Err(_) => return end(&fence, &lost, "the database does not answer in time"),
        }
        tokio::time::sleep(BEAT).await;
    }
}

fn end(fence: &Fence, lost: &CancellationToken, why: &str) {
    tracing::error!(why, "this process does not lead any more");
    fence.end();
    lost.cancel();
}
