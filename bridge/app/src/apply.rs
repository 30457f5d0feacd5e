//! Applying a plan: stage by stage through the outbox, planned again until nothing is left.

use std::{collections::HashSet, sync::Arc, time::Duration};

use kring_core::{
    audit::{Actor, AuditEntry},
    confirm::Answer,
    ids::PlaceKey,
};
use kring_policies::plan::{Action, Confirmation, Plan};
use ruma::OwnedUserId;

use crate::{
    App, Error,
    effect::{Effect, Origin},
};

/// Plans again at most so often: rooms first, then their people, then what showed on the way.
const ROUNDS: usize = 6;

/// The batch of everything that a plan enqueues.
pub(crate) const BATCH: &str = "apply";

/// How often somebody who waits for effects makes sure that they are still this process' own.
const STILL_LEADING: Duration = Duration::from_secs(5);

/// The stages of a plan, see [`Action::stage`].
const STAGES: u8 = 4;

/// Told how far it is; called often, so cheap.
pub trait Progress: Send + Sync {
    /// A round of `actions` actions begins.
    fn begins(&self, actions: usize);
    /// So many of them have been done or given up.
    fn done(&self, actions: usize);
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Actions that were carried out.
    pub done: usize,
    /// Actions that failed for good, with the reason; the rest was done all the same.
    pub failed: Vec<(String, String)>,
    /// Actions that the last plan still has: those that failed.
    pub left: usize,
}

/// Why nothing was applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The plan takes out so many people that somebody has to confirm the number.
    #[error("{}", .0.text.nl)]
    Unconfirmed(Box<Confirmation>),
    /// The store could not be read or written.
    #[error(transparent)]
    Error(#[from] Error),
}

impl App {
    /// Brings the homeserver to what is desired. `confirmed` is the token of a mass removal, which is good for a quarter of
    /// an hour.
    ///
    /// Needs a running [`App::serve_outbox`]. After a crash the next call goes on where this one stopped, since the plan
    /// is made from the mirror and effects that were stored are carried out first.
    ///
    /// # Errors
    ///
    /// [`ApplyError::Unconfirmed`] before anybody is taken out; when the store fails, with the outbox as it stands.
    pub async fn apply(
        &self,
        confirmed: Option<&str>,
        progress: &dyn Progress,
    ) -> Result<Applied, ApplyError> {
        let _turn = self.planning.lock().await;
        let mut applied = Applied::default();
        // What an interrupted run left is finished first, or the plan would ask for it a second time.
        self.drained(BATCH, &|_| {}).await?;
        let (mut before, mut agreed) = (Vec::new(), HashSet::new());
        for _ in 0..ROUNDS {
            let planned = self.context.plan().await.map_err(ApplyError::from)?;
            if let Some(question) = &planned.plan.confirmation {
                let removed = removed(&planned.plan);
                if agreed.is_empty() && self.is_answered(question, confirmed) {
                    self.note_confirmed(question).await?;
                    agreed.clone_from(&removed);
                }
                // What is left of a removal that was agreed to has another token, and needs no second yes.
                if !removed.is_subset(&agreed) {
                    return Err(ApplyError::Unconfirmed(Box::new(question.clone())));
                }
            }
            self.store_groups(&planned.snapshot.desired.new_groups).await?;
            self.reload().await?;
            applied.left = planned.plan.actions.len();
            if planned.plan.actions.is_empty() || planned.plan.actions == before {
                break;
            }
            self.run(&planned.plan.actions, &mut applied, progress).await?;
            before = planned.plan.actions;
        }
        Ok(applied)
    }

    fn is_answered(&self, question: &Confirmation, confirmed: Option<&str>) -> bool {
        let answer = |token| question.asked.answer(token, self.context.clock.now());
        confirmed.map(answer) == Some(Answer::Good)
    }

