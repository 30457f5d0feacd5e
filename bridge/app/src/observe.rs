//! What one state event changes in the mirror of a room.

use std::collections::BTreeSet;

use kring_policies::mirror::{JoinRule, Membership, RoomState};
use ruma::{OwnedRoomId, OwnedUserId};
use serde_json::Value;

/// Takes a state event other than `m.room.member` into `state`. Returns whether a policy speaks about its type.
pub fn observe_state(state: &mut RoomState, event_type: &str, state_key: &str, content: &Value) -> bool {
    let text = |key: &str| content.get(key).and_then(Value::as_str).map(str::to_owned);
    match event_type {
        "m.room.create" => {
            state.version = Some(text("room_version").unwrap_or_else(|| "1".to_owned()));
            state.federate = content.get("m.federate").and_then(Value::as_bool);
            state.space = text("type").as_deref() == Some("m.space");
        }
        "m.room.name" => state.name = text("name"),
        "m.room.topic" => state.topic = text("topic"),
        "m.room.avatar" => state.avatar = text("url"),
        "m.room.canonical_alias" => state.canonical_alias = text("alias"),
        "m.room.join_rules" => state.join_rule = content.get("join_rule").map(|_| join_rule(content)),
        "m.room.history_visibility" => state.history_visibility = text("history_visibility"),
        "m.room.guest_access" => state.guest_access = text("guest_access"),
        "m.room.power_levels" => state.power_levels = Some(content.clone()),
        "m.space.child" => relate(&mut state.children, state_key, content),
        "m.space.parent" => relate(&mut state.parents, state_key, content),
        "m.room.encryption" => state.encrypted = true,
        "m.room.tombstone" => state.tombstone = Some(text("replacement_room").unwrap_or_default()),
        "m.room.server_acl" => state.server_acl = true,
        _ => return false,
    }
    true
}

/// The `membership` of an `m.room.member` content; `None` for `leave` and for anything unknown.
pub fn membership(content: &Value) -> Option<Membership> {
    match content.get("membership").and_then(Value::as_str)? {
        "join" => Some(Membership::Join),
        "invite" => Some(Membership::Invite),
        "knock" => Some(Membership::Knock),
        "ban" => Some(Membership::Ban),
        _ => None,
    }
}

/// A person's standing from an `m.room.member`; `None` for those who left and for state keys that are no user id.
pub fn observe_member_state(state_key: &str, content: &Value) -> Option<(OwnedUserId, Membership)> {
    Some((state_key.try_into().ok()?, membership(content)?))
}

/// The content of `m.room.join_rules` for a rule; the inverse of what [`observe_state`] reads.
pub fn join_rule_content(rule: &JoinRule) -> Value {
    let allow = |rooms: &BTreeSet<OwnedRoomId>| -> Vec<Value> {
        rooms.iter().map(|id| serde_json::json!({"type": "m.room_membership", "room_id": id})).collect()
    };
    match rule {
        JoinRule::Invite | JoinRule::Other => serde_json::json!({"join_rule": "invite"}),
        JoinRule::Knock => serde_json::json!({"join_rule": "knock"}),
        JoinRule::Public => serde_json::json!({"join_rule": "public"}),
        JoinRule::Restricted { allow: rooms } => {
            serde_json::json!({"join_rule": "restricted", "allow": allow(rooms)})
        }
        JoinRule::KnockRestricted { allow: rooms } => {
            serde_json::json!({"join_rule": "knock_restricted", "allow": allow(rooms)})
        }
    }
}

fn join_rule(content: &Value) -> JoinRule {
    let allow = || {
        let entries = content.get("allow").and_then(Value::as_array).into_iter().flatten();
        entries.filter_map(|e| e.get("room_id")?.as_str()?.try_into().ok()).collect()
    };
    match content.get("join_rule").and_then(Value::as_str) {
        Some("invite") => JoinRule::Invite,
        Some("knock") => JoinRule::Knock,
        Some("public") => JoinRule::Public,
        Some("restricted") => JoinRule::Restricted { allow: allow() },
        Some("knock_restricted") => JoinRule::KnockRestricted { allow: allow() },
        _ => JoinRule::Other,
    }
}

/// An empty content ends a space relation (spec: `m.space.child` without `via`).
fn relate(rooms: &mut BTreeSet<OwnedRoomId>, state_key: &str, content: &Value) {
    let Ok(room) = OwnedRoomId::try_from(state_key) else { return };
    if content.get("via").and_then(Value::as_array).is_some_and(|via| !via.is_empty()) {
        rooms.insert(room);
    } else {
        rooms.remove(&room);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(event_type: &str, state_key: &str, content: &Value) -> RoomState {
        let mut state = RoomState::default();
        assert!(observe_state(&mut state, event_type, state_key, content));
        state
    }

    #[test]
    fn creation_tells_version_federation_and_kind() {
        let content = json!({"room_version": "12", "m.federate": false, "type": "m.space"});
        let state = seen("m.room.create", "", &content);
        assert_eq!((state.version.as_deref(), state.federate, state.space), (Some("12"), Some(false), true));
    }

    #[test]
    fn every_join_rule_survives_writing_and_reading() {
        let room: OwnedRoomId = "!root:kring.test".try_into().unwrap();
        let allow = BTreeSet::from([room]);
        for rule in [
            JoinRule::Invite,
            JoinRule::Knock,
            JoinRule::Public,
            JoinRule::Restricted { allow: allow.clone() },
            JoinRule::KnockRestricted { allow },
        ] {
            let state = seen("m.room.join_rules", "", &join_rule_content(&rule));
            assert_eq!(state.join_rule, Some(rule));
        }
    }

    #[test]
    fn a_child_without_via_is_no_child() {
        let mut state = seen("m.space.child", "!a:kring.test", &json!({"via": ["kring.test"]}));
        assert_eq!(state.children.len(), 1);
        observe_state(&mut state, "m.space.child", "!a:kring.test", &json!({}));
        assert!(state.children.is_empty());
    }

    #[test]
    fn an_event_no_policy_speaks_about_changes_nothing() {
        let mut state = RoomState::default();
        assert!(!observe_state(&mut state, "m.room.message", "", &json!({"body": "hallo"})));
        assert_eq!(state, RoomState::default());
    }

    #[test]
    fn leaving_and_nonsense_are_no_membership() {
        assert_eq!(membership(&json!({"membership": "join"})), Some(Membership::Join));
        assert_eq!(membership(&json!({"membership": "leave"})), None);
        assert_eq!(membership(&json!({"membership": 7})), None);
    }
}
