//! What has to be done now and then, whatever happens.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use kring_policies::plan::{Action, Confirmation};
use tokio_util::sync::CancellationToken;

use crate::{App, Applied, Error, Progress, apply::BATCH};

/// How often the plan is looked at, which costs no request: memberships and grants end by the day and by the minute.
const SETTLE: Duration = Duration::from_secs(600);

/// The setting that remembers which mass removal the admins were told of.
const ASKED: &str = "removal-asked";

impl App {
    /// Until `stop`: settles at start, every ten minutes and when a room was read anew, and every `compare` also compares
    /// everything with the homeserver and clears what is older than `keep_days`.
    pub async fn serve_upkeep(&self, compare: Duration, keep_days: i64, stop: CancellationToken) {
        let mut compared = Instant::now();
        loop {
            let all = compared.elapsed() >= compare;
            let round =
                async { if all { self.upkeep(keep_days).await } else { self.settle().await.map(drop) } };
            let result = tokio::select! {
                result = round => result,
                () = stop.cancelled() => return,
            };
            if all {
                compared = Instant::now();
            }
            if let Err(error) = result {
                tracing::error!(%error, "upkeep failed");
            }
            tokio::select! {
                () = tokio::time::sleep(SETTLE) => {}
                () = self.drifted.notified() => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Compares, settles, and clears old rows.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn upkeep(&self, keep_days: i64) -> Result<(), Error> {
        let compared = self.compare().await?;
        let repairs = self.settle().await?;
        tracing::info!(rooms = compared.rooms, unreadable = compared.unreadable, repairs, "compared");
        let now = self.context.clock.now();
        let before = now.saturating_sub(SignedDuration::from_hours(24 * keep_days)).unwrap_or(now);
        self.sweep(before.as_millisecond()).await
    }

    async fn sweep(&self, before_ms: i64) -> Result<(), Error> {
        let mut writer = self.context.store.write().await?;
        writer.sweep_transactions(before_ms).await?;
        writer.sweep_effects(before_ms).await?;
        writer.commit().await?;
        let mut after = 0;
        loop {
            let mut writer = self.context.store.write().await?;
            let Some((last, _)) = writer.sweep_events(before_ms, after).await? else { return Ok(()) };
            writer.commit().await?;
            after = last;
        }
    }

    /// Reads the facts again and does what follows from them in rooms that exist. Rooms that are not there yet, and
    /// removals that somebody must confirm, wait for `apply`; of the latter the admins are told once, as of what only a
    /// person can put right. Needs a running [`App::serve_outbox`]; gives how many actions were carried out.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn settle(&self) -> Result<usize, Error> {
        let _turn = self.planning.lock().await;
        self.drained(BATCH, &|_| {}).await?;
        self.reload().await?;
        let plan = self.context.plan().await?.plan;
        self.follow_plan(&plan).await?;
        if let Some(question) = &plan.confirmation {
            self.ask_once(question).await?;
        }
        let waits = plan.confirmation.is_some();
        let mine = |action: &Action| action.room.is_some() && !(waits && action.counted_removal().is_some());
        let actions: Vec<Action> = plan.actions.into_iter().filter(mine).collect();
        let mut applied = Applied::default();
        if !actions.is_empty() {
            self.run(&actions, &mut applied, &Unseen).await?;
        }
        Ok(applied.done)
    }

    async fn ask_once(&self, question: &Confirmation) -> Result<(), Error> {
        let mut writer = self.context.store.write().await?;
        let asked = question.asked.as_str();
        if writer.setting(ASKED).await?.as_deref() != Some(asked) {
            writer.put_setting(ASKED, asked).await?;
            self.tell_admins(&mut writer, &question.text, asked).await?;
            writer.commit().await?;
            self.effects_stored.notify_one();
        }
        Ok(())
    }
}

/// Nobody watches.
struct Unseen;

impl Progress for Unseen {
    fn begins(&self, _actions: usize) {}

    fn done(&self, _actions: usize) {}
}
