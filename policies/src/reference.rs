//! `docs/policy.md` has every key of a policy and of a case table, and no key that is none.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::read::schema;

const PAGE: &str = include_str!("../../docs/policy.md");

/// Where the page has the keys of each object of the schema.
const HEADINGS: [(&str, &str); 12] = [
    ("RawType", "`types`"),
    ("RawAttribute", "`attributes`"),
    ("RawPeople", "`people`"),
    ("RawTitle", "`title`"),
    ("RawRemoval", "`ask_before_removing`"),
    ("RawInGroup", "`in_group`"),
    ("RawPowers", "`powers`"),
    ("RawCreate", "`made_by`"),
    ("RawInvite", "`invites`"),
    ("RawSettings", "`settings`"),
    ("RawEnds", "`ends`"),
    ("RawCondition", "Conditions"),
];

/// A kind has so many keys that they stand under several headings.
const KIND: [&str; 4] = [
    "Where its groups come from",
    "What it looks like, and where it hangs",
    "Who is in it",
    "Who does what in it",
];

/// The lines between a heading, of whatever level, and the next one, without code.
fn lines_under(heading: &str) -> Vec<&'static str> {
    let mut code = false;
    let prose = PAGE.lines().filter(|line| {
        code ^= line.starts_with("```");
        !code && !line.starts_with("```")
    });
    let found = prose.skip_while(|line| line.trim_start_matches('#') != format!(" {heading}"));
    let lines: Vec<_> = found.skip(1).take_while(|line| !line.starts_with('#')).collect();
    assert!(!lines.is_empty(), "docs/policy.md has no heading {heading}");
    lines
}

/// The keys in the first column of the tables under these headings.
pub(crate) fn keys_under(headings: &[&str]) -> BTreeSet<String> {
    let rows = headings.iter().flat_map(|h| lines_under(h)).filter(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let code = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    code.map(|code| code.split(':').next().unwrap_or(code).to_owned()).collect()
}

fn properties(object: &Value) -> BTreeSet<String> {
    object["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
}

/// Every word that a value can be, anywhere in the schema.
fn words(schema: &Value) -> BTreeSet<String> {
    match schema {
        Value::Object(map) => {
            let listed = map.get("enum").and_then(Value::as_array).into_iter().flatten();
            let here = listed.chain(map.get("const")).filter_map(Value::as_str).map(str::to_owned);
            here.chain(map.values().flat_map(words)).collect()
        }
        Value::Array(list) => list.iter().flat_map(words).collect(),
        _ => BTreeSet::new(),
    }
}

#[test]
fn page_has_the_keys_of_the_schema_and_no_others() {
    let mut schema = schema();
    let whole = properties(&schema);
    let mut objects = schema["$defs"].as_object_mut().map(std::mem::take).unwrap_or_default();
    objects.retain(|_, object| object.get("properties").is_some());
    assert_eq!(keys_under(&["The whole file"]), whole);
    assert_eq!(
        keys_under(&KIND),
        objects.remove("RawKind").map(|kind| properties(&kind)).unwrap_or_default()
    );
    for (name, heading) in HEADINGS {
        let object = objects.remove(name).unwrap_or_else(|| panic!("the schema has no {name}"));
        assert_eq!(keys_under(&[heading]), properties(&object), "{heading}");
    }
    let left: Vec<_> = objects.keys().collect();
    assert!(left.is_empty(), "say where docs/policy.md has the keys of {left:?}");
}

#[test]
fn page_has_every_word_that_a_value_can_be() {
    let words = words(&schema());
    assert!(words.contains("when-needed") && words.len() > 15, "{words:?}");
    let missing: Vec<_> = words.iter().filter(|word| !PAGE.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "docs/policy.md does not have {missing:?}");
}
