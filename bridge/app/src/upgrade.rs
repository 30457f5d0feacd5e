//! Giving a group another room: for a newer room version, or because something cannot be taken back in the one it has.

use kring_core::ids::PlaceKey;
use kring_policies::{
    decide::decide,
    decision::Decision,
    facts::{Actor, Facts, GroupFacts, Request},
    plan::new_room,
};
use ruma::OwnedRoomId;

use crate::{App, Applied, ApplyError, Error, Progress, apply::BATCH, context::Planned, effect::Effect};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgraded {
    /// The room that people were in.
    pub from: OwnedRoomId,
    /// The room that took over.
    pub to: OwnedRoomId,
    /// What followed: who belongs in it, where it hangs.
    pub applied: Applied,
}

/// Why it did not come to that.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// The policy refuses it, with the reason and the next step.
    #[error("{}", .0.text().nl)]
    Refused(Box<Decision>),
    /// There is no such group, or it has no room yet.
    #[error("{0} has no room")]
    NoRoom(Box<PlaceKey>),
    /// The homeserver did not do it; the old room is still the group's, and the same command goes on where this stopped.
    #[error("{0}")]
    Failed(String),
    /// The new room is there; what follows from it needs a confirmation or failed, and `apply` goes on with it.
    #[error(transparent)]
    Unfinished(#[from] ApplyError),
    /// The store failed.
    #[error(transparent)]
    Error(#[from] Error),
}

impl App {
    /// Gives `place` another room on behalf of `actor`, brings everybody who belongs into it and hangs it where the old one
    /// hung. Needs a running [`App::serve_outbox`]. May be repeated: an interrupted one is gone on with.
    ///
    /// # Errors
    ///
    /// See [`UpgradeError`].
    pub async fn upgrade(
        &self,
        place: &PlaceKey,
        actor: Actor<'_>,
        progress: &dyn Progress,
    ) -> Result<Upgraded, UpgradeError> {
        let from = self.replace_room(place, actor).await?;
        let to = self
            .context
            .store
            .read()
            .await
            .map_err(Error::from)?
            .room_of(place)
            .await
            .map_err(Error::from)?;
        let to = to.ok_or_else(|| UpgradeError::NoRoom(Box::new(place.clone())))?;
        let applied = self.apply(None, progress).await?;
        Ok(Upgraded { from, to, applied })
    }

    async fn replace_room(&self, place: &PlaceKey, actor: Actor<'_>) -> Result<OwnedRoomId, UpgradeError> {
        let _turn = self.planning.lock().await;
        let no_room = || UpgradeError::NoRoom(Box::new(place.clone()));
        let Planned { snapshot, mirror, .. } = self.context.plan().await?;
        let wanted = snapshot.desired.place(place).ok_or_else(no_room)?;
        let room = mirror.rooms.iter().find(|room| room.place.as_ref() == Some(place)).ok_or_else(no_room)?;
        let facts = Facts {
            actor,
            group: snapshot.desired.group(&place.group).map(GroupFacts::new),
            grants: &snapshot.world.grants,
            ..Facts::at(snapshot.world.today, snapshot.world.now)
        };
        let decision = decide(&self.context.policy, &facts, &Request::UpgradeRoom);
        if !decision.allowed {
            return Err(UpgradeError::Refused(Box::new(decision)));
        }
        let new = new_room(&self.context.policy, &snapshot.world, &snapshot.desired, &mirror, wanted);
        let from = room.room_id.clone();
        let effect = Effect::Upgrade { place: place.clone(), from: from.clone(), new: Box::new(new) };
        let known = self.last_failure(BATCH).await?;
        self.enqueue(&[effect], Some(BATCH)).await?;
        self.drained(BATCH, &|_| {}).await?;
        let mut reader = self.context.store.read().await.map_err(Error::from)?;
        let failed = reader.failed_effects(Some(BATCH)).await.map_err(Error::from)?;
        match failed.into_iter().find(|failed| failed.effect.id > known && failed.effect.kind == "upgrade") {
            Some(failed) => Err(UpgradeError::Failed(failed.error)),
            None => Ok(from),
        }
    }
}
