//! A configuration before it means anything: values by section and key, each with the place it came from.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use kring_core::text::Arg;
use serde_json::{Map, Value};
use serde_saphyr::{Location, Spanned};

use super::{
    problem::{Origin, Problem},
    read,
    reference::{self, Key, Section},
};

/// A section as the YAML has it; `None` for one that is written down and empty.
type RawSection = Spanned<Option<BTreeMap<String, Spanned<Value>>>>;

/// The values, and where they came from.
pub(super) struct Tree {
    /// `{section: {key: value}}`, with an entry for every section there is.
    pub(super) values: Map<String, Value>,
    origins: HashMap<(String, String), Origin>,
    whole: Origin,
    /// What was wrong so far.
    pub(super) problems: Vec<Problem>,
}

impl Tree {
    /// Reads the YAML of `path`. Keys that nobody knows become problems and are left out.
    ///
    /// # Errors
    /// When the text is no YAML of sections with keys.
    pub(super) fn parse(text: &str, path: &Path, sections: &[Section]) -> Result<Self, Problem> {
        let whole = Origin::File { path: path.to_owned(), line: 0 };
        let raw: Option<BTreeMap<String, RawSection>> = serde_saphyr::from_str(text).map_err(|error| {
            let line = error.location().map_or(0, |at| at.line());
            let reason = error.without_snippet().to_string();
            Problem::new("config-no-yaml", &at(path, line), "", &[("reason", reason.into())])
        })?;
        let empty = sections.iter().map(|s| (s.name.clone(), Value::Object(Map::new()))).collect();
        let mut tree = Self { values: empty, origins: HashMap::new(), whole, problems: Vec::new() };
        for (name, keys) in raw.unwrap_or_default() {
            tree.section(&name, keys, path, sections);
        }
        Ok(tree)
    }

    fn section(&mut self, name: &str, keys: RawSection, path: &Path, sections: &[Section]) {
        let Some(section) = sections.iter().find(|s| s.name == name) else {
            let known = sections.iter().map(|s| s.name.as_str());
            self.unknown(name, name, &line(path, keys.referenced), known);
            return;
        };
        for (key, value) in keys.value.unwrap_or_default() {
            let origin = line(path, value.referenced);
            if section.key(&key).is_some() {
                self.put(name, &key, value.value, origin);
            } else {
                self.unknown(&format!("{name}.{key}"), &key, &origin, section.names());
            }
        }
    }

    /// Puts the variables `KRING_SECTION__KEY` over the values of the file; `KRING_SECTION__KEY_FILE` reads the
    /// value from a file. Other variables are not looked at.
    pub(super) fn environment(&mut self, env: &[(String, String)], sections: &[Section]) {
        for (variable, text) in env {
            let Some((section, key)) = variable.strip_prefix("KRING_").and_then(|v| v.split_once("__"))
            else {
                continue;
            };
            let origin = Origin::Variable(variable.clone());
            let (section, key) = (section.to_lowercase(), key.to_lowercase());
            let Some(known) = sections.iter().find(|s| s.name == section) else {
                let names = sections.iter().map(|s| s.name.as_str());
                self.unknown(&section, &section, &origin, names);
                continue;
            };
            match (known.key(&key), key.strip_suffix("_file").and_then(|k| known.key(k))) {
                (Some(key), _) => self.put(&section, &key.name, Value::String(text.clone()), origin),
                (None, Some(key)) => match read::file(Path::new(text), 64 * 1024) {
                    Ok(text) => self.put(&section, &key.name, Value::String(text.trim().to_owned()), origin),
                    Err(problems) => self.problems.extend(problems.0),
                },
                (None, None) => self.unknown(&format!("{section}.{key}"), &key, &origin, known.names()),
            }
        }
    }

    /// The place of `section.key`, or of the file where the key is not there.
    pub(super) fn origin(&self, section: &str, key: &str) -> Origin {
        self.origins.get(&(section.to_owned(), key.to_owned())).unwrap_or(&self.whole).clone()
    }

    /// Remembers a problem with `section.key`.
    pub(super) fn problem(&mut self, code: &'static str, section: &str, key: &Key, args: &[(&str, Arg<'_>)]) {
        let name = format!("{section}.{}", key.name);
        self.problems.push(Problem::new(code, &self.origin(section, &key.name), &name, args));
    }

    fn put(&mut self, section: &str, key: &str, value: Value, origin: Origin) {
        if let Some(Value::Object(keys)) = self.values.get_mut(section) {
            keys.insert(key.to_owned(), value);
            self.origins.insert((section.to_owned(), key.to_owned()), origin);
        }
    }

    fn unknown<'a>(&mut self, full: &str, name: &str, origin: &Origin, known: impl Iterator<Item = &'a str>) {
        let known: Vec<_> = known.collect();
        let problem = match reference::nearest(name, &known) {
            Some(near) => {
                Problem::new("config-unknown-near", origin, full, &[("near", near.to_owned().into())])
            }
            None => Problem::new("config-unknown", origin, full, &[("known", known.join(", ").into())]),
        };
        self.problems.push(problem);
    }
}

fn line(path: &Path, location: Location) -> Origin {
    at(path, location.line())
}

fn at(path: &Path, line: u64) -> Origin {
    Origin::File { path: path.to_owned(), line }
}
