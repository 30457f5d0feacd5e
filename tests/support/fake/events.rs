//! State, messages and the timeline.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde_json::{Value, json};

use super::{Refused, Shared, caller::Caller, rooms::seen_by};

type Answer = Result<Json<Value>, Refused>;

/// `GET state`
pub(super) async fn all_state(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(room): Path<String>,
) -> Answer {
    let world = shared.world();
    let room = seen_by(world.room(&room)?, &caller.user)?;
    Ok(Json(json!(room.state.values().collect::<Vec<_>>())))
}

/// `GET state/{type}`
pub(super) async fn get_state_plain(
    state: State<Arc<Shared>>,
    caller: Caller,
    Path((room, kind)): Path<(String, String)>,
) -> Answer {
    get_state(state, caller, Path((room, kind, String::new()))).await
}

/// `GET state/{type}/{key}`
pub(super) async fn get_state(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((room, kind, key)): Path<(String, String, String)>,
) -> Answer {
    let world = shared.world();
    let room = seen_by(world.room(&room)?, &caller.user)?;
    let event = room.state_event(&kind, &key).ok_or_else(|| Refused::not_found("Event not found."))?;
    Ok(Json(event.content.clone()))
}

/// `PUT state/{type}`
pub(super) async fn put_state_plain(
    state: State<Arc<Shared>>,
    caller: Caller,
    Path((room, kind)): Path<(String, String)>,
    body: Json<Value>,
) -> Answer {
    put_state(state, caller, Path((room, kind, String::new())), body).await
}

/// `PUT state/{type}/{key}`
pub(super) async fn put_state(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((room, kind, key)): Path<(String, String, String)>,
    Json(content): Json<Value>,
) -> Answer {
    let id = shared.emit(&room, &caller.user, &kind, Some(&key), content)?;
    Ok(Json(json!({ "event_id": id })))
}

/// `PUT send/{type}/{txn}`; the same transaction id gives the same event.
pub(super) async fn send(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((room, kind, txn)): Path<(String, String, String)>,
    Json(content): Json<Value>,
) -> Answer {
    let key = caller.transaction(&format!("{room} {kind} {txn}"));
    once(&shared, key, || shared.emit(&room, &caller.user, &kind, None, content))
}

/// `PUT redact/{event}/{txn}`
pub(super) async fn redact(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((room, event, txn)): Path<(String, String, String)>,
    Json(mut content): Json<Value>,
) -> Answer {
    if let Value::Object(content) = &mut content {
        content.insert("redacts".into(), json!(event));
    }
    let key = caller.transaction(&format!("{room} redact {txn}"));
    once(&shared, key, || shared.emit(&room, &caller.user, "m.room.redaction", None, content))
}

fn once(shared: &Shared, key: String, act: impl FnOnce() -> Result<String, Refused>) -> Answer {
    let known = shared.world().transactions.get(&key).cloned();
    let id = match known {
        Some(id) => id,
        None => act()?,
    };
    shared.world().transactions.insert(key, id.clone());
    Ok(Json(json!({ "event_id": id })))
}

/// `GET event/{eventId}`
pub(super) async fn event(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((room, id)): Path<(String, String)>,
) -> Answer {
    let world = shared.world();
    let room = seen_by(world.room(&room)?, &caller.user)?;
    let found = room.timeline.iter().find(|e| e.event_id == id);
    Ok(Json(json!(found.ok_or_else(|| Refused::not_found("Event not found."))?)))
}

/// `GET messages`, in both directions; a token is the number of events before it.
pub(super) async fn messages(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(room): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let world = shared.world();
    let timeline = &seen_by(world.room(&room)?, &caller.user)?.timeline;
    let back = query.get("dir").is_some_and(|dir| dir == "b");
    let limit = query.get("limit").and_then(|l| l.parse().ok()).unwrap_or(10_usize).min(1000);
    let start = query.get("from").and_then(|token| token.strip_prefix('t')?.parse().ok());
    let start = start.unwrap_or(if back { timeline.len() } else { 0 }).min(timeline.len());
    let end = if back { start.saturating_sub(limit) } else { (start + limit).min(timeline.len()) };
    let mut chunk: Vec<_> = timeline.iter().skip(start.min(end)).take(start.abs_diff(end)).collect();
    if back {
        chunk.reverse();
    }
    let more = end != start && (!back || end > 0);
    let mut answer = json!({ "chunk": chunk, "start": format!("t{start}") });
    if let (true, Value::Object(answer)) = (more, &mut answer) {
        answer.insert("end".into(), json!(format!("t{end}")));
    }
    Ok(Json(answer))
}
