//! The bridge never fights a person in a loop: the more often it had to repair the same thing, the longer it
//! waits, and soon it tells the admins.

use jiff::SignedDuration;

/// Repairs older than this no longer count.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// So many repairs of one person's doings in one room come at once; then the pauses begin.
const AT_ONCE: u32 = 3;

/// Taking out somebody who does not belong waits no longer than this: they would be inside meanwhile.
pub const LONGEST_REMOVAL: SignedDuration = SignedDuration::from_mins(1);

const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// What to do about the next repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long to wait first.
    pub wait: SignedDuration,
    /// Whether the admins are to be told: once, when the pauses begin.
    pub alarm: bool,
}

/// The patience for a repair that follows `earlier` others in the [`WINDOW`].
///
/// At once for the first three, then 5 s, 10 s, 20 s … up to an hour.
pub fn patience(earlier: u32) -> Patience {
    if earlier < AT_ONCE {
        return Patience { wait: SignedDuration::ZERO, alarm: false };
    }
    let doublings = (earlier - AT_ONCE).min(12);
    let wait = SignedDuration::from_secs(5 << doublings).min(LONGEST);
    Patience { wait, alarm: earlier == AT_ONCE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_repairs_come_at_once_and_then_the_pauses_grow() {
        let waits: Vec<i64> = (0..7).map(|n| patience(n).wait.as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 5, 10, 20, 40]);
        assert_eq!(patience(u32::MAX).wait, LONGEST);
    }

    #[test]
    fn the_admins_are_told_once() {
        let alarms: Vec<u32> = (0..50).filter(|n| patience(*n).alarm).collect();
        assert_eq!(alarms, [3]);
    }
}
