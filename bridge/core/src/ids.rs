//! Identifiers, each its own type, so that a membership number never stands where a person's id should.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A piece of text that occurs many times (a branch, a type, an attribute's name) and is shared.
pub type Shared = Arc<str>;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Shared);

        impl $name {
            /// Wraps the text as it is.
            pub fn new(text: impl Into<Shared>) -> Self {
                Self(text.into())
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }
    };
}

text_id! {
    /// Kring's own id of a person: random, stable for life, says nothing about the person.
    MemberId
}
text_id! {
    /// The administration's number of a person (*lidnummer*): text, leading zeros count.
    MembershipNumber
}
text_id! {
    /// A user type of the policy (`vrijwilliger`); which ones exist is the policy's business.
    UserType
}

/// The stable key of a group: `kind/slug`, or `kind/parent/slug` where two groups would share kind and slug.
///
/// Made once from the group's first name and never changed on renaming. Segments are lower-case ASCII letters,
/// digits and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey(Shared);

/// A text that is no group key.
#[derive(Debug, Clone, thiserror::Error)]
#[error("'{0}' is no group: write kind/name, for example afdeling/utrecht")]
pub struct InvalidGroupKey(String);

impl GroupKey {
    /// The whole key, `afdeling/utrecht`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first segment, `afdeling`.
    pub fn kind(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// Makes the key of a new group from its first name.
    ///
    /// `kind/slug`; where that is taken `kind/parent/slug`, with the slug of the group above it; and where that is
    /// taken too (or there is no group above) the same with a number from 2: `kind/slug-2`. `taken` should also
    /// answer true where [`PlaceKey::alias_localpart`] would collide. A name without any letter gets the kind as
    /// its slug.
    ///
    /// # Errors
    ///
    /// When `kind` or `parent` is no slug.
    pub fn mint(
        kind: &str,
        name: &str,
        parent: Option<&str>,
        taken: impl Fn(&Self) -> bool,
    ) -> Result<Self, InvalidGroupKey> {
        if kind.contains('/') || parent.is_some_and(|parent| parent.contains('/')) {
            return Err(InvalidGroupKey(kind.chars().take(80).collect()));
        }
        let slug = slug_of(name, kind);
        let plain = Self::from_str(&format!("{kind}/{slug}"))?;
        let base = match parent {
            _ if !taken(&plain) => return Ok(plain),
            Some(parent) => Self::from_str(&format!("{kind}/{parent}/{slug}"))?,
            None => plain,
        };
        let numbered = (2_u32..).map(|n| Self(format!("{base}-{n}").into()));
        let mut free = std::iter::once(base.clone()).chain(numbered).filter(|key| !taken(key));
        free.next().ok_or_else(|| InvalidGroupKey(base.to_string()))
    }

    /// The last segment, `utrecht`.
    pub fn slug(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

/// Longest slug made from a name; with kind, parent and number a key stays well under its limit.
const SLUG_LENGTH: usize = 60;

/// The name in lower-case ASCII, words joined by hyphens, cut at a word where it is long.
fn slug_of(name: &str, fallback: &str) -> String {
    let mut slug = slug::slugify(name);
    if slug.len() > SLUG_LENGTH {
        slug.truncate(SLUG_LENGTH);
        let word = slug.rfind('-').filter(|at| *at > 0).unwrap_or(SLUG_LENGTH);
        slug.truncate(word);
    }
    if slug.is_empty() { fallback.to_owned() } else { slug }
}

impl FromStr for GroupKey {
    type Err = InvalidGroupKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let good = |s: &str| {
            !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let segments = text.split('/').count();
        if text.len() <= 200 && (2..=3).contains(&segments) && text.split('/').all(good) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidGroupKey(text.chars().take(80).collect()))
        }
    }
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for GroupKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for GroupKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Whether a place is the group's room, in which people talk, or its space, in which rooms are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A room to talk in.
    Room,
    /// A space that holds rooms and spaces.
    Space,
}

/// One Matrix room that Kring manages for a group. A group has a room, a space, or both; a space with more
/// children than clients can show has numbered parts (`part` 1, 2, …; 0 is the space itself).
///
/// As text: `afdeling/utrecht`, `regio/twente#space`, `regio/twente#space2`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceKey {
    /// The group it belongs to.
    pub group: GroupKey,
    /// Room or space.
    pub form: Form,
    /// 0, or the number of an overflow space.
    pub part: u16,
}

impl PlaceKey {
    /// The room of `group`.
    pub fn room(group: GroupKey) -> Self {
        Self { group, form: Form::Room, part: 0 }
    }

    /// The space of `group`.
    pub fn space(group: GroupKey) -> Self {
        Self { group, form: Form::Space, part: 0 }
    }

    /// The alias' local part: `afdeling-utrecht`, `regio-twente-groepen`, `regio-twente-groepen-2`.
    pub fn alias_localpart(&self) -> String {
        let base = self.group.as_str().replace('/', "-");
        match (self.form, self.part) {
            (Form::Room, _) => base,
            (Form::Space, 0) => format!("{base}-groepen"),
            (Form::Space, n) => format!("{base}-groepen-{n}"),
        }
    }
}

