//! A homeserver in miniature: carries out a plan on a mirror, exactly and at once. For tests, of this crate and others.

use std::collections::HashMap;

use kring_core::ids::PlaceKey;
use ruma::{OwnedRoomId, OwnedUserId, RoomId, UserId};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    mirror::{JoinRule, Membership, Mirror, MirrorRoom, RoomState},
    plan::{Action, ActionKind, NewRoom, Plan, StateKey, WantedJoinRule, keeps_own_power},
    policy::Policy,
    power::merge,
    world::World,
};

/// Carries out all actions in order.
pub fn apply(policy: &Policy, world: &World, mirror: &mut Mirror, plan: &Plan) {
    run(policy, world, mirror, &plan.actions);
}

/// Carries out one action. An action for a room that is not there does nothing.
pub fn apply_one(policy: &Policy, world: &World, mirror: &mut Mirror, action: &Action) {
    run(policy, world, mirror, std::slice::from_ref(action));
}

fn run(policy: &Policy, world: &World, mirror: &mut Mirror, actions: &[Action]) {
    let mut index: HashMap<PlaceKey, usize> = HashMap::new();
    for (i, room) in mirror.rooms.iter().enumerate() {
        if let Some(place) = &room.place {
            index.entry(place.clone()).or_insert(i);
        }
    }
    for action in actions {
        if let ActionKind::Create(new) = &action.kind {
            index.insert((*action.place).clone(), mirror.rooms.len());
            let room = created(policy, world, mirror, &action.place, new);
            mirror.rooms.push(room);
            continue;
        }
        let state_key = match &action.kind {
            ActionKind::SetState { state_key: StateKey::Place(place), .. } => {
                index.get(place).and_then(|i| mirror.rooms.get(*i)).map(|r| r.room_id.to_string())
            }
            ActionKind::SetState { state_key: StateKey::Text(text), .. } => Some(text.clone()),
            _ => None,
        };
        if let Some(room) = index.get(&action.place).and_then(|i| mirror.rooms.get_mut(*i)) {
            change(policy, world, room, &action.kind, state_key);
        }
    }
    mirror.rooms.sort_by(|a, b| a.room_id.cmp(&b.room_id));
}

fn change(
    policy: &Policy,
    world: &World,
    room: &mut MirrorRoom,
    kind: &ActionKind,
    state_key: Option<String>,
) {
    match kind {
        ActionKind::Create(_) => {}
        ActionKind::Join { user, .. } => set_membership(room, user, Some(Membership::Join)),
        ActionKind::Remove { user, .. } | ActionKind::Unban { user, .. } => set_membership(room, user, None),
        ActionKind::Power(levels) => {
            let managed = |user: &UserId| !keeps_own_power(policy, world, user);
            if let Some(content) = merge(room.state.power_levels.as_ref(), levels, managed, creators(world)) {
                room.state.power_levels = Some(content);
            }
        }
        ActionKind::SetState { event_type, content, .. } => {
            set_state(&mut room.state, event_type, &state_key.unwrap_or_default(), content);
        }
        ActionKind::FinishFilling { join_rule } => {
            room.state.join_rule = Some(join_rule.clone());
            room.filling = false;
        }
    }
}

/// The room of a place.
pub fn room_of<'m>(mirror: &'m Mirror, place: &PlaceKey) -> Option<&'m MirrorRoom> {
    mirror.rooms.iter().find(|r| r.place.as_ref() == Some(place))
}

/// Sets or, with `None`, takes away somebody's membership.
pub fn set_membership(room: &mut MirrorRoom, user: &UserId, membership: Option<Membership>) {
    let found = room.members.binary_search_by(|(u, _)| (**u).cmp(user));
    match (found, membership) {
        (Ok(i), Some(membership)) => {
            if let Some(entry) = room.members.get_mut(i) {
                entry.1 = membership;
            }
        }
        (Ok(i), None) => drop(room.members.remove(i)),
        (Err(i), Some(membership)) => room.members.insert(i, (user.to_owned(), membership)),
        (Err(_), None) => {}
    }
}

