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

#[cfg(test)]
mod tests {
    use super::*;

    const NL: &str =
        "leden = { $count ->\n    [one] één lid\n   *[other] { $count } leden\n}\nhallo = Dag { $name }!\n";
    const EN: &str = "leden = { $count ->\n    [one] one member\n   *[other] { $count } members\n}\nhallo = Hello { $name }!\n";

    #[test]
    fn plural_forms_follow_the_number() {
        let catalogue = Catalogue::new(NL, EN);
        let text = |count: u64| catalogue.text("leden", &[("count", count.into())]);
        assert_eq!(text(1), Text { nl: "één lid".into(), en: "one member".into() });
        assert_eq!(text(3), Text { nl: "3 leden".into(), en: "3 members".into() });
        assert_eq!(text(26_000).nl, "26000 leden");
    }

    #[test]
    fn arguments_stand_in_the_text_as_they_are() {
        let text = Catalogue::new(NL, EN).text("hallo", &[("name", "{ $count }".into())]);
        assert_eq!(text.nl, "Dag { $count }!");
        assert!(!text.en.contains('\u{2068}'), "no isolation marks");
    }

    #[test]
    fn unknown_message_shows_its_id() {
        let catalogue = Catalogue::new(NL, EN);
        assert_eq!(catalogue.text("dag", &[]), Text { nl: "dag".into(), en: "dag".into() });
        assert!(catalogue.has("hallo") && !catalogue.has("dag"));
    }

    #[test]
    fn language_falls_back_to_dutch() {
        let text = Text { nl: "ja".into(), en: "yes".into() };
        assert_eq!(
            [text.get("en"), text.get("en-GB"), text.get("nl"), text.get("de"), text.get("")],
            ["yes", "yes", "ja", "ja", "ja"]
        );
    }

    #[test]
    fn problems_names_what_is_unreadable_or_in_one_language() {
        assert!(Catalogue::problems(NL, EN).is_empty());
        assert_eq!(Catalogue::problems("a = A\nb = B\n", "a = A\n"), ["only in one language: b"]);
        assert_eq!(Catalogue::problems("a = { $x\n", "a = A\n").len(), 1);
    }

    #[test]
    fn unreadable_message_leaves_the_others() {
        let catalogue = Catalogue::new("a = { $x\nb = B\n", "b = B\n");
        assert_eq!(catalogue.text("b", &[]).nl, "B");
    }
}
