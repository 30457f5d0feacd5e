//! What the homeserver has, as Kring knows it from events and from the results of its own requests.

use std::collections::BTreeSet;

use kring_core::ids::PlaceKey;
use ruma::{OwnedRoomId, OwnedUserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// All rooms that the bridge sees.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mirror {
    /// In the order of their room ids.
    pub rooms: Vec<MirrorRoom>,
}

/// One room with its state and its people.
#[derive(Debug, Clone, PartialEq)]
pub struct MirrorRoom {
    /// The room.
    pub room_id: OwnedRoomId,
    /// What Kring uses it for; `None` for a room that Kring did not make, which is never touched.
    pub place: Option<PlaceKey>,
    /// The room is being filled for the first time with join rule `restricted` to the root space.
    pub filling: bool,
    /// State that the policy speaks about.
    pub state: RoomState,
    /// Everybody with a membership other than `leave`, sorted by user id.
    pub members: Vec<(OwnedUserId, Membership)>,
}

/// `m.room.member`'s `membership`, without `leave`, which is the absence of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// In the room.
    Join,
    /// Invited and not yet in.
    Invite,
    /// Asked to be let in.
    Knock,
    /// Kept out.
    Ban,
}

/// The state of a room as far as a policy speaks about it. `None` means that the event is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoomState {
    /// `m.room.create`'s `room_version`, "12".
    pub version: Option<String>,
    /// `m.room.create`'s `m.federate`; absent means true.
    pub federate: Option<bool>,
    /// Whether `m.room.create` has `type: m.space`.
    pub space: bool,
    /// `m.room.name`
    pub name: Option<String>,
    /// `m.room.topic`
    pub topic: Option<String>,
    /// `m.room.avatar`'s `mxc:` address.
    pub avatar: Option<String>,
    /// `m.room.canonical_alias`'s `alias`.
    pub canonical_alias: Option<String>,
    /// `m.room.join_rules`
    pub join_rule: Option<JoinRule>,
    /// `m.room.history_visibility`
    pub history_visibility: Option<String>,
    /// `m.room.guest_access`
    pub guest_access: Option<String>,
    /// The content of `m.room.power_levels` as it is, unknown keys included.
    pub power_levels: Option<Value>,
    /// State keys of `m.space.child` with a non-empty content.
    pub children: BTreeSet<OwnedRoomId>,
    /// State keys of `m.space.parent` with a non-empty content.
    pub parents: BTreeSet<OwnedRoomId>,
    /// Whether there is an `m.room.encryption`.
    pub encrypted: bool,
    /// `m.room.tombstone`'s `replacement_room`; an empty text where the tombstone names none.
    pub tombstone: Option<String>,
    /// Whether there is an `m.room.server_acl`.
    pub server_acl: bool,
}

/// `m.room.join_rules`, as far as Kring sets or meets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "join_rule")]
pub enum JoinRule {
    /// Only who is invited.
    Invite,
    /// Who asks may be let in.
    Knock,
    /// Who is in one of `allow` may come in.
    Restricted {
        /// Rooms and spaces whose members may join.
        allow: BTreeSet<OwnedRoomId>,
    },
    /// As `Restricted`, and others may knock.
    KnockRestricted {
        /// Rooms and spaces whose members may join.
        allow: BTreeSet<OwnedRoomId>,
    },
    /// Anybody; never desired.
    Public,
    /// A rule that Kring does not know; never desired.
    #[serde(other)]
    Other,
}
