//! A proxy before the homeserver that passes everything on and keeps what went through while it records.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tokio::net::TcpListener;

/// One request as it went through.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) method: Method,
    /// With its query.
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
    pub(crate) content_type: Option<String>,
    pub(crate) token: String,
    /// The room that the answer to `createRoom` named.
    pub(crate) made: Option<String>,
}

#[derive(Default)]
struct Inner {
    upstream: String,
    recording: bool,
    requests: Vec<Recorded>,
}

/// The proxy.
#[derive(Clone)]
pub(crate) struct Recorder {
    inner: Arc<Mutex<Inner>>,
    client: reqwest::Client,
    pub(crate) address: String,
}

impl Recorder {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap_or_else(|e| fail(&e));
        let address = listener.local_addr().unwrap_or_else(|e| fail(&e));
        let client = reqwest::Client::new();
        let recorder = Self { inner: Arc::default(), client, address: format!("http://{address}") };
        let router = Router::new().fallback(pass).with_state(recorder.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        recorder
    }

    pub(crate) fn before(&self, upstream: &str) {
        self.locked().upstream = upstream.trim_end_matches('/').to_owned();
    }

    pub(crate) fn record(&self, recording: bool) {
        self.locked().recording = recording;
    }

    pub(crate) fn taken(&self) -> Vec<Recorded> {
        std::mem::take(&mut self.locked().requests)
    }

    fn locked(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn pass(
    State(proxy): State<Recorder>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (upstream, recording) = {
        let inner = proxy.locked();
        (inner.upstream.clone(), inner.recording)
    };
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let mut request = proxy.client.request(method.clone(), format!("{upstream}{uri}")).body(body.clone());
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE] {
        if let Some(value) = headers.get(&name) {
            request = request.header(name, value);
        }
    }
    let Ok(answer) = request.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let (status, kind) = (answer.status(), answer.headers().get(header::CONTENT_TYPE).cloned());
    let bytes = answer.bytes().await.unwrap_or_default();
    if recording {
        let made = made(uri.path(), &bytes);
        let token = text(header::AUTHORIZATION).unwrap_or_default();
        let content_type = text(header::CONTENT_TYPE);
        let path = uri.to_string();
        let recorded = Recorded { method, path, body: body.to_vec(), content_type, token, made };
        proxy.locked().requests.push(recorded);
    }
    let mut response = (status, bytes).into_response();
    if let Some(kind) = kind {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}

fn made(path: &str, answer: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(answer).ok().filter(|_| path.ends_with("/createRoom"))?;
    answer.get("room_id").and_then(Value::as_str).map(str::to_owned)
}

#[expect(clippy::panic, reason = "a bench of something that does not work has no result")]
pub(crate) fn fail<T>(why: &dyn std::fmt::Display) -> T {
    panic!("{why}")
}
