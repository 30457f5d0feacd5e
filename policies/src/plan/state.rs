//! The state of one room: what it is called, who may come in, where it hangs.

use kring_core::ids::{Form, PlaceKey};
use serde_json::{Value, json};

use super::{
    Action, ActionKind, StateKey, WantedJoinRule,
    create::resolved,
    look::{Look, action, because},
};
use crate::{
    desired::DesiredPlace,
    mirror::{JoinRule, MirrorRoom},
};

impl DesiredPlace {
    pub(crate) fn key_is_room(&self) -> bool {
        self.key.form == Form::Room
    }
}

pub(super) fn state(look: &Look<'_>, place: &DesiredPlace, room: &MirrorRoom) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut set = |event_type: &str, content: Value, why: &str| {
        let kind = ActionKind::SetState {
            event_type: event_type.into(),
            state_key: StateKey::Text(String::new()),
            content: Box::new(content),
        };
        actions.push(action(1, place, Some(room), kind, because(why, &[("group", &place.name)])));
    };
    let now = &room.state;
    if now.name.as_ref() != Some(&place.name) {
        set("m.room.name", json!({ "name": place.name }), "because-name");
    }
    if now.topic.as_deref().unwrap_or_default() != place.topic.as_deref().unwrap_or_default() {
        set("m.room.topic", json!({ "topic": place.topic.clone().unwrap_or_default() }), "because-topic");
    }
    if let Some(avatar) = place.avatar.as_ref().filter(|_| now.avatar.is_none()) {
        // The picture is drawn and uploaded when the action runs; only its recipe is known here.
        set("m.room.avatar", json!({ "kring.avatar": avatar }), "because-avatar");
    }
    if now.history_visibility.as_deref() != Some(&*place.history_visibility) {
        let content = json!({ "history_visibility": place.history_visibility });
        set("m.room.history_visibility", content, "because-history");
    }
    if now.guest_access.as_deref() != Some("forbidden") {
        set("m.room.guest_access", json!({ "guest_access": "forbidden" }), "because-guests");
    }
    let alias = look.desired.server.as_ref().map(|server| format!("#{}:{server}", place.alias_localpart));
    if alias.is_some() && now.canonical_alias != alias {
        set("m.room.canonical_alias", json!({ "alias": alias }), "because-alias");
    }
    if let Some(rule) = wrong_join_rule(look, place, room) {
        set("m.room.join_rules", join_rule_content(&rule), "because-join-rule");
    }
    actions.extend(relations_of(look, place, Some(room)));
    actions
}

/// The rule to set; `None` when it is right, or is the filling's.
fn wrong_join_rule(look: &Look<'_>, place: &DesiredPlace, room: &MirrorRoom) -> Option<JoinRule> {
    let wanted = resolved(look, &place.join_rule);
    let root = look.policy.root_place().and_then(|key| look.room_id(&key));
    let filling = JoinRule::Restricted { allow: root.map(ToOwned::to_owned).into_iter().collect() };
    let now = room.state.join_rule.as_ref();
    let unresolved =
        matches!(place.join_rule, WantedJoinRule::Restricted { .. }) && wanted == JoinRule::Invite;
    let right =
        now == Some(&wanted) || (room.filling && now == Some(&filling)) || (unresolved && now.is_some());
    (!right).then_some(wanted)
}

/// The content of `m.room.join_rules`.
pub(super) fn join_rule_content(rule: &JoinRule) -> Value {
    let allow = |rooms: &std::collections::BTreeSet<ruma::OwnedRoomId>| {
        rooms.iter().map(|r| json!({ "type": "m.room_membership", "room_id": r })).collect::<Vec<_>>()
    };
    match rule {
        JoinRule::Invite | JoinRule::Public | JoinRule::Other => json!({ "join_rule": "invite" }),
        JoinRule::Knock => json!({ "join_rule": "knock" }),
        JoinRule::Restricted { allow: rooms } => json!({ "join_rule": "restricted", "allow": allow(rooms) }),
        JoinRule::KnockRestricted { allow: rooms } => {
            json!({ "join_rule": "knock_restricted", "allow": allow(rooms) })
        }
    }
}

/// Where a room that is yet to be made will hang.
pub(super) fn relations(look: &Look<'_>, place: &DesiredPlace) -> Vec<Action> {
    relations_of(look, place, None)
}

fn relations_of(look: &Look<'_>, place: &DesiredPlace, room: Option<&MirrorRoom>) -> Vec<Action> {
    let mut actions = Vec::new();
    let has = |of: fn(&MirrorRoom) -> &std::collections::BTreeSet<ruma::OwnedRoomId>, other: &PlaceKey| {
        room.zip(look.room_id(other)).is_some_and(|(room, other)| of(room).contains(other))
    };
    for child in place.children.iter().filter(|child| !has(|r| &r.state.children, child)) {
        let args = [("group", place.name.as_str()), ("child", name(look, child))];
        let content = json!({ "via": look.via() });
        actions.push(relation(place, room, "m.space.child", child, content, because("because-child", &args)));
    }
    for (i, parent) in
        place.parents.iter().enumerate().filter(|(_, parent)| !has(|r| &r.state.parents, parent))
    {
        let args = [("group", place.name.as_str()), ("parent", name(look, parent))];
        let content = json!({ "via": look.via(), "canonical": i == 0 });
        actions.push(relation(
            place,
            room,
            "m.space.parent",
            parent,
            content,
            because("because-parent", &args),
        ));
    }
    actions.extend(room.into_iter().flat_map(|room| strangers(look, place, room)));
    actions
}

/// Children and parents that do not belong: nobody but the bridge hangs rooms in a managed space.
fn strangers(look: &Look<'_>, place: &DesiredPlace, room: &MirrorRoom) -> Vec<Action> {
    let sides = [
        ("m.space.child", &room.state.children, &place.children, "because-not-child"),
        ("m.space.parent", &room.state.parents, &place.parents, "because-not-parent"),
    ];
    let mut actions = Vec::new();
    for (event_type, now, wanted, why) in sides {
        let wanted: Vec<_> = wanted.iter().filter_map(|p| look.room_id(p)).collect();
        for stranger in now.iter().filter(|r| !wanted.contains(&&***r)) {
            let kind = ActionKind::SetState {
                event_type: event_type.into(),
                state_key: StateKey::Text(stranger.to_string()),
                content: Box::new(json!({})),
            };
            actions.push(action(1, place, Some(room), kind, because(why, &[("group", &place.name)])));
        }
    }
    actions
}

fn relation(
    place: &DesiredPlace,
    room: Option<&MirrorRoom>,
    event_type: &str,
    other: &PlaceKey,
    content: Value,
    why: std::sync::Arc<kring_core::text::Text>,
) -> Action {
    let kind = ActionKind::SetState {
        event_type: event_type.into(),
        state_key: StateKey::Place(other.clone()),
        content: Box::new(content),
    };
    action(1, place, room, kind, why)
}

fn name<'a>(look: &Look<'a>, place: &PlaceKey) -> &'a str {
    look.desired.place(place).map_or("", |p| p.name.as_str())
}
