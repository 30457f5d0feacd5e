//! The power levels of a room, from what its kind says.

use std::collections::BTreeMap;

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

pub(super) fn power_levels(
    powers: Powers,
    kind: &Kind,
    space: bool,
    seats: &[Seat],
    accounts: &[Account],
) -> PowerLevels {
    let native = if kind.native { powers.admin } else { powers.bridge };
    let write = if space {
        powers.bridge
    } else if kind.read_only {
        powers.admin
    } else {
        powers.member
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
    let admins = seats.iter().filter(|s| s.role == Role::Admin);
    PowerLevels {
        users: admins
            .filter_map(|s| Some((accounts.get(s.account as usize)?.user_id.clone(), powers.admin)))
            .collect(),
        levels: levels.map(|(key, level)| (key.to_owned(), level)).into(),
        events: events(powers),
    }
}

fn events(powers: Powers) -> BTreeMap<String, i64> {
    let at = |level: i64| move |kind: &str| (kind.to_owned(), level);
    let mut events: BTreeMap<String, i64> = BRIDGE_STATE.map(at(powers.bridge)).into();
    events.extend(NEVER.map(at(powers.never)));
    events.extend(ADMIN_STATE.map(at(powers.admin)));
    events.extend(EVERYBODY.map(at(powers.member)));
    events
}
