//! A value with its place in the file, which the schema sees as the value alone.

use std::{borrow::Cow, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

/// A value and where it stands.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent, bound = "T: Deserialize<'de>")]
pub(crate) struct Placed<T>(Spanned<T>);

impl<T> Placed<T> {
    /// A value that stands in no file: a default.
    pub(crate) fn nowhere(value: T) -> Self {
        Self(Spanned { value, referenced: Location::UNKNOWN, defined: Location::UNKNOWN })
    }
}

impl<T> Deref for Placed<T> {
    type Target = Spanned<T>;

    fn deref(&self) -> &Spanned<T> {
        &self.0
    }
}

impl<T: JsonSchema> JsonSchema for Placed<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
