//! What the routes need from the rest of the house.

use std::time::Duration;

use async_trait::async_trait;
use kring_core::text::Text;
use serde::Serialize;

/// The events of a transaction, byte for byte as the homeserver wrote them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Events {
    /// How many they are.
    pub count: usize,
    /// One JSON text after the other, in their order, each with a line feed behind it. Nothing is known of what is in them.
    pub json: String,
}

/// Why a transaction was not stored. The homeserver will send it again.
#[derive(Debug, thiserror::Error)]
#[error("the transaction could not be stored: {0}")]
pub struct IngestError(pub String);

/// Where events go.
///
/// # What an implementation promises
///
/// * It returns `Ok` only once the events are committed; the homeserver forgets them after that.
/// * It never waits for the handling of an event.
/// * The same transaction may come again, also at the same time, and with another id after a restart of the
///   homeserver: an event id that is stored already is skipped.
/// * It fails only when it cannot store; an event it does not like is no reason.
#[async_trait]
pub trait IngestPort: Send + Sync {
    /// Stores the events of one transaction, in their order.
    ///
    /// # Errors
    ///
    /// When they could not be stored.
    async fn ingest(&self, txn_id: &str, events: Events) -> Result<(), IngestError>;
}

/// How one part of the bridge is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Whether it is as it should be.
    #[serde(skip)]
    pub good: bool,
    /// A stable code: `ok`, `unreachable`, `token-unknown`, …
    pub code: String,
    /// What is wrong and what to do.
    pub text: Text,
}

/// What this process does beside taking events in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It handles events and acts on the homeserver.
    Leads,
    /// It waits until the one that leads does so no more.
    StandsBy,
}

/// How the bridge is, part by part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Whether the store answers.
    pub database: Part,
    /// Whether the homeserver answers and is new enough.
    pub homeserver: Part,
    /// Whether the homeserver knows our token.
    pub token: Part,
    /// Whether the homeserver reaches us, or thinks that we are down.
    pub delivery: Part,
    /// Whether this process leads. Both are good.
    pub role: Role,
}

impl Readiness {
    /// Whether every part is good.
    pub fn is_ready(&self) -> bool {
        self.parts().iter().all(|(_, part)| part.good)
    }

    /// Every part with its name.
    pub fn parts(&self) -> [(&'static str, &Part); 4] {
        [
            ("database", &self.database),
            ("homeserver", &self.homeserver),
            ("token", &self.token),
            ("delivery", &self.delivery),
        ]
    }
}

/// Who knows how the bridge is. Called for every `GET /ready` and `GET /metrics`, so an answer may be some
/// seconds old; never fails.
#[async_trait]
pub trait ReadinessPort: Send + Sync {
    /// How the bridge is now.
    async fn readiness(&self) -> Readiness;
}

/// How much of one kind waits to be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub waiting: u64,
    /// How long ago the oldest of them came; `None` when nothing waits.
    pub oldest: Option<Duration>,
    /// How many were given up.
    pub given_up: u64,
}

/// How far the bridge is behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrears {
    /// Events that the homeserver sent.
    pub events: Waiting,
    /// What is to be done on the homeserver.
    pub effects: Waiting,
}

/// Who knows how far the bridge is behind. Called for every `GET /metrics`; must not wait long, whatever is wrong.
#[async_trait]
pub trait ArrearsPort: Send + Sync {
    /// How it stands now; `None` when that cannot be known, because the store does not answer.
    async fn arrears(&self) -> Option<Arrears>;
}

/// What somebody is about to do. Ids are as the homeserver wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// Invite an account.
    Invite {
        /// Who invites.
        inviter: String,
        /// Whom.
        invitee: String,
        /// Into which room.
        room: String,
    },
    /// Invite an e-mail address or a telephone number. Which one is not handed on.
    InviteAddress {
        /// Who invites.
        inviter: String,
        /// Into which room.
        room: String,
    },
    /// Come in.
    Join {
        /// Who comes in.
        user: String,
        /// Into which room.
        room: String,
        /// Whether somebody has invited them.
        is_invited: bool,
    },
    /// Make a room.
    CreateRoom {
        /// Who makes it.
        user: String,
    },
    /// Give a room an alias.
    NameRoom {
        /// Who gives it.
        user: String,
        /// The alias.
        alias: String,
    },
    /// List a room in the homeserver's directory, or take it out.
    ListRoom {
        /// Who lists it.
        user: String,
        /// Which room.
        room: String,
    },
}

/// Whether somebody may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing speaks against it.
    Allowed,
    /// It may not be.
    Refused {
        /// A stable code: `type-not-admitted`, …
        code: String,
        /// The reason and what to do, for the person who tried, in the association's language.
        text: String,
    },
    /// Nobody can tell now. The homeserver does what its own settings say.
    Unknown,
}

/// Who knows what people may do.
///
/// # What an implementation promises
///
/// * It makes no request to the homeserver and waits for nothing that does: the homeserver may be asking in the middle of a
///   request of ours, which cannot end before the answer.
/// * It allows what the bridge does itself.
#[async_trait]
pub trait PreventionPort: Send + Sync {
    /// Whether somebody may do this now. Given up after two seconds, which counts as [`Verdict::Unknown`].
    async fn verdict(&self, attempt: Attempt) -> Verdict;
}
