//! What the server says of itself, media, and the ping.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, header::CONTENT_TYPE},
};
use serde_json::{Value, json};

use super::{Refused, SERVER_NAME, Shared, caller::Caller};

type Answer = Result<Json<Value>, Refused>;

/// `GET versions`
pub(super) async fn versions() -> Json<Value> {
    Json(json!({ "versions": ["v1.1", "v1.7", "v1.11", "v1.15"], "unstable_features": {} }))
}

/// `GET capabilities`
pub(super) async fn capabilities(_caller: Caller) -> Json<Value> {
    Json(json!({ "capabilities": {
        "m.room_versions": { "default": "12", "available": { "11": "stable", "12": "stable" } },
        "m.change_password": { "enabled": true },
    } }))
}

/// `GET /_synapse/admin/v1/server_version`
pub(super) async fn server_version() -> Json<Value> {
    Json(json!({ "server_version": "1.163.2" }))
}

/// `POST upload`
pub(super) async fn upload(
    State(shared): State<Arc<Shared>>,
    _caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let mut world = shared.world();
    let address = format!("mxc://{SERVER_NAME}/media{}", world.next_number());
    world.media.insert(address.clone(), (kind, body.len()));
    Ok(Json(json!({ "content_uri": address })))
}

/// `POST appservice/{id}/ping`: asks the service, and makes a waiting recovery try again at once.
pub(super) async fn ping(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> Answer {
    let service = caller.service.and_then(|i| shared.senders.get(i)).filter(|s| s.registration.id == id);
    let service = service.ok_or_else(|| Refused::forbidden("Mismatching application service ID in path"))?;
    let url = service.registration.url.as_deref();
    let url = url.ok_or_else(|| {
        Refused::new(400, "M_URL_NOT_SET", "The application service does not have a URL set")
    })?;
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build();
    let client = client.map_err(|e| Refused::new(500, "M_UNKNOWN", &e.to_string()))?;
    let address = format!("{}/_matrix/app/v1/ping", url.trim_end_matches('/'));
    let request = client.post(address).bearer_auth(&service.registration.hs_token);
    match request.json(&json!({ "transaction_id": body.get("transaction_id") })).send().await {
        Ok(response) if response.status().is_success() => {
            service.force_retry();
            Ok(Json(json!({ "duration_ms": 1 })))
        }
        Ok(response) => {
            let message = format!("The service answered {}", response.status().as_u16());
            Err(Refused::new(502, "M_BAD_STATUS", &message))
        }
        Err(error) => Err(Refused::new(502, "M_CONNECTION_FAILED", &error.to_string())),
    }
}
