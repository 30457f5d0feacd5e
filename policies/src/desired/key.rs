//! Keys for new groups.

use std::collections::{HashMap, HashSet};

use kring_core::ids::GroupKey;

/// A group that needs a key.
pub(super) struct Nameless<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    pub(super) within: Option<&'a str>,
}

/// Makes keys for all of them at once, so that two of one name both get their parent in front.
pub(super) fn mint(nameless: &[Nameless<'_>], taken: &mut HashSet<String>) -> Vec<Option<GroupKey>> {
    let mut same: HashMap<String, usize> = HashMap::new();
    for one in nameless {
        *same.entry(short(one)).or_default() += 1;
    }
    nameless
        .iter()
        .map(|one| {
            let alone = same.get(&short(one)) == Some(&1);
            let key = candidates(one, alone).find(|key| !taken.contains(&alias(key)))?;
            taken.insert(alias(&key));
            key.parse().ok()
        })
        .collect()
}

/// Two keys must also differ in the alias that is made of them.
pub(super) fn alias(key: &str) -> String {
    key.replace('/', "-")
}

fn short(one: &Nameless<'_>) -> String {
    format!("{}/{}", one.kind, segment(one.name))
}

fn candidates<'a>(one: &'a Nameless<'a>, alone: bool) -> impl Iterator<Item = String> + 'a {
    let plain = alone.then(|| short(one));
    let parent = one.within.map(|within| format!("{}/{}/{}", one.kind, segment(within), segment(one.name)));
    let numbered = (2..1000).map(|n| format!("{}-{n}", short(one)));
    plain.into_iter().chain(parent).chain(std::iter::once(short(one))).chain(numbered)
}

/// At most 60 characters; `groep` for a name without a single letter or digit.
fn segment(name: &str) -> String {
    let slug: String = slug::slugify(name).chars().take(60).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "groep".to_owned() } else { slug.to_owned() }
}
