//! What a test can make go wrong.

use std::time::Duration;

/// Turned by a test; each `…_next` counts down by itself.
#[derive(Debug, Clone, Default)]
pub struct Knobs {
    /// Only requests whose kind contains this are touched by the knobs down to [`Knobs::slow_ms`]; empty for all.
    pub only: String,
    /// Of those, only requests whose path and query contain this, percent-encoded as they came; empty for all.
    pub only_address: String,
    /// Let the next so many requests pass and hold every later one, until [`FakeHomeserver::thaw`]; `None` holds none.
    ///
    /// [`FakeHomeserver::thaw`]: super::FakeHomeserver::thaw
    pub freeze_after: Option<u32>,
    /// Whether a held request is carried out first, so that only its answer is held.
    pub freeze_answers: bool,
    /// Answer the next so many requests with 403 `M_FORBIDDEN`, unhandled.
    pub refuse_next: u32,
    /// Answer the next so many requests with 429 and [`Knobs::retry_after_ms`].
    pub rate_limit_next: u32,
    /// What a 429 asks to wait, in milliseconds.
    pub retry_after_ms: u64,
    /// Answer the next so many requests with 500, unhandled.
    pub fail_next: u32,
    /// Cut the connection on the next so many requests, unhandled.
    pub drop_next: u32,
    /// Handle the next so many requests and cut the connection instead of answering.
    pub lose_answer_next: u32,
    /// Answer so many milliseconds after a request was handled, whatever the answer is.
    pub slow_ms: u64,
    /// Make the next so many rooms without their alias and answer 500, as a homeserver that dies between the two.
    pub create_without_alias_next: u32,
    /// Treat the next so many acknowledged transactions as if the acknowledgement had been lost.
    pub lose_ack_next: u32,
    /// Deliver the next so many transactions twice at once.
    pub deliver_twice_next: u32,
    /// Send ephemeral data and news of devices along with the next so many transactions; a retry lacks them.
    pub extras_next: u32,
    /// Stop delivering transactions until it is false again (set it and then call `advance`).
    pub hold_transactions: bool,
}

/// What is to happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Handle,
    RateLimit(u64),
    Fail,
    Refuse,
    Drop,
    LoseAnswer,
    Hold { handled: bool },
}

impl Knobs {
    /// How long the answer to a request is to be kept back.
    pub(super) fn pause(&self, kind: &str, address: &str) -> Duration {
        Duration::from_millis(if self.touch(kind, address) { self.slow_ms } else { 0 })
    }

    fn touch(&self, kind: &str, address: &str) -> bool {
        kind.contains(&self.only) && address.contains(&self.only_address)
    }

    /// Decides on a request and counts the knob down.
    pub(super) fn fate(&mut self, kind: &str, address: &str) -> Fate {
        if !self.touch(kind, address) {
            return Fate::Handle;
        }
        match &mut self.freeze_after {
            Some(0) => return Fate::Hold { handled: self.freeze_answers },
            Some(left) => *left -= 1,
            None => {}
        }
        if take(&mut self.refuse_next) {
            return Fate::Refuse;
        }
        if take(&mut self.rate_limit_next) {
            return Fate::RateLimit(self.retry_after_ms);
        }
        if take(&mut self.fail_next) {
            return Fate::Fail;
        }
        if take(&mut self.drop_next) {
            return Fate::Drop;
        }
        if take(&mut self.lose_answer_next) { Fate::LoseAnswer } else { Fate::Handle }
    }
}

/// Counts down; whether there was something to count.
pub(super) fn take(counter: &mut u32) -> bool {
    let any = *counter > 0;
    *counter = counter.saturating_sub(1);
    any
}
