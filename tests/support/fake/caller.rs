//! Who asks, and what the knobs make of it.

use std::{collections::HashMap, io, sync::Arc};

use axum::{
    body::Body,
    extract::{FromRequestParts, MatchedPath, Query, Request, State},
    http::{StatusCode, header::AUTHORIZATION, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::stream;

use super::{Refused, Shared, knobs::Fate, locked};

/// A request's user, and the service whose token it came with.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) user: String,
    pub(super) service: Option<usize>,
    token: String,
}

impl Caller {
    /// Refuses everybody but server admins.
    pub(super) fn must_be_admin(&self, shared: &Shared) -> Result<(), Refused> {
        let world = shared.world();
        match world.accounts.get(&self.user) {
            Some(account) if account.admin && self.service.is_none() => Ok(()),
            _ => Err(Refused::forbidden("You are not a server admin")),
        }
    }

    /// What a client transaction id is unique within: the token, so for a service all its users together.
    pub(super) fn transaction(&self, path: &str) -> String {
        format!("{} {path}", self.token)
    }
}

impl FromRequestParts<Arc<Shared>> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Refused> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
        let token = header.and_then(|h| h.strip_prefix("Bearer "));
        let token = token.ok_or_else(|| Refused::new(401, "M_MISSING_TOKEN", "Missing access token"))?;
        let query = Query::<HashMap<String, String>>::try_from_uri(&parts.uri).map(|q| q.0);
        identify(shared, token, query.unwrap_or_default().get("user_id"))
    }
}

fn identify(shared: &Shared, token: &str, as_user: Option<&String>) -> Result<Caller, Refused> {
    let service = shared.senders.iter().position(|s| s.registration.as_token == token);
    if let Some((index, sender)) = service.and_then(|i| Some((i, shared.senders.get(i)?))) {
        let user = as_user.cloned().unwrap_or_else(|| sender.user());
        if !sender.speaks_for(&user) {
            return Err(Refused::forbidden("Application service cannot masquerade as this user"));
        }
        return Ok(Caller { user, service: Some(index), token: token.to_owned() });
    }
    let world = shared.world();
    let user = world.tokens.get(token).cloned();
    let user = user.ok_or_else(|| Refused::new(401, "M_UNKNOWN_TOKEN", "Invalid access token passed."))?;
    if world.accounts.get(&user).is_some_and(|a| a.locked) {
        return Err(Refused::new(401, "M_USER_LOCKED", "User account has been locked"));
    }
    Ok(Caller { user, service: None, token: token.to_owned() })
}

/// Counts a request and lets the knobs decide on it.
pub(super) async fn watch(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("?", MatchedPath::as_str);
    let kind = format!("{} {path}", request.method());
    let address = request.uri().to_string();
    let (fate, pause) = {
        let mut knobs = locked(&shared.knobs);
        (knobs.fate(&kind, &address), knobs.pause(&kind, &address))
    };
    locked(&shared.log).push(format!("{} {address}", request.method()));
    *locked(&shared.counts).entry(kind).or_default() += 1;
    let _running = shared.traffic.enter();
    let answer = carried_out(&shared, fate, request, next).await;
    if !pause.is_zero() {
        tokio::time::sleep(pause).await;
    }
    answer
}

async fn carried_out(shared: &Shared, fate: Fate, request: Request, next: Next) -> Response {
    match fate {
        Fate::Handle => next.run(request).await,
        Fate::RateLimit(wait) => Refused::too_fast(wait).into_response(),
        Fate::Fail => Refused::new(500, "M_UNKNOWN", "Internal server error").into_response(),
        Fate::Refuse => Refused::forbidden("You may not do that").into_response(),
        Fate::Drop => cut(),
        Fate::LoseAnswer => {
            next.run(request).await;
            cut()
        }
        Fate::Hold { handled: true } => {
            let answer = next.run(request).await;
            shared.held().await;
            answer
        }
        Fate::Hold { handled: false } => {
            shared.held().await;
            next.run(request).await
        }
    }
}

/// An answer that breaks off before its first byte.
fn cut() -> Response {
    let broken = stream::once(async { Err::<Vec<u8>, _>(io::Error::other("cut by a knob")) });
    (StatusCode::OK, Body::from_stream(broken)).into_response()
}
