//! Aliases.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::{Value, json};

use super::{Refused, SERVER_NAME, Shared, caller::Caller};

type Answer = Result<Json<Value>, Refused>;

/// `GET directory/room/{alias}`
pub(super) async fn resolve(State(shared): State<Arc<Shared>>, Path(alias): Path<String>) -> Answer {
    let room = room_of(&shared, &alias)?;
    Ok(Json(json!({ "room_id": room, "servers": [SERVER_NAME] })))
}

/// `PUT directory/room/{alias}`
pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(alias): Path<String>,
    Json(body): Json<Value>,
) -> Answer {
    may_use(&shared, &caller, &alias)?;
    let mut world = shared.world();
    if world.aliases.contains_key(&alias) {
        return Err(Refused::new(409, "M_UNKNOWN", &format!("Room alias {alias} already exists")));
    }
    let room = body.get("room_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    world.aliases.insert(alias, room);
    Ok(Json(json!({})))
}

/// `DELETE directory/room/{alias}`
pub(super) async fn delete(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(alias): Path<String>,
) -> Answer {
    may_use(&shared, &caller, &alias)?;
    let removed = shared.world().aliases.remove(&alias);
    removed.map(|_| Json(json!({}))).ok_or_else(|| Refused::not_found("Room alias not found"))
}

/// `GET rooms/{room}/aliases`
pub(super) async fn aliases(
    State(shared): State<Arc<Shared>>,
    _caller: Caller,
    Path(room): Path<String>,
) -> Answer {
    let world = shared.world();
    let names: Vec<_> = world.aliases.iter().filter(|(_, id)| **id == room).map(|(name, _)| name).collect();
    Ok(Json(json!({ "aliases": names })))
}

/// The room behind an id or an alias.
pub(super) fn room_of(shared: &Shared, id_or_alias: &str) -> Result<String, Refused> {
    if id_or_alias.starts_with('!') {
        return Ok(id_or_alias.to_owned());
    }
    let room = shared.world().aliases.get(id_or_alias).cloned();
    room.ok_or_else(|| Refused::not_found(&format!("Room alias {id_or_alias} not found")))
}

/// Refuses an alias that a service keeps to itself, unless that service asks.
pub(super) fn may_use(shared: &Shared, caller: &Caller, alias: &str) -> Result<(), Refused> {
    let owner = shared.senders.iter().position(|s| s.keeps_alias(alias));
    if owner.is_none() || owner == caller.service {
        return Ok(());
    }
    Err(Refused::new(400, "M_EXCLUSIVE", "This alias is reserved by an application service."))
}
