//! Texts for people: Fluent messages in Dutch and English, always rendered together.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use serde::{Deserialize, Serialize};

/// A text in both languages of the interface.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Text {
    /// Dutch, plain language (B1).
    pub nl: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in `language`, a tag such as `nl`, `en` or `en-GB`; Dutch where the language is neither.
    pub fn get(&self, language: &str) -> &str {
        if language.starts_with("en") { &self.en } else { &self.nl }
    }
}

/// The messages of one crate, read once from its `.ftl` files.
pub struct Catalogue {
    nl: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
}

/// An argument of a message. Numbers choose plural forms; texts are shown as they are.
pub type Arg<'a> = FluentValue<'a>;

impl Catalogue {
    /// Reads the messages of both languages.
    ///
    /// A message that cannot be read is left out; [`Catalogue::problems`] names it, and a test of each crate
    /// asserts that there are none.
    pub fn new(nl: &str, en: &str) -> Self {
        Self { nl: bundle("nl", nl), en: bundle("en", en) }
    }

    /// The message `id` in both languages. An unknown id gives the id itself, so that a reader sees something.
    pub fn text(&self, id: &str, args: &[(&str, Arg<'_>)]) -> Text {
        Text { nl: format(&self.nl, id, args), en: format(&self.en, id, args) }
    }

    /// Whether the message exists in both languages.
    pub fn has(&self, id: &str) -> bool {
        self.nl.has_message(id) && self.en.has_message(id)
    }

    /// What is wrong with the sources: unreadable messages, and ids that only one language has.
    pub fn problems(nl: &str, en: &str) -> Vec<String> {
        let mut problems = Vec::new();
        let mut ids = Vec::new();
        for (language, source) in [("nl", nl), ("en", en)] {
            if let Err((_, errors)) = FluentResource::try_new(source.to_owned()) {
                problems.extend(errors.iter().map(|e| format!("{language}: {e}")));
            }
            let named =
                source.lines().filter_map(|l| l.split_once('=').filter(|_| !l.starts_with([' ', '#'])));
            ids.push(named.map(|(id, _)| id.trim().to_owned()).collect::<std::collections::BTreeSet<_>>());
        }
        if let [nl, en] = ids.as_slice() {
            problems.extend(nl.symmetric_difference(en).map(|id| format!("only in one language: {id}")));
        }
        problems
    }
}

fn bundle(language: &str, source: &str) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language.parse().unwrap_or_default()]);
    // The isolation marks are for mixed writing directions; in chat and mail they show up as boxes.
    bundle.set_use_isolating(false);
    let resource = match FluentResource::try_new(source.to_owned()) {
        Ok(resource) => resource,
        Err((partial, _)) => partial,
    };
    bundle.add_resource_overriding(resource);
    bundle
}

fn format(bundle: &FluentBundle<FluentResource>, id: &str, args: &[(&str, Arg<'_>)]) -> String {
    let Some(pattern) = bundle.get_message(id).and_then(|m| m.value()) else { return id.to_owned() };
    let mut named = FluentArgs::new();
    for (name, value) in args {
        named.set(*name, value.clone());
    }
    bundle.format_pattern(pattern, Some(&named), &mut Vec::new()).into_owned()
}
