//! The sentences of this crate.

use std::sync::LazyLock;

use kring_core::text::Catalogue;

const NL: &str = include_str!("../locales/nl/app.ftl");
const EN: &str = include_str!("../locales/en/app.ftl");

/// All of them, in both languages.
pub static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(NL, EN));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_exists_in_both_languages() {
        assert_eq!(Catalogue::problems(NL, EN), Vec::<String>::new());
    }
}
