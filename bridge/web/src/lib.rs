//! The HTTP side: what the homeserver sends to the application service, and what operators ask about its health.
//!
//! | Route | Who asks | Answer |
//! |---|---|---|
//! | `PUT /_matrix/app/v1/transactions/{txnId}` | the homeserver | 200 once the events are stored |
//! | `POST /_matrix/app/v1/ping` | the homeserver | 200 |
//! | `GET /_matrix/app/v1/users/{id}`, `…/rooms/{alias}` | the homeserver | 404: we make nothing on demand |
//! | `POST /_kring/antispam/{callback}` | the homeserver's module, where it is switched on | 200, or 403 with a reason |
//! | `GET /health` | a supervisor | 200 while the process lives |
//! | `GET /ready` | an operator | 200 or 503, with a code and a sentence per part |
//! | `GET /metrics`, on a listener of its own | Prometheus | 200 with numbers |
//!
//! What lies behind is taken as four traits, [`IngestPort`], [`ReadinessPort`], [`PreventionPort`] and [`ArrearsPort`], so
//! that this crate knows neither the policy nor the store nor the homeserver's client.

mod answer;
mod antispam;
mod appservice;
mod health;
mod metrics;
mod ports;
mod token;
mod transaction;

use std::{future::Future, io, sync::Arc};

use axum::{
    middleware,
    routing::{get, post, put},
};
use secrecy::SecretString;
use tokio::net::TcpListener;

pub use axum::Router;
pub use metrics::{Counted, MetricsState, metrics_router};
pub use ports::{
    Arrears, ArrearsPort, Attempt, Events, IngestError, IngestPort, Part, PreventionPort, Readiness,
    ReadinessPort, Role, Verdict, Waiting,
};
pub use transaction::LARGEST_TRANSACTION;

/// What the routes work with. Clones share everything.
#[derive(Clone)]
pub struct WebState {
    hs_token: Arc<SecretString>,
    ingest: Arc<dyn IngestPort>,
    readiness: Arc<dyn ReadinessPort>,
    antispam: Option<Antispam>,
}

/// The homeserver's module and whom it asks.
#[derive(Clone)]
struct Antispam {
    token: Arc<SecretString>,
    prevention: Arc<dyn PreventionPort>,
}

impl WebState {
    /// The routes' state: the token that the homeserver shows, where events go, and who knows how we are.
    pub fn new(
        hs_token: SecretString,
        ingest: Arc<dyn IngestPort>,
        readiness: Arc<dyn ReadinessPort>,
    ) -> Self {
        Self { hs_token: Arc::new(hs_token), ingest, readiness, antispam: None }
    }

    /// Answers the homeserver's module, which shows `token`, as well. Without this it is told that nobody can.
    #[must_use]
    pub fn preventing(self, token: SecretString, prevention: Arc<dyn PreventionPort>) -> Self {
        Self { antispam: Some(Antispam { token: Arc::new(token), prevention }), ..self }
    }
}

/// All routes but `/metrics`.
pub fn router(state: WebState) -> Router {
    let homeserver = Router::new()
        .route("/_matrix/app/v1/transactions/{txn_id}", put(transaction::put))
        .route("/_matrix/app/v1/ping", post(appservice::ping))
        .route("/_matrix/app/v1/users/{user_id}", get(appservice::user))
        .route("/_matrix/app/v1/rooms/{alias}", get(appservice::room))
        .layer(middleware::from_fn_with_state(state.clone(), token::check));
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .merge(homeserver)
        .nest("/_kring/antispam", antispam::routes())
        .fallback(answer::unrecognized)
        .method_not_allowed_fallback(answer::wrong_method)
        .with_state(state)
}

/// Serves `router` until `shutdown` resolves, then lets running requests end.
///
/// # Errors
///
/// When the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

#[cfg(test)]
mod tests;