impl fmt::Display for PlaceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.form, self.part) {
            (Form::Room, _) => write!(f, "{}", self.group),
            (Form::Space, 0) => write!(f, "{}#space", self.group),
            (Form::Space, n) => write!(f, "{}#space{n}", self.group),
        }
    }
}

impl FromStr for PlaceKey {
    type Err = InvalidGroupKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((group, form)) = text.split_once('#') else { return Ok(Self::room(text.parse()?)) };
        let part = form.strip_prefix("space").ok_or_else(|| InvalidGroupKey(text.to_owned()))?;
        let part = match part {
            "" => 0,
            digits => digits.parse().map_err(|_| InvalidGroupKey(text.to_owned()))?,
        };
        Ok(Self { group: group.parse()?, form: Form::Space, part })
    }
}

impl Serialize for PlaceKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PlaceKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("'s-Hertogenbosch", "afdeling/s-hertogenbosch")]
    #[case("Fryslân", "afdeling/fryslan")]
    #[case("Noord- en Midden-Limburg", "afdeling/noord-en-midden-limburg")]
    #[case("  IJsselstein\u{a0}", "afdeling/ijsselstein")]
    #[case("北京", "afdeling/bei-jing")]
    #[case("", "afdeling/afdeling")]
    #[case("---", "afdeling/afdeling")]
    #[case("\u{e000}", "afdeling/afdeling")]
    fn key_comes_from_the_name(#[case] name: &str, #[case] key: &str) {
        assert_eq!(GroupKey::mint("afdeling", name, None, |_| false).unwrap().as_str(), key);
    }

    #[test]
    fn long_name_is_cut_at_a_word() {
        let key = GroupKey::mint("werkgroep", &"paddenstoelen ".repeat(9), None, |_| false).unwrap();
        assert_eq!(key.as_str(), "werkgroep/paddenstoelen-paddenstoelen-paddenstoelen-paddenstoelen");
        let endless = GroupKey::mint("werkgroep", &"a".repeat(500), None, |_| false).unwrap();
        assert_eq!(endless.slug().len(), 60);
    }

    #[test]
    fn taken_slug_gets_the_parent_in_front_and_then_a_number() {
        let mut keys: Vec<GroupKey> = Vec::new();
        for parent in [Some("limburg"), Some("noord-holland"), Some("noord-holland"), None, None] {
            let key = GroupKey::mint("afdeling", "Bergen", parent, |key| keys.contains(key)).unwrap();
            keys.push(key);
        }
        let keys: Vec<_> = keys.iter().map(GroupKey::as_str).collect();
        assert_eq!(
            keys,
            [
                "afdeling/bergen",
                "afdeling/noord-holland/bergen",
                "afdeling/noord-holland/bergen-2",
                "afdeling/bergen-2",
                "afdeling/bergen-3"
            ]
        );
    }

    #[rstest]
    #[case("Afdeling", None)]
    #[case("", None)]
    #[case("a/b", Some("c"))]
    fn kind_that_is_no_slug_is_refused(#[case] kind: &str, #[case] parent: Option<&str>) {
        assert!(GroupKey::mint(kind, "Bergen", parent, |_| false).is_err());
    }

    #[test]
    fn parent_that_is_no_slug_is_refused_when_it_is_needed() {
        let taken = |key: &GroupKey| key.as_str() == "afdeling/bergen";
        assert!(GroupKey::mint("afdeling", "Bergen", Some("Noord Holland"), taken).is_err());
    }

    #[rstest]
    #[case("afdeling/utrecht", Form::Room, 0, "afdeling-utrecht")]
    #[case("regio/twente#space", Form::Space, 0, "regio-twente-groepen")]
    #[case("regio/twente#space2", Form::Space, 2, "regio-twente-groepen-2")]
    fn place_reads_and_prints_the_same(
        #[case] text: &str,
        #[case] form: Form,
        #[case] part: u16,
        #[case] alias: &str,
    ) {
        let place: PlaceKey = text.parse().unwrap();
        assert_eq!((place.form, place.part, place.to_string()), (form, part, text.to_owned()));
        assert_eq!(place.alias_localpart(), alias);
    }

    #[rstest]
    #[case("utrecht")]
    #[case("a/b/c/d")]
    #[case("afdeling/")]
    #[case("afdeling/Utrecht")]
    #[case("afdeling/utrecht#room")]
    #[case("afdeling/utrecht#space-1")]
    fn other_texts_are_no_place(#[case] text: &str) {
        assert!(text.parse::<PlaceKey>().is_err());
    }

    proptest::proptest! {
        #[test]
        fn every_name_gives_a_key_that_reads_back(name in "\\PC{0,80}") {
            let key = GroupKey::mint("afdeling", &name, None, |_| false).unwrap();
            proptest::prop_assert_eq!(key.as_str().parse::<GroupKey>().unwrap(), key);
        }
    }
}
