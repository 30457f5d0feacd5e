//! `PUT /_matrix/app/v1/transactions/{txnId}`: the homeserver hands us events.
//!
//! The answer is 200 once the events are stored, whatever they are. Anything else makes the homeserver send the same
//! transaction again, and nothing after it, for ever: so only a store that does not take it is a reason.
//!
//! Source: Application Service API, "Pushing events".

use std::time::{Duration, Instant};

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Path, Request, State},
};
use bytes::Bytes;
use http::header;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::{
    Events, WebState,
    answer::{Refusal, done},
};

/// The largest transaction that is read, in bytes. Synapse sends up to 100 events, about 6.5 MB; the limits that
/// frameworks and proxies set on their own (1 or 2 MB) are too small.
pub const LARGEST_TRANSACTION: usize = 32 * 1024 * 1024;

/// A homeserver gives up after this time too.
const LONGEST_READ: Duration = Duration::from_secs(60);

#[tracing::instrument(
    name = "web.transaction.put",
    skip_all,
    fields(txn.id = %txn_id, events, duration_ms)
)]
pub(crate) async fn put(
    State(state): State<WebState>,
    Path(txn_id): Path<String>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let start = Instant::now();
    let body = read(request).await?;
    let events = events(&body)?;
    let span = tracing::Span::current();
    span.record("events", events.count);
    let stored = state.ingest.ingest(&txn_id, events).await;
    span.record("duration_ms", u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX));
    match stored {
        Ok(()) => {
            tracing::debug!("transaction stored");
            Ok(done())
        }
        Err(error) => {
            tracing::error!(%error, "transaction not stored; the homeserver will send it again");
            Err(Refusal::NotStored)
        }
    }
}

/// The whole body, unless it announces or turns out to be too large.
async fn read(request: Request) -> Result<Bytes, Refusal> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|l| l.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > LARGEST_TRANSACTION) {
        return Err(too_large());
    }
    let Ok(read) = tokio::time::timeout(LONGEST_READ, whole(request.into_body())).await else {
        tracing::warn!("the homeserver did not finish a transaction in time");
        return Err(Refusal::Incomplete);
    };
    read
}

async fn whole(body: Body) -> Result<Bytes, Refusal> {
    to_bytes(body, LARGEST_TRANSACTION).await.map_err(|error| {
        let limit = std::error::Error::source(&error)
            .is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
        if limit { too_large() } else { Refusal::Incomplete }
    })
}

fn too_large() -> Refusal {
    tracing::error!(limit = LARGEST_TRANSACTION, "refused a transaction that is too large");
    Refusal::TooLarge
}

#[derive(Deserialize)]
struct Transaction<'a> {
    #[serde(borrow, default)]
    events: Vec<&'a RawValue>,
}

/// The events without what came beside them: typing, receipts and the like are never stored.
fn events(body: &[u8]) -> Result<Events, Refusal> {
    let transaction: Transaction<'_> = serde_json::from_slice(body).map_err(|error| {
        tracing::error!(%error, "refused a transaction that is not JSON");
        Refusal::NotJson
    })?;
    let mut events = Events { count: transaction.events.len(), json: String::new() };
    events.json.reserve_exact(transaction.events.iter().map(|raw| raw.get().len() + 1).sum());
    for raw in transaction.events {
        events.json.push_str(raw.get());
        events.json.push('\n');
    }
    Ok(events)
}
