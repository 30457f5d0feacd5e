//! The fake's refusals, in the shape of the spec's "standard error response".

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// A request that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// `M_FORBIDDEN`
    pub errcode: String,
    /// For people.
    pub message: String,
    /// How long to wait, for 429.
    pub retry_after_ms: Option<u64>,
}

impl Refused {
    /// Any refusal.
    pub fn new(status: u16, errcode: &str, message: &str) -> Self {
        Self { status, errcode: errcode.to_owned(), message: message.to_owned(), retry_after_ms: None }
    }

    /// 403 `M_FORBIDDEN`
    pub fn forbidden(message: &str) -> Self {
        Self::new(403, "M_FORBIDDEN", message)
    }

    /// 404 `M_NOT_FOUND`
    pub fn not_found(message: &str) -> Self {
        Self::new(404, "M_NOT_FOUND", message)
    }

    /// 400 `M_BAD_JSON`
    pub fn bad_json(message: &str) -> Self {
        Self::new(400, "M_BAD_JSON", message)
    }

    /// 429 `M_LIMIT_EXCEEDED`
    pub fn too_fast(retry_after_ms: u64) -> Self {
        let refused = Self::new(429, "M_LIMIT_EXCEEDED", "Too Many Requests");
        Self { retry_after_ms: Some(retry_after_ms), ..refused }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut body = json!({ "errcode": self.errcode, "error": self.message });
        if let (Some(wait), Value::Object(body)) = (self.retry_after_ms, &mut body) {
            body.insert("retry_after_ms".into(), json!(wait));
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(body)).into_response()
    }
}
