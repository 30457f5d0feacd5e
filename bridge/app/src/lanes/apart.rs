//! A room of its own: one event in one transaction, with patience.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use kring_store::LeasedEvent;

use crate::{App, Error, react::Reaction};

/// How long one handling may take: it must end before the lease does, or somebody else begins with the same room.
const LONGEST: Duration = Duration::from_secs(45);

/// So many tries before an event goes to the dead letters.
const TRIES: u32 = 8;

/// Why an event could not be handled.
struct Trouble {
    problem: String,
    kind: Kind,
}

enum Kind {
    /// It was the store, which will answer again.
    Heals,
    /// No try will ever do.
    Hopeless,
    Other,
}

impl Kind {
    fn of(error: &Error) -> Self {
        match error {
            Error::Unreadable => Self::Hopeless,
            error if error.heals() => Self::Heals,
            _ => Self::Other,
        }
    }
}

impl App {
    /// Handles the head of a room alone.
    #[tracing::instrument(name = "lane.event.handle", skip_all, fields(event.id = %head.event_id, room.id = %head.room_id))]
    pub(super) async fn handle_apart(&self, head: &LeasedEvent) {
        if let Err(error) = self.try_apart(head).await {
            // The lease runs out and the event is tried again.
            tracing::error!(%error, "an event could not even be put aside");
        }
    }

    async fn try_apart(&self, head: &LeasedEvent) -> Result<(), Error> {
        if head.attempts >= TRIES {
            return self.give_up(head, head.attempts, "the process ended while it handled this event").await;
        }
        match self.handle(head).await {
            Ok(reaction) => {
                self.touched.add([head.room_id.clone()]);
                self.after(reaction).await;
                Ok(())
            }
            Err(Trouble { kind: Kind::Heals, problem }) => self.give_back(head, &problem).await,
            Err(Trouble { kind: Kind::Hopeless, problem }) => {
                self.give_up(head, head.attempts + 1, &problem).await
            }
            Err(Trouble { kind: Kind::Other, problem }) => self.put_aside(head, &problem).await,
        }
    }

    /// A handler that panics or hangs must not take the other rooms with it.
    async fn handle(&self, head: &LeasedEvent) -> Result<Reaction, Trouble> {
        let work = AssertUnwindSafe(self.transaction(head)).catch_unwind();
        let (problem, kind) = match tokio::time::timeout(LONGEST, work).await {
            Ok(Ok(Ok(reaction))) => return Ok(reaction),
            Ok(Ok(Err(error))) => (error.to_string(), Kind::of(&error)),
            Ok(Err(_)) => ("the handler panicked".to_owned(), Kind::Other),
            Err(_) => (format!("handling it took more than {} seconds", LONGEST.as_secs()), Kind::Other),
        };
        Err(Trouble { problem, kind })
    }

    async fn transaction(&self, head: &LeasedEvent) -> Result<Reaction, Error> {
        let mut writer = self.context.store.write().await?;
        let reaction = self.react(&mut writer, head).await?;
        if writer.events_done(&[head.seq]).await? == 0 {
            // Somebody else handled it while our lease ran out: theirs counts.
            return Ok(Reaction::default());
        }
        writer.commit().await?;
        Ok(reaction)
    }

    /// The store did not answer, for which the event is not to blame: it is tried again soon, and that does not count.
    async fn give_back(&self, head: &LeasedEvent, problem: &str) -> Result<(), Error> {
        tracing::warn!(error = %problem, "the store does not answer; an event waits");
        // Where the connection was cut in that very moment, all of it may be stored.
        self.reload_surely().await;
        let mut writer = self.context.store.write().await?;
        writer.give_event_back(head.seq).await?;
        Ok(writer.commit().await?)
    }

    /// Tries the event again later, or gives it up.
    async fn put_aside(&self, head: &LeasedEvent, problem: &str) -> Result<(), Error> {
        if head.attempts + 1 >= TRIES {
            return self.give_up(head, head.attempts + 1, problem).await;
        }
        tracing::warn!(error = %problem, attempts = head.attempts, "an event is handled again later");
        let mut writer = self.context.store.write().await?;
        let next = self.context.clock.now_ms().saturating_add(2000 << head.attempts.min(7));
        writer.event_retry(head.seq, next, problem).await?;
        Ok(writer.commit().await?)
    }

    async fn give_up(&self, head: &LeasedEvent, tries: u32, problem: &str) -> Result<(), Error> {
        tracing::error!(error = %problem, "an event goes to the dead letters");
        let mut writer = self.context.store.write().await?;
        writer.event_dead(head.seq, tries, problem).await?;
        Ok(writer.commit().await?)
    }
}
