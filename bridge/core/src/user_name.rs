//! Readable random user ids: two words of nature and three digits, `merel-beuk-482`.

mod words;

use rand::{Rng, seq::IndexedRandom};

pub use self::words::{ANIMALS, PLANTS};

/// A local part for a new account: an animal, a plant or landscape, three digits. Says nothing about the person.
///
/// Matches `^[a-z]+-[a-z]+-[0-9]{3}$`. There are some forty million of them and two people may draw the same one:
/// the caller tries again when it is taken.
pub fn draw(rng: &mut (impl Rng + ?Sized)) -> String {
    let animal = ANIMALS.choose(rng).copied().unwrap_or("merel");
    let plant = PLANTS.choose(rng).copied().unwrap_or("beuk");
    format!("{animal}-{plant}-{:03}", rng.random_range(0..1000))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn both_lists_have_two_hundred_different_words() {
        for words in [ANIMALS, PLANTS] {
            let different: HashSet<_> = words.iter().collect();
            assert!(different.len() >= 200 && different.len() == words.len());
        }
        assert!(ANIMALS.iter().all(|animal| !PLANTS.contains(animal)));
    }

    #[test]
    fn words_are_plain_letters() {
        let plain =
            |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase()) && (2..=16).contains(&word.len());
        assert!(ANIMALS.iter().chain(PLANTS).all(plain));
    }

    #[test]
    fn same_seed_draws_the_same_name() {
        let mut rng = StdRng::seed_from_u64(7);
        let (one, two) = (draw(&mut rng), draw(&mut rng));
        assert_ne!(one, two);
        assert_eq!(draw(&mut StdRng::seed_from_u64(7)), one);
    }

    proptest::proptest! {
        #[test]
        fn names_have_two_words_and_three_digits(seed: u64) {
            let name = draw(&mut StdRng::seed_from_u64(seed));
            let parts: Vec<&str> = name.split('-').collect();
            proptest::prop_assert!(ANIMALS.contains(&parts[0]) && PLANTS.contains(&parts[1]), "{}", name);
            proptest::prop_assert!(parts[2].len() == 3 && parts[2].bytes().all(|b| b.is_ascii_digit()), "{}", name);
            proptest::prop_assert_eq!(parts.len(), 3);
            let user_id = format!("@{name}:example.nl");
            proptest::prop_assert!(ruma::UserId::parse(user_id).is_ok());
        }
    }
}
