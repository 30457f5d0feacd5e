//! Power levels: from what a room has to what it should have, without touching what is not ours.

use ruma::{OwnedUserId, UserId};
use serde_json::{Map, Value, json};

use crate::plan::PowerLevels;

/// State that decides what a room is; named so that a lowered `state_default` alone opens nothing.
pub(crate) const BRIDGE_STATE: [&str; 11] = [
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
pub(crate) const NEVER: [&str; 2] = ["m.room.tombstone", "m.room.encryption"];

/// What only the bridge may send; letting admins send it would let them out of the policy.
pub(crate) fn is_for_bridge(event_type: &str) -> bool {
    let beside = ["m.room.create", "m.room.member", "m.space.parent"];
    [&BRIDGE_STATE[..], &NEVER, &beside].iter().any(|types| types.contains(&event_type))
}

/// Whether those who made a room of this version have power above every number, since version 12. Before, their power is a
/// number as anybody's. A version that is not known counts as that of Kring's own rooms.
pub fn is_above_numbers(version: Option<&str>) -> bool {
    version.and_then(|version| version.parse::<u32>().ok()).is_none_or(|version| version >= 12)
}

/// The content of `m.room.power_levels` that brings `current` to `wanted`; `None` when nothing changes.
///
/// Keys that `wanted` does not name stay as they are, and so do people for whom `managed` is false. Creators are
/// taken out of `users`, where room version 12 refuses them; in a room where they are not [above
/// numbers](is_above_numbers) give none, or the bridge would take its own power away.
pub fn merge(
    current: Option<&Value>,
    wanted: &PowerLevels,
    managed: impl Fn(&UserId) -> bool,
    creators: &[OwnedUserId],
) -> Option<Value> {
    let mut content = current.and_then(Value::as_object).cloned().unwrap_or_default();
    for (key, level) in wanted.levels.iter() {
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
    for (kind, level) in wanted.events.iter() {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::user;

    fn wanted() -> PowerLevels {
        PowerLevels {
            users: [(user("anna"), 50), (user("kring"), 50)].into(),
            levels: Arc::new([("invite".to_owned(), 100)].into()),
            events: Arc::new([("m.room.name".to_owned(), 100)].into()),
        }
    }

    fn merged(current: Option<&Value>) -> Option<Value> {
        merge(current, &wanted(), |u| u != user("klok"), &[user("kring")])
    }

    #[test]
    fn new_room_gets_all_that_is_wanted_and_never_its_creator() {
        let right = json!({
            "users": { "@anna:example.org": 50 }, "events": { "m.room.name": 100 }, "invite": 100
        });
        assert_eq!(merged(None), Some(right.clone()));
        assert_eq!(merged(Some(&right)), None);
    }

    #[test]
    fn what_is_not_ours_stays_and_stray_powers_go() {
        let drifted = json!({
            "users": {
                "@anna:example.org": 100, "@bram:example.org": 50, "@klok:example.org": 7, "@kring:example.org": 100
            },
            "events": { "m.room.name": 0, "eigen.soort": 3 },
            "invite": 0, "notifications": { "room": 20 }, "eigen": "sleutel"
        });
        let repaired = json!({
            "users": { "@anna:example.org": 50, "@klok:example.org": 7 },
            "events": { "m.room.name": 100, "eigen.soort": 3 },
            "invite": 100, "notifications": { "room": 20 }, "eigen": "sleutel"
        });
        assert_eq!(merged(Some(&drifted)), Some(repaired));
    }

    #[test]
    fn nonsense_in_the_room_is_replaced() {
        for nonsense in [json!(null), json!([]), json!({ "users": 5, "events": "x" })] {
            assert!(
                merged(Some(&nonsense)).is_some_and(|content| content["users"]["@anna:example.org"] == 50)
            );
        }
    }
}
