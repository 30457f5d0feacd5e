//! Tokens that confirm a question: for exactly what was asked, and for a quarter of an hour.
//!
//! A token follows from what is asked and from the time, so nothing has to be stored to know it again, and who only reads
//! can give one. It keeps a person from confirming something else than they read, or something of yesterday; it is no
//! secret and proves no right.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The time is counted in steps of so many seconds; a token belongs to the step in which it was given.
const STEP_S: i64 = 300;

/// A token is good in its own step and in so many after it: for 15 to 20 minutes.
const GOOD_STEPS: i64 = 3;

/// So long, in steps, a token that is too old is told from one for something else: a day.
const KNOWN_STEPS: i64 = 24 * 3_600 / STEP_S;

/// What somebody is asked to confirm, as a fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Asked(String);

/// What a token says about a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes, to this very question.
    Good,
    /// Yes to this very question, too long ago.
    Expired,
    /// It belongs to another question, or is no token.
    Another,
}

impl Asked {
    /// The question `what` (`apply`, `import`) about `parts`, whose order counts.
    pub fn about(what: &str, parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        };
        add(what.as_bytes());
        parts.into_iter().for_each(|part| add(part.as_ref()));
        Self(hex::encode(hash.finalize()))
    }

    /// The token to give back, when it is asked `now`: 12 characters.
    pub fn token(&self, now: Timestamp) -> String {
        self.in_step(step(now))
    }

    /// Until when that token is good; it is no longer at this instant.
    pub fn until(now: Timestamp) -> Timestamp {
        let end = (step(now) + 1 + GOOD_STEPS).saturating_mul(STEP_S);
        Timestamp::from_second(end).unwrap_or(Timestamp::MAX)
    }

    /// What `token` says `now`.
    pub fn answer(&self, token: &str, now: Timestamp) -> Answer {
        let now = step(now);
        let age = (0..=KNOWN_STEPS).find(|age| self.in_step(now - age) == token);
        match age {
            Some(0..=GOOD_STEPS) => Answer::Good,
            Some(_) => Answer::Expired,
            None => Answer::Another,
        }
    }

    /// The same for the same question, whenever it is asked.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn in_step(&self, step: i64) -> String {
        let digest = Sha256::digest(format!("kring confirm\n{}\n{step}", self.0));
        hex::encode(digest).chars().take(12).collect()
    }
}

fn step(now: Timestamp) -> i64 {
    now.as_second().div_euclid(STEP_S)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn later(at: Timestamp, seconds: i64) -> Timestamp {
        at + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn a_token_is_good_for_a_quarter_of_an_hour_and_until_the_instant_it_says() {
        let asked = Asked::about("apply", ["afdeling/zwolle", "@anna:example.org"]);
        for given in ["2026-07-01T10:00:00Z", "2026-07-01T10:02:30Z", "2026-07-01T10:04:59Z"].map(at) {
            let (token, until) = (asked.token(given), Asked::until(given));
            assert_eq!(until, at("2026-07-01T10:20:00Z"), "{given}");
            let answers = [given, later(given, 15 * 60), later(until, -1), until, later(until, 3_600)]
                .map(|now| asked.answer(&token, now));
            let (good, late) = (Answer::Good, Answer::Expired);
            assert_eq!(answers, [good, good, good, late, late], "{given}");
            assert_eq!(asked.answer(&token, later(until, 2 * 86_400)), Answer::Another, "long forgotten");
            assert_eq!(asked.answer(&token, later(given, -3_600)), Answer::Another, "of a time to come");
        }
    }

    #[test]
    fn a_token_is_for_one_question_only() {
        let now = at("2026-07-01T10:00:00Z");
        let asked = Asked::about("apply", ["a", "bc"]);
        let others = [
            Asked::about("import", ["a", "bc"]),
            Asked::about("apply", ["ab", "c"]),
            Asked::about("apply", ["bc", "a"]),
            Asked::about("apply", ["a"]),
        ];
        let token = asked.token(now);
        assert_eq!((token.len(), asked.answer(&token, now)), (12, Answer::Good));
        for other in others {
            assert_ne!(other.token(now), token);
            assert_eq!(other.answer(&token, now), Answer::Another);
        }
        for nonsense in ["", "ja", "12"] {
            assert_eq!(asked.answer(nonsense, now), Answer::Another);
        }
    }

    #[test]
    fn a_time_before_1970_and_the_end_of_time_have_tokens_too() {
        let asked = Asked::about("apply", ["a"]);
        for now in [Timestamp::MIN, at("1969-12-31T23:59:59Z"), Timestamp::MAX] {
            assert_eq!(asked.answer(&asked.token(now), now), Answer::Good);
            assert!(Asked::until(now) > now || now == Timestamp::MAX);
        }
    }
}
