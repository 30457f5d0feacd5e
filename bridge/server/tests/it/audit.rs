//! `kring audit` on a log of its own: shown, asked, checked, and given to somebody who has no Kring.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use insta::assert_snapshot;
use kring_core::{
    audit::{Actor, AuditEntry},
    ids::MemberId,
    text::Text,
};
use kring_store::{Mode, Store, StoreUrl};
use serde_json::{Value, json};

use crate::support::{Said, Site};

const PEOPLE: &str = "lidnummer;voornaam;tussenvoegsel;achternaam;email;type;afdeling;regio;provincie;lid_sinds;lid_tot;functies
1001;Anna;;Bakker;anna@example.org;vrijwilliger;Zwolle;IJssel;Overijssel;2020-01-01;;
1002;Bram;de;Wit;bram@example.org;beheervrijwilliger;Zwolle;IJssel;Overijssel;2020-01-01;;
";

async fn store(site: &Site) -> Store {
    Store::open(&StoreUrl::sqlite(site.path("kring.db")), Mode::ReadWrite).await.unwrap()
}

/// Anna and Bram, and what happened to them.
async fn filled() -> Site {
    let site = Site::new();
    site.write("leden.csv", PEOPLE, 0o600);
    assert_eq!(site.kring(&["import", "leden.csv"]).code, 0);
    let store = store(&site).await;
    let mut writer = store.write().await.unwrap();
    let people = writer.people().await.unwrap();
    let id = |number: &str| -> MemberId {
        let person = people.iter().find(|p| p.member.number.as_ref().unwrap().as_str() == number);
        person.unwrap().member.id.clone()
    };
    let (anna, bram) = (id("1001"), id("1002"));
    let text = |nl: &str, en: &str| Text { nl: nl.into(), en: en.into() };
    let line =
        |at: &str, actor, verb, code, text| AuditEntry::new(at.parse().unwrap(), actor, verb, code, text);
    let group = || "afdeling/zwolle".parse().unwrap();
    let (by_bram, by_anna) = (Actor::Member(bram.clone()), Actor::Member(anna.clone()));
    let lines = [
        line(
            "2030-07-01T10:00:00Z",
            Actor::Kring,
            "join",
            "belongs",
            text("Hoort bij Zwolle.", "Belongs to Zwolle."),
        )
        .with_group(group())
        .with_member(anna.clone()),
        line(
            "2030-07-02T10:00:00Z",
            by_bram,
            "remove",
            "allowed",
            text("Weg, en “terug”.", "Out, and \"back\".\n=1+1"),
        )
        .with_group(group())
        .with_member(anna.clone())
        .with_detail("sender", "@bram:kring.test"),
        line("2030-07-02T23:30:00Z", by_anna, "invite", "allowed", text("Uitgenodigd.", "Invited."))
            .with_group(group())
            .with_member(bram),
    ];
    for line in &lines {
        writer.append_audit(line).await.unwrap();
    }
    writer.commit().await.unwrap();
    store.close().await;
    site
}

fn audit(site: &Site, more: &[&str]) -> Said {
    site.kring(&[&["audit"], more].concat())
}

fn shown(site: &Site, more: &[&str]) -> String {
    let said = audit(site, more);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    said.out
}

/// The verbs of the lines that are shown.
fn verbs(site: &Site, more: &[&str]) -> Vec<String> {
    let lines = shown(site, &[more, &["--json"]].concat());
    let verb = |line: &str| serde_json::from_str::<Value>(line).unwrap()["verb"].as_str().unwrap().to_owned();
    lines.lines().map(verb).collect()
}

/// A program of Python, or nothing where there is none.
fn python(program: &str, args: &[&Path]) -> Option<Output> {
    match Command::new("python3").arg("-c").arg(program).args(args).output() {
        Ok(output) => Some(output),
        Err(error) => {
            assert!(std::env::var_os("KRING_REQUIRE_ALL").is_none(), "no python3: {error}");
            eprintln!("skipped: no python3");
            None
        }
    }
}

/// Writes the database as whoever has the file can.
fn behind_krings_back(site: &Site, sql: &str) -> Option<()> {
    let program = format!(
        "import sqlite3, sys\nd = sqlite3.connect(sys.argv[1])\nd.executescript({:?})\nd.commit()",
        format!("DROP TRIGGER IF EXISTS audit_keeps; DROP TRIGGER IF EXISTS audit_stays; {sql};")
    );
    let output = python(&program, &[&site.path("kring.db")])?;
    assert!(output.status.success(), "{output:?}");
    Some(())
}

