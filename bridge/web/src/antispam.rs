//! `POST /_kring/antispam/{callback}`: Synapse's module `synapse-http-antispam` asks before it lets somebody do something.
//!
//! The module takes any 2xx as a yes. Every other answer is a refusal **if its body is JSON**, whatever the status; without
//! JSON the module does what its `fail_open` says for the callback. So only a decision is ever told in JSON here, and all
//! that is wrong with a question, or with us, in plain text: a wrong token on one side must not lock everybody up.
//!
//! A refusal's body becomes the answer to the person's client. It may have any field but `msg` and `code`, with which
//! Synapse answers 500.
//!
//! Source: `synapse-http-antispam` 0.5.1, its README and `_do_request`; Synapse, "Spam checker callbacks".

use std::time::{Duration, Instant};

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{any, post},
};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{Antispam, Attempt, Verdict, WebState, answer::done, token};

/// Questions are some ids; a user id or an alias has at most 255 bytes.
const LARGEST_QUESTION: usize = 64 * 1024;

/// Somebody's client is waiting, and the module itself would for a minute.
const LONGEST_ANSWER: Duration = Duration::from_secs(2);

/// A refusal's stable code, beside the specification's `errcode`.
const CODE: &str = "nl.kring.code";

/// The callbacks that a policy can decide, each at its own name.
pub(crate) fn routes() -> Router<WebState> {
    Router::new()
        .route("/ping", post(ping))
        .route("/user_may_invite", post(ask::<Invite>))
        .route("/user_may_send_3pid_invite", post(ask::<InviteAddress>))
        .route("/user_may_join_room", post(ask::<Join>))
        .route("/user_may_create_room", post(ask::<CreateRoom>))
        .route("/user_may_create_room_alias", post(ask::<NameRoom>))
        .route("/user_may_publish_room", post(ask::<ListRoom>))
        .route("/{callback}", any(other))
}

/// Why there is no decision. Never JSON, see above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoDecision {
    Off,
    WrongToken,
    NotAsked,
    NoQuestion,
    TooSlow,
    Unknown,
}

impl IntoResponse for NoDecision {
    fn into_response(self) -> Response {
        let (status, why) = match self {
            Self::Off => (StatusCode::NOT_FOUND, "antispam is switched off in kring's configuration"),
            Self::WrongToken => (StatusCode::FORBIDDEN, "this is not the token of antispam.token_file"),
            Self::NotAsked => {
                (StatusCode::NOT_FOUND, "kring does not answer this callback; do not enable it")
            }
            Self::NoQuestion => (StatusCode::BAD_REQUEST, "this is no question of synapse-http-antispam"),
            Self::TooSlow => (StatusCode::SERVICE_UNAVAILABLE, "kring took too long"),
            Self::Unknown => (StatusCode::SERVICE_UNAVAILABLE, "kring cannot tell now"),
        };
        (status, why).into_response()
    }
}

/// What the module asks about: the arguments of Synapse's callbacks, by their names.
trait Question: DeserializeOwned + Into<Attempt> + Send {
    /// The callback.
    const NAME: &'static str;
}

async fn ask<Q: Question>(State(state): State<WebState>, request: Request) -> Response {
    let start = Instant::now();
    let decided = tokio::time::timeout(LONGEST_ANSWER, decide::<Q>(&state, request)).await;
    let duration_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    match decided.unwrap_or(Err(NoDecision::TooSlow)) {
        Ok(None) => {
            tracing::debug!(callback = Q::NAME, duration_ms, "allowed");
            done().into_response()
        }
        Ok(Some((code, text))) => {
            tracing::info!(callback = Q::NAME, policy.code = %code, duration_ms, "prevented");
            let body = json!({ "errcode": "M_FORBIDDEN", "error": text, CODE: code });
            (StatusCode::FORBIDDEN, Json(body)).into_response()
        }
        Err(why) => {
            tracing::warn!(callback = Q::NAME, ?why, duration_ms, "the homeserver got no decision");
            why.into_response()
        }
    }
}

