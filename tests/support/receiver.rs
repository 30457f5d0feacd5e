//! A bare application service that writes down what it is sent: the other side in tests of a homeserver's delivery.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    routing::{post, put},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// What was received and how to answer.
#[derive(Debug, Clone, Default)]
pub struct Received {
    /// Transactions in the order of arrival: id and events.
    pub transactions: Vec<(String, Vec<Value>)>,
    /// The `Authorization` header of each.
    pub tokens: Vec<String>,
    /// Pings.
    pub pings: usize,
    /// What each transaction carried beside its events, by key; with [`Received::refuse`] too.
    pub extras: Vec<Vec<String>>,
    /// Answer transactions with 500 and write nothing else down.
    pub refuse: bool,
    /// Write transactions down and never answer.
    pub stall: bool,
}

impl Received {
    /// The ids of all events, in the order of arrival, repeats included.
    pub fn event_ids(&self) -> Vec<&str> {
        let events = self.transactions.iter().flat_map(|(_, events)| events);
        events.filter_map(|event| event.get("event_id").and_then(Value::as_str)).collect()
    }
}

/// Runs until dropped.
#[derive(Debug)]
pub struct Receiver {
    url: String,
    received: Arc<Mutex<Received>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Listens on a free port.
    ///
    /// # Panics
    /// When there is none.
    pub async fn start() -> Self {
        let received = Arc::new(Mutex::new(Received::default()));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket"));
        let router = Router::new()
            .route("/_matrix/app/v1/transactions/{txn}", put(take))
            .route("/_matrix/app/v1/ping", post(ping))
            .with_state(Arc::clone(&received));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { url, received, task }
    }

    /// What goes into a registration's `url`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What was received so far, and the knob. Do not keep it over an `await`.
    pub fn received(&self) -> MutexGuard<'_, Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Notes = State<Arc<Mutex<Received>>>;

async fn take(
    State(notes): Notes,
    Path(txn): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let stall = {
        let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = body.as_object().into_iter().flatten().map(|(key, _)| key.clone());
        notes.extras.push(keys.filter(|key| key != "events").collect());
        if notes.refuse {
            return (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({})));
        }
        let events = body.get("events").and_then(Value::as_array).cloned().unwrap_or_default();
        let token = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
        notes.tokens.push(token.to_owned());
        notes.transactions.push((txn, events));
        notes.stall
    };
    if stall {
        std::future::pending::<()>().await;
    }
    (StatusCode::OK, Json(json!({})))
}

async fn ping(State(notes): Notes) -> Json<Value> {
    notes.lock().unwrap_or_else(PoisonError::into_inner).pings += 1;
    Json(json!({}))
}
