//! The worker of the outbox: up to ten lanes at once, each effect retried on its own.
//!
//! The loop is the only one that writes: in one transaction it stores what came of the effects that ended and leases the
//! next ones, so that a busy outbox costs less than one commit per effect.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt as _;
use kring_store::{Effect as Stored, Writer};
use serde_json::Value;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    App, Error,
    audit::audit_of,
    effect::Effect,
    perform::{Failure, PATIENT, Seen, remember},
};

/// Synapse lets one application service change this many memberships at once.
const WIDTH: usize = 10;

/// How long an effect may take before another process may try it. Longer than any request.
const LEASE_MS: i64 = 120_000;

/// How often to look when nothing wakes us.
const IDLE: Duration = Duration::from_secs(5);

/// An effect that was tried, and what came of it.
struct Ended {
    leased: Stored,
    effect: Option<Effect>,
    result: Result<Vec<Seen>, Failure>,
}

impl App {
    /// Carries out effects until `stop`; then lets the running ones finish.
    pub async fn serve_outbox(&self, stop: CancellationToken) {
        let (mut running, mut ended) = (JoinSet::new(), Vec::new());
        loop {
            let free = if stop.is_cancelled() { 0 } else { WIDTH.saturating_sub(running.len()) };
            for leased in self.turn(std::mem::take(&mut ended), free).await {
                let app = self.clone();
                running.spawn(async move { app.attempt(leased).await });
            }
            if stop.is_cancelled() && running.is_empty() {
                return;
            }
            tokio::select! {
                Some(one) = running.join_next(), if !running.is_empty() => ended.extend(unbroken(one)),
                () = self.effects_stored.notified(), if running.len() < WIDTH => {}
                () = tokio::time::sleep(IDLE) => {}
                () = stop.cancelled(), if !stop.is_cancelled() => {}
            }
            while let Some(one) = running.try_join_next() {
                ended.extend(unbroken(one));
            }
        }
    }

