//! Keys for new groups.

use std::collections::{HashMap, HashSet};

use kring_core::ids::{GroupKey, PlaceKey};

/// A group that needs a key.
pub(super) struct Nameless<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    pub(super) within: Option<&'a str>,
}

/// Makes keys for all of them at once, so that two of one name both get their parent in front.
pub(super) fn mint(nameless: &[Nameless<'_>], taken: &mut HashSet<String>) -> Vec<Option<GroupKey>> {
    let plain: Vec<_> = nameless.iter().map(|one| make(one, |_| false)).collect();
    let mut same: HashMap<&GroupKey, usize> = HashMap::new();
    for key in plain.iter().flatten() {
        *same.entry(key).or_default() += 1;
    }
    let mut keys = Vec::with_capacity(nameless.len());
    for one in nameless {
        let shared = |key: &GroupKey| one.within.is_some() && same.get(key).is_some_and(|n| *n > 1);
        let key = make(one, |key| shared(key) || aliases(key).iter().any(|alias| taken.contains(alias)));
        taken.extend(key.iter().flat_map(aliases));
        keys.push(key);
    }
    keys
}

fn make(one: &Nameless<'_>, taken: impl Fn(&GroupKey) -> bool) -> Option<GroupKey> {
    let parent = one.within.map(slug::slugify).filter(|parent| !parent.is_empty());
    GroupKey::mint(one.kind, one.name, parent.as_deref(), taken).ok()
}

/// Two keys must also differ in the aliases that are made of them.
pub(super) fn aliases(key: &GroupKey) -> [String; 2] {
    [PlaceKey::room(key.clone()), PlaceKey::space(key.clone())].map(|place| place.alias_localpart())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minted(names: &[(&str, Option<&str>)], taken: &[&str]) -> Vec<String> {
        let nameless: Vec<_> =
            names.iter().map(|(name, within)| Nameless { kind: "afdeling", name, within: *within }).collect();
        let mut taken = taken.iter().flat_map(|key| aliases(&key.parse().unwrap())).collect();
        mint(&nameless, &mut taken).into_iter().map(|key| key.unwrap().to_string()).collect()
    }

    #[test]
    fn names_that_differ_in_case_or_marks_only_get_different_keys() {
        let keys = minted(&[("'s-Hertogenbosch", None), ("’s-hertogenbosch", None)], &[]);
        assert_eq!(keys, ["afdeling/s-hertogenbosch", "afdeling/s-hertogenbosch-2"]);
    }

    #[test]
    fn two_of_one_name_get_their_region_in_front() {
        let keys = minted(&[("Bergen", Some("Limburg")), ("Bergen", Some("Kop van Holland"))], &[]);
        assert_eq!(keys, ["afdeling/limburg/bergen", "afdeling/kop-van-holland/bergen"]);
    }

    #[test]
    fn alias_of_another_group_and_of_its_space_is_taken() {
        let keys = minted(
            &[("Bergen", Some("Limburg")), ("Zwolle groepen", None)],
            &["afdeling/bergen", "afdeling/zwolle"],
        );
        assert_eq!(keys, ["afdeling/limburg/bergen", "afdeling/zwolle-groepen-2"]);
    }
}
