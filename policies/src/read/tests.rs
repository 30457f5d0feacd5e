//! A policy with a mistake is refused, with the place and what to do.

use insta::assert_snapshot;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

const GOOD: &str = "\
name: Proef
timezone: Europe/Amsterdam
types:
  - { type: lid, title: { nl: lid, en: member } }
attributes:
  - { attribute: plaats, column: plaats, title: { nl: plaats, en: place } }
root: alles/alles
groups:
  - kind: alles
    key: alles/alles
    name: Alles
    room: false
    space: always
    admits: [lid]
    members: [{ source: administration }]
  - kind: plaats
    for_each: plaats
    name: \"{plaats}\"
    parents: [alles]
    admits: [lid]
    members:
      - type: lid
";

fn problems(yaml: &str) -> String {
    let problems = read_policy("proef.yaml", yaml).map(|_| ()).unwrap_err();
    let line =
        |p: &Problem| format!("{}:{}:{} {} | {}", p.file, p.line, p.column, p.message.nl, p.message.en);
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    problems(&GOOD.replace(from, to))
}

#[test]
fn shipped_policy_and_the_smallest_one_are_read() {
    assert_eq!(read_policy("ivn", Policy::shipped("ivn").unwrap()).map(|p| p.kinds.len()), Ok(16));
    assert_eq!(read_policy("nov", Policy::shipped("nov").unwrap()).map(|p| p.kinds.len()), Ok(14));
    assert_eq!(read_policy("proef.yaml", GOOD).map(|p| p.root), Ok(0));
    assert_eq!(Policy::shipped("elders"), None);
}