fn creators(world: &World) -> &[OwnedUserId] {
    world.own_users.get(..1).unwrap_or_default()
}

fn created(policy: &Policy, world: &World, mirror: &Mirror, place: &PlaceKey, new: &NewRoom) -> MirrorRoom {
    let server = creators(world).first().map(|u| u.server_name().to_string());
    let root = policy.root_place().and_then(|key| room_of(mirror, &key)).map(|r| r.room_id.clone());
    let managed = |user: &UserId| !keeps_own_power(policy, world, user);
    let state = RoomState {
        version: Some("12".to_owned()),
        federate: Some(new.federate),
        space: new.space,
        name: Some(new.name.clone()),
        topic: new.topic.clone(),
        avatar: new.avatar.as_ref().map(|_| "mxc://example.org/avatar".to_owned()),
        canonical_alias: server.map(|s| format!("#{}:{s}", new.alias_localpart)),
        join_rule: Some(match &new.join_rule {
            _ if new.filling => JoinRule::Restricted { allow: root.into_iter().collect() },
            WantedJoinRule::Invite => JoinRule::Invite,
            WantedJoinRule::Knock => JoinRule::Knock,
            WantedJoinRule::Restricted { allow } => JoinRule::Restricted {
                allow: allow.iter().filter_map(|p| room_of(mirror, p)).map(|r| r.room_id.clone()).collect(),
            },
        }),
        history_visibility: Some(new.history_visibility.clone()),
        guest_access: Some("forbidden".to_owned()),
        power_levels: merge(None, &new.power_levels, managed, creators(world)),
        ..RoomState::default()
    };
    MirrorRoom {
        room_id: room_id(place),
        place: Some(place.clone()),
        filling: new.filling,
        state,
        members: creators(world).iter().map(|u| (u.clone(), Membership::Join)).collect(),
    }
}

/// Room ids of version 12 are a hash without a server; this one is of the place.
fn room_id(place: &PlaceKey) -> OwnedRoomId {
    let hash = hex::encode(Sha256::digest(place.to_string()));
    let id = format!("!{hash}");
    <&RoomId>::try_from(id.as_str())
        .map_or_else(|_| OwnedRoomId::from(ruma::room_id!("!none")), ToOwned::to_owned)
}

fn set_state(state: &mut RoomState, event_type: &str, state_key: &str, content: &Value) {
    let text = |key: &str| content.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    match event_type {
        "m.room.name" => state.name = text("name"),
        "m.room.topic" => state.topic = text("topic"),
        "m.room.avatar" => state.avatar = Some("mxc://example.org/avatar".to_owned()),
        "m.room.history_visibility" => state.history_visibility = text("history_visibility"),
        "m.room.guest_access" => state.guest_access = text("guest_access"),
        "m.room.canonical_alias" => state.canonical_alias = text("alias"),
        "m.room.join_rules" => state.join_rule = Some(join_rule(content)),
        "m.space.child" => relate(&mut state.children, state_key, content),
        "m.space.parent" => relate(&mut state.parents, state_key, content),
        _ => {}
    }
}

fn relate(rooms: &mut std::collections::BTreeSet<OwnedRoomId>, state_key: &str, content: &Value) {
    let Ok(room) = OwnedRoomId::try_from(state_key.to_owned()) else { return };
    if content.as_object().is_some_and(serde_json::Map::is_empty) {
        rooms.remove(&room);
    } else {
        rooms.insert(room);
    }
}

fn join_rule(content: &Value) -> JoinRule {
    let allow = content.get("allow").and_then(Value::as_array).into_iter().flatten();
    let allow = allow.filter_map(|a| a.get("room_id")?.as_str()?.to_owned().try_into().ok()).collect();
    match content.get("join_rule").and_then(Value::as_str) {
        Some("invite") => JoinRule::Invite,
        Some("knock") => JoinRule::Knock,
        Some("restricted") => JoinRule::Restricted { allow },
        Some("knock_restricted") => JoinRule::KnockRestricted { allow },
        Some("public") => JoinRule::Public,
        _ => JoinRule::Other,
    }
}
