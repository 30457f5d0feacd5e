//! The shipped tables pass, and a table says clearly what is wrong with it.

use insta::assert_snapshot;

use super::*;
use crate::read::read_policy;

pub(crate) const TABLES: [(&str, &str); 10] = [
    ("ivn-boom.yaml", include_str!("../../cases/ivn-boom.yaml")),
    ("ivn-vereniging.yaml", include_str!("../../cases/ivn-vereniging.yaml")),
    ("ivn-uitnodigen.yaml", include_str!("../../cases/ivn-uitnodigen.yaml")),
    ("ivn-beheren.yaml", include_str!("../../cases/ivn-beheren.yaml")),
    ("ivn-rubrieken.yaml", include_str!("../../cases/ivn-rubrieken.yaml")),
    ("ivn-werkgroepen.yaml", include_str!("../../cases/ivn-werkgroepen.yaml")),
    ("ivn-wie-waar.yaml", include_str!("../../cases/ivn-wie-waar.yaml")),
    ("ivn-valkuilen.yaml", include_str!("../../cases/ivn-valkuilen.yaml")),
    ("nov-netwerk.yaml", include_str!("../../cases/nov-netwerk.yaml")),
    ("nov-doen.yaml", include_str!("../../cases/nov-doen.yaml")),
];

pub(crate) fn shipped(name: &str) -> Result<Policy, Vec<Problem>> {
    read_policy(name, Policy::shipped(name).unwrap_or_default())
}

pub(crate) fn all(load: &dyn Fn(&str) -> Result<Policy, Vec<Problem>>) -> Vec<CaseResult> {
    TABLES.iter().flat_map(|(file, yaml)| run_file(file, yaml, load).unwrap()).collect()
}

#[test]
fn tables_of_the_folder_are_all_tested() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut there: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    let mut here: Vec<&str> = TABLES.iter().map(|(file, _)| *file).collect();
    there.sort();
    here.sort_unstable();
    assert_eq!(there, here);
}

#[test]
fn every_shipped_case_passes() {
    let results = all(&shipped);
    let failed: Vec<_> = results
        .iter()
        .filter_map(|r| Some(format!("{}:{} {} {}", r.file, r.line, r.says, r.failure.as_ref()?.en)))
        .collect();
    assert_eq!(failed, Vec::<String>::new());
    assert!(results.len() >= 290, "{}", results.len());
}

#[test]
fn every_sentence_stands_there_once() {
    let mut says: Vec<String> = all(&shipped).into_iter().map(|r| r.says).collect();
    says.sort();
    let count = says.len();
    says.dedup();
    assert_eq!(says.len(), count);
}

fn wrong(yaml: &str) -> String {
    let problems = run_file("x.yaml", yaml, &shipped).unwrap_err();
    problems
        .iter()
        .map(|p| format!("{}:{} {}", p.line, p.column, p.message.nl))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn table_with_a_slip_says_where() {
    assert_snapshot!(wrong("policy: ivn\ntoday: 2026-11-23\ncases:\n  - says: x\n    wehn: {}\n"), @r#"
    5:5 De sleutel "wehn" bestaat niet. Bedoel je "when"?
    "#);
    let person = "policy: ivn\ntoday: 2026-11-23\npeople: { anna: { type: vrijwilliger } }\ncases:\n  - says: x\n    when: { who: ana, joins: landelijk/help }\n    then: { allowed: true, code: by-rule }\n";
    assert_snapshot!(wrong(person), @r#"
    6:11 In de tabel is geen persoon "ana". Bedoel je "anna"?
    "#);
    let verbs = "policy: ivn\ntoday: 2026-11-23\ncases:\n  - says: x\n    when: { who: kring }\n    then: { allowed: true, code: by-rule }\n";
    assert_snapshot!(wrong(verbs), @r#"
    5:11 Zeg precies één ding bij "when".
    "#);
}

#[test]
fn case_that_fails_says_what_was_expected() {
    let table = "policy: ivn\ntoday: 2026-11-23\ncases:\n  - says: x\n    when: { who: onbekend, joins: landelijk/help }\n    then: { allowed: true, code: by-rule }\n";
    let results = run_file("x.yaml", table, &shipped).unwrap();
    assert_snapshot!(results[0].failure.as_ref().unwrap().nl, @"Verwacht: allowed by-rule. Gekregen: refused unknown-person.");
}

/// The keys of a mapping: serde lists them when it meets one that is not there.
fn keys<T: serde::de::DeserializeOwned + std::fmt::Debug>() -> std::collections::BTreeSet<String> {
    let error = serde_saphyr::from_str::<T>("no_such_key: 1").unwrap_err();
    match error.without_snippet() {
        serde_saphyr::Error::SerdeUnknownField { expected, .. } => {
            expected.iter().map(ToString::to_string).collect()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn page_has_the_keys_of_a_table_and_no_others() {
    for (heading, keys) in [
        ("The table", keys::<RawTable>()),
        ("A person", keys::<raw::RawPerson>()),
        ("A group in a table", keys::<raw::RawGroup>()),
        ("A grant", keys::<raw::RawGrant>()),
        ("A case", keys::<RawCase>()),
        ("`given`", keys::<raw::RawGiven>()),
        ("`when`", keys::<raw::RawWhen>()),
        ("`then`", keys::<raw::RawThen>()),
    ] {
        assert_eq!(crate::reference::keys_under(&[heading]), keys, "docs/policy.md, {heading}");
    }
}
