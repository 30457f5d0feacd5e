//! The authorisation rules of room version 12, as far as Kring's rooms go.
//!
//! Source: Matrix specification, "Room version 12", authorization rules. Federation, third-party invitations and
//! event redaction across versions are left out.

use std::collections::BTreeMap;

use super::{Event, Refused, Room, membership, power};

/// Whether the room takes the event.
pub(super) fn check(room: &Room, event: &Event) -> Result<(), Refused> {
    if event.event_type == "m.room.member" {
        return membership::check(room, event);
    }
    // The sender must be in the room.
    if room.membership(&event.sender) != "join" {
        return Err(Refused::forbidden(&format!("User {} not in room {}", event.sender, room.id)));
    }
    // The sender must have the level that the event's type asks for.
    let required = power::to_send(room, &event.event_type, event.state_key.is_some());
    if power::of(room, &event.sender) < required {
        return Err(Refused::forbidden("You don't have permission to post that to the room"));
    }
    // Nobody writes state about another user's id.
    if let Some(key) = &event.state_key
        && key.starts_with('@')
        && *key != event.sender
    {
        return Err(Refused::forbidden("You are not allowed to set others state"));
    }
    if event.event_type == "m.room.power_levels" { powers(room, event) } else { Ok(()) }
}

/// The rules for `m.room.power_levels`.
fn powers(room: &Room, event: &Event) -> Result<(), Refused> {
    // Whoever made the room must not be listed.
    let users = event.content.get("users").and_then(serde_json::Value::as_object);
    if users.is_some_and(|users| users.keys().any(|user| room.is_creator(user))) {
        return Err(Refused::new(400, "M_UNKNOWN", "Creator user must not appear in the 'users' field"));
    }
    let own = power::of(room, &event.sender);
    let before: BTreeMap<_, _> =
        power::entries(&room.content("m.room.power_levels", "")).into_iter().collect();
    let after: BTreeMap<_, _> = power::entries(&event.content).into_iter().collect();
    for key in before.keys().chain(after.keys()) {
        let (old, new) = (before.get(key), after.get(key));
        // What changes may be above the sender's own level neither before nor after.
        let too_high = [old, new].into_iter().flatten().any(|&level| level > own);
        // Nobody lowers an equal.
        let equal = key.starts_with("users/")
            && key.strip_prefix("users/") != Some(&event.sender)
            && old.is_some_and(|&level| level == own);
        if old != new && (too_high || equal) {
            return Err(Refused::forbidden("You don't have permission to change that power level"));
        }
    }
    Ok(())
}
