//! Rooms and who is in them.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
};
use serde_json::{Map, Value, json};

use super::{Refused, Room, SERVER_NAME, Shared, caller::Caller, directory, membership};

type Answer = Result<Json<Value>, Refused>;

/// `POST createRoom`
pub(super) async fn create_room(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Json(mut body): Json<Value>,
) -> Answer {
    if let Some(alias) = alias_of(&body) {
        directory::may_use(&shared, &caller, &alias)?;
    }
    if super::knobs::take(&mut super::locked(&shared.knobs).create_without_alias_next) {
        body.as_object_mut().map(|body| body.remove("room_alias_name"));
        create(&shared, &caller.user, &body)?;
        return Err(Refused::new(500, "M_UNKNOWN", "Internal server error"));
    }
    let room = create(&shared, &caller.user, &body)?;
    Ok(Json(json!({ "room_id": room })))
}

/// Makes a room in the order that Synapse does: creation, creator, powers, alias, preset, initial state, name, topic,
/// invitations.
pub(super) fn create(shared: &Shared, creator: &str, body: &Value) -> Result<String, Refused> {
    let version = body.get("room_version").and_then(Value::as_str).unwrap_or("12");
    if version != "12" {
        return Err(Refused::new(400, "M_UNSUPPORTED_ROOM_VERSION", "Your homeserver does not support it"));
    }
    let alias = alias_of(body);
    let room = start_room(shared, creator, body, alias.as_deref())?;
    let put = |kind: &str, key: &str, content: Value| shared.emit(&room, creator, kind, Some(key), content);
    put("m.room.member", creator, json!({ "membership": "join" }))?;
    put("m.room.power_levels", "", first_powers(body))?;
    if let Some(alias) = alias {
        put("m.room.canonical_alias", "", json!({ "alias": alias }))?;
    }
    for (kind, content) in preset(body) {
        put(kind, "", content)?;
    }
    for state in body.get("initial_state").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| state.get(key).and_then(Value::as_str).unwrap_or_default();
        put(text("type"), text("state_key"), state.get("content").cloned().unwrap_or_else(|| json!({})))?;
    }
    for key in ["name", "topic"] {
        if let Some(text) = body.get(key) {
            put(&format!("m.room.{key}"), "", json!({ key: text }))?;
        }
    }
    for user in body.get("invite").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        put("m.room.member", user, json!({ "membership": "invite" }))?;
    }
    Ok(room)
}

fn start_room(shared: &Shared, creator: &str, body: &Value, alias: Option<&str>) -> Result<String, Refused> {
    let mut world = shared.world();
    if alias.is_some_and(|alias| world.aliases.contains_key(alias)) {
        return Err(Refused::new(400, "M_ROOM_IN_USE", "Room alias already taken"));
    }
    let mut content = match body.get("creation_content") {
        Some(Value::Object(content)) => content.clone(),
        _ => Map::new(),
    };
    content.insert("room_version".into(), json!("12"));
    let seed = world.next_number();
    let room = Room::create(creator, Value::Object(content), seed);
    let id = room.id.clone();
    if let Some(alias) = alias {
        world.aliases.insert(alias.to_owned(), id.clone());
    }
    world.rooms.insert(id.clone(), room);
    Ok(id)
}

fn alias_of(body: &Value) -> Option<String> {
    let local = body.get("room_alias_name").and_then(Value::as_str)?;
    Some(format!("#{local}:{SERVER_NAME}"))
}

fn first_powers(body: &Value) -> Value {
    let mut powers = json!({
        "users": {}, "users_default": 0, "events_default": 0, "state_default": 50,
        "ban": 50, "kick": 50, "redact": 50, "invite": 50, "historical": 100,
        "events": {
            "m.room.name": 50, "m.room.power_levels": 100, "m.room.history_visibility": 100,
            "m.room.canonical_alias": 50, "m.room.avatar": 50, "m.room.tombstone": 150,
            "m.room.server_acl": 100, "m.room.encryption": 100,
        },
    });
    let extra = body.get("power_level_content_override").and_then(Value::as_object);
    if let (Some(powers), Some(extra)) = (powers.as_object_mut(), extra) {
        powers.extend(extra.clone());
    }
    powers
}

