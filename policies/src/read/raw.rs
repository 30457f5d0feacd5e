//! A policy file as it is written. Unknown keys are refused; each value knows its line.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor, value::SeqAccessDeserializer},
};

use super::placed::Placed;

pub(super) type Name = Placed<String>;

/// A policy of Kring: who belongs in which group, and who may do what there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPolicy {
    /// What the association calls its intranet.
    pub(super) name: Name,
    /// IANA name of the zone in which days begin and end: Europe/Amsterdam.
    pub(super) timezone: Name,
    /// The user types.
    pub(super) types: Vec<RawType>,
    /// What is used of the member administration.
    #[serde(default)]
    pub(super) attributes: Vec<RawAttribute>,
    /// Days that somebody stays in their groups after leaving the administration.
    #[serde(default)]
    pub(super) grace_days: u16,
    /// When a plan or an import asks before it takes people out.
    #[serde(default)]
    pub(super) ask_before_removing: RawRemoval,
    /// Patterns of user ids that Kring never touches: '@clock*:example.org'.
    #[serde(default)]
    pub(super) leave_alone: Vec<Name>,
    /// Most groups in one space (2 to 200); more make parts.
    pub(super) most_groups_in_a_space: Option<Placed<usize>>,
    /// A new room with more people than this is filled with one event per person.
    pub(super) fill_above: Option<usize>,
    /// Power levels.
    #[serde(default)]
    pub(super) powers: RawPowers,
    /// The key of the group that everybody is in; it has a space.
    pub(super) root: Name,
    /// The key of the group that hears of alarms.
    pub(super) alarms: Option<Name>,
    /// The kinds of groups.
    pub(super) groups: Vec<RawKind>,
}

/// A text in both languages.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTitle {
    /// Dutch.
    pub(super) nl: String,
    /// English.
    pub(super) en: String,
}

/// One user type.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawType {
    /// As it stands in the administration.
    #[serde(rename = "type")]
    pub(super) name: Name,
    /// What people read.
    pub(super) title: RawTitle,
    /// Somebody from outside, who sees only people they share a group with.
    #[serde(default)]
    pub(super) outsider: bool,
}

/// One attribute of people.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAttribute {
    /// Its name in this file.
    pub(super) attribute: Name,
    /// The column of the administration.
    pub(super) column: Name,
    /// Several values, separated by commas.
    #[serde(default)]
    pub(super) list: bool,
    /// What people read.
    pub(super) title: RawTitle,
}

/// How many people may be taken out without asking.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRemoval {
    /// Of the people there are, 0 to 100.
    pub(super) percent: Placed<f64>,
    /// Never ask for fewer people than this.
    pub(super) at_least: usize,
}

impl Default for RawRemoval {
    fn default() -> Self {
        Self { percent: Placed::nowhere(20.0), at_least: 10 }
    }
}

/// Power levels.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPowers {
    /// Of the admin of a group, 1 to 99.
    pub(super) admin: Placed<i64>,
}

impl Default for RawPowers {
    fn default() -> Self {
        Self { admin: Placed::nowhere(50) }
    }
}

