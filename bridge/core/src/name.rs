//! A Dutch person's name in its three parts (NL-2).

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// voornaam, tussenvoegsel, achternaam: "Kees", "van den", "Heuvel". Each part may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonName {
    /// voornaam
    pub given: String,
    /// tussenvoegsel, as written: "van den", "'t"
    pub infix: String,
    /// achternaam, without the tussenvoegsel
    pub family: String,
}

impl PersonName {
    /// A name of its parts, each trimmed and canonically composed.
    pub fn new(given: &str, infix: &str, family: &str) -> Self {
        let part = |text: &str| composed(crate::email::trim(text));
        Self { given: part(given), infix: part(infix), family: part(family) }
    }

    /// Whether all parts are empty.
    pub fn is_empty(&self) -> bool {
        self.parts().next().is_none()
    }

    /// The name as it is shown: "Kees van den Heuvel".
    pub fn display(&self) -> String {
        self.parts().collect::<Vec<_>>().join(" ")
    }

    /// The family name where no first name precedes it: "Van den Heuvel", as in "mevrouw Van den Heuvel".
    ///
    /// The first letter is a capital there; an apostrophe's letter never is ("'t Hart").
    pub fn surname(&self) -> String {
        let name = [&*self.infix, &*self.family]
            .iter()
            .filter(|p| !p.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" ");
        let mut letters = name.chars();
        match letters.next() {
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => name,
        }
    }

    /// The name as it stands in a sorted list, under its *kernwoord*: "Heuvel, Kees van den".
    pub fn sorted(&self) -> String {
        let rest = [&*self.given, &*self.infix]
            .iter()
            .filter(|p| !p.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" ");
        match (self.family.is_empty(), rest.is_empty()) {
            (true, _) => rest,
            (_, true) => self.family.clone(),
            _ => format!("{}, {rest}", self.family),
        }
    }

    /// What lists sort on: the kernwoord first, then the first name, then the tussenvoegsel; without accents and case.
    pub fn sort_key(&self) -> (String, String, String) {
        (plain(&self.family), plain(&self.given), plain(&self.infix))
    }

    /// What makes two names equal: outer spaces and case do not count, nor whether "é" is one character or two.
    pub fn comparison_key(&self) -> String {
        composed(&composed(&self.parts().collect::<Vec<_>>().join(" ")).to_lowercase())
    }

    /// Whether both are the same name, see [`Self::comparison_key`].
    pub fn same_as(&self, other: &Self) -> bool {
        self.comparison_key() == other.comparison_key()
    }

    /// The words that a search is compared with: see [`search_words`].
    pub fn search_words(&self) -> Vec<String> {
        search_words(&self.display())
    }

    /// Whether every word of `query` begins a word of this name, whatever accents, case, ij or y.
    ///
    /// With and without tussenvoegsel: "heuvel", "kees heuvel" and "van den heuvel" find Kees van den Heuvel, and so
    /// does "vandenheuvel". An empty query finds nobody.
    pub fn matches(&self, query: &str) -> bool {
        let (asked, mut words) = (search_words(query), self.search_words());
        words.push(search_words(&self.surname()).concat());
        !asked.is_empty() && asked.iter().all(|ask| words.iter().any(|word| word.starts_with(ask.as_str())))
    }

    fn parts(&self) -> impl Iterator<Item = &str> {
        [&*self.given, &*self.infix, &*self.family]
            .into_iter()
            .map(crate::email::trim)
            .filter(|part| !part.is_empty())
    }
}

