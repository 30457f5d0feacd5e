//! Answers in the form of the Matrix specification.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;

/// The `errcode`s that we answer with. Source: Client-Server API, "Standard error response".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No token.
    MissingToken,
    /// Another token than the homeserver's.
    WrongToken,
    /// A user or alias that does not exist.
    NotFound,
    /// An endpoint that does not exist.
    Unrecognized,
    /// An endpoint that exists with another method.
    WrongMethod,
    /// More than we read.
    TooLarge,
    /// A body that did not come to its end.
    Incomplete,
    /// A body that is not JSON.
    NotJson,
    /// The store does not take it now; send it again.
    NotStored,
}

impl Refusal {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::MissingToken => {
                (StatusCode::UNAUTHORIZED, "M_MISSING_TOKEN", "send the hs_token as Authorization: Bearer")
            }
            Self::WrongToken => {
                (StatusCode::FORBIDDEN, "M_FORBIDDEN", "this is not the hs_token of the registration")
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "M_NOT_FOUND", "there is nothing by this name"),
            Self::Unrecognized => (StatusCode::NOT_FOUND, "M_UNRECOGNIZED", "there is no such endpoint"),
            Self::WrongMethod => {
                (StatusCode::METHOD_NOT_ALLOWED, "M_UNRECOGNIZED", "the endpoint takes another method")
            }
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "M_TOO_LARGE", "the body is larger than 32 MiB")
            }
            Self::Incomplete => (StatusCode::BAD_REQUEST, "M_UNKNOWN", "the body broke off"),
            Self::NotJson => (StatusCode::BAD_REQUEST, "M_NOT_JSON", "the body is not a transaction in JSON"),
            Self::NotStored => (
                StatusCode::SERVICE_UNAVAILABLE,
                "M_UNKNOWN",
                "the events could not be stored; send them again",
            ),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, errcode, error) = self.parts();
        (status, Json(json!({ "errcode": errcode, "error": error }))).into_response()
    }
}

/// The empty object that means "done".
pub(crate) fn done() -> Json<serde_json::Value> {
    Json(json!({}))
}

pub(crate) async fn unrecognized() -> Refusal {
    Refusal::Unrecognized
}

pub(crate) async fn wrong_method() -> Refusal {
    Refusal::WrongMethod
}
