//! Whether somebody takes part at all on a day.

use jiff::{Unit, civil::Date};
use kring_core::member::Person;

use super::words::no;
use crate::{
    decision::Decision,
    policy::{Kind, Policy},
};

/// What a person is to the association on one day. Worked out once per person; [`Standing::within`] asks it for each
/// kind of group, because their grace periods differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// So many days ago they went missing from the administration; 0 on that day.
    removed: Option<i32>,
    /// So many days ago was the first day after their membership.
    ended: Option<i32>,
    /// The day on which the membership begins, where that is to come.
    begins: Option<Date>,
}

/// Why a person as such belongs nowhere now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoStanding {
    Removed,
    Ended,
    NotBegun(Date),
}

/// What the person is on `today`.
pub(crate) fn standing(person: &Person, today: Date) -> Standing {
    let days_since = |day: Date| day.until((Unit::Day, today)).map_or(i32::MAX, |span| span.get_days());
    // `until` is the last day of the membership; the grace period starts on the day after.
    let ended = person.member.until.filter(|last| *last < today);
    Standing {
        removed: person.removed_on.map(days_since),
        ended: ended.map(|last| days_since(last).saturating_sub(1)),
        begins: person.member.since.filter(|first| *first > today),
    }
}

impl Standing {
    /// Whether they take part where people stay `grace` days after they left.
    pub(crate) fn within(self, grace: u16) -> Result<(), NoStanding> {
        let over = |days: Option<i32>| days.is_some_and(|days| days >= i32::from(grace));
        match self {
            _ if over(self.removed) => Err(NoStanding::Removed),
            _ if over(self.ended) => Err(NoStanding::Ended),
            Self { begins: Some(first), .. } => Err(NoStanding::NotBegun(first)),
            _ => Ok(()),
        }
    }
}

/// Whether they take part in general, rather than in groups of one kind.
pub(super) fn takes_part(policy: &Policy, person: &Person, today: Date) -> bool {
    standing(person, today).within(policy.grace(None)).is_ok()
}

/// The refusal for somebody without standing, with the line of the grace period that is over.
pub(super) fn refusal(policy: &Policy, kind: Option<&Kind>, why: NoStanding) -> Decision {
    let over = |code| no(code).because(policy.rule(policy.grace_line(kind)));
    match why {
        NoStanding::Removed => over("removed-from-administration"),
        NoStanding::Ended => over("membership-ended"),
        NoStanding::NotBegun(date) => {
            no("membership-not-begun").with("date", date.strftime("%d-%m-%Y").to_string())
        }
    }
}
