//! What has to be done now and then, whatever happens.

use std::time::Duration;

use jiff::SignedDuration;
use kring_policies::plan::{Action, ActionKind};
use tokio_util::sync::CancellationToken;

use crate::{
    App, Error,
    effect::{Effect, Origin},
};

impl App {
    /// Until `stop`: compares everything with the homeserver `every` so often and repairs what events missed, ends
    /// grants whose time has come, and clears what is older than `keep_days`.
    pub async fn serve_upkeep(&self, every: Duration, keep_days: i64, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = stop.cancelled() => return,
            }
            if let Err(error) = self.upkeep(keep_days).await {
                tracing::error!(%error, "upkeep failed");
            }
        }
    }

    /// One round of [`App::serve_upkeep`].
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn upkeep(&self, keep_days: i64) -> Result<(), Error> {
        self.reload().await?;
        let compared = self.compare().await?;
        let repairs = self.enqueue_repairs().await?;
        tracing::info!(rooms = compared.rooms, unreadable = compared.unreadable, repairs, "compared");
        let now = self.context.clock.now();
        let before = now.saturating_sub(SignedDuration::from_hours(24 * keep_days)).unwrap_or(now);
        let mut writer = self.context.store.write().await?;
        writer.sweep_events(before.as_millisecond()).await?;
        writer.sweep_effects(before.as_millisecond()).await?;
        Ok(writer.commit().await?)
    }

    /// What drifted in rooms that exist. Rooms that are not there yet, and removals that somebody must confirm, wait
    /// for `apply`.
    async fn enqueue_repairs(&self) -> Result<usize, Error> {
        let plan = self.context.plan().await?.plan;
        for alarm in &plan.alarms {
            tracing::error!(place = %alarm.place, policy.code = %alarm.code, "a room needs a person's attention");
        }
        let waits = plan.confirmation.is_some();
        let mine = |action: &&Action| {
            action.room.is_some() && !(waits && matches!(action.kind, ActionKind::Remove { .. }))
        };
        let effect = |action: &Action| Effect::Act { action: action.clone(), origin: Origin::Plan };
        let effects: Vec<Effect> = plan.actions.iter().filter(mine).map(effect).collect();
        self.enqueue(&effects, None).await
    }
}
