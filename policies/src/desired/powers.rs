//! The power levels of a room, from what its kind says.

use std::{collections::BTreeMap, sync::Arc};

use kring_core::group::Role;

use super::{Account, Seat};
use crate::{
    decide::ADMIN_STATE,
    plan::PowerLevels,
    policy::{Kind, Powers},
};

/// State that decides what a room is; named so that a lowered `state_default` alone opens nothing.
const BRIDGE_STATE: [&str; 11] = [
    "m.room.name",
    "m.room.topic",
    "m.room.avatar",
    "m.room.canonical_alias",
    "m.room.history_visibility",
    "m.room.join_rules",
    "m.room.guest_access",
    "m.room.power_levels",
    "m.room.server_acl",
    "m.room.third_party_invite",
    "m.space.child",
];

/// What cannot be undone.
const NEVER: [&str; 2] = ["m.room.tombstone", "m.room.encryption"];

/// What members may always do, also where only admins write.
const EVERYBODY: [&str; 2] = ["m.reaction", "m.room.redaction"];

/// What the power levels of all rooms, or all spaces, of a kind have in common.
pub(super) fn of_kind(powers: Powers, kind: &Kind, space: bool) -> PowerLevels {
    let native = if kind.native { powers.admin } else { powers.bridge };
    let write = match (space, kind.read_only) {
        (true, _) => powers.bridge,
        (false, true) => powers.admin,
        (false, false) => powers.member,
    };
    let levels = [
        ("ban", powers.bridge),
        ("kick", native),
        ("invite", native),
        ("redact", powers.admin),
        ("state_default", powers.bridge),
        ("events_default", write),
        ("users_default", powers.member),
    ];
    let levels: BTreeMap<String, i64> = levels.map(|(key, level)| (key.to_owned(), level)).into();
    PowerLevels { users: BTreeMap::new(), levels: Arc::new(levels), events: Arc::new(events(powers)) }
}

/// The power levels of one room: those of its kind, and its admins.
pub(super) fn with_admins(
    of_kind: &PowerLevels,
    powers: Powers,
    seats: &[Seat],
    accounts: &[Account],
) -> PowerLevels {
    let admins = seats.iter().filter(|s| s.role == Role::Admin);
    let level = |seat: &Seat| Some((accounts.get(seat.account as usize)?.user_id.clone(), powers.admin));
    PowerLevels { users: admins.filter_map(level).collect(), ..of_kind.clone() }
}

fn events(powers: Powers) -> BTreeMap<String, i64> {
    let at = |level: i64| move |kind: &str| (kind.to_owned(), level);
    let mut events: BTreeMap<String, i64> = BRIDGE_STATE.map(at(powers.bridge)).into();
    events.extend(NEVER.map(at(powers.never)));
    events.extend(ADMIN_STATE.map(at(powers.admin)));
    events.extend(EVERYBODY.map(at(powers.member)));
    events
}
