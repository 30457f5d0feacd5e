//! The right to act, which ends by itself.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

/// The right of a leader to make requests: it ends unless it is renewed, so that a process that was paused and overtaken
/// makes none when it wakes up, before it has had the time to find out.
///
/// Both clocks have to agree: the monotonic one may stand still while a machine sleeps, the other may be set back.
#[derive(Debug, Default)]
pub struct Fence {
    until: Mutex<Option<(Instant, SystemTime)>>,
}

impl Fence {
    /// The right lasts until `term` after `since`, an instant that lies at most moments ago.
    pub fn renew(&self, since: Instant, term: Duration) {
        let left = term.saturating_sub(since.elapsed());
        let until = (Instant::now() + left, wall() + left);
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }

    /// The right ends now.
    pub fn end(&self) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether it holds at this moment.
    pub fn holds(&self) -> bool {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|(monotonic, wall)| Instant::now() < monotonic && self::wall() < wall)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a right ends by the machine's clocks, whatever a story's clock says"
)]
fn wall() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_ends_by_itself_and_at_once_when_told() {
        let fence = Fence::default();
        assert!(!fence.holds(), "nobody has given it yet");
        fence.renew(Instant::now(), Duration::from_secs(3600));
        assert!(fence.holds());
        fence.end();
        assert!(!fence.holds());
        let long_ago = Instant::now().checked_sub(Duration::from_secs(4));
        if let Some(long_ago) = long_ago {
            fence.renew(long_ago, Duration::from_secs(3));
            assert!(!fence.holds(), "it had ended before it was renewed");
        }
    }
}
