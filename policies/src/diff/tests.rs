//! What an edit would change, told for a small association.

use insta::assert_snapshot;
use kring_core::group::Role;

use super::*;
use crate::testing::{With, grant, group, ivn, ivn_with, person, world};

fn association() -> World {
    let mut world = world(vec![
        person("anna"),
        person("bram").of("beheervrijwilliger"),
        person("carla").of("medewerker"),
        person("dirk").with("functies", "secretaris"),
        person("gast").invited(),
    ]);
    world.people[3].user_id = None;
    world.groups.push(group("werkgroep/vogels", "werkgroep", &["afdeling/zwolle"]));
    world.grants.push(grant("werkgroep/vogels", "anna", Role::Admin));
    world
}

fn against(from: &str, to: &str) -> PolicyDiff {
    let world = association();
    diff((&ivn(), &world), (&ivn_with(from, to), &world))
}

#[test]
fn same_policy_changes_nothing() {
    let (policy, world) = (ivn(), association());
    let nothing = diff((&policy, &world), (&policy, &world));
    assert!(nothing.is_empty());
    assert_snapshot!(nothing.render("nl", 5), @"Er verandert niets.");
}

#[test]
fn staff_leaves_the_branches() {
    let edit = against(
        "      - type: [medewerker, vrijwilliger]\n    admins:",
        "      - type: vrijwilliger\n    admins:",
    );
    assert_snapshot!(edit.render("nl", 5), @r"
    afdeling
      - Hoort er vanzelf bij: wie medewerker of vrijwilliger is (van de eigen afdeling).
      + Hoort er vanzelf bij: wie vrijwilliger is (van de eigen afdeling).
    Groepen:
      afdeling/zwolle: Zwolle: 0 erin, 1 eruit, 0 met andere rechten.
    Er verandert iets voor 1 van de 5 mensen, van wie 1 met een inlog: 0 komen ergens bij, 1 gaan ergens uit, in één groep.
    ");
    assert_eq!(edit.people, PeopleCount { of: 5, touched: 1, with_login: 1, coming: 0, going: 1 });
}

#[test]
fn boards_come_to_an_end() {
    let yaml = Policy::shipped("ivn").unwrap();
    let from = yaml.find("  - kind: bestuur").unwrap();
    let to = yaml.find("  # --- Groepen die mensen maken").unwrap();
    let edit = against(&yaml[from..to], "");
    assert_snapshot!(edit.render("en", 5), @r"
    bestuur
      - There is a group for each branch. Two of one name in another region are two groups.
      - Who is not in it does not find the group.
      - Admitted: volunteer and volunteer admin.
      - Belongs to it without being asked: everybody in the administration with function voorzitter or penningmeester (of their own branch).
      - Admin: everybody in the administration with function secretaris (of their own branch).
      - Nobody is invited: the rules decide.
      - Who is new does not read back.
    Groups:
      bestuur/zwolle: Bestuur Zwolle goes, with one person.
    Something changes for 1 of the 5 people, of whom 0 have a login: 0 come in somewhere, 1 go out somewhere, in one group.
    ");
    // The secretary has no login yet, and counts all the same.
    assert_eq!(edit.people, PeopleCount { of: 5, touched: 1, with_login: 0, coming: 0, going: 1 });
}

#[test]
fn right_that_nobody_uses_is_told_without_people() {
    let edit = against(
        "      name_length: 60\n    parents: [afdeling, regio, provincie, intranet]\n    admits: [medewerker, vrijwilliger, beheervrijwilliger]\n    may_admit: [medewerker, vrijwilliger, beheervrijwilliger, extern]\n    admins_above",
        "      name_length: 80\n    parents: [afdeling, regio, provincie, intranet]\n    admits: [medewerker, vrijwilliger, beheervrijwilliger]\n    may_admit: [medewerker, vrijwilliger, beheervrijwilliger, extern]\n    admins_above",
    );
    assert_snapshot!(edit.render("nl", 5), @r"
    werkgroep
      - Onder één groep hangen er hooguit 25. Een groep hangt onder hooguit 3 groepen tegelijk. De naam heeft hooguit 60 tekens.
      + Onder één groep hangen er hooguit 25. Een groep hangt onder hooguit 3 groepen tegelijk. De naam heeft hooguit 80 tekens.
    Voor niemand van de 5 mensen verandert er een groep.
    ");
    assert_eq!(edit.people.touched, 0);
}

#[test]
fn room_that_opens_changes_its_looks_only() {
    let edit =
        against("    read_only: true                     # alleen wie hieronder staat, schrijft\n", "");
    assert_snapshot!(edit.render("nl", 5), @r"
    Nieuws van IVN
      - Niet iedereen schrijft. Beheerders wel.
    Groepen:
      landelijk/nieuws: Nieuws van IVN ziet er anders uit of werkt anders; de mensen blijven dezelfde.
    Voor niemand van de 5 mensen verandert er een groep.
    ");
}

#[test]
fn answer_keeps_its_shape() {
    let edit = against(
        "      - type: beheervrijwilliger        # van de eigen afdeling",
        "      - type: medewerker",
    );
    let json = serde_json::to_value(&edit).unwrap();
    assert_eq!(
        json["people"],
        serde_json::json!({ "of": 5, "touched": 2, "with_login": 2, "coming": 0, "going": 1 })
    );
    let first = &json["groups"][0];
    assert_eq!((&first["group"], &first["fate"]), (&"afdeling/zwolle".into(), &"stays".into()));
    assert_eq!(
        (&first["changing"], &first["going"]),
        (&serde_json::json!(["carla"]), &serde_json::json!(["bram"]))
    );
    assert!(json["rules"][0]["gone"][0]["nl"].is_string());
}
