//! From text and environment to a [`Config`], with everything that is wrong at once.

use std::{fs::File, io::Read as _, path::Path};

use serde_json::Value;

use super::{
    Config,
    problem::{Origin, Problem, Problems},
    reference::{self, Key, Section},
    store,
    tree::Tree,
};

/// The name of the association in the example.
const PLACEHOLDER_NAME: &str = "CHANGE-ME";
/// The domain of the example, which nobody owns (RFC 2606).
const PLACEHOLDER_DOMAIN: &str = "example.org";

/// Reads a text file of at most `limit` bytes.
///
/// # Errors
/// With the sentence to show when it is missing, may not be read, is too large or is no text.
pub(super) fn file(path: &Path, limit: u64) -> Result<String, Problems> {
    let whole = || Origin::File { path: path.to_owned(), line: 0 };
    let unreadable = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Problem::new("file-missing", &whole(), "", &[]),
        std::io::ErrorKind::PermissionDenied => Problem::new("file-forbidden", &whole(), "", &[]),
        std::io::ErrorKind::InvalidData => Problem::new("file-no-text", &whole(), "", &[]),
        _ => Problem::new("file-unreadable", &whole(), "", &[("reason", error.to_string().into())]),
    };
    let mut text = String::new();
    let file = File::open(path).map_err(|e| unreadable(&e))?;
    file.take(limit + 1).read_to_string(&mut text).map_err(|e| unreadable(&e))?;
    if text.len() as u64 > limit {
        let limit = (limit / 1024).to_string();
        return Err(Problem::new("file-too-large", &whole(), "", &[("limit", limit.into())]).into());
    }
    Ok(text)
}

/// Reads the configuration.
///
/// # Errors
/// With every problem that was found.
pub(super) fn config(text: &str, path: &Path, env: &[(String, String)]) -> Result<Config, Problems> {
    let sections = reference::reference();
    let mut tree = Tree::parse(text, path, &sections)?;
    tree.environment(env, &sections);
    for section in &sections {
        for key in &section.keys {
            check_key(&mut tree, section, key);
        }
    }
    typed(&mut tree, &sections)
}

/// What can be said about a key before its value is read: is it there, is it the example's, is it a secret.
fn check_key(tree: &mut Tree, section: &Section, key: &Key) {
    let value = tree.values.get(&section.name).and_then(|keys| keys.get(&key.name));
    let Some(value) = value.filter(|value| !value.is_null()) else {
        if key.required {
            tree.problem("config-missing", &section.name, key, &[("example", key.example().into())]);
        }
        return;
    };
    let from_file = matches!(tree.origin(&section.name, &key.name), Origin::File { .. });
    let text = value.as_str().unwrap_or_default().to_owned();
    if text == PLACEHOLDER_NAME || text.contains(PLACEHOLDER_DOMAIN) {
        tree.problem("config-placeholder", &section.name, key, &[("value", shown(&text).into())]);
    } else if from_file && store::holds_password(&text) {
        tree.problem(
            "config-secret",
            &section.name,
            key,
            &[("file-key", format!("{}.{}_file", section.name, key.name).into())],
        );
    }
}

/// Gives the values their types. A value that cannot be read is noted and replaced by the key's example, so that
/// the others are looked at too.
fn typed(tree: &mut Tree, sections: &[Section]) -> Result<Config, Problems> {
    let mut good = tree.values.clone();
    for section in sections {
        for key in section.keys.iter().filter(|key| key.required) {
            if let Some(Value::Object(keys)) = good.get_mut(&section.name) {
                keys.entry(key.name.clone()).or_insert_with(|| key.example().into());
            }
        }
    }
    let rounds = sections.iter().map(|section| section.keys.len()).sum::<usize>();
    for _ in 0..=rounds {
        let error = match serde_path_to_error::deserialize::<_, Config>(Value::Object(good.clone())) {
            Ok(config) if tree.problems.is_empty() => return Ok(config),
            Ok(_) => break,
            Err(error) => error,
        };
        let path = error.path().to_string();
        let named = path.split_once('.').and_then(|(section, key)| {
            let section = sections.iter().find(|s| s.name == section)?;
            Some((section, section.key(key)?))
        });
        let Some((section, key)) = named else {
            let whole = tree.origin("", "");
            let reason = error.inner().to_string();
            tree.problems.push(Problem::new("config-no-yaml", &whole, &path, &[("reason", reason.into())]));
            break;
        };
        unusable(tree, section, key);
        if let Some(Value::Object(keys)) = good.get_mut(&section.name) {
            keys.insert(key.name.clone(), key.example().into());
        }
    }
    tree.problems.sort_by_key(|problem| problem.line);
    Err(Problems(std::mem::take(&mut tree.problems)))
}

fn unusable(tree: &mut Tree, section: &Section, key: &Key) {
    let value = tree.values.get(&section.name).and_then(|keys| keys.get(&key.name));
    let text = value.map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).unwrap_or_default();
    if section.name == "store" {
        // An address that cannot be read may still hold a password: it is not repeated.
        return tree.problem("config-database-url", &section.name, key, &[]);
    }
    let value = ("value", shown(&text).into());
    match key.choices.as_slice() {
        [] => {
            tree.problem("config-value", &section.name, key, &[value, ("example", key.example().into())]);
        }
        choices => {
            let choices = ("choices", choices.join(", ").into());
            tree.problem("config-choice", &section.name, key, &[value, choices]);
        }
    }
}

/// A value as it is repeated in a sentence: not longer than a line.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}
