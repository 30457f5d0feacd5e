//! The worker of the lanes: stored events, one order per room, each handled once.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use kring_store::LeasedEvent;
use tokio_util::sync::CancellationToken;

use crate::{App, Error};

const LEASE_MS: i64 = 60_000;
const IDLE: Duration = Duration::from_secs(2);

/// Rooms whose oldest event is fetched at once.
const ROOMS_AT_ONCE: u32 = 64;

/// So many tries before an event goes to the dead letters.
const TRIES: u32 = 8;

impl App {
    /// Handles stored events until `stop`.
    pub async fn serve_lanes(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let handled = match self.handle_some().await {
                Ok(handled) => handled,
                Err(error) => {
                    tracing::error!(%error, "the events cannot be read");
                    0
                }
            };
            if handled == 0 {
                tokio::select! {
                    () = self.events_stored.notified() => {}
                    () = tokio::time::sleep(IDLE) => {}
                    () = stop.cancelled() => {}
                }
            }
        }
    }

    /// Handles the oldest event of every room that waits; returns how many there were.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn handle_some(&self) -> Result<usize, Error> {
        let now = self.context.clock.now_ms();
        let mut writer = self.context.store.write().await?;
        let leased = writer.lease_events(now, LEASE_MS, &self.owner, ROOMS_AT_ONCE).await?;
        writer.commit().await?;
        let mut trouble = None;
        for event in &leased {
            // One event that cannot even be put aside must not keep the other rooms waiting.
            trouble = self.handle_event(event).await.err().or(trouble);
        }
        trouble.map_or(Ok(leased.len()), Err)
    }

    #[tracing::instrument(name = "lane.event.handle", skip_all, fields(event.id = %event.event_id, room.id = %event.room_id))]
    async fn handle_event(&self, event: &LeasedEvent) -> Result<(), Error> {
        // A handler that panics must not take the other rooms with it.
        let problem = match AssertUnwindSafe(self.react(event)).catch_unwind().await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the handler panicked".to_owned(),
        };
        let mut writer = self.context.store.write().await?;
        if event.attempts < TRIES {
            tracing::warn!(error = %problem, attempts = event.attempts, "an event is handled again later");
            let next = self.context.clock.now_ms().saturating_add(1000 << event.attempts.min(8));
            writer.event_retry(event.seq, next, &problem).await?;
        } else {
            tracing::error!(error = %problem, "an event goes to the dead letters");
            writer.event_dead(event.seq, &problem).await?;
        }
        writer.commit().await?;
        Ok(())
    }
}
