//! What a group is at one moment: its own settings within the bounds of its kind, and whether it has ended.

use jiff::{ToSpan, civil::Date};
use kring_core::{
    group::{GroupRecord, JoinWish},
    ids::UserType,
};

use super::{Afterwards, Ending, EndsWhen, Kind, Origin, Policy};

/// Whether a group is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It is.
    Open,
    /// It has ended by itself, and its people still read it. With the line that says so.
    ReadOnly(u32),
    /// It has ended by itself, and nobody is in it. With the line that says so.
    Ended(u32),
    /// Somebody closed it.
    Archived,
}

impl Policy {
    /// The types a group admits now: its own setting within the policy's bounds, else the default.
    pub fn admits<'a>(
        &'a self,
        kind: &'a Kind,
        group: Option<&'a GroupRecord>,
        user_type: &UserType,
    ) -> bool {
        match group.and_then(|g| g.settings.admits.as_ref()) {
            Some(set) => set.contains(user_type) && kind.may_admit.contains(user_type),
            None => kind.admits.contains(user_type),
        }
    }
}

impl Kind {
    /// Whether the group is in use on `today`.
    pub fn phase(&self, group: &GroupRecord, today: Date) -> Phase {
        if group.archived {
            return Phase::Archived;
        }
        let by_policy =
            self.ends.filter(|ends| last_day(*ends, self, group).is_some_and(|last| last < today));
        if let Some(ends) = by_policy {
            return match ends.then {
                Afterwards::ReadOnly => Phase::ReadOnly(ends.line),
                Afterwards::Closed => Phase::Ended(ends.line),
            };
        }
        let own = self.settings.end_within_days.and(group.settings.ends_on);
        if own.is_some_and(|last| last < today) { Phase::ReadOnly(self.lines.settings) } else { Phase::Open }
    }

    /// Whether only admins and writers write.
    pub fn is_read_only(&self, group: &GroupRecord) -> bool {
        group.settings.read_only.filter(|_| self.settings.read_only).unwrap_or(self.read_only)
    }

    /// How somebody comes in.
    pub fn join_of(&self, group: &GroupRecord) -> JoinWish {
        group.settings.join.filter(|join| self.settings.join.contains(join)).unwrap_or(self.join)
    }
}

/// The last day on which the group is used, by its kind.
fn last_day(ends: Ending, kind: &Kind, group: &GroupRecord) -> Option<Date> {
    match (ends.when, &kind.origin) {
        (EndsWhen::On(day), _) => Some(day),
        (EndsWhen::DaysAfterValue(days), Origin::ForEach { attribute, .. }) => {
            let value = group.values.get(attribute)?;
            let date: Date = value.get(..10)?.parse().ok()?;
            date.checked_add(i64::from(days).days()).ok()
        }
        (EndsWhen::DaysAfterValue(_), _) => None,
    }
}
