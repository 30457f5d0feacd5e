//! What is said about a token that confirms.

use jiff::{Timestamp, tz::TimeZone};
use kring_core::confirm::Answer;

use crate::output::Output;

/// Says why the token that was given does not do; nothing where there was none.
pub(super) fn tell_stale(answer: Option<Answer>, out: &Output) {
    match answer {
        Some(Answer::Expired) => out.say("confirm-expired", &[]),
        Some(Answer::Another) => out.say("confirm-another", &[]),
        Some(Answer::Good) | None => {}
    }
}

/// The time of day in the association's zone: `10:20`.
pub(super) fn clock_time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_as_the_association_s_clocks_show_it() {
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        let told =
            ["2026-07-01T08:20:00Z", "2026-01-31T23:05:00Z"].map(|at| clock_time(at.parse().unwrap(), &zone));
        assert_eq!(told, ["10:20", "00:05"]);
    }
}
