//! A policy file as it is written. Unknown keys are refused; each value knows its line.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor, value::SeqAccessDeserializer},
};
use serde_saphyr::Spanned;

pub(super) type Name = Spanned<String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPolicy {
    pub(super) name: Name,
    pub(super) timezone: Name,
    pub(super) types: Vec<RawType>,
    #[serde(default)]
    pub(super) attributes: Vec<RawAttribute>,
    #[serde(default)]
    pub(super) grace_days: u16,
    #[serde(default)]
    pub(super) ask_before_removing: RawRemoval,
    #[serde(default)]
    pub(super) leave_alone: Vec<Name>,
    pub(super) most_groups_in_a_space: Option<Spanned<usize>>,
    pub(super) fill_above: Option<usize>,
    #[serde(default)]
    pub(super) powers: RawPowers,
    pub(super) root: Name,
    pub(super) alarms: Option<Name>,
    pub(super) groups: Vec<RawKind>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTitle {
    pub(super) nl: String,
    pub(super) en: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawType {
    #[serde(rename = "type")]
    pub(super) name: Name,
    pub(super) title: RawTitle,
    #[serde(default)]
    pub(super) outsider: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAttribute {
    pub(super) attribute: Name,
    pub(super) column: Name,
    #[serde(default)]
    pub(super) list: bool,
    pub(super) title: RawTitle,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRemoval {
    pub(super) percent: Spanned<f64>,
    pub(super) at_least: usize,
}

impl Default for RawRemoval {
    fn default() -> Self {
        Self { percent: unplaced(20.0), at_least: 10 }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPowers {
    pub(super) admin: Spanned<i64>,
}

impl Default for RawPowers {
    fn default() -> Self {
        Self { admin: unplaced(50) }
    }
}

fn unplaced<T>(value: T) -> Spanned<T> {
    Spanned { value, referenced: serde_saphyr::Location::UNKNOWN, defined: serde_saphyr::Location::UNKNOWN }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawKind {
    pub(super) kind: Name,
    pub(super) key: Option<Name>,
    pub(super) for_each: Option<Name>,
    pub(super) within: Option<Name>,
    pub(super) made_by: Option<Spanned<RawCreate>>,
    pub(super) name: Option<Name>,
    pub(super) topic: Option<Name>,
    #[serde(default)]
    pub(super) parents: Vec<Name>,
    #[serde(default)]
    pub(super) all_parents: bool,
    pub(super) room: Option<Spanned<bool>>,
    #[serde(default)]
    pub(super) space: RawSpace,
    pub(super) admits: Spanned<Vec<Name>>,
    pub(super) may_admit: Option<Vec<Name>>,
    #[serde(default)]
    pub(super) members: Vec<Spanned<RawCondition>>,
    #[serde(default)]
    pub(super) admins: Vec<Spanned<RawCondition>>,
    pub(super) by_invitation: Option<bool>,
    #[serde(default)]
    pub(super) join: RawJoin,
    #[serde(default)]
    pub(super) history: RawHistory,
    #[serde(default)]
    pub(super) federate: bool,
    #[serde(default)]
    pub(super) read_only: bool,
    #[serde(default)]
    pub(super) native_invites: bool,
    #[serde(default)]
    pub(super) section: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCreate {
    #[serde(default)]
    pub(super) who: Vec<Spanned<RawCondition>>,
    #[serde(default)]
    pub(super) admins_above: bool,
    pub(super) at_most: usize,
    pub(super) name_length: usize,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawSpace {
    #[default]
    Never,
    Always,
    WhenNeeded,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawJoin {
    #[default]
    Invite,
    Knock,
    Parents,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawHistory {
    #[default]
    Shared,
    Invited,
    Joined,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCondition {
    #[serde(rename = "type")]
    pub(super) types: Option<Spanned<OneOrMore>>,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, Spanned<OneOrMore>>,
    pub(super) address: Option<Spanned<RawAddress>>,
    pub(super) source: Option<Spanned<RawSource>>,
    pub(super) any: Option<Spanned<Vec<Spanned<RawCondition>>>>,
    pub(super) not: Option<Box<Spanned<RawCondition>>>,
    #[serde(default)]
    pub(super) anywhere: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawAddress {
    Unique,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
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
