//! The power levels of a room, from what its kind says.

use std::{collections::BTreeMap, sync::Arc};

use kring_core::group::Role;

use super::{Account, Seat};
use crate::{
    decide::ADMIN_STATE,
    plan::PowerLevels,
    policy::{Kind, Powers},
    power::{BRIDGE_STATE, NEVER},
};

/// What members may always do, also where only admins write.
const EVERYBODY: [&str; 2] = ["m.reaction", "m.room.redaction"];

/// Who says something in a room or space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// Nobody: it is a space.
    Space,
    /// Everybody who is in it.
    All,
    /// Its admins and writers.
    Some,
    /// Nobody any more: the group has ended.
    Nobody,
}

impl Voice {
    pub(super) const ALL: [Self; 4] = [Self::Space, Self::All, Self::Some, Self::Nobody];
}

/// What the power levels of all rooms, or all spaces, of a kind have in common.
pub(super) fn of_kind(powers: Powers, kind: &Kind, voice: Voice) -> PowerLevels {
    // A group that has ended stays as it is, so nobody is brought in with a client either.
    let native = if kind.native && voice != Voice::Nobody { powers.admin } else { powers.bridge };
    let write = match voice {
        Voice::Space | Voice::Nobody => powers.bridge,
        Voice::Some if kind.writers.is_empty() => powers.admin,
        Voice::Some => powers.writer,
        Voice::All => powers.member,
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
    PowerLevels { users: BTreeMap::new(), levels: Arc::new(levels), events: Arc::new(events(powers, kind)) }
}

/// The power levels of one room: those of its kind, its admins, and its writers where only some write.
pub(super) fn with_people(
    of_kind: &PowerLevels,
    powers: Powers,
    voice: Voice,
    seats: &[Seat],
    accounts: &[Account],
) -> PowerLevels {
    let level = |seat: &Seat| match seat.role {
        Role::Admin => Some(powers.admin),
        Role::Member => (seat.writes && voice == Voice::Some).then_some(powers.writer),
    };
    let user = |seat: &Seat| Some((accounts.get(seat.account as usize)?.user_id.clone(), level(seat)?));
    PowerLevels { users: seats.iter().filter_map(user).collect(), ..of_kind.clone() }
}

fn events(powers: Powers, kind: &Kind) -> BTreeMap<String, i64> {
    let at = |level: i64| move |kind: &str| (kind.to_owned(), level);
    let mut events: BTreeMap<String, i64> = BRIDGE_STATE.map(at(powers.bridge)).into();
    events.extend(kind.admins_send.iter().map(|sent| (sent.to_string(), powers.admin)));
    events.extend(NEVER.map(at(powers.never)));
    events.extend(ADMIN_STATE.map(at(powers.admin)));
    events.extend(EVERYBODY.map(at(powers.member)));
    events
}
