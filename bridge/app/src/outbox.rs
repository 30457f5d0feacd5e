//! The outbox: effects are stored before anything is asked of the homeserver, and carried out by its worker.

mod worker;

use kring_store::NewEffect;

use crate::{App, Error, effect::Effect};

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
