//! Every key of the configuration with its meaning, read from the doc comments of the sections.

use std::fmt::Write as _;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::Config;

/// A section of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// `homeserver`
    pub name: String,
    /// What it is about.
    pub doc: String,
    /// Its keys, in the order of the type.
    pub keys: Vec<Key>,
}

impl Section {
    pub(super) fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.name.as_str())
    }
}

/// A key of a section.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// `server_name`
    pub name: String,
    /// What it means.
    pub doc: String,
    /// Whether the file must have it.
    pub required: bool,
    /// What it is when the file does not have it; `None` for nothing.
    pub default: Option<String>,
    /// What it may be; empty when it is no choice.
    pub choices: Vec<String>,
    example: Option<String>,
}

impl Key {
    /// A value that it could have.
    pub fn example(&self) -> String {
        let choice = || self.choices.first().cloned();
        self.example.clone().or_else(choice).or_else(|| self.default.clone()).unwrap_or_default()
    }
}

/// Every section with its keys.
pub fn reference() -> Vec<Section> {
    let settings = SchemaSettings::default().with(|s| s.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<Config>();
    properties(schema.as_value())
        .map(|(name, section)| Section {
            name: name.clone(),
            doc: doc(section),
            keys: properties(section).map(|(name, key)| one_key(section, name, key)).collect(),
        })
        .collect()
}

/// The reference as `docs/configuration.md` has it.
pub fn markdown() -> String {
    let mut page = include_str!("reference.md").to_owned();
    for section in reference() {
        _ = write!(page, "\n## `{}`\n\n{}\n", section.name, section.doc);
        for key in &section.keys {
            _ = write!(page, "\n### `{}.{}`\n\n{}\n\n", section.name, key.name, key.doc);
            _ = match (&key.default, key.required) {
                (_, true) => writeln!(page, "* Required."),
                (Some(default), _) => writeln!(page, "* Default: `{default}`"),
                (None, _) => writeln!(page, "* Optional."),
            };
            if !key.choices.is_empty() {
                _ = writeln!(page, "* One of: `{}`", key.choices.join("`, `"));
            }
            _ = writeln!(page, "* Example: `{}`", key.example());
            let variable = format!("KRING_{}__{}", section.name, key.name).to_uppercase();
            _ = writeln!(page, "* Environment: `{variable}`");
        }
    }
    page
}

/// The known name that somebody may have meant.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().map(|k| (strsim::damerau_levenshtein(name, k), *k)).min()?;
    (near.0 <= 1 + name.chars().count() / 4).then_some(near.1)
}

fn one_key(section: &Value, name: &str, key: &Value) -> Key {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let required = section.get("required").and_then(Value::as_array);
    Key {
        name: name.to_owned(),
        doc: doc(key),
        required: required.is_some_and(|names| names.iter().any(|n| n == name)),
        default: key.get("default").filter(|value| !value.is_null()).map(text),
        choices: choices(key),
        example: key.get("examples").and_then(|examples| examples.get(0)).map(text),
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// One paragraph: the line ends of a doc comment are not the reader's.
fn doc(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    text.split('\n').map(str::trim).collect::<Vec<_>>().join(" ")
}

/// An `enum` of texts, or a `oneOf` of documented constants.
fn choices(key: &Value) -> Vec<String> {
    let listed = |name: &str| key.get(name).and_then(Value::as_array).into_iter().flatten();
    let plain = listed("enum").filter_map(Value::as_str);
    let documented = listed("oneOf").filter_map(|one| one.get("const").and_then(Value::as_str));
    plain.chain(documented).map(str::to_owned).collect()
}
