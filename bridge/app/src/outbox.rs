//! The worker of the outbox: up to ten lanes at once, each effect retried on its own.

use std::time::Duration;

use kring_store::{Effect as Stored, NewEffect};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    App, Error,
    effect::Effect,
    perform::{Failure, Seen, remember},
    react::audit_of,
};

/// Synapse lets one application service change this many memberships at once.
const WIDTH: usize = 10;

/// How long an effect may take before another process may try it. Longer than any request.
const LEASE_MS: i64 = 120_000;

/// How often to look when nothing wakes us.
const IDLE: Duration = Duration::from_secs(5);

impl App {
    /// Stores effects and wakes the worker; returns how many are new.
    ///
    /// # Errors
    ///
    /// When the store cannot be written; none is stored then.
    pub async fn enqueue(&self, effects: &[Effect], batch: Option<&str>) -> Result<usize, Error> {
        let mut writer = self.context.store.write().await?;
        let mut stored = 0;
        for effect in effects {
            let row = new_effect(effect, batch, self.context.clock.now_ms())?;
            stored += usize::from(writer.enqueue(&row).await?.is_some());
        }
        writer.commit().await?;
        self.effects_stored.notify_one();
        Ok(stored)
    }

    /// Carries out effects until `stop`; then lets the running ones finish.
    pub async fn serve_outbox(&self, stop: CancellationToken) {
        // Tasks of their own: an effect that holds the one writer must go on while this loop waits for it.
        let mut running = JoinSet::new();
        loop {
            let free = WIDTH.saturating_sub(running.len());
            let leased = if free > 0 && !stop.is_cancelled() { self.lease(free).await } else { Vec::new() };
            for effect in leased {
                let app = self.clone();
                running.spawn(async move { app.handle(effect).await });
            }
            if stop.is_cancelled() && running.is_empty() {
                return;
            }
            tokio::select! {
                Some(ended) = running.join_next(), if !running.is_empty() => tell_panic(ended),
                () = self.effects_stored.notified(), if running.len() < WIDTH => {}
                () = tokio::time::sleep(IDLE) => {}
                () = stop.cancelled(), if !stop.is_cancelled() => {}
            }
        }
    }

    async fn lease(&self, lanes: usize) -> Vec<Stored> {
        match self.try_lease(lanes).await {
            Ok(leased) => leased,
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                Vec::new()
            }
        }
    }

    async fn try_lease(&self, lanes: usize) -> Result<Vec<Stored>, Error> {
        let lanes = u32::try_from(lanes).unwrap_or(1);
        let mut writer = self.context.store.write().await?;
        let leased = writer.lease_effects(self.context.clock.now_ms(), LEASE_MS, &self.owner, lanes).await?;
        writer.commit().await?;
        Ok(leased)
    }

    #[tracing::instrument(name = "outbox.effect.handle", skip_all, fields(effect.id = leased.id, effect.kind = %leased.kind))]
    async fn handle(&self, leased: Stored) {
        let result = match serde_json::from_value::<Effect>(leased.payload.clone()) {
            Ok(effect) => match self.perform(&effect, &leased.txn_id, leased.attempts).await {
                Ok(seen) => match self.succeeded(&leased, &effect, &seen).await {
                    // Done, and not stored: done again, every effect bears that.
                    Err(error) => self.failed(&leased, Failure::soon(error.to_string())).await,
                    stored => stored,
                },
                Err(failure) => self.failed(&leased, failure).await,
            },
            Err(error) => self.failed(&leased, Failure::Final { error: error.to_string() }).await,
        };
        if let Err(error) = result {
            // The lease runs out and the effect is tried again.
            tracing::error!(%error, "the result of an effect could not be stored");
        }
        self.effects_finished.send_modify(|count| *count += 1);
    }

    async fn succeeded(&self, leased: &Stored, effect: &Effect, seen: &[Seen]) -> Result<(), Error> {
        let mut writer = self.context.store.write().await?;
        remember(&mut writer, seen).await?;
        if let Some(entry) = audit_of(effect, self.context.clock.now()) {
            writer.append_audit(&entry).await?;
        }
        let now = self.context.clock.now_ms();
        if !writer.effect_done(leased.id, &serde_json::Value::Null, now).await? {
            // Somebody else did it while our lease ran out: theirs counts.
            return Ok(());
        }
        writer.commit().await?;
        Ok(())
    }

    async fn failed(&self, leased: &Stored, failure: Failure) -> Result<(), Error> {
        let now = self.context.clock.now_ms();
        let mut writer = self.context.store.write().await?;
        match failure {
            Failure::Later { after, error, tries } if leased.attempts < tries => {
                tracing::warn!(%error, attempts = leased.attempts, "an effect is tried again later");
                let wait = after.unwrap_or_default().max(backoff(leased.attempts));
                let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                writer.effect_retry(leased.id, now.saturating_add(wait), &error).await?;
            }
            Failure::Later { error, .. } | Failure::Final { error } => {
                tracing::error!(%error, "an effect failed");
                writer.effect_failed(leased.id, &error, now).await?;
            }
        }
        writer.commit().await?;
        Ok(())
    }
}

/// A panic stays its own effect's; the lease runs out and it is tried again.
fn tell_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "an effect broke off");
    }
}

/// The pause after the n-th attempt: 0.25 s, doubling up to five minutes.
fn backoff(attempts: u32) -> Duration {
    Duration::from_millis(250 << attempts.saturating_sub(1).min(11)).min(Duration::from_secs(300))
}

pub(crate) fn new_effect(effect: &Effect, batch: Option<&str>, now_ms: i64) -> Result<NewEffect, Error> {
    Ok(NewEffect {
        lane: effect.lane(),
        dedupe_key: effect.dedupe_key(),
        kind: effect.kind().to_owned(),
        payload: serde_json::to_value(effect)?,
        txn_id: format!("kring.{:032x}", rand::random::<u128>()),
        not_before_ms: now_ms,
        batch: batch.map(str::to_owned),
        created_at_ms: now_ms,
    })
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
