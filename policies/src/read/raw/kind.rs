//! A kind of group as it is written.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Name, RawCondition};
use crate::read::placed::Placed;

/// A kind of group. Exactly one of `key`, `for_each` and `made_by` says which groups there are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawKind {
    /// Its name: lower-case letters, digits and hyphens.
    pub(crate) kind: Name,
    /// One fixed group with this key: team/websupport.
    pub(crate) key: Option<Name>,
    /// One group for each value of this attribute.
    pub(crate) for_each: Option<Name>,
    /// A second attribute that tells two equal values apart.
    pub(crate) within: Option<Name>,
    /// Groups that people make.
    pub(crate) made_by: Option<Placed<RawCreate>>,
    /// What people read; '{branch}' stands for the value of an attribute.
    pub(crate) name: Option<Name>,
    /// What the group is for; '{branch}' stands for the value of an attribute.
    pub(crate) topic: Option<Name>,
    /// The kinds of groups above it; every kind but the root and hidden ones has some.
    pub(crate) parents: Option<Placed<Vec<Name>>>,
    /// Below every group that some of its people belong to, rather than that of most.
    #[serde(default)]
    pub(crate) all_parents: bool,
    /// Whether it has a room to talk in.
    pub(crate) room: Option<Placed<bool>>,
    /// Whether it has a space, in which groups are found.
    #[serde(default)]
    pub(crate) space: RawSpace,
    /// The types it admits unless its admins set others.
    pub(crate) admits: Placed<Vec<Name>>,
    /// The types that its admins may set.
    pub(crate) may_admit: Option<Placed<Vec<Name>>>,
    /// Who belongs without being asked; one condition is enough.
    #[serde(default)]
    pub(crate) members: Vec<Placed<RawCondition>>,
    /// Who runs the group, and belongs to it; one condition is enough.
    #[serde(default)]
    pub(crate) admins: Vec<Placed<RawCondition>>,
    /// Who of the people in it writes, where only some do; one condition is enough.
    #[serde(default)]
    pub(crate) writers: Vec<Placed<RawCondition>>,
    /// Whom its people turn to, shown in its profile; one condition is enough.
    #[serde(default)]
    pub(crate) contacts: Vec<Placed<RawCondition>>,
    /// Whether its admins may invite everybody whom it admits, without an end; in short what 'invites' says at length.
    /// Groups that people make take invitations unless told otherwise.
    pub(crate) by_invitation: Option<Placed<bool>>,
    /// Who may invite whom, and for how long; one rule is enough.
    pub(crate) invites: Option<Vec<Placed<RawInvite>>>,
    /// Admins of the groups directly above may do what its own admins may.
    #[serde(default)]
    pub(crate) admins_above: bool,
    /// Somebody whom a person makes admin is so for this many days.
    pub(crate) admin_days: Option<Placed<u16>>,
    /// Fewer admins raise an alarm.
    pub(crate) least_admins: Option<Placed<u16>>,
    /// Who may be proposed as admin when there are too few; one condition is enough.
    #[serde(default)]
    pub(crate) successors: Vec<Placed<RawCondition>>,
    /// Days that somebody stays in such a group after leaving the administration, instead of those for all groups.
    pub(crate) grace_days: Option<Placed<u16>>,
    /// When the group archives itself.
    pub(crate) ends: Option<Placed<RawEnds>>,
    /// What its admins may set, besides the topic, the types and the name of a group that people made.
    pub(crate) settings: Option<Placed<RawSettings>>,
    /// State events that its admins may send with their own client, besides pinned messages.
    pub(crate) admins_send: Option<Placed<Vec<Name>>>,
    /// How somebody comes in.
    pub(crate) join: Option<Placed<RawJoin>>,
    /// Who can read older messages.
    pub(crate) history: Option<Placed<RawHistory>>,
    /// Whether people of other homeservers can be in it.
    #[serde(default)]
    pub(crate) federate: bool,
    /// Only admins and writers write.
    pub(crate) read_only: Option<Placed<bool>>,
    /// Only who is in it finds it.
    pub(crate) hidden: Option<Placed<bool>>,
    /// Admins may invite and remove people with their own client; Kring checks afterwards.
    #[serde(default)]
    pub(crate) native_invites: bool,
    /// The section of the association, for which the address rule of the administration holds.
    #[serde(default)]
    pub(crate) section: bool,
}

/// Who may make such groups.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCreate {
    /// One condition is enough.
    #[serde(default)]
    pub(crate) who: Vec<Placed<RawCondition>>,
    /// Admins of the group above may make them.
    #[serde(default)]
    pub(crate) admins_above: bool,
    /// Most groups of this kind below one group.
    pub(crate) at_most: usize,
    /// Below how many groups one of them may hang at once; one unless said.
    pub(crate) under_at_most: Option<usize>,
    /// Longest name, in characters.
    pub(crate) name_length: usize,
}

/// Who may invite whom.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawInvite {
    /// What somebody must be to invite; one is enough.
    #[serde(default)]
    pub(crate) by: Vec<RawInviter>,
    /// Others who may invite; one condition is enough. There must be a 'by' or a 'who'.
    #[serde(default)]
    pub(crate) who: Vec<Placed<RawCondition>>,
    /// Whom they may invite; one condition is enough. Everybody whom the group admits unless said.
    #[serde(default)]
    pub(crate) whom: Vec<Placed<RawCondition>>,
    /// The invitation ends after so many days; never unless said.
    pub(crate) at_most_days: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawInviter {
    Admins,
    Members,
    AdminsAbove,
}

/// When a group archives itself. Exactly one of `after` and `days_after_value`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawEnds {
    /// The last day on which it is used: 2027-01-31.
    #[schemars(with = "Option<String>")]
    pub(crate) after: Option<Date>,
    /// So many days after the date that the value of for-each begins with.
    pub(crate) days_after_value: Option<u16>,
    /// What it is then.
    pub(crate) then: RawAfterwards,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawAfterwards {
    ReadOnly,
    Closed,
}

/// What the admins of a group may set.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSettings {
    /// Whether only admins and writers write.
    #[serde(default)]
    pub(crate) read_only: bool,
    /// Which of these ways in.
    #[serde(default)]
    pub(crate) join: Vec<RawJoin>,
    /// A last day for the group, at most so many days ahead.
    pub(crate) end_within_days: Option<u16>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawSpace {
    #[default]
    Never,
    Always,
    WhenNeeded,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawJoin {
    #[default]
    Invite,
    Knock,
    Parents,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawHistory {
    #[default]
    Shared,
    Invited,
    Joined,
}
