//! What no action can put right.

use std::collections::HashSet;

use super::{
    Alarm,
    look::{Look, because},
};
use crate::{
    desired::DesiredPlace,
    mirror::{Mirror, MirrorRoom},
    power::is_above_numbers,
};

pub(super) fn alarms(look: &Look<'_>, mirror: &Mirror) -> Vec<Alarm> {
    let mut alarms: Vec<Alarm> = look
        .pairs()
        .filter_map(|(place, room)| Some((place, room?)))
        .flat_map(|(place, room)| of_room(look, place, room))
        .collect();
    let mut seen = HashSet::new();
    for key in mirror.rooms.iter().filter_map(|room| room.place.as_ref()) {
        if let Some(place) = look.desired.place(key).filter(|_| !seen.insert(key)) {
            alarms.push(alarm(place, "room-twice", "alarm-room-twice"));
        }
    }
    alarms
}

pub(super) fn of_room(look: &Look<'_>, place: &DesiredPlace, room: &MirrorRoom) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    if room.state.encrypted {
        alarms.push(alarm(place, "encrypted", "alarm-encrypted"));
    }
    if room.state.tombstone.is_some() {
        alarms.push(alarm(place, "tombstone", "alarm-tombstone"));
    }
    if room.state.server_acl {
        alarms.push(alarm(place, "server-acl", "alarm-server-acl"));
    }
    if !look.bridge_is_in(room) {
        alarms.push(alarm(place, "bridge-not-in-room", "alarm-bridge-not-in-room"));
    } else if !bridge_has_power(look, room) {
        alarms.push(alarm(place, "bridge-without-power", "alarm-bridge-without-power"));
    }
    alarms
}

/// Since version 12 the creator's power is infinite and cannot be lost; before, it is a number like any other.
fn bridge_has_power(look: &Look<'_>, room: &MirrorRoom) -> bool {
    if is_above_numbers(room.state.version.as_deref()) {
        return true;
    }
    let level = |bridge: &ruma::OwnedUserId| {
        room.state.power_levels.as_ref()?.get("users")?.get(bridge.as_str())?.as_i64()
    };
    look.bridge().is_none_or(|bridge| level(bridge).unwrap_or_default() >= look.policy.powers.bridge)
}

fn alarm(place: &DesiredPlace, code: &str, message: &str) -> Alarm {
    let text = because(message, &[("group", &place.name)]);
    Alarm { place: (*place.key).clone(), code: code.to_owned(), text: (*text).clone() }
}
