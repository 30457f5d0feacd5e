//! The worker of the lanes: stored events, one order per room, many rooms at once, each event handled once.
//!
//! Handling an event is store work alone; what has to be asked of the outside becomes an effect. So in the ordinary case
//! whatever waits is handled in *rounds*: the events of many rooms in one transaction (`round`). A room whose event fails,
//! panics or hangs leaves the round and is handled *apart*, event by event, while the rounds go on: it waits until the event
//! succeeds or has had its tries (`apart`). When the whole process dies, what it had under lease is suspect to its successor,
//! which handles those events one at a time before anything else: whichever ends the process again was then the only one at
//! work, and goes to the dead letters after as many tries, while the others lost nothing.

mod apart;
mod round;

use std::{collections::VecDeque, sync::atomic::Ordering, time::Duration};

use kring_store::LeasedEvent;
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{App, Error};

/// How long a room is this process' alone.
const LEASE_MS: i64 = 60_000;

/// How often to look when nothing wakes us.
const IDLE: Duration = Duration::from_secs(2);

/// Rooms that are leased at once.
const ROOMS: u32 = 128;

/// Rooms handled apart at once. More of them are given back.
const APART: usize = 16;

/// From the start of one round to the start of the next: under load a round takes up what came meanwhile, instead of
/// standing in the way of every transaction that the homeserver wants to have stored. After a pause it starts at once.
const PACE: Duration = Duration::from_millis(40);

/// How long leased rooms are tried while the store lets nobody begin: shorter than their lease.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_secs(1);

impl App {
    /// Handles stored events until `stop`; then lets the rooms at work finish.
    pub async fn serve_lanes(&self, stop: CancellationToken) {
        let (mut apart, mut started) = (JoinSet::new(), None::<Instant>);
        while !stop.is_cancelled() {
            let next = started.map_or_else(Instant::now, |at| at + PACE);
            tokio::select! {
                () = tokio::time::sleep_until(next) => {}
                () = stop.cancelled() => break,
            }
            started = Some(Instant::now());
            let more = self.handle_waiting(&mut apart).await;
            while apart.try_join_next().is_some() {}
            if !more {
                tokio::select! {
                    Some(_) = apart.join_next(), if !apart.is_empty() => {}
                    () = self.events_stored.notified() => {}
                    () = tokio::time::sleep(IDLE) => {}
                    () = stop.cancelled() => {}
                }
            }
        }
        while apart.join_next().await.is_some() {}
    }

    /// Handles what waits in every room that may begin, once; returns how many rooms that were.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn handle_some(&self) -> Result<usize, Error> {
        self.unpack_all().await?;
        self.handle_suspects().await?;
        let heads = self.lease(ROOMS).await?;
        let (count, mut apart) = (heads.len(), JoinSet::new());
        self.handle_heads(heads, &mut apart).await;
        while apart.join_next().await.is_some() {}
        Ok(count)
    }

    /// Says whether there may be more.
    async fn handle_waiting(&self, apart: &mut JoinSet<()>) -> bool {
        // What is in its lane already does not wait for what cannot be taken apart.
        let unpacked = self.try_unpack().await;
        self.note_trouble(unpacked.as_ref().err());
        let unpacked = match unpacked {
            Ok(unpacked) => unpacked > 0,
            Err(error) => {
                tracing::error!(%error, "what came in cannot be taken apart");
                false
            }
        };
        let work = async {
            self.handle_suspects().await?;
            let heads = self.lease(ROOMS).await?;
            let some = !heads.is_empty();
            self.handle_heads(heads, apart).await;
            Ok::<_, Error>(some)
        };
        let handled = work.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the events cannot be read");
            false
        });
        unpacked || handled
    }

    /// See the module.
    async fn handle_suspects(&self) -> Result<(), Error> {
        while self.suspects.load(Ordering::Acquire) {
            let mut writer = self.context.store.write().await?;
            let suspect = writer.lease_suspect(self.context.clock.now_ms(), LEASE_MS, &self.owner).await?;
            writer.commit().await?;
            match suspect {
                Some(event) => self.handle_apart(&event).await,
                None => self.suspects.store(false, Ordering::Release),
            }
        }
        Ok(())
    }

    async fn lease(&self, rooms: u32) -> Result<Vec<LeasedEvent>, Error> {
        // Most of what comes concerns nobody: then nothing is written.
        if !self.context.store.read().await?.events_wait().await? {
            return Ok(Vec::new());
        }
        let now = self.context.clock.now_ms();
        let mut writer = self.context.store.write_behind().await?;
        let leased = writer.lease_events(now, LEASE_MS, &self.owner, rooms).await?;
        if !leased.is_empty() {
            writer.commit().await?;
        }
        Ok(leased)
    }

    /// Rounds until every leased room has had its turn.
    async fn handle_heads(&self, heads: Vec<LeasedEvent>, apart: &mut JoinSet<()>) {
        let (fresh, tried): (Vec<_>, Vec<_>) = heads.into_iter().partition(|head| head.attempts == 0);
        self.set_apart(tried, apart).await;
        let (mut waiting, start) = (VecDeque::from(fresh), Instant::now());
        while !waiting.is_empty() && start.elapsed() < PATIENCE {
            let left = waiting.len();
            let troubled = self.round(&mut waiting).await;
            if waiting.len() == left {
                // The store does not let anybody begin.
                tokio::time::sleep(PAUSE).await;
            }
            self.set_apart(troubled, apart).await;
        }
    }

    async fn set_apart(&self, heads: Vec<LeasedEvent>, apart: &mut JoinSet<()>) {
        for head in heads {
            while apart.try_join_next().is_some() {}
            if apart.len() >= APART {
                self.let_go(&head).await;
                continue;
            }
            let app = self.clone();
            apart.spawn(async move { app.handle_apart(&head).await });
        }
    }

    /// There are too many rooms with trouble for now; the others must not wait for them.
    async fn let_go(&self, head: &LeasedEvent) {
        let work = async {
            let mut writer = self.context.store.write_behind().await?;
            writer.give_event_back(head.seq).await?;
            Ok::<_, Error>(writer.commit().await?)
        };
        if let Err(error) = work.await {
            // The lease runs out and the event is tried again.
            tracing::error!(%error, "an event could not be given back");
        }
    }
}