#[tokio::test]
async fn the_log_is_asked_by_person_actor_verb_and_time() {
    let site = filled().await;
    assert_eq!(verbs(&site, &[]), ["invite", "remove", "join", "import"]);
    assert_eq!(verbs(&site, &["--member", "1001"]), ["remove", "join"]);
    assert_eq!(verbs(&site, &["--actor", "bram@example.org"]), ["remove"]);
    assert_eq!(verbs(&site, &["--actor", "operator"]), ["import"]);
    assert_eq!(verbs(&site, &["--actor", "kring", "--group", "afdeling/zwolle"]), ["join"]);
    assert_eq!(verbs(&site, &["--verb", "in*"]), ["invite"]);
    // Half past eleven at night in UTC is the next day in Amsterdam.
    assert_eq!(verbs(&site, &["--since", "2030-07-03"]), ["invite"]);
    assert_eq!(verbs(&site, &["--since", "2030-07-01", "--until", "2030-07-02"]), ["remove", "join"]);
    assert_eq!(verbs(&site, &["--since", "2030-07-02T10:00:00Z", "--limit", "1"]), ["invite"]);
    let said = audit(&site, &["--since", "gisteren"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert_snapshot!(said.err, @r#"“gisteren” is no day and no instant. Write for example 2026-07-01 or 2026-07-01T10:00:00Z."#);
}

#[tokio::test]
async fn a_member_sees_the_lines_about_themself_without_names_of_others() {
    let site = filled().await;
    assert_snapshot!(shown(&site, &["--member", "1002", "--as-member", "--language", "nl"]), @"2030-07-02 23:30  door een ander die dat mag  afdeling/zwolle  Uitgenodigd.");
    let said = shown(&site, &["--member", "1001", "--as-member", "--json"]);
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let by: Vec<_> = lines.iter().map(|line| (&line["by"], &line["verb"])).collect();
    assert_eq!(by, [(&json!("person"), &json!("remove")), (&json!("kring"), &json!("join"))]);
    assert!(!said.contains("bram") && !said.contains("details") && !said.contains("actor"), "{said}");
    let refused = audit(&site, &["--as-member"]);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""), "whose?");
}

#[tokio::test]
async fn verify_says_whether_the_log_is_whole_and_names_the_first_line_that_is_not() {
    let site = filled().await;
    let whole: Value = serde_json::from_str(&shown(&site, &["verify", "--json"])).unwrap();
    assert_eq!((&whole["lines"], &whole["broken"], &whole["seen"]), (&json!(4), &Value::Null, &Value::Null));
    let proof = format!("4:{}", whole["last"].as_str().unwrap());
    let said = shown(&site, &["verify"]);
    assert_eq!(
        said,
        format!(
            "The log is as it was written: 4 lines. Keep this elsewhere, and it can be seen later that nothing was changed: {proof}\n"
        )
    );
    assert!(shown(&site, &["verify", "--seen", &proof]).ends_with("Up to line 4 all is as it was then.\n"));
    let other = format!("3{}", &proof[1..]);
    let said = audit(&site, &["verify", "--seen", &other, "--json"]);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &answer["seen"], &answer["broken"]), (1, &json!(false), &Value::Null));

    let changed = "UPDATE audit SET entry = replace(entry, 'Zwolle', 'Assen') WHERE seq = 2";
    if behind_krings_back(&site, changed).is_none() {
        return;
    }
    let said = audit(&site, &["verify"]);
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    assert_snapshot!(said.out, @"The log is not as it was written: line 2 was changed. Keep the database as it is and ask who could reach it.");
    behind_krings_back(&site, "DELETE FROM audit WHERE seq = 2").unwrap();
    let said = audit(&site, &["verify", "--language", "nl"]);
    assert_snapshot!(said.out, @"Het logboek klopt niet: regel 2 is er niet meer. Bewaar de database zoals zij is en vraag wie erbij kon.");
    let said = audit(&site, &["verify", "--json"]);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (said.code, &answer["lines"], &answer["broken"]),
        (1, &json!(1), &json!({"line": 2, "why": "missing"}))
    );
}

/// The program of docs/operators.md, which knows nothing of Kring.
fn checker() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operators.md");
    let page = fs::read_to_string(page).unwrap();
    let programs = page.split("```python\n").skip(1).filter_map(|rest| rest.split("```").next());
    programs.map(str::to_owned).find(|program| program.contains("sha256")).unwrap()
}

#[tokio::test]
async fn an_export_is_checked_without_kring() {
    let site = filled().await;
    let whole: Value = serde_json::from_str(&shown(&site, &["verify", "--json"])).unwrap();
    let proof = format!("4:{}", whole["last"].as_str().unwrap());
    for (format, name) in [("jsonl", "log.jsonl"), ("csv", "log.csv")] {
        let said = audit(&site, &["export", "--format", format]);
        assert_eq!(said.code, 0, "{said:?}");
        assert_eq!(said.err, format!("4 lines. Keep this with it: {proof}\n"));
        let good = site.write(name, &said.out, 0o600);
        let Some(output) = python(&checker(), &[&good]) else { return };
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), proof, "{output:?}");

        // One letter, in the third line.
        let wrong = said.out.replacen("terug", "tErug", 1);
        assert_ne!(wrong, said.out);
        let output = python(&checker(), &[&site.write(name, wrong, 0o600)]).unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr).trim(), "line 3 is not as it was written");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[tokio::test]
async fn the_table_names_people_and_runs_nothing() {
    let site = filled().await;
    let said = audit(&site, &["export", "--format", "csv"]);
    let header = said.out.lines().next().unwrap();
    assert_snapshot!(header, @"at,actor,actor_name,verb,code,group,person,person_name,text,seq,previous,hash,entry");
    let removed = said.out.split("2030-07-02T10:00:00Z").nth(1).unwrap();
    assert!(removed.contains(",Bram de Wit,remove,allowed,afdeling/zwolle,"), "{removed}");
    assert!(removed.contains(",Anna Bakker,"), "{removed}");
}