    /// Stores what ended and leases the oldest effects of up to `free` lanes.
    async fn turn(&self, ended: Vec<Ended>, free: usize) -> Vec<Stored> {
        if ended.is_empty() && free == 0 {
            return Vec::new();
        }
        let leased = match self.try_turn(&ended, free).await {
            Ok(leased) => leased,
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read or written");
                self.store_apart(&ended).await;
                Vec::new()
            }
        };
        self.effects_finished.send_modify(|count| *count += ended.len() as u64);
        leased
    }

    async fn try_turn(&self, ended: &[Ended], free: usize) -> Result<Vec<Stored>, Error> {
        let now = self.context.clock.now_ms();
        let mut writer = self.context.store.write().await?;
        let mut soonest = None;
        for one in ended {
            let wait = self.record(&mut writer, one).await?;
            soonest = wait.into_iter().chain(soonest).min();
        }
        let lanes = u32::try_from(free).unwrap_or(1);
        let leased = match free {
            0 => Vec::new(),
            _ => writer.lease_effects(now, LEASE_MS, &self.owner, lanes).await?,
        };
        writer.commit().await?;
        self.look_at_found_rooms(ended);
        if let Some(wait) = soonest.filter(|wait| *wait < IDLE) {
            self.look_again_in(wait);
        }
        Ok(leased)
    }

    /// What happened in a room between the moment at which it was read and that at which it counted as managed led to nothing.
    fn look_at_found_rooms(&self, ended: &[Ended]) {
        for seen in ended.iter().flat_map(|one| one.result.iter().flatten()) {
            let Seen::Room { room, again: true, .. } = seen else { continue };
            let (app, room) = (self.clone(), room.clone());
            tokio::spawn(async move {
                match app.compare_one(&room).await {
                    Ok(_) => app.drifted.notify_one(),
                    Err(error) => {
                        tracing::error!(%error, room.id = %room, "a room that was found again cannot be compared");
                    }
                }
            });
        }
    }

    /// One by one, so that a result which cannot be stored does not take the others with it.
    async fn store_apart(&self, ended: &[Ended]) {
        for one in ended {
            let Err(error) = self.try_turn(std::slice::from_ref(one), 0).await else { continue };
            // Done, and not stored: done again, every effect bears that.
            let leased = one.leased.clone();
            let failed = Ended { leased, effect: None, result: Err(Failure::soon(error.to_string())) };
            if let Err(error) = self.try_turn(&[failed], 0).await {
                // The lease runs out and the effect is tried again.
                tracing::error!(%error, effect.id = one.leased.id, "the result of an effect could not be stored");
            }
        }
    }

    #[tracing::instrument(name = "outbox.effect.attempt", skip_all, fields(effect.id = leased.id, effect.kind = %leased.kind))]
    async fn attempt(&self, leased: Stored) -> Ended {
        match serde_json::from_value::<Effect>(leased.payload.clone()) {
            Ok(effect) => {
                let result = self.guarded(&effect, &leased).await;
                if let (Effect::Act { action, .. }, Err(failure)) = (&effect, &result)
                    && failure.is_refusal()
                {
                    self.doubt(&action.place).await;
                }
                Ended { leased, effect: Some(effect), result }
            }
            Err(error) => Ended { leased, effect: None, result: Err(Failure::last(error.to_string())) },
        }
    }

    /// An effect that panics, or that ended the process again and again, must not hold its lane for ever.
    async fn guarded(&self, effect: &Effect, leased: &Stored) -> Result<Vec<Seen>, Failure> {
        if leased.attempts > PATIENT {
            return Err(Failure::last("the process ended again and again while it did this"));
        }
        let work = AssertUnwindSafe(self.perform(effect, leased)).catch_unwind();
        work.await.unwrap_or_else(|_| Err(Failure::soon("it panicked")))
    }

    /// Stores what came of one effect; gives the pause when it is to be tried again.
    async fn record(&self, writer: &mut Writer, one: &Ended) -> Result<Option<Duration>, Error> {
        match (&one.effect, &one.result) {
            (Some(effect), Ok(seen)) => {
                self.succeeded(writer, &one.leased, effect, seen).await.map(|()| None)
            }
            (_, Err(failure)) => self.failed(writer, &one.leased, failure).await,
            (None, Ok(_)) => Ok(None),
        }
    }

    async fn succeeded(
        &self,
        writer: &mut Writer,
        leased: &Stored,
        effect: &Effect,
        seen: &[Seen],
    ) -> Result<(), Error> {
        let now = self.context.clock.now();
        if !writer.effect_done(leased.id, &Value::Null, now.as_millisecond()).await? {
            // Somebody else did it while our lease ran out: theirs counts.
            return Ok(());
        }
        remember(writer, seen).await?;
        if let (false, Some(entry)) = (seen.contains(&Seen::Outdated), audit_of(effect, now)) {
            writer.append_audit(&entry).await?;
        }
        Ok(())
    }

    async fn failed(
        &self,
        writer: &mut Writer,
        leased: &Stored,
        failure: &Failure,
    ) -> Result<Option<Duration>, Error> {
        let now = self.context.clock.now_ms();
        match failure {
            Failure::Later { after, error, tries } if leased.attempts < *tries => {
                tracing::warn!(%error, attempts = leased.attempts, effect.id = leased.id, "an effect is tried again later");
                let wait = after.unwrap_or_default().max(backoff(leased.attempts));
                let next = now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
                writer.effect_retry(leased.id, next, error).await?;
                Ok(Some(wait))
            }
            Failure::Later { error, .. } | Failure::Final { error, .. } => {
                tracing::error!(%error, effect.id = leased.id, "an effect failed");
                writer.effect_failed(leased.id, error, now).await?;
                Ok(None)
            }
        }
    }

    /// Wakes the worker when a short pause ends, which is sooner than it looks by itself.
    fn look_again_in(&self, wait: Duration) {
        let app = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            app.effects_stored.notify_one();
        });
    }
}

/// A panic stays its own effect's; the lease runs out and it is tried again.
fn unbroken(ended: Result<Ended, JoinError>) -> Option<Ended> {
    ended.inspect_err(|error| tracing::error!(%error, "an effect broke off")).ok()
}

/// The pause after the n-th attempt: 0.25 s, doubling up to five minutes.
fn backoff(attempts: u32) -> Duration {
    Duration::from_millis(250 << attempts.saturating_sub(1).min(11)).min(Duration::from_secs(300))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_between_tries_grow_to_five_minutes() {
        let waits: Vec<u128> = [1, 2, 3, 11, 12, 30].map(|n| backoff(n).as_millis()).to_vec();
        assert_eq!(waits, [250, 500, 1000, 256_000, 300_000, 300_000]);
    }
}