/// The words of a text, folded for searching: lower case, no accents, "ij" and "y" alike, split at spaces, hyphens
/// and apostrophes.
pub fn search_words(text: &str) -> Vec<String> {
    let folded = plain(text).replace("ij", "y");
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Canonically composed. Most names are ASCII and are so already.
fn composed(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { text.nfc().collect() }
}

/// Lower case without accents. Letters that Unicode does not take apart are replaced by what people type for them.
fn plain(text: &str) -> String {
    let base = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    base.fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'ı' => out.push('i'),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ß' => out.push_str("ss"),
            other => out.push(other),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn name(given: &str, infix: &str, family: &str) -> PersonName {
        PersonName::new(given, infix, family)
    }

    #[rstest]
    #[case(
        name("Kees", "van den", "Heuvel"),
        "Kees van den Heuvel",
        "Van den Heuvel",
        "Heuvel, Kees van den"
    )]
    #[case(name("Jan", "", "Smit"), "Jan Smit", "Smit", "Smit, Jan")]
    #[case(name("", "van den", "Berg"), "van den Berg", "Van den Berg", "Berg, van den")]
    #[case(name("Els", "'t", "Hart"), "Els 't Hart", "'t Hart", "Hart, Els 't")]
    #[case(
        name("Anna", "", "Ten Berge-van der Meulen"),
        "Anna Ten Berge-van der Meulen",
        "Ten Berge-van der Meulen",
        "Ten Berge-van der Meulen, Anna"
    )]
    #[case(name("Kees", "", ""), "Kees", "", "Kees")]
    #[case(name(" Kees ", "\u{a0}", " Smit\u{a0}"), "Kees Smit", "Smit", "Smit, Kees")]
    #[case(name("", "", ""), "", "", "")]
    fn names_are_written_the_dutch_way(
        #[case] name: PersonName,
        #[case] display: &str,
        #[case] surname: &str,
        #[case] sorted: &str,
    ) {
        assert_eq!((&*name.display(), &*name.surname(), &*name.sorted()), (display, surname, sorted));
    }

    #[test]
    fn lists_sort_on_the_kernwoord() {
        let mut names = [
            name("Piet", "de", "Wit"),
            name("Kees", "van den", "Berg"),
            name("Émile", "", "Berg"),
            name("Anna", "van", "Berg"),
            name("Jan", "", "Bakker"),
        ];
        names.sort_by_key(PersonName::sort_key);
        let sorted: Vec<_> = names.iter().map(PersonName::sorted).collect();
        assert_eq!(
            sorted,
            ["Bakker, Jan", "Berg, Anna van", "Berg, Émile", "Berg, Kees van den", "Wit, Piet de"]
        );
    }

    #[rstest]
    #[case::case_and_spaces(name(" JAN ", "VAN", "dijk "), name("Jan", "van", "Dijk"), true)]
    #[case::composed_and_decomposed(
        name("Jérôme", "", "Bakker"),
        name("Je\u{301}ro\u{302}me", "", "Bakker"),
        true
    )]
    #[case::tussenvoegsel_in_another_column(name("Jan", "", "van Dijk"), name("Jan", "van", "Dijk"), true)]
    #[case::accent_makes_another_name(name("René", "", "Bos"), name("Rene", "", "Bos"), false)]
    #[case::other_first_name(name("Jan", "", "Bos"), name("Els", "", "Bos"), false)]
    fn equal_names(#[case] one: PersonName, #[case] other: PersonName, #[case] same: bool) {
        assert_eq!(one.same_as(&other), same);
    }

    #[rstest]
    #[case("kees", true)]
    #[case("Kees Heuvel", true)]
    #[case("kees van den heuvel", true)]
    #[case("Heuvel, Kees", true)]
    #[case("heuv", true)]
    #[case("vandenheuvel", true)]
    #[case("van der heuvel", false)]
    #[case("euvel", false)]
    #[case("", false)]
    #[case(" - ", false)]
    fn search_with_and_without_tussenvoegsel(#[case] query: &str, #[case] found: bool) {
        assert_eq!(name("Kees", "van den", "Heuvel").matches(query), found);
    }

    #[rstest]
    #[case(name("Jérôme", "", "Wijngaard"), "jerome wyngaard")]
    #[case(name("Anne", "van", "Dyk"), "van dijk")]
    #[case(name("Anne", "van", "Dĳk"), "dyk")]
    #[case(name("Søren", "", "Łukasz"), "soren lukasz")]
    #[case(name("Els", "", "Peters-Jansen"), "jansen")]
    #[case(name("Els", "'t", "Hart"), "t hart")]
    fn search_ignores_accents_and_ij(#[case] name: PersonName, #[case] query: &str) {
        assert!(name.matches(query));
    }
}