/// The code and the text of a refusal; `None` for a yes.
async fn decide<Q: Question>(
    state: &WebState,
    request: Request,
) -> Result<Option<(String, String)>, NoDecision> {
    let antispam = asked_by_the_homeserver(state, request.headers())?;
    let body = to_bytes(request.into_body(), LARGEST_QUESTION).await.map_err(|_| NoDecision::NoQuestion)?;
    let question: Q = serde_json::from_slice(&body).map_err(|_| NoDecision::NoQuestion)?;
    match antispam.prevention.verdict(question.into()).await {
        Verdict::Allowed => Ok(None),
        Verdict::Refused { code, text } => Ok(Some((code, text))),
        Verdict::Unknown => Err(NoDecision::Unknown),
    }
}

fn asked_by_the_homeserver<'a>(state: &'a WebState, headers: &HeaderMap) -> Result<&'a Antispam, NoDecision> {
    let antispam = state.antispam.as_ref().ok_or(NoDecision::Off)?;
    if token::shows(headers, &antispam.token) { Ok(antispam) } else { Err(NoDecision::WrongToken) }
}

/// With `do_ping` the module asks at start until it gets its `id` back, and says in Synapse's log whether it did.
async fn ping(State(state): State<WebState>, request: Request) -> Result<Json<Value>, NoDecision> {
    asked_by_the_homeserver(&state, request.headers())?;
    let body = to_bytes(request.into_body(), LARGEST_QUESTION).await.map_err(|_| NoDecision::NoQuestion)?;
    let ping: Ping = serde_json::from_slice(&body).map_err(|_| NoDecision::NoQuestion)?;
    Ok(Json(json!({ "id": ping.id, "status": "ok" })))
}

async fn other(State(state): State<WebState>, headers: HeaderMap) -> NoDecision {
    asked_by_the_homeserver(&state, &headers).err().unwrap_or(NoDecision::NotAsked)
}

#[derive(Deserialize)]
struct Ping {
    id: String,
}

#[derive(Deserialize)]
struct Invite {
    inviter: String,
    invitee: String,
    room_id: String,
}

impl Question for Invite {
    const NAME: &'static str = "user_may_invite";
}

impl From<Invite> for Attempt {
    fn from(Invite { inviter, invitee, room_id: room }: Invite) -> Self {
        Self::Invite { inviter, invitee, room }
    }
}

/// The address is not read.
#[derive(Deserialize)]
struct InviteAddress {
    inviter: String,
    room_id: String,
}

impl Question for InviteAddress {
    const NAME: &'static str = "user_may_send_3pid_invite";
}

impl From<InviteAddress> for Attempt {
    fn from(InviteAddress { inviter, room_id: room }: InviteAddress) -> Self {
        Self::InviteAddress { inviter, room }
    }
}

#[derive(Deserialize)]
struct Join {
    user: String,
    room: String,
    is_invited: bool,
}

impl Question for Join {
    const NAME: &'static str = "user_may_join_room";
}

impl From<Join> for Attempt {
    fn from(Join { user, room, is_invited }: Join) -> Self {
        Self::Join { user, room, is_invited }
    }
}

#[derive(Deserialize)]
struct CreateRoom {
    user_id: String,
}

impl Question for CreateRoom {
    const NAME: &'static str = "user_may_create_room";
}

impl From<CreateRoom> for Attempt {
    fn from(CreateRoom { user_id: user }: CreateRoom) -> Self {
        Self::CreateRoom { user }
    }
}

#[derive(Deserialize)]
struct NameRoom {
    user_id: String,
    room_alias: String,
}

impl Question for NameRoom {
    const NAME: &'static str = "user_may_create_room_alias";
}

impl From<NameRoom> for Attempt {
    fn from(NameRoom { user_id: user, room_alias: alias }: NameRoom) -> Self {
        Self::NameRoom { user, alias }
    }
}

#[derive(Deserialize)]
struct ListRoom {
    user_id: String,
    room_id: String,
}

impl Question for ListRoom {
    const NAME: &'static str = "user_may_publish_room";
}

impl From<ListRoom> for Attempt {
    fn from(ListRoom { user_id: user, room_id: room }: ListRoom) -> Self {
        Self::ListRoom { user, room }
    }
}

#[cfg(test)]
mod tests;