/// What a preset writes, as far as `initial_state` does not.
fn preset(body: &Value) -> Vec<(&'static str, Value)> {
    let public = body.get("preset").and_then(Value::as_str) == Some("public_chat");
    let initial = body.get("initial_state").and_then(Value::as_array).cloned().unwrap_or_default();
    let all = [
        ("m.room.join_rules", json!({ "join_rule": if public { "public" } else { "invite" } })),
        ("m.room.history_visibility", json!({ "history_visibility": "shared" })),
        ("m.room.guest_access", json!({ "guest_access": if public { "forbidden" } else { "can_join" } })),
    ];
    let given = |kind: &str| initial.iter().any(|s| s.get("type").is_some_and(|t| t == kind));
    all.into_iter().filter(|(kind, _)| !given(kind)).collect()
}

/// `POST join/{roomIdOrAlias}` and `POST rooms/{roomId}/join`
pub(super) async fn join_room(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(room): Path<String>,
) -> Answer {
    let room = directory::room_of(&shared, &room)?;
    join(&shared, &caller.user, &room)?;
    Ok(Json(json!({ "room_id": room })))
}

/// Joins, also where the room lets members of another one in. Joining twice changes nothing.
pub(super) fn join(shared: &Shared, user: &str, room: &str) -> Result<(), Refused> {
    let authorised = {
        let world = shared.world();
        if world.accounts.get(user).is_some_and(|a| a.suspended) {
            return Err(Refused::new(
                403,
                "M_USER_SUSPENDED",
                "Joining rooms while suspended is not allowed.",
            ));
        }
        let target = world.room(room)?;
        if target.membership(user) == "join" {
            return Ok(());
        }
        let from = membership::allowed_from(target);
        let open = matches!(target.membership(user), "leave" | "knock")
            && from.iter().any(|id| world.membership(id, user) == "join");
        open.then(|| target.state_event("m.room.create", "").map(|e| e.sender.clone())).flatten()
    };
    if let Some(host) = authorised {
        // Synapse lets somebody with the power to invite vouch for the join; here that is an invitation unseen.
        return shared.vouch(room, user, &host);
    }
    let content = json!({ "membership": "join" });
    shared.emit(room, user, "m.room.member", Some(user), content).map(drop)
}

impl Shared {
    /// A join that the room's allow list permits.
    fn vouch(&self, room: &str, user: &str, host: &str) -> Result<(), Refused> {
        let key = ("m.room.member".to_owned(), user.to_owned());
        let before = {
            let mut world = self.world();
            let state = &mut world.room_mut(room)?.state;
            let invited =
                super::Event::new(host, "m.room.member", Some(user), json!({ "membership": "invite" }));
            state.insert(key.clone(), invited)
        };
        let content = json!({ "membership": "join", "join_authorised_via_users_server": host });
        let joined = self.emit(room, user, "m.room.member", Some(user), content);
        if let (Err(_), Some(before)) = (&joined, before) {
            self.world().room_mut(room)?.state.insert(key, before);
        }
        joined.map(drop)
    }
}

/// `POST knock/{roomIdOrAlias}`
pub(super) async fn knock_room(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(room): Path<String>,
) -> Answer {
    let room = directory::room_of(&shared, &room)?;
    let _ = change(&shared, &caller.user, &room, &caller.user, "knock", &Value::Null)?;
    Ok(Json(json!({ "room_id": room })))
}

/// `POST leave`; leaving twice changes nothing.
pub(super) async fn leave_room(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(room): Path<String>,
    body: Bytes,
) -> Answer {
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    change(&shared, &caller.user, &room, &caller.user, "leave", &body)
}

