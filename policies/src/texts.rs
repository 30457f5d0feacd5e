//! The texts of this crate, from `locales/`.

use std::sync::LazyLock;

use kring_core::text::{Arg, Catalogue, Text};

use crate::decision::Named;

pub(crate) const NL: &str = include_str!("../locales/nl/policies.ftl");
pub(crate) const EN: &str = include_str!("../locales/en/policies.ftl");

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(NL, EN));

/// The message with arguments that may differ per language.
pub(crate) fn text(id: &str, args: &[(&'static str, Named)]) -> Text {
    let of = |english| args.iter().map(|(n, v)| (*n, v.arg(english))).collect::<Vec<(&str, Arg<'_>)>>();
    if args.iter().any(|(_, v)| matches!(v, Named::Each(_))) {
        return Text { nl: CATALOGUE.text(id, &of(false)).nl, en: CATALOGUE.text(id, &of(true)).en };
    }
    CATALOGUE.text(id, &of(false))
}

/// The message with plain arguments.
pub(crate) fn plain(id: &str, args: &[(&str, Arg<'_>)]) -> Text {
    CATALOGUE.text(id, args)
}

/// Whether there is such a message.
pub(crate) fn has(id: &str) -> bool {
    CATALOGUE.has(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_exists_in_both_languages() {
        assert_eq!(Catalogue::problems(NL, EN), Vec::<String>::new());
    }
}
