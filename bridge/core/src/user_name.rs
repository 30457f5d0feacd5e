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
