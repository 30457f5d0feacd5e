//! Reading columns, so that a row that makes no sense is reported by table, column and id.

use std::{fmt::Display, str::FromStr};

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Row as _, any::AnyRow};

use crate::error::StoreError;

/// A row that Kring cannot have written. Says where it is, never what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "table {table}, row {id}: column {column} is not readable ({why}); restore a backup or correct the row"
)]
pub struct BadRow {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's key, as text.
    pub id: String,
    /// What is wrong, without the value.
    pub why: String,
}

/// One row with the name of its table and of its key column.
pub(crate) struct Columns<'r> {
    row: &'r AnyRow,
    table: &'static str,
    key: &'static str,
}

impl<'r> Columns<'r> {
    pub(crate) fn new(row: &'r AnyRow, table: &'static str, key: &'static str) -> Self {
        Self { row, table, key }
    }

    pub(crate) fn bad(&self, column: &'static str, why: impl Display) -> StoreError {
        let id = match self.row.try_get::<&str, _>(self.key) {
            Ok(text) => text.to_owned(),
            Err(_) => self.row.try_get::<i64, _>(self.key).map_or_else(|_| "?".to_owned(), |n| n.to_string()),
        };
        BadRow { table: self.table, column, id, why: why.to_string() }.into()
    }

    pub(crate) fn str(&self, column: &'static str) -> Result<&'r str, StoreError> {
        self.row.try_get(column).map_err(|_| self.bad(column, "no text"))
    }

    pub(crate) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.str(column).map(str::to_owned)
    }

    pub(crate) fn opt_str(&self, column: &'static str) -> Result<Option<&'r str>, StoreError> {
        self.row.try_get(column).map_err(|_| self.bad(column, "neither text nor null"))
    }

    pub(crate) fn opt_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        Ok(self.opt_str(column)?.map(str::to_owned))
    }

    pub(crate) fn int(&self, column: &'static str) -> Result<i64, StoreError> {
        self.row.try_get(column).map_err(|_| self.bad(column, "no number"))
    }

    pub(crate) fn opt_int(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        self.row.try_get(column).map_err(|_| self.bad(column, "neither a number nor null"))
    }

    pub(crate) fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    /// A text that has a grammar: an id, a date, a key.
    pub(crate) fn parse<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.str(column)?.parse().map_err(|_| self.bad(column, "wrong form"))
    }

    pub(crate) fn opt_parse<T: FromStr>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.opt_str(column)?.map(|t| t.parse().map_err(|_| self.bad(column, "wrong form"))).transpose()
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        // serde's own sentence could quote the value.
        serde_json::from_str(self.str(column)?).map_err(|_| self.bad(column, "wrong JSON"))
    }

    pub(crate) fn opt_json<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        self.opt_str(column)?
            .map(|t| serde_json::from_str(t).map_err(|_| self.bad(column, "wrong JSON")))
            .transpose()
    }

    /// One of serde's `snake_case` names, stored bare.
    pub(crate) fn word<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        word(self.str(column)?).ok_or_else(|| self.bad(column, "unknown word"))
    }
}

/// A unit variant out of its serde name.
pub(crate) fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(text)).ok()
}

/// The serde name of a unit variant.
pub(crate) fn as_word<T: Serialize>(value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        _ => Err(StoreError::BadValue { what: "a choice", why: "it has no name".into() }),
    }
}

pub(crate) fn to_json<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::BadValue { what, why: e.to_string() })
}

/// PostgreSQL cannot keep a NUL in text. Matrix ids and types have none; what has one is a mangled event, which must not
/// make its whole transaction fail.
pub(crate) fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// `($1,$2),($3,$4)` for `rows` rows of `columns` columns.
pub(crate) fn placeholders(rows: usize, columns: usize) -> String {
    let row = |r: usize| {
        let cells: Vec<String> = (1..=columns).map(|c| format!("${}", r * columns + c)).collect();
        format!("({})", cells.join(","))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(",")
}