    /// That somebody said yes is written down before anybody is taken out.
    async fn note_confirmed(&self, question: &Confirmation) -> Result<(), Error> {
        let at = self.context.clock.now();
        let mut entry =
            AuditEntry::new(at, Actor::Operator, "confirm", &question.code, question.text.clone())
                .with_detail("removed", question.removed)
                .with_detail("of", question.of);
        entry.group.clone_from(&question.group);
        let mut writer = self.context.store.write().await?;
        writer.append_audit(&entry).await?;
        Ok(writer.commit().await?)
    }

    async fn store_groups(&self, groups: &[kring_core::group::GroupRecord]) -> Result<(), Error> {
        if groups.is_empty() {
            return Ok(());
        }
        let mut writer = self.context.store.write().await?;
        for group in groups {
            writer.put_group(group).await?;
        }
        Ok(writer.commit().await?)
    }

    /// Carries actions out, stage by stage; to be called by whoever holds `planning`.
    pub(crate) async fn run(
        &self,
        actions: &[Action],
        applied: &mut Applied,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let known = self.last_failure(BATCH).await?;
        progress.begins(actions.len());
        let mut tried = 0;
        let root = self.context.policy.root_place();
        let is_first = |action: &Action| action.stage == 0 && root.as_ref() == Some(&*action.place);
        for step in 0..=STAGES {
            // The root space goes before the other rooms: while they are filled, it says who may come in.
            let belongs = |action: &&Action| match step.checked_sub(1) {
                None => is_first(action),
                Some(stage) => action.stage == stage && !is_first(action),
            };
            let effects: Vec<Effect> = actions.iter().filter(belongs).map(planned_effect).collect();
            let stored = self.enqueue(&effects, Some(BATCH)).await?;
            self.drained(BATCH, &|pending| progress.done(tried + stored.saturating_sub(pending))).await?;
            tried += effects.len();
        }
        let failed = self.context.store.read().await?.failed_effects(Some(BATCH)).await?;
        let failed: Vec<_> = failed.into_iter().filter(|f| f.effect.id > known).collect();
        applied.done += tried.saturating_sub(failed.len());
        applied.failed =
            failed.into_iter().map(|f| (format!("{} {}", f.effect.kind, f.effect.lane), f.error)).collect();
        Ok(())
    }

    /// The newest failed effect there is, so that older failures are not told again.
    pub(crate) async fn last_failure(&self, batch: &str) -> Result<i64, Error> {
        let failed = self.context.store.read().await?.failed_effects(Some(batch)).await?;
        Ok(failed.iter().map(|f| f.effect.id).max().unwrap_or_default())
    }

    /// Waits until no effect of `batch` is pending, telling how many are.
    pub(crate) async fn drained(
        &self,
        batch: &str,
        tell: &(dyn Fn(usize) + Send + Sync),
    ) -> Result<(), Error> {
        let mut finished = self.effects_finished.subscribe();
        self.effects_stored.notify_one();
        loop {
            finished.borrow_and_update();
            let pending = self.context.store.read().await?.pending_effects(Some(batch)).await?;
            let pending = usize::try_from(pending).unwrap_or_default();
            tell(pending);
            if pending == 0 {
                return Ok(());
            }
            match tokio::time::timeout(STILL_LEADING, finished.changed()).await {
                Ok(Ok(())) => {}
                // The sender lives as long as we do.
                Ok(Err(_)) => return Ok(()),
                // Whoever leads now finishes them, and tells nobody here.
                Err(_) => drop(self.context.store.write().await?),
            }
        }
    }
}

/// Who goes and is counted, and from where.
fn removed(plan: &Plan) -> HashSet<(Arc<PlaceKey>, OwnedUserId)> {
    let gone = |action: &Action| Some((Arc::clone(&action.place), action.counted_removal()?.clone()));
    plan.actions.iter().filter_map(gone).collect()
}

fn planned_effect(action: &Action) -> Effect {
    Effect::Act { action: action.clone(), origin: Origin::Plan }
}
