//! The recorded requests once more, by a client without store, policy or outbox.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::Method;
use futures_util::{StreamExt, stream};
use serde_json::Value;

use super::recorder::{Recorded, fail};

/// Rooms at once, as Kring.
const WIDTH: usize = 10;

/// Makes the requests against `base`. Room ids are new, so those of the recording are translated.
pub(crate) async fn replay(base: &str, requests: &[Recorded]) {
    let replay = Arc::new(Replay { base: base.trim_end_matches('/').to_owned(), ..Replay::default() });
    for stage in 0..=5 {
        let mut lanes: BTreeMap<String, Vec<Recorded>> = BTreeMap::new();
        for (n, request) in
            requests.iter().enumerate().filter(|(_, request)| stage_of(request, requests) == stage)
        {
            let lane = room_of(&request.path).map_or_else(|| format!("request {n}"), str::to_owned);
            lanes.entry(lane).or_default().push(request.clone());
        }
        let lanes = lanes.into_values().map(|lane| replay.clone().lane(lane));
        stream::iter(lanes).buffer_unordered(WIDTH).collect::<Vec<()>>().await;
    }
}

/// 0 making the root space; 1 making rooms; 2 reading them; 3 state, and people of the root space; 4 people elsewhere;
/// 5 closing the doors.
fn stage_of(request: &Recorded, all: &[Recorded]) -> u8 {
    let is_root = |r: &Recorded| String::from_utf8_lossy(&r.body).contains("intranet-ons-ivn");
    let root = all.iter().find(|r| r.made.is_some() && is_root(r)).and_then(|r| r.made.as_deref());
    let path = request.path.split('?').next().unwrap_or_default();
    match room_of(path) {
        None if request.made.is_some() && is_root(request) => 0,
        None => 1,
        Some(_) if path.ends_with("/state") && !closes(request, all) => 2,
        Some(_) if path.contains("m.room.join_rules") || path.ends_with("/state") => 5,
        Some(room) if Some(room) == root || path.contains("/state/") => 3,
        Some(_) => 4,
    }
}

/// Whether this reading of a room is the one after its doors closed: the second one.
fn closes(request: &Recorded, all: &[Recorded]) -> bool {
    let first = all.iter().find(|r| r.method == Method::GET && r.path == request.path);
    first.is_some_and(|first| !std::ptr::eq(first, request))
}

fn room_of(path: &str) -> Option<&str> {
    path.split("/rooms/").nth(1)?.split(['/', '?']).next()
}

#[derive(Default)]
struct Replay {
    base: String,
    client: reqwest::Client,
    rooms: Mutex<HashMap<String, String>>,
}

impl Replay {
    async fn lane(self: Arc<Self>, requests: Vec<Recorded>) {
        for request in requests {
            self.one(&request).await;
        }
    }

    async fn one(&self, request: &Recorded) {
        let body = if request.content_type.as_deref() == Some("application/json") {
            self.translated(&String::from_utf8_lossy(&request.body)).into_bytes()
        } else {
            request.body.clone()
        };
        let url = format!("{}{}", self.base, self.translated(&request.path));
        let mut sent = self.client.request(request.method.clone(), url);
        if !request.token.is_empty() {
            sent = sent.header("authorization", &request.token);
        }
        if let Some(kind) = &request.content_type {
            sent = sent.header("content-type", kind);
        }
        let answer = sent.body(body).send().await.unwrap_or_else(|e| fail(&e));
        let status = answer.status();
        let answer: Value = answer.json().await.unwrap_or_default();
        if let Some(old) = &request.made {
            let new = answer.get("room_id").and_then(Value::as_str);
            let new = new.unwrap_or_else(|| fail(&format!("no room was made: {status} {answer}")));
            self.rooms.lock().unwrap_or_else(PoisonError::into_inner).insert(old.clone(), new.to_owned());
        } else if !status.is_success() && !request.path.contains("/directory/room/") {
            fail::<()>(&format!("{} {}: {status} {answer}", request.method, request.path));
        }
    }

    /// With the room ids of this homeserver, as they are and as they stand in a path.
    fn translated(&self, text: &str) -> String {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.iter().fold(text.to_owned(), |text, (old, new)| {
            let escaped = |id: &str| id.replace('!', "%21").replace(':', "%3A");
            text.replace(old, new).replace(&escaped(old), &escaped(new))
        })
    }
}
