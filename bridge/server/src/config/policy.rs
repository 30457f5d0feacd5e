//! `policy:`

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// The rules of the association.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// The name of a policy that Kring ships (`ivn`), or the path of a file: everything with a `/` or that ends
    /// in `.yaml` is a path.
    #[schemars(with = "String", example = &"ivn", extend("default" = "ivn"))]
    pub source: PolicySource,
}

/// Where the policy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySource {
    /// One that is built in.
    Shipped(String),
    /// The association's own.
    File(PathBuf),
}

impl Default for PolicySource {
    fn default() -> Self {
        Self::Shipped("ivn".to_owned())
    }
}

impl From<&str> for PolicySource {
    fn from(text: &str) -> Self {
        let path = text.contains('/') || [".yaml", ".yml"].iter().any(|end| text.ends_with(end));
        if path { Self::File(text.into()) } else { Self::Shipped(text.to_owned()) }
    }
}

impl<'de> Deserialize<'de> for PolicySource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(String::deserialize(deserializer)?.as_str()))
    }
}
