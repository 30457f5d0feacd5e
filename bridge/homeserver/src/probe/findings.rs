//! The findings and their sentences.

use std::sync::LazyLock;

use kring_core::text::{Arg, Catalogue, Text};
use ruma::OwnedUserId;

use crate::{Class, HomeserverError};

pub(super) const NL: &str = include_str!("../../locales/nl.ftl");
pub(super) const EN: &str = include_str!("../../locales/en.ftl");

static TEXTS: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(NL, EN));

/// What a probe found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// All is well.
    Good,
    /// No connection, or no answer in time.
    Unreachable {
        /// Why, in the system's words.
        message: String,
    },
    /// Something answers that is no Matrix homeserver.
    NotMatrix,
    /// The homeserver does not know our `as_token`.
    TokenUnknown,
    /// The token is somebody else's: another registration's or a person's.
    OtherSender {
        /// Whose.
        user: OwnedUserId,
    },
    /// The token is known, and belongs to a registration with another id.
    OtherId {
        /// The id that we think is ours.
        id: String,
    },
    /// It speaks no version of the specification that we need.
    TooOld {
        /// The newest one that it speaks.
        newest: String,
    },
    /// It cannot make rooms of version 12.
    NoRoomVersion,
    /// The registration it has says no `url`.
    NoUrl,
    /// It cannot reach us.
    CannotReachUs {
        /// Why, in its words.
        message: String,
    },
    /// It answers, and is too busy or broken for the moment.
    Failing {
        /// In its words.
        message: String,
    },
}

impl Finding {
    /// Whether all is well.
    pub fn is_good(&self) -> bool {
        *self == Self::Good
    }

    /// The stable code: `good`, `unreachable`, `token-unknown`, …
    pub fn code(&self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Unreachable { .. } => "unreachable",
            Self::NotMatrix => "not-matrix",
            Self::TokenUnknown => "token-unknown",
            Self::OtherSender { .. } => "other-sender",
            Self::OtherId { .. } => "other-id",
            Self::TooOld { .. } => "too-old",
            Self::NoRoomVersion => "no-room-version",
            Self::NoUrl => "no-url",
            Self::CannotReachUs { .. } => "cannot-reach-us",
            Self::Failing { .. } => "failing",
        }
    }

    /// What is wrong and what to do, for an operator.
    pub fn text(&self) -> Text {
        let detail = match self {
            Self::Unreachable { message } | Self::CannotReachUs { message } | Self::Failing { message } => {
                message.as_str()
            }
            Self::OtherSender { user } => user.as_str(),
            Self::OtherId { id } => id,
            Self::TooOld { newest } => newest,
            _ => "",
        };
        TEXTS.text(&format!("homeserver-{}", self.code()), &[("detail", Arg::from(detail))])
    }

    /// The finding behind a failed request.
    pub fn from_error(error: &HomeserverError) -> Self {
        let message = error.message().to_owned();
        match error.class() {
            Class::Unreachable => Self::Unreachable { message },
            Class::NotMatrix | Class::TooLarge => Self::NotMatrix,
            Class::Unauthorized => Self::TokenUnknown,
            // A web server that is no homeserver answers 404 without a Matrix body, which is NotMatrix; a
            // homeserver that does not know an endpoint this old is not recent enough.
            Class::WrongVersion => Self::TooOld { newest: message },
            _ => Self::Failing { message },
        }
    }
}
