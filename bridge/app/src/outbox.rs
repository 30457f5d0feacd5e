//! The outbox: effects are stored before anything is asked of the homeserver, and carried out by its worker.

mod worker;

use kring_store::NewEffect;
use sha2::{Digest as _, Sha256};

use crate::{App, Error, effect::Effect};

impl App {
    /// Stores effects that nobody's event asked for and wakes the worker; returns how many are new.
    ///
    /// # Errors
    ///
    /// When the store cannot be written; none is stored then.
    pub async fn enqueue(&self, effects: &[Effect], batch: Option<&str>) -> Result<usize, Error> {
        let mut writer = self.context.store.write().await?;
        let (mut stored, chance) = (0, rand::random::<u128>());
        for (n, effect) in effects.iter().enumerate() {
            let row = new_effect(effect, &format!("{chance:032x}.{n}"), batch, self.context.clock.now_ms())?;
            stored += usize::from(writer.enqueue(&row).await?.is_some());
        }
        writer.commit().await?;
        self.effects_stored.notify_one();
        Ok(stored)
    }
}

/// The row of an effect. Its client transaction id follows from `cause`, the id of the event that asked for it or something
/// else that happens once: whatever handles the same cause again, be it after a backup was restored, asks for the same.
pub(crate) fn new_effect(
    effect: &Effect,
    cause: &str,
    batch: Option<&str>,
    now_ms: i64,
) -> Result<NewEffect, Error> {
    Ok(NewEffect {
        lane: effect.lane(),
        dedupe_key: effect.dedupe_key(),
        kind: effect.kind().to_owned(),
        payload: serde_json::to_value(effect)?,
        txn_id: txn_id(effect, cause)?,
        not_before_ms: now_ms,
        batch: batch.map(str::to_owned),
        created_at_ms: now_ms,
    })
}

fn txn_id(effect: &Effect, cause: &str) -> Result<String, Error> {
    let mut hash = Sha256::new();
    for part in [cause, &effect.lane(), effect.kind(), &effect.what()?] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    Ok(format!("kring.{}", hex::encode(digest.get(..16).unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Effect {
        Effect::Notify { room: "!a:kring.test".try_into().unwrap(), text: text.into() }
    }

    #[test]
    fn the_same_cause_asks_for_the_same_and_another_for_something_else() {
        let id = |effect: &Effect, cause| new_effect(effect, cause, None, 7).unwrap().txn_id;
        let first = id(&said("Hallo"), "$1");
        assert_eq!(first, "kring.2ee58b97512bf6c227e96c432c002fe1");
        assert_eq!(new_effect(&said("Hallo"), "$1", Some("apply"), 9).unwrap().txn_id, first);
        assert_ne!(id(&said("Hallo"), "$2"), first);
        assert_ne!(id(&said("Dag"), "$1"), first);
    }
}