/// `POST invite`
pub(super) async fn invite(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(room): Path<String>,
    Json(body): Json<Value>,
) -> Answer {
    let user = target(&body)?;
    change(&shared, &caller.user, &room, &user, "invite", &body)
}

/// `POST kick`; only of somebody who is in, invited or knocking.
pub(super) async fn kick(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(room): Path<String>,
    Json(body): Json<Value>,
) -> Answer {
    let user = target(&body)?;
    match shared.world().membership(&room, &user) {
        "leave" => return Err(Refused::forbidden("The target user is not in the room")),
        "ban" => return Err(Refused::new(403, "M_BAD_STATE", "Cannot kick user who was banned")),
        _ => {}
    }
    change(&shared, &caller.user, &room, &user, "leave", &body)
}

/// `POST ban`
pub(super) async fn ban(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(room): Path<String>,
    Json(body): Json<Value>,
) -> Answer {
    let user = target(&body)?;
    change(&shared, &caller.user, &room, &user, "ban", &body)
}

/// `POST unban`
pub(super) async fn unban(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(room): Path<String>,
    Json(body): Json<Value>,
) -> Answer {
    let user = target(&body)?;
    let was = {
        let world = shared.world();
        world.room(&room)?.state_event("m.room.member", &user).map(|e| e.text("membership").to_owned())
    };
    // Synapse looks at what somebody was only if they ever were something.
    if was.is_some_and(|was| was != "ban") {
        return Err(Refused::new(403, "M_BAD_STATE", "Cannot unban user who was not banned"));
    }
    change(&shared, &caller.user, &room, &user, "leave", &body)
}

fn target(body: &Value) -> Result<String, Refused> {
    let user = body.get("user_id").and_then(Value::as_str);
    user.map(str::to_owned).ok_or_else(|| Refused::new(400, "M_MISSING_PARAM", "Missing params: ['user_id']"))
}

fn change(shared: &Shared, by: &str, room: &str, user: &str, to: &str, body: &Value) -> Answer {
    let mut content = json!({ "membership": to });
    if let (Some(reason), Value::Object(content)) = (body.get("reason"), &mut content) {
        content.insert("reason".into(), reason.clone());
    }
    shared.emit(room, by, "m.room.member", Some(user), content)?;
    Ok(Json(json!({})))
}

/// `GET members`, with `membership` and `not_membership`.
pub(super) async fn members(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(room): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let world = shared.world();
    let room = seen_by(world.room(&room)?, &caller.user)?;
    let wanted = |membership: &str| {
        query.get("membership").is_none_or(|w| w == membership)
            && query.get("not_membership").is_none_or(|w| w != membership)
    };
    let chunk: Vec<_> = room
        .state
        .iter()
        .filter(|((kind, _), event)| kind == "m.room.member" && wanted(event.text("membership")))
        .map(|(_, event)| event)
        .collect();
    Ok(Json(json!({ "chunk": chunk })))
}

/// `GET joined_members`
pub(super) async fn joined_members(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(room): Path<String>,
) -> Answer {
    let world = shared.world();
    let room = seen_by(world.room(&room)?, &caller.user)?;
    let joined: Map<String, Value> =
        room.with_membership("join").into_iter().map(|user| (user.to_owned(), json!({}))).collect();
    Ok(Json(json!({ "joined": joined })))
}

/// `GET joined_rooms`
pub(super) async fn joined_rooms(State(shared): State<Arc<Shared>>, caller: Caller) -> Answer {
    let world = shared.world();
    let rooms: Vec<_> = world.rooms.values().filter(|r| r.membership(&caller.user) == "join").collect();
    let ids: Vec<_> = rooms.into_iter().map(|room| &room.id).collect();
    Ok(Json(json!({ "joined_rooms": ids })))
}

/// The room, when `user` is in it.
pub(super) fn seen_by<'a>(room: &'a Room, user: &str) -> Result<&'a Room, Refused> {
    match room.membership(user) {
        "join" => Ok(room),
        _ => Err(Refused::forbidden(&format!("User {user} not in room {}", room.id))),
    }
}
