//! What is still to be done, and what was given up: how far Kring is behind.

use std::time::Duration;

use kring_store::Backlog;

use crate::{Context, Error};

/// How far Kring is behind, as the store knows it: the same whichever process asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrears {
    /// Events of the homeserver that are to be handled.
    pub events: Waiting,
    /// Effects that are to be brought about.
    pub effects: Waiting,
}

/// How much of one kind waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub waiting: u64,
    /// How long ago the oldest of them came; `None` when nothing waits. An effect may wait on purpose: for a time that the
    /// homeserver named, or because the loop guard has patience.
    pub oldest: Option<Duration>,
    /// How many were given up, and wait for somebody who looks at them.
    pub given_up: u64,
}

impl Context {
    /// How far Kring is behind now.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn arrears(&self) -> Result<Arrears, Error> {
        let events = self.store.backlog().await?;
        let effects = self.store.read().await?.outbox_backlog().await?;
        let now = self.clock.now_ms();
        Ok(Arrears { events: waiting(&events, now), effects: waiting(&effects, now) })
    }
}

/// A clock that was set back makes nothing older than new.
fn waiting(backlog: &Backlog, now_ms: i64) -> Waiting {
    let age = |came: i64| Duration::from_millis(u64::try_from(now_ms.saturating_sub(came)).unwrap_or(0));
    Waiting { waiting: backlog.pending, oldest: backlog.oldest_ms.map(age), given_up: backlog.dead }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_counts_from_when_the_oldest_came_and_is_never_negative() {
        let at = |now_ms| waiting(&Backlog { pending: 2, oldest_ms: Some(1_000), dead: 1 }, now_ms);
        let expected = Waiting { waiting: 2, oldest: Some(Duration::from_millis(1_500)), given_up: 1 };
        assert_eq!(at(2_500), expected);
        assert_eq!(at(999).oldest, Some(Duration::ZERO));
        assert_eq!(waiting(&Backlog::default(), 2_500), Waiting::default());
    }
}
