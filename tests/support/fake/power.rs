//! Power levels of room version 12.

use serde_json::Value;

use super::Room;

/// The level of those who made the room: above every number.
pub(super) const CREATOR: i64 = i64::MAX;

/// The level of `user`.
pub(super) fn of(room: &Room, user: &str) -> i64 {
    if room.is_creator(user) {
        return CREATOR;
    }
    let levels = room.content("m.room.power_levels", "");
    let own = levels.get("users").and_then(|users| users.get(user)).and_then(Value::as_i64);
    own.or_else(|| levels.get("users_default").and_then(Value::as_i64)).unwrap_or(0)
}

/// The level an action asks for: `invite`, `kick`, `ban`, `redact`.
pub(super) fn to(room: &Room, action: &str) -> i64 {
    let default = if action == "invite" { 0 } else { 50 };
    room.content("m.room.power_levels", "").get(action).and_then(Value::as_i64).unwrap_or(default)
}

/// The level that sending an event of this type asks for.
pub(super) fn to_send(room: &Room, event_type: &str, is_state: bool) -> i64 {
    let levels = room.content("m.room.power_levels", "");
    let special = levels.get("events").and_then(|events| events.get(event_type)).and_then(Value::as_i64);
    let (key, default) = if is_state { ("state_default", 50) } else { ("events_default", 0) };
    special.or_else(|| levels.get(key).and_then(Value::as_i64)).unwrap_or(default)
}

/// Everything in a `m.room.power_levels` that has a level, by path.
pub(super) fn entries(levels: &Value) -> Vec<(String, i64)> {
    let Some(levels) = levels.as_object() else { return Vec::new() };
    let mut all = Vec::new();
    for (key, value) in levels {
        match value {
            Value::Object(inner) => {
                let inner = inner.iter().filter_map(|(k, v)| Some((format!("{key}/{k}"), v.as_i64()?)));
                all.extend(inner);
            }
            other => all.extend(other.as_i64().map(|level| (key.clone(), level))),
        }
    }
    all
}