/// A kind of group. Exactly one of `key`, `for_each` and `made_by` says which groups there are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawKind {
    /// Its name: lower-case letters, digits and hyphens.
    pub(super) kind: Name,
    /// One fixed group with this key: team/websupport.
    pub(super) key: Option<Name>,
    /// One group for each value of this attribute.
    pub(super) for_each: Option<Name>,
    /// A second attribute that tells two equal values apart.
    pub(super) within: Option<Name>,
    /// Groups that people make.
    pub(super) made_by: Option<Placed<RawCreate>>,
    /// What people read; '{branch}' stands for the value of an attribute.
    pub(super) name: Option<Name>,
    /// What the group is for; '{branch}' stands for the value of an attribute.
    pub(super) topic: Option<Name>,
    /// The kinds of groups above it.
    #[serde(default)]
    pub(super) parents: Vec<Name>,
    /// Below every group that some of its people belong to, rather than that of most.
    #[serde(default)]
    pub(super) all_parents: bool,
    /// Whether it has a room to talk in.
    pub(super) room: Option<Placed<bool>>,
    /// Whether it has a space, in which groups are found.
    #[serde(default)]
    pub(super) space: RawSpace,
    /// The types it admits unless its admins set others.
    pub(super) admits: Placed<Vec<Name>>,
    /// The types that its admins may set.
    pub(super) may_admit: Option<Vec<Name>>,
    /// Who belongs without being asked; one condition is enough.
    #[serde(default)]
    pub(super) members: Vec<Placed<RawCondition>>,
    /// Who runs the group, and belongs to it; one condition is enough.
    #[serde(default)]
    pub(super) admins: Vec<Placed<RawCondition>>,
    /// Whether people may be invited; groups that people make take invitations unless told otherwise.
    pub(super) by_invitation: Option<bool>,
    /// How somebody comes in.
    #[serde(default)]
    pub(super) join: RawJoin,
    /// Who can read older messages.
    #[serde(default)]
    pub(super) history: RawHistory,
    /// Whether people of other homeservers can be in it.
    #[serde(default)]
    pub(super) federate: bool,
    /// Only admins write.
    #[serde(default)]
    pub(super) read_only: bool,
    /// Admins may invite and remove people with their own client; Kring checks afterwards.
    #[serde(default)]
    pub(super) native_invites: bool,
    /// The section of the association, for which the address rule of the administration holds.
    #[serde(default)]
    pub(super) section: bool,
}

/// Who may make such groups.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCreate {
    /// One condition is enough.
    #[serde(default)]
    pub(super) who: Vec<Placed<RawCondition>>,
    /// Admins of the group above may make them.
    #[serde(default)]
    pub(super) admins_above: bool,
    /// Most groups of this kind below one group.
    pub(super) at_most: usize,
    /// Longest name, in characters.
    pub(super) name_length: usize,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawSpace {
    #[default]
    Never,
    Always,
    WhenNeeded,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawJoin {
    #[default]
    Invite,
    Knock,
    Parents,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawHistory {
    #[default]
    Shared,
    Invited,
    Joined,
}

/// All of it must hold; an empty condition holds for everybody of the administration.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCondition {
    /// One of these user types.
    #[serde(rename = "type")]
    pub(super) types: Option<Placed<OneOrMore>>,
    /// One of these values; 'any' asks for any value.
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, Placed<OneOrMore>>,
    /// What is known of the e-mail address.
    pub(super) address: Option<Placed<RawAddress>>,
    /// Where the person comes from; the administration unless said.
    pub(super) source: Option<Placed<RawSource>>,
    /// One of these conditions holds.
    pub(super) any: Option<Placed<Vec<Placed<RawCondition>>>>,
    /// This does not hold.
    pub(super) not: Option<Box<Placed<RawCondition>>>,
    /// Not only in the group of their own value.
    #[serde(default)]
    pub(super) anywhere: bool,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawAddress {
    Unique,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawSource {
    Any,
    Administration,
    Invitation,
}

/// `vrijwilliger` or `[vrijwilliger, medewerker]`; the word `any` is an empty list: any value at all.
#[derive(Debug, Clone)]
pub(crate) struct OneOrMore(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMoreVisitor)
    }
}

impl JsonSchema for OneOrMore {
    fn schema_name() -> Cow<'static, str> {
        "OneOrMore".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
    }
}

struct OneOrMoreVisitor;

impl<'de> Visitor<'de> for OneOrMoreVisitor {
    type Value = OneOrMore;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word or a list of words")
    }

    fn visit_str<E>(self, text: &str) -> Result<OneOrMore, E> {
        Ok(OneOrMore(if text == "any" { Vec::new() } else { vec![text.to_owned()] }))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<OneOrMore, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(OneOrMore)
    }
}
