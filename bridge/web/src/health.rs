//! `/health` and `/ready`.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::Serialize;

use crate::{Readiness, WebState};

#[derive(Serialize)]
struct Report {
    status: &'static str,
    #[serde(flatten)]
    parts: Readiness,
}

/// Alive: the process answers. Says nothing about the rest, so that nobody restarts us because the homeserver is away.
pub(crate) async fn health() -> &'static str {
    "ok"
}

/// Ready: every part is good. `{"status":"ready","database":{"code":"ok","text":{…}}, …}`
pub(crate) async fn ready(State(state): State<WebState>) -> Response {
    let parts = state.readiness.readiness().await;
    let (code, status) = match parts.is_ready() {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not-ready"),
    };
    (code, [(header::CACHE_CONTROL, "no-store")], Json(Report { status, parts })).into_response()
}
