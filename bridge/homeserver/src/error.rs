//! What can go wrong with a request, sorted by what the caller should do about it.

use std::time::Duration;

use bytes::Bytes;
use ruma::api::{
    EndpointError,
    error::{ErrorBody, ErrorKind, RetryAfter},
};

/// The longest part of a homeserver's own words that we repeat, in characters.
const LONGEST_MESSAGE: usize = 300;

/// What kind of failure it is, which decides what the caller does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The homeserver is busy or broken for the moment: try again, not before `after` where it says so.
    Retry {
        /// From `retry_after_ms` or the header `Retry-After`; `None` leaves the choice to the caller.
        after: Option<Duration>,
    },
    /// No connection, or no answer in time. The request may have been carried out all the same.
    Unreachable,
    /// Something answers, but it is no Matrix homeserver or speaks no JSON (a proxy, a wrong address).
    NotMatrix,
    /// The token is unknown to the homeserver: registration and homeserver disagree.
    Unauthorized,
    /// The name lies in a namespace that another application service has to itself, or outside of ours.
    Exclusive,
    /// The homeserver or the room's rules refuse.
    Forbidden,
    /// The person's account is suspended, locked or deactivated.
    AccountUnavailable,
    /// The room, event, alias or account does not exist.
    NotFound,
    /// The person is in the room already, so the aim is reached.
    AlreadyInRoom,
    /// The person is not in the room, so there is nobody to take out.
    NotInRoom,
    /// The alias or the user id is taken.
    InUse,
    /// The homeserver does not know the endpoint or the room version.
    WrongVersion,
    /// What we sent, or what came back, is larger than allowed.
    TooLarge,
    /// The request itself is wrong; sending it again will not help.
    BadRequest,
    /// Not sent: another process leads, or is about to ([`Fence`](crate::Fence)).
    Fenced,
}

impl Class {
    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Retry { .. } | Self::Unreachable)
    }
}

/// A request that failed. Prints neither tokens nor addresses.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{during}: {message}{}", self.suffix())]
pub struct HomeserverError {
    during: &'static str,
    class: Class,
    status: Option<u16>,
    errcode: Option<String>,
    message: String,
}

impl HomeserverError {
    /// What the caller should do about it.
    pub fn class(&self) -> Class {
        self.class
    }

    /// The `errcode` of the homeserver's answer (`M_FORBIDDEN`); `None` when it gave none.
    pub fn errcode(&self) -> Option<&str> {
        self.errcode.as_deref()
    }

    /// The HTTP status; `None` when there was no answer.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The homeserver's own words, shortened, or ours when it said nothing.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// How long the homeserver asks us to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.class {
            Class::Retry { after } => after,
            _ => None,
        }
    }

    fn suffix(&self) -> String {
        match (self.status, &self.errcode) {
            (Some(status), Some(code)) => format!(" ({status} {code})"),
            (Some(status), None) => format!(" ({status})"),
            (None, _) => String::new(),
        }
    }

    pub(crate) fn new(during: &'static str, class: Class, message: impl Into<String>) -> Self {
        Self { during, class, status: None, errcode: None, message: message.into() }
    }

    /// A request that never became one: a wrong base address or an identifier that does not fit a path.
    pub(crate) fn unsendable(during: &'static str, error: &dyn std::error::Error) -> Self {
        Self::new(during, Class::BadRequest, shorten(&error.to_string()))
    }

    /// An answer that says success and cannot be read.
    pub(crate) fn unreadable(during: &'static str, error: &dyn std::error::Error) -> Self {
        let message = format!("the answer cannot be read: {error}");
        Self::new(during, Class::NotMatrix, shorten(&message))
    }

    pub(crate) fn transport(during: &'static str, error: reqwest::Error) -> Self {
        // The address carries user ids and, in one lookup, an e-mail address.
        let error = error.without_url();
        let message = match (error.is_timeout(), error.is_connect()) {
            (true, _) => "no answer in time".to_owned(),
            (false, true) => format!("no connection: {}", innermost(&error)),
            (false, false) => format!("the connection broke: {}", innermost(&error)),
        };
        Self::new(during, Class::Unreachable, shorten(&message))
    }

    /// Reads an answer other than 2xx.
    pub(crate) fn refused(during: &'static str, response: http::Response<Bytes>) -> Self {
        let header =
            response.headers().get(http::header::RETRY_AFTER).and_then(|h| delay(h.try_into().ok()?));
        let error = ruma::api::error::Error::from_http_response(response);
        let status = error.status_code.as_u16();
        let (errcode, message, after) = match &error.body {
            ErrorBody::Standard(body) => {
                let after = match &body.kind {
                    ErrorKind::LimitExceeded(data) => data.retry_after.and_then(delay),
                    _ => None,
                };
                (Some(body.kind.errcode().to_string()), shorten(&body.message), after)
            }
            _ => (None, "an answer that is not Matrix".to_owned(), None),
        };
        let class = classify(status, errcode.as_deref(), &message, header.or(after));
        Self { during, class, status: Some(status), errcode, message }
    }
}

fn delay(after: RetryAfter) -> Option<Duration> {
    match after {
        RetryAfter::Delay(duration) => Some(duration),
        // A date would need a clock; the caller's own back-off serves as well.
        RetryAfter::DateTime(_) => None,
    }
}

/// Sorts an answer by its `errcode` first and its status second.
///
/// Synapse tells "already in the room" and "not in the room" apart from other refusals by its words only (MSC3848
/// would give them codes of their own and is off by default), so two phrases are looked for.
fn classify(status: u16, errcode: Option<&str>, message: &str, after: Option<Duration>) -> Class {
    match errcode {
        Some("M_LIMIT_EXCEEDED") => return Class::Retry { after },
        Some("M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN") => return Class::Unauthorized,
        Some("M_USER_LOCKED" | "M_USER_SUSPENDED" | "M_USER_DEACTIVATED") => {
            return Class::AccountUnavailable;
        }
        Some("M_EXCLUSIVE") => return Class::Exclusive,
        Some("M_ROOM_IN_USE" | "M_USER_IN_USE") => return Class::InUse,
        Some("M_UNSUPPORTED_ROOM_VERSION" | "M_INCOMPATIBLE_ROOM_VERSION" | "M_UNRECOGNIZED") => {
            return Class::WrongVersion;
        }
        Some("M_TOO_LARGE") => return Class::TooLarge,
        _ => {}
    }
    match status {
        429 | 500..=599 => Class::Retry { after },
        401 => Class::Unauthorized,
        413 => Class::TooLarge,
        _ if errcode.is_none() => Class::NotMatrix,
        403 if message.contains("already in the room") => Class::AlreadyInRoom,
        403 if message.contains("not in the room") => Class::NotInRoom,
        403 => Class::Forbidden,
        404 => Class::NotFound,
        // An alias that exists: Synapse gives it no `errcode` of its own.
        409 => Class::InUse,
        _ => Class::BadRequest,
    }
}

/// The last error of the chain, which names the cause ("Connection refused").
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// One line of at most [`LONGEST_MESSAGE`] characters without control characters.
fn shorten(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_MESSAGE).collect()
}

#[cfg(test)]
mod tests;
