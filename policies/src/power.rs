//! Power levels: from what a room has to what it should have, without touching what is not ours.

use ruma::{OwnedUserId, UserId};
use serde_json::{Map, Value, json};

use crate::plan::PowerLevels;

/// The content of `m.room.power_levels` that brings `current` to `wanted`; `None` when nothing changes.
///
/// Keys that `wanted` does not name stay as they are, and so do people for whom `managed` is false. Creators are
/// taken out of `users`, where room version 12 refuses them.
pub fn merge(
    current: Option<&Value>,
    wanted: &PowerLevels,
    managed: impl Fn(&UserId) -> bool,
    creators: &[OwnedUserId],
) -> Option<Value> {
    let mut content = current.and_then(Value::as_object).cloned().unwrap_or_default();
    for (key, level) in &wanted.levels {
        content.insert(key.clone(), json!(level));
    }
    let events = merged_events(content.get("events"), wanted);
    content.insert("events".to_owned(), Value::Object(events));
    let users = merged_users(content.get("users"), wanted, managed, creators);
    content.insert("users".to_owned(), Value::Object(users));
    let content = Value::Object(content);
    (current != Some(&content)).then_some(content)
}

fn merged_events(current: Option<&Value>, wanted: &PowerLevels) -> Map<String, Value> {
    let mut events = current.and_then(Value::as_object).cloned().unwrap_or_default();
    for (kind, level) in &wanted.events {
        events.insert(kind.clone(), json!(level));
    }
    events
}

fn merged_users(
    current: Option<&Value>,
    wanted: &PowerLevels,
    managed: impl Fn(&UserId) -> bool,
    creators: &[OwnedUserId],
) -> Map<String, Value> {
    let mut users = current.and_then(Value::as_object).cloned().unwrap_or_default();
    users.retain(|user, _| <&UserId>::try_from(user.as_str()).is_ok_and(|user| !managed(user)));
    users.extend(wanted.users.iter().map(|(user, level)| (user.to_string(), json!(level))));
    users.retain(|user, _| !creators.iter().any(|creator| creator.as_str() == user));
    users
}
