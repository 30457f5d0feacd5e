//! Effects: what goes into the outbox before anything is asked of the homeserver.

use kring_core::ids::{MemberId, PlaceKey};
use kring_policies::plan::{Action, ActionKind, NewRoom};
use ruma::{OwnedRoomId, OwnedUserId};
use serde::{Deserialize, Serialize};

/// One side effect, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// An action of a plan or a repair.
    Act {
        /// What.
        action: Action,
        /// Where it comes from.
        origin: Origin,
    },
    /// A sentence to the people of a room, from the bridge.
    Notify {
        /// Where.
        room: OwnedRoomId,
        /// What, in the association's language.
        text: String,
    },
    /// Another room for a place, which takes over from the one that it has.
    Upgrade {
        /// The place.
        place: PlaceKey,
        /// The room that it has.
        from: OwnedRoomId,
        /// The room that it gets.
        new: Box<NewRoom>,
    },
    /// An account for a person of the administration.
    Provision {
        /// Who.
        member: MemberId,
        /// The account to make; chosen before, so that trying again makes the same one.
        user: OwnedUserId,
        /// Whether the address may be the log-in (it is the person's alone).
        with_address: bool,
    },
}

/// Why an action is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "origin")]
pub enum Origin {
    /// Somebody applied a plan.
    Plan,
    /// An event broke the policy.
    Repair {
        /// `$…`
        event_id: String,
        /// Who sent it.
        sender: String,
        /// When it was received, in ms since the epoch.
        received_ms: i64,
    },
}

impl Effect {
    /// Effects of one lane run one after the other: one writer per room.
    pub fn lane(&self) -> String {
        match self {
            Self::Act { action, .. } => action.place.to_string(),
            Self::Notify { room, .. } => room.to_string(),
            Self::Upgrade { place, .. } => place.to_string(),
            Self::Provision { .. } => "accounts".to_owned(),
        }
    }

    /// What it is, for lists and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Act { action, .. } => kind_of(&action.kind),
            Self::Notify { .. } => "notify",
            Self::Upgrade { .. } => "upgrade",
            Self::Provision { .. } => "provision",
        }
    }

    /// What is to be done, apart from where it comes from: the same text for the same deed.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON, which nothing of Kring's makes happen.
    pub fn what(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Act { action, .. } => serde_json::to_string(&action.kind),
            Self::Notify { text, .. } => Ok(text.clone()),
            Self::Upgrade { from, .. } => Ok(from.to_string()),
            Self::Provision { member, .. } => Ok(member.to_string()),
        }
    }

    /// Two pending effects with the same key would do the same thing.
    pub fn dedupe_key(&self) -> Option<String> {
        let action = match self {
            Self::Act { action, .. } => action,
            Self::Upgrade { place, .. } => return Some(format!("upgrade {place}")),
            Self::Notify { .. } | Self::Provision { .. } => return None,
        };
        let place = &action.place;
        Some(match &action.kind {
            ActionKind::Create(_) => format!("create {place}"),
            // A join and a removal of one person cancel each other; the key keeps both in order, not one of them.
            ActionKind::Join { user, .. } => format!("join {place} {user}"),
            ActionKind::Remove { user, .. } => format!("remove {place} {user}"),
            ActionKind::Unban { user, .. } => format!("unban {place} {user}"),
            ActionKind::Power(_) => format!("power {place} {}", fingerprint(&action.kind)),
            ActionKind::SetState { .. } => format!("state {place} {}", fingerprint(&action.kind)),
            ActionKind::FinishFilling { .. } => format!("filled {place}"),
        })
    }
}

/// The `kind` of an action in `kring plan --json`.
pub fn kind_of(kind: &ActionKind) -> &'static str {
    match kind {
        ActionKind::Create(_) => "create",
        ActionKind::Join { .. } => "join",
        ActionKind::Remove { .. } => "remove",
        ActionKind::Unban { .. } => "unban",
        ActionKind::Power(_) => "power",
        ActionKind::SetState { .. } => "state",
        ActionKind::FinishFilling { .. } => "finish_filling",
    }
}

fn fingerprint(kind: &ActionKind) -> String {
    use sha2::{Digest, Sha256};
    let json = serde_json::to_vec(kind).unwrap_or_default();
    hex::encode(Sha256::digest(json).get(..8).unwrap_or_default())
}
