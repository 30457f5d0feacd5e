//! Somebody who uses an ordinary client: logs in with address and password, and does what a client can do.

use std::time::{Duration, Instant};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::{told, trouble};
use crate::exit::Failure;

/// How long a request may take. A long poll takes less.
const PATIENCE: Duration = Duration::from_secs(40);

pub(super) struct Person {
    http: Client,
    base: Url,
    token: String,
    pub(super) user: String,
}

/// The homeserver's no.
pub(super) struct Refused {
    /// `M_FORBIDDEN`
    pub(super) errcode: String,
    /// The policy's code, where it was Kring that said no.
    pub(super) code: Option<String>,
    /// What a client shows.
    pub(super) text: String,
}

impl Person {
    /// Logs in as members do.
    pub(super) async fn log_in(base: &Url, address: &str, password: &str) -> Result<Self, Failure> {
        let http = Client::builder().timeout(PATIENCE).build().map_err(|e| trouble(&e))?;
        let mut person = Self { http, base: base.clone(), token: String::new(), user: String::new() };
        let identifier = json!({"type": "m.id.thirdparty", "medium": "email", "address": address});
        let body = json!({"type": "m.login.password", "identifier": identifier, "password": password});
        let (_, answer) = person.ask(Method::POST, &["v3", "login"], Some(body)).await?;
        let text = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
        (person.token, person.user) =
            text("access_token").zip(text("user_id")).ok_or_else(|| told("demo-no-log-in"))?;
        Ok(person)
    }

    /// The names of the rooms (not the spaces) this person is in, sorted.
    pub(super) async fn room_names(&self) -> Result<Vec<String>, Failure> {
        let (_, answer) = self.ask(Method::GET, &["v3", "joined_rooms"], None).await?;
        let rooms = answer.get("joined_rooms").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut names = Vec::new();
        for room in rooms.iter().filter_map(Value::as_str) {
            let (_, create) =
                self.ask(Method::GET, &["v3", "rooms", room, "state", "m.room.create", ""], None).await?;
            let (_, name) =
                self.ask(Method::GET, &["v3", "rooms", room, "state", "m.room.name", ""], None).await?;
            let is_space = create.get("type").and_then(Value::as_str) == Some("m.space");
            names.extend(name.get("name").and_then(Value::as_str).filter(|_| !is_space).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// The room behind an alias.
    pub(super) async fn room(&self, alias: &str) -> Result<String, Failure> {
        let (_, answer) = self.ask(Method::GET, &["v3", "directory", "room", alias], None).await?;
        let room = answer.get("room_id").and_then(Value::as_str).map(str::to_owned);
        room.ok_or_else(|| told("demo-no-room"))
    }

    /// Invites somebody; gives what the homeserver says when it refuses.
    pub(super) async fn invite(&self, room: &str, user: &str) -> Result<Result<(), Refused>, Failure> {
        let body = json!({"user_id": user});
        let (status, answer) = self.ask(Method::POST, &["v3", "rooms", room, "invite"], Some(body)).await?;
        let text = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
        Ok(if status.is_success() {
            Ok(())
        } else {
            Err(Refused {
                errcode: text("errcode").unwrap_or_else(|| "?".to_owned()),
                code: text("nl.kring.code"),
                text: text("error").unwrap_or_default(),
            })
        })
    }

    /// Where this person's long poll stands now.
    pub(super) async fn sync_token(&self) -> Result<String, Failure> {
        let (_, answer) = self.ask(Method::GET, &["v3", "sync"], None).await?;
        answer
            .get("next_batch")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .ok_or_else(|| told("demo-no-sync"))
    }

    /// Polls from `since` until `room` is among the rooms left; false when that takes too long.
    pub(super) async fn wait_until_out(&self, room: &str, since: String) -> Result<bool, Failure> {
        let (started, mut since) = (Instant::now(), since);
        while started.elapsed() < PATIENCE {
            let mut url = self.url(&["v3", "sync"])?;
            url.query_pairs_mut().append_pair("since", &since).append_pair("timeout", "5000");
            let (_, answer) = self.send(Method::GET, url, None).await?;
            if answer.pointer("/rooms/leave").and_then(|left| left.get(room)).is_some() {
                return Ok(true);
            }
            since = answer.get("next_batch").and_then(Value::as_str).unwrap_or(&since).to_owned();
        }
        Ok(false)
    }

    async fn ask(
        &self,
        method: Method,
        path: &[&str],
        body: Option<Value>,
    ) -> Result<(StatusCode, Value), Failure> {
        self.send(method, self.url(path)?, body).await
    }

    fn url(&self, path: &[&str]) -> Result<Url, Failure> {
        let mut url = self.base.clone();
        let mut segments = url.path_segments_mut().map_err(|()| told("demo-no-room"))?;
        segments.clear().extend(["_matrix", "client"]).extend(path);
        drop(segments);
        Ok(url)
    }

    async fn send(
        &self,
        method: Method,
        url: Url,
        body: Option<Value>,
    ) -> Result<(StatusCode, Value), Failure> {
        let mut request = self.http.request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(|e| trouble(&e.without_url()))?;
        let status = answer.status();
        Ok((status, answer.json().await.unwrap_or_default()))
    }
}
