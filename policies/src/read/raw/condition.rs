//! Conditions as they are written.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor, value::SeqAccessDeserializer},
};

use super::{Name, RawTitle};
use crate::read::placed::Placed;

/// A sort of people with a name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPeople {
    /// Its name, for 'is'.
    pub(crate) people: Name,
    /// What people read, in the plural: websupporters.
    pub(crate) title: RawTitle,
    /// One condition is enough.
    pub(crate) who: Vec<Placed<RawCondition>>,
}

/// All of it must hold. 'source: administration' alone holds for everybody of the administration.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCondition {
    /// One of these user types.
    #[serde(rename = "type")]
    pub(crate) types: Option<Placed<OneOrMore>>,
    /// One of these values; 'any' asks for any value.
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, Placed<OneOrMore>>,
    /// None of these values; 'any' asks for no value at all.
    #[serde(default)]
    pub(crate) without: BTreeMap<String, Placed<OneOrMore>>,
    /// One of these sorts of people, from 'people'.
    pub(crate) is: Option<Placed<OneOrMore>>,
    /// What is known of the e-mail address.
    pub(crate) address: Option<Placed<RawAddress>>,
    /// Where the person comes from; the administration unless said.
    pub(crate) source: Option<Placed<RawSource>>,
    /// One of these conditions holds.
    pub(crate) any: Option<Placed<Vec<Placed<RawCondition>>>>,
    /// This does not hold.
    pub(crate) not: Option<Box<Placed<RawCondition>>>,
    /// Not only in the group of their own value.
    #[serde(default)]
    pub(crate) anywhere: bool,
    /// In the groups whose value stands in this attribute of theirs, instead of the group of their own value.
    pub(crate) through: Option<Name>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawAddress {
    Unique,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawSource {
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
