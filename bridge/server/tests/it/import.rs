//! `kring import --dry-run` as the contracts have it, without any configuration.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Said, Site, kring};

const HEADER: &str = "lidnummer;voornaam;tussenvoegsel;achternaam;email;type;afdeling;regio;provincie;lid_sinds;lid_tot;functies";

/// A row of a volunteer in Zwolle.
fn row(number: &str, name: &str, email: &str) -> String {
    format!("{number};{name};van den;Berg;{email};vrijwilliger;Zwolle;IJssel;Overijssel;2020-01-01;;")
}

fn file(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

fn json_of(said: &Said) -> Value {
    assert_eq!(said.out.lines().count(), 1, "{said:?}");
    serde_json::from_str(&said.out).unwrap()
}

fn import(site: &Site, more: &[&str]) -> Said {
    let args = ["import", "leden.csv", "--dry-run", "--json", "--today", "2026-03-01"];
    site.bare(&[&args[..], more].concat())
}

#[test]
fn the_report_has_the_shape_of_the_contract() {
    let site = Site::new();
    let rows = [
        row("1001", "Anna", "samen@example.org"),
        row("1002", "Bram", "Samen@Example.org "),
        row("1003", "Carla", "carla@example.org"),
        row("1004", "Dirk", "geen adres"),
    ];
    site.write("leden.csv", file(&rows), 0o600);
    let said = import(&site, &[]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let report = json_of(&said);
    for (key, expected) in [
        ("rows", json!(4)),
        ("accepted", json!(3)),
        ("duplicates", json!([["1001", "1002"]])),
        ("vereniging", json!(["1003"])),
        ("added", json!(3)),
        ("changed", json!(0)),
        ("removed", json!(0)),
        ("confirmation", json!(null)),
    ] {
        assert_eq!(report[key], expected, "{key}");
    }
    let rejected = &report["rejected"][0];
    assert_eq!((&rejected["line"], report["rejected"].as_array().unwrap().len()), (&json!(5), 1));
    assert!(
        rejected["why"].is_string()
            && rejected["text"]["nl"].is_string()
            && rejected["text"]["en"].is_string()
    );
    assert!(report["warnings"].is_array());
}

#[test]
fn the_previous_file_tells_what_changed_and_a_mass_removal_asks() {
    let site = Site::new();
    let everybody: Vec<_> =
        (0..30).map(|n| row(&format!("{}", 2000 + n), "Eva", &format!("e{n}@example.org"))).collect();
    site.write("vorige.csv", file(&everybody), 0o600);
    site.write("leden.csv", file(&everybody[..10]), 0o600);
    let report = json_of(&import(&site, &["--previous", "vorige.csv"]));
    assert_eq!((&report["removed"], &report["added"]), (&json!(20), &json!(0)));
    let confirmation = &report["confirmation"];
    assert_eq!(confirmation["code"], json!("mass-removal"));
    assert_eq!((&confirmation["removed"], &confirmation["of"]), (&json!(20), &json!(30)));
    assert!(!confirmation["token"].as_str().unwrap().is_empty());
}

#[test]
fn the_day_decides_whether_a_membership_runs() {
    let site = Site::new();
    let ends = row("1", "Fien", "fien@example.org").replace(";;", ";2026-03-01;");
    site.write("leden.csv", file(&[ends]), 0o600);
    assert_eq!(json_of(&import(&site, &[]))["vereniging"], json!(["1"]));
    let later = site.bare(&["import", "leden.csv", "--dry-run", "--json", "--today", "2026-03-02"]);
    assert_eq!(json_of(&later)["vereniging"], json!([]));
}

#[test]
fn a_file_that_is_no_administration_is_fatal() {
    let site = Site::new();
    for (text, why) in [("", "empty"), ("naam;adres\nx;y\n", "column-missing")] {
        site.write("leden.csv", text, 0o600);
        let said = import(&site, &[]);
        let report = json_of(&said);
        assert_eq!((said.code, report["fatal"]["why"].as_str()), (2, Some(why)), "{report}");
        assert!(report["fatal"]["text"]["nl"].is_string() && report["fatal"]["text"]["en"].is_string());
    }
}

#[test]
fn a_previous_file_that_is_none_is_fatal_and_says_so() {
    let site = Site::new();
    site.write("leden.csv", file(&[row("1", "Guus", "g@example.org")]), 0o600);
    site.write("vorige.csv", "", 0o600);
    let said = import(&site, &["--previous", "vorige.csv"]);
    assert_eq!((said.code, json_of(&said)["fatal"]["why"].as_str()), (2, Some("previous-empty")));
}

#[test]
fn a_file_that_is_not_there_is_fatal_too() {
    let said = import(&Site::new(), &[]);
    assert_eq!((said.code, json_of(&said)["fatal"]["why"].as_str()), (2, Some("file-unreadable")));
}

#[test]
fn without_json_the_report_is_for_a_person() {
    let site = Site::new();
    let rows = [
        row("1001", "Anna", "samen@example.org"),
        row("1002", "Bram", "samen@example.org"),
        row("1003", "Carla", "carla@example.org"),
        row("1004", "Dirk", "geen adres"),
    ];
    site.write("leden.csv", file(&rows), 0o600);
    let args = ["import", "leden.csv", "--dry-run", "--today", "2026-03-01"];
    assert_snapshot!(site.bare(&args).out, @r#"
    4 rows read: 3 good, 1 rejected.
    Compared with the previous time: 3 new, 0 changed, 0 gone.
    1 person has access to Vereniging.

    Rejected:
      line 5: Mail cannot reach this e-mail address. Fill in one address, such as name@example.nl, or leave the field empty.

    These membership numbers share an e-mail address. They have no access to Vereniging:
      1001, 1002
    "#);
    assert_snapshot!(site.bare(&[&args[..], &["--language", "nl"]].concat()).out, @r#"
    4 rijen gelezen: 3 goed, 1 afgekeurd.
    Vergeleken met de vorige keer: 3 nieuw, 0 gewijzigd, 0 weg.
    1 persoon heeft toegang tot Vereniging.

    Afgekeurd:
      regel 5: Dit e-mailadres kan geen mail krijgen. Vul één adres in, zoals naam@voorbeeld.nl, of laat het veld leeg.

    Deze lidnummers delen een e-mailadres. Zij hebben geen toegang tot Vereniging:
      1001, 1002
    "#);
}

#[test]
fn an_unknown_policy_is_named() {
    let site = Site::new();
    site.write("leden.csv", file(&[]), 0o600);
    let said = import(&site, &["--policy", "ivm"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert_snapshot!(said.err, @"There is no policy called “ivm”. Kring knows: ivn, nov. Name a policy of your own by the path of its file.");
}

#[test]
fn a_reader_that_stops_early_is_no_failure() {
    let site = Site::new();
    site.write("leden.csv", file(&[row("1", "Hugo", "h@example.org")]), 0o600);
    let mut command = kring(site.path("leden.csv").parent().unwrap());
    let mut child = command
        .args(["import", "leden.csv", "--dry-run", "--json"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
