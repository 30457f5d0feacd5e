//! `GET /metrics`: numbers for Prometheus, on a listener of its own.
//!
//! What is counted (`…_total`) has been added up since the process began. Everything else is looked up when somebody asks:
//! the gauges of one answer are of one moment, and what cannot be known then is not in it. No number says anything about
//! one person, room or group.
//!
//! Source: Prometheus, "Text-based format", version 0.0.4.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::header;
use metrics::{describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

use crate::{Arrears, ArrearsPort, Readiness, ReadinessPort, Role, Waiting, answer};

/// What the process has counted since it began. Clones read the same.
#[derive(Clone)]
pub struct Counted(PrometheusHandle);

impl Counted {
    /// From here on everything is counted that this process counts with the crate `metrics`.
    ///
    /// # Errors
    ///
    /// When the process has somebody who counts already.
    pub fn install() -> Result<Self, BuildError> {
        Ok(Self(PrometheusBuilder::new().install_recorder()?))
    }
}

/// What `/metrics` works with. Clones share everything.
#[derive(Clone)]
pub struct MetricsState {
    counted: Counted,
    readiness: Arc<dyn ReadinessPort>,
    arrears: Arc<dyn ArrearsPort>,
}

impl MetricsState {
    /// The route's state: what was counted, who knows how we are, and who knows how far we are behind.
    pub fn new(counted: Counted, readiness: Arc<dyn ReadinessPort>, arrears: Arc<dyn ArrearsPort>) -> Self {
        Self { counted, readiness, arrears }
    }
}

/// `GET /metrics` and nothing else. Whoever reaches it may read it.
pub fn metrics_router(state: MetricsState) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .fallback(answer::unrecognized)
        .method_not_allowed_fallback(answer::wrong_method)
        .with_state(state)
}

async fn metrics(State(state): State<MetricsState>) -> Response {
    let (readiness, arrears) = tokio::join!(state.readiness.readiness(), state.arrears.arrears());
    let text = state.counted.0.render() + &now(&readiness, arrears.as_ref());
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}

/// The gauges of this moment, in a recorder that nothing else writes to: so nothing of an earlier moment is among them.
fn now(readiness: &Readiness, arrears: Option<&Arrears>) -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || {
        how_we_are(readiness);
        if let Some(arrears) = arrears {
            of_events(&arrears.events);
            of_effects(&arrears.effects);
        }
    });
    recorder.handle().render()
}

fn how_we_are(readiness: &Readiness) {
    describe_gauge!(
        "kring_leads",
        "1 in the process that handles events and acts on the homeserver, else 0."
    );
    gauge!("kring_leads").set(one_if(readiness.role == Role::Leads));
    describe_gauge!("kring_ready", "1 while this part is as it should be, else 0; GET /ready says why.");
    for (name, part) in readiness.parts() {
        gauge!("kring_ready", "part" => name).set(one_if(part.good));
    }
}

fn of_events(events: &Waiting) {
    describe_gauge!("kring_events_waiting", "Events of the homeserver that are stored and not yet handled.");
    gauge!("kring_events_waiting").set(count(events.waiting));
    describe_gauge!(
        "kring_events_oldest_seconds",
        "How long ago the oldest event that waits came; 0 when none does."
    );
    gauge!("kring_events_oldest_seconds").set(age(events));
    describe_gauge!("kring_events_dead", "Events that could not be handled and were set aside.");
    gauge!("kring_events_dead").set(count(events.given_up));
}

fn of_effects(effects: &Waiting) {
    describe_gauge!("kring_effects_waiting", "Effects in the outbox that are not yet done.");
    gauge!("kring_effects_waiting").set(count(effects.waiting));
    describe_gauge!(
        "kring_effects_oldest_seconds",
        "How long ago the oldest effect that waits was asked for; 0 when none does."
    );
    gauge!("kring_effects_oldest_seconds").set(age(effects));
    describe_gauge!("kring_effects_failed", "Effects that were given up.");
    gauge!("kring_effects_failed").set(count(effects.given_up));
}

fn one_if(so: bool) -> f64 {
    f64::from(u8::from(so))
}

fn age(waiting: &Waiting) -> f64 {
    waiting.oldest.unwrap_or(Duration::ZERO).as_secs_f64()
}

/// Exact up to 2^53.
fn count(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