#[test]
fn mistakes_name_their_place_and_the_nearest_word() {
    assert_snapshot!(with("    admits: [lid]\n    members: [{ source: administration }]", "    admitss: [lid]"), @r#"
    proef.yaml:14:5 De sleutel "admitss" bestaat niet. Bedoel je "admits"? | There is no key "admitss". Did you mean "admits"?
    "#);
    assert_snapshot!(with("admits: [lid]\n    members:\n", "admits: [lit]\n    members:\n"), @r#"
    proef.yaml:20:14 Het type "lit" bestaat niet. Bedoel je "lid"? | There is no type "lit". Did you mean "lid"?
    "#);
    assert_snapshot!(with("type: lid\n", "type: leden\n"), @r#"
    proef.yaml:22:15 Het type "leden" bestaat niet. Er is: lid. | There is no type "leden". There is: lid.
    "#);
    assert_snapshot!(with("for_each: plaats", "for_each: plaat"), @r#"
    proef.yaml:17:15 Het gegeven "plaat" bestaat niet. Bedoel je "plaats"? | There is no attribute "plaat". Did you mean "plaats"?
    proef.yaml:18:11 De naam {plaats} kan hier niet worden ingevuld. Bedoel je "plaat"? | The name {plaats} cannot be filled in here. Did you mean "plaat"?
    "#);
    assert_snapshot!(with("parents: [alles]", "parents: [iets]"), @r#"
    proef.yaml:19:15 De soort "iets" bestaat niet. Er is: alles, plaats. | There is no kind "iets". There is: alles, plaats.
    "#);
    assert_snapshot!(with("parents: [alles]", "parents: [alles, plaats]"), @r#"
    proef.yaml:16:11 "plaats" staat boven zichzelf. Haal één van de parents weg. | "plaats" is above itself. Take one of the parents away.
    "#);
    assert_snapshot!(with("root: alles/alles", "root: alles/ales"), @r#"
    proef.yaml:7:7 De vaste groep "alles/ales" bestaat niet. Bedoel je "alles/alles"? | There is no fixed group "alles/ales". Did you mean "alles/alles"?
    "#);
    assert_snapshot!(with("{plaats}\"", "{plats}\""), @r#"
    proef.yaml:18:11 De naam {plats} kan hier niet worden ingevuld. Bedoel je "plaats"? | The name {plats} cannot be filled in here. Did you mean "plaats"?
    "#);
    assert_snapshot!(with("space: always", "space: altijd"), @r#"
    proef.yaml:13:12 Het woord "altijd" kan hier niet. Er is: never, always, when-needed. | The word "altijd" cannot stand here. There is: never, always, when-needed.
    "#);
    assert_snapshot!(with("Europe/Amsterdam", "Europe/Zwolle"), @r#"
    proef.yaml:2:11 De tijdzone "Europe/Zwolle" bestaat niet. Schrijf bijvoorbeeld Europe/Amsterdam. | There is no time zone "Europe/Zwolle". Write for example Europe/Amsterdam.
    "#);
    assert_snapshot!(with("root:", "powers: { admin: 100 }\nroot:"), @"proef.yaml:7:18 Een beheerder heeft een niveau van 1 tot en met 99. Hoger is voor Kring. | An admin has a level from 1 to 99. Higher is for Kring.");
    assert_snapshot!(with("kind: plaats", "kind: Plaats!"), @"proef.yaml:16:11 Een soort bestaat uit kleine letters, cijfers en streepjes. | A kind consists of lower-case letters, digits and hyphens.");
    assert_snapshot!(with("for_each: plaats", "for_each: plaats\n    key: a/b"), @r"
    proef.yaml:16:11 Zeg precies één van key, for_each en made_by. | Say exactly one of key, for_each and made_by.
    proef.yaml:19:11 De naam {plaats} kan hier niet worden ingevuld. Er is: . | The name {plaats} cannot be filled in here. There is: .
    ");
    assert_snapshot!(with("root:", "ask_before_removing: { percent: 200, at_least: 1 }\nroot:"), @"proef.yaml:7:33 Een percentage ligt tussen 0 en 50. Bij meer zou Kring bijna nooit vragen. | A percentage lies between 0 and 50. With more, Kring would hardly ever ask.");
    assert_snapshot!(with("root:", "ask_before_removing: { percent: 20, at_least: 5, in_group: { percent: 51, at_least: 0 } }\nroot:"), @r"
    proef.yaml:7:71 Een percentage ligt tussen 0 en 50. Bij meer zou Kring bijna nooit vragen. | A percentage lies between 0 and 50. With more, Kring would hardly ever ask.
    proef.yaml:7:85 Dit getal ligt van 1 tot en met 1000. Bij meer zou Kring bijna nooit vragen. | This number lies from 1 to 1000. With more, Kring would hardly ever ask.
    ");
    assert_snapshot!(with("- type: lid\n", "- attributes: { plats: Zwolle }\n"), @r#"
    proef.yaml:22:30 Het gegeven "plats" bestaat niet. Bedoel je "plaats"? | There is no attribute "plats". Did you mean "plaats"?
    "#);
    assert_snapshot!(with("name: Proef\n", ""), @r#"
    proef.yaml:7:1 Hier ontbreekt "name". Vul het in. | "name" is missing here. Fill it in.
    "#);
    assert_snapshot!(with("name: Proef", "name: [Proef"), @"proef.yaml:1:7 Dit is niet te lezen: expected string scalar at line 1, column 7 | This cannot be read: expected string scalar at line 1, column 7");
}

/// Written anew with `UPDATE_SCHEMA=1 cargo test -p kring-policies schema`.
#[test]
fn schema_in_the_folder_is_fresh() {
    let fresh = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/policy.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&file, &fresh).unwrap();
    }
    let stands_there = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        stands_there == fresh,
        "the schema is stale: UPDATE_SCHEMA=1 cargo test -p kring-policies schema"
    );
}

#[rstest]
#[case::deep(format!("name: {}1{}", "[".repeat(5_000), "]".repeat(5_000)))]
#[case::deep_mappings((0..200).map(|i| format!("{}a:\n", " ".repeat(i))).collect::<String>())]
#[case::aliases(bomb())]
#[case::large("#".repeat(MAX_BYTES + 1))]
#[case::many_documents("---\na: 1\n".repeat(100))]
#[case::empty(String::new())]
fn bomb_is_refused_at_once(#[case] yaml: String) {
    let problem = read_policy("bom.yaml", &yaml).map(|_| ()).unwrap_err();
    assert_eq!(problem.len(), 1);
}

/// Ten times ten times ten …
fn bomb() -> String {
    let mut yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let before = format!("*a{}", i - 1);
        yaml += &format!("a{i}: &a{i} [{}]\n", vec![before; 10].join(", "));
    }
    yaml
}

proptest! {
    #[test]
    fn nothing_in_a_policy_makes_the_reader_panic(at in 0usize..700, cut in 0usize..40, text in "[ -~\n]{0,20}") {
        let mut chars: Vec<char> = GOOD.chars().collect();
        let from = at.min(chars.len());
        let to = (from + cut).min(chars.len());
        chars.splice(from..to, text.chars());
        let yaml: String = chars.into_iter().collect();
        if let Err(problems) = read_policy("proef.yaml", &yaml) {
            prop_assert!(!problems.is_empty());
            let whole = problems.iter().all(|p| !p.message.nl.is_empty() && !p.message.nl.starts_with("problem-"));
            prop_assert!(whole);
        }
    }
}
