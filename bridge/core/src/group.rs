//! Groups as Kring remembers them, apart from what the policy says about their kind.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::ids::{GroupKey, MemberId, Shared, UserType};

/// A group that exists, whether a person made it or a policy's `for_each` did.
///
/// The record keeps the key when the name changes and ties a generated group to its attribute value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// Never changes.
    pub key: GroupKey,
    /// The name of the policy's template that it follows (`afdeling`, `werkgroep`).
    pub template: Shared,
    /// For a generated group the attribute values that make it, by attribute: `{afdeling: Bergen, regio: Limburg}`.
    pub values: BTreeMap<Shared, Shared>,
    /// What people see.
    pub name: String,
    /// The groups above it, for a group that people made; a generated one gets its parents from the policy.
    pub parents: Vec<GroupKey>,
    /// What its admins set, inside the bounds of the policy.
    pub settings: GroupSettings,
    /// Archived groups keep their room but admit nobody.
    pub archived: bool,
}

/// What a group's admins may set. `None` everywhere means the policy's default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupSettings {
    /// The user types the group admits.
    pub admits: Option<Vec<UserType>>,
    /// What the group is for, one or two sentences (the room's topic).
    pub topic: Option<String>,
    /// Whether only its admins and writers write.
    pub read_only: Option<bool>,
    /// How somebody comes in.
    pub join: Option<JoinWish>,
    /// The last day on which the group is used; it is archived on the day after.
    pub ends_on: Option<Date>,
}

/// How somebody comes into a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinWish {
    /// Only who is invited.
    Invite,
    /// Who asks may be let in.
    Knock,
    /// Members of the groups above may come in.
    Parents,
}

/// What a person is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes part.
    Member,
    /// Runs the group (power level 50 unless the policy says otherwise).
    Admin,
}

/// A place in a group that a person gave to a person: an accepted invitation, an appointment as admin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The group.
    pub group: GroupKey,
    /// Who got it.
    pub member: MemberId,
    /// As what.
    pub role: Role,
    /// When it ends by itself; `None` for never.
    pub until: Option<Timestamp>,
    /// Who gave it; `None` when Kring did.
    pub by: Option<MemberId>,
}
