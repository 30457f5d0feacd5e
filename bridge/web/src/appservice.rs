//! The smaller endpoints of the Application Service API.

use axum::Json;
use serde_json::Value;

use crate::answer::{Refusal, done};

/// `POST /_matrix/app/v1/ping`: always 200, whatever the body says, since the question is whether we are here.
///
/// Source: Application Service API, "Pinging".
#[tracing::instrument(name = "web.ping.post")]
pub(crate) async fn ping() -> Json<Value> {
    tracing::debug!("the homeserver reaches us");
    done()
}

/// `GET /_matrix/app/v1/users/{userId}`: our bots are registered at start; any other name does not exist.
pub(crate) async fn user() -> Refusal {
    Refusal::NotFound
}

/// `GET /_matrix/app/v1/rooms/{roomAlias}`: a group's alias is made with its room, never because somebody asks.
pub(crate) async fn room() -> Refusal {
    Refusal::NotFound
}
