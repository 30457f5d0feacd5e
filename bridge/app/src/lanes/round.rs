//! A round: the events of many rooms in one transaction.

use std::{
    collections::VecDeque,
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use kring_store::{LeasedEvent, Writer};

use crate::{App, Error, react::Reaction};

/// Nobody else stores anything while a round is at work, so it ends soon.
const SLICE: Duration = Duration::from_millis(15);

/// A round that takes so long hangs in one of its rooms.
const LONGEST: Duration = Duration::from_secs(5);

/// Events of one room in one round.
const FOLLOWERS: u32 = 63;

impl App {
    /// Handles rooms from the front of `waiting`; those that it had to leave undone are handed back.
    pub(super) async fn round(&self, waiting: &mut VecDeque<LeasedEvent>) -> Vec<LeasedEvent> {
        let mut taken = Vec::new();
        let work = AssertUnwindSafe(self.try_round(waiting, &mut taken)).catch_unwind();
        let problem = match tokio::time::timeout(LONGEST, work).await {
            Ok(Ok(Ok(reaction))) => {
                self.touched.add(taken.into_iter().map(|head| head.room_id));
                self.after(reaction).await;
                return Vec::new();
            }
            Ok(Ok(Err(error))) => {
                if error.heals() {
                    // Where the connection was cut in that very moment, all of it may be stored.
                    self.reload_surely().await;
                }
                error.to_string()
            }
            Ok(Err(_)) => "a handler panicked".to_owned(),
            Err(_) => "a handler takes too long".to_owned(),
        };
        tracing::warn!(error = %problem, rooms = taken.len(), "rooms are handled apart");
        taken
    }

    async fn try_round(
        &self,
        waiting: &mut VecDeque<LeasedEvent>,
        taken: &mut Vec<LeasedEvent>,
    ) -> Result<Reaction, Error> {
        let start = Instant::now();
        let mut writer = self.context.store.write_behind().await?;
        let (mut all, mut done) = (Reaction::default(), Vec::new());
        while let Some(head) = waiting.pop_front() {
            taken.push(head.clone());
            let followers = writer.followers(&head, FOLLOWERS).await?;
            for event in std::iter::once(&head).chain(&followers) {
                all = all.and(self.react(&mut writer, event).await?);
                done.push(event.seq);
                // The next event has to see what this one changed.
                if all.changed_facts {
                    break;
                }
            }
            if all.changed_facts || start.elapsed() >= SLICE {
                break;
            }
        }
        self.finish(&mut writer, &done).await?;
        writer.commit().await?;
        Ok(all)
    }

    /// All of them count as handled, unless somebody else has handled one while our lease ran out: then the round is taken
    /// back, and each room looks for itself.
    async fn finish(&self, writer: &mut Writer, done: &[i64]) -> Result<(), Error> {
        if writer.events_done(done).await? == done.len() { Ok(()) } else { Err(Error::Overtaken) }
    }

    /// What follows once the changes stand.
    pub(super) async fn after(&self, reaction: Reaction) {
        if reaction.enqueued {
            self.effects_stored.notify_one();
        }
        if reaction.changed_facts {
            self.reload_surely().await;
        }
    }
}
