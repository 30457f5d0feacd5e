//! `kring policy`

use crate::support::Site;

#[test]
fn a_folder_without_cases_could_not_be_tested() {
    let site = Site::new();
    site.write("nothing/ivn/policy.yaml", "", 0o644);
    let said = site.bare(&["policy", "test", "nothing"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert_eq!(
        said.err,
        "There are no cases under nothing. Put them in a folder named cases, as files that end in .yaml.\n"
    );
}

#[test]
fn a_policy_that_is_not_there_cannot_be_checked() {
    let said = Site::new().bare(&["policy", "check", "nowhere.yaml"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    insta::assert_snapshot!(said.err, @"nowhere.yaml cannot be read (No such file or directory (os error 2)). Check its name and its permissions.");
}

const MEMBERS: &str = "\
lidnummer;voornaam;tussenvoegsel;achternaam;email;type;afdeling;regio;provincie;lid_sinds;lid_tot;functies
1;Anna;;Bos;anna@example.org;vrijwilliger;Zwolle;Salland;Overijssel;01-05-2001;;
2;Bram;;Bos;bram@example.org;beheervrijwilliger;Zwolle;Salland;Overijssel;01-05-2001;;
3;Carla;;Bos;carla@example.org;medewerker;Zwolle;Salland;Overijssel;01-05-2001;;
";

fn site_with_an_edit() -> Site {
    let site = Site::new();
    let ivn = include_str!("../../../../policies/ivn/policy.yaml");
    let staff = "      - type: [medewerker, vrijwilliger]\n    admins:";
    assert!(ivn.contains(staff));
    site.write("edit.yaml", ivn.replace(staff, "      - type: vrijwilliger\n    admins:"), 0o644);
    site.write("leden.csv", MEMBERS, 0o600);
    site
}

#[test]
fn a_policy_is_explained_in_sentences() {
    let site = Site::new();
    let said = site.bare(&["policy", "explain", "nov", "--kind", "conferentie"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!(said.out, @r"
    Conferentie 2026
      There is one such group.
      The group hangs below NOVi.
      The last day is 31-12-2026. After it, who is in still reads and nothing changes any more.
      Admitted: staff of a centre and staff of the association.
      Belongs to it without being asked: everybody in the administration with a registration.
      Admin: staff of the association.
      Nobody is invited: the rules decide.
    ");
    let said = site.bare(&["policy", "explain", "nov", "--kind", "congres"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    insta::assert_snapshot!(said.err, @"There is no kind of group “congres”. There is: netwerk, vraagbaak, mededelingen, nieuwsbrief, leden, directeuren, provincie, overleg, centrale, programma, adviseurs, conferentie, kring, bureau.");
    let said = site.bare(&["policy", "explain", "ivn", "--json"]);
    let sections: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(sections.as_array().map(Vec::len), Some(17));
    assert!(
        sections[1]["sentences"][0]["text"]["nl"].is_string() && sections[1]["sentences"][0]["line"].is_u64()
    );
}

#[test]
fn an_edit_is_told_for_the_people_of_an_export() {
    let site = site_with_an_edit();
    let diff = ["policy", "diff", "ivn", "edit.yaml", "--members", "leden.csv", "--today", "2026-11-23"];
    let said = site.bare(&diff);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!(said.out, @r"
    afdeling
      - Belongs to it without being asked: anybody who is staff or volunteer (of their own branch).
      + Belongs to it without being asked: anybody who is volunteer (of their own branch).
    Groups:
      afdeling/zwolle: Zwolle: 0 in, 1 out, 0 with other rights.
    Something changes for 1 of the 3 people, of whom 0 have a login: 0 come in somewhere, 1 go out somewhere, in one group.
    ");
    let said = site.bare(&[diff.as_slice(), &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(json["people"]["going"], 1);
    assert_eq!(json["groups"][0]["going"], serde_json::json!(["3"]));
}

#[test]
fn an_edit_without_people_is_told_in_sentences_only() {
    let said = site_with_an_edit().bare(&["policy", "diff", "ivn", "edit.yaml"]);
    assert_eq!(said.code, 0);
    insta::assert_snapshot!(said.out, @r"
    afdeling
      - Belongs to it without being asked: anybody who is staff or volunteer (of their own branch).
      + Belongs to it without being asked: anybody who is volunteer (of their own branch).
    ");
    insta::assert_snapshot!(said.err, @"There are no people to count. Give an export with --members, or a configuration with --config.");
}

#[test]
fn a_policy_with_a_slip_is_told_as_json() {
    let site = Site::new();
    site.write("slip.yaml", "name: Proef\n", 0o644);
    let said = site.bare(&["policy", "check", "slip.yaml", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &json["good"]), (2, &false.into()));
    assert!(json["problems"][0]["nl"].as_str().unwrap().starts_with("slip.yaml:"));
    let said = site.bare(&["policy", "check", "nov", "--json"]);
    assert_eq!((said.code, said.out.trim()), (0, r#"{"good":true,"kinds":14,"problems":[]}"#));
}
