//! What people read.

use super::*;
use crate::text::Catalogue;

#[test]
fn all_messages_are_there_in_both_languages() {
    assert_eq!(Catalogue::problems(messages::NL, messages::EN), Vec::<String>::new());
}

#[test]
fn report_in_dutch() {
    let before = [
        row("0001001", "Jan", "jan@example.nl", &[]),
        els(&[]),
        row("1003", "Piet", "", &[]),
        row("1004", "Ria", "", &[]),
        row("1005", "Wim", "", &[]),
    ];
    let now = [
        jan(&[]),
        els(&[("email", "els@localhost")]),
        row("1,00E+06", "Kees", "", &[]),
        row("1006", "Anna", "piet@example.nl", &[("lid_tot", "2026/01/01")]),
        row("1007", "=HYPERLINK()", "", &[("regio", "")]),
        row("1008", "Bea", "", &[("type", "donateur")]),
        row("1009", "Cor", "", &[("lid_tot", "1-1-2026")]),
        row("1009", "Cor", "", &[]),
        row("1010", "Dirk", "", &[]),
        row("1010", "Eva", "", &[]),
        "1011;Fred".into(),
    ];
    let import = import_after(&before, &now);
    let report = &import.report;
    let lines = report.rejected.iter().chain(&report.warnings);
    let lines: Vec<String> =
        lines.map(|r| format!("{} {}: {}", r.line.unwrap_or(0), r.why, r.text.nl)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    3 email-invalid: Dit e-mailadres kan geen mail krijgen. Vul één adres in, zoals naam@voorbeeld.nl, of laat het veld leeg.
    4 number-scientific: Het lidnummer is door een rekenprogramma veranderd, zoals 1,00E+06. Zet de kolom lidnummer op tekst en exporteer opnieuw.
    5 date-unreadable: De datum in de kolom lid_tot is niet te lezen. Schrijf de datum als 31-12-2026 of 2026-12-31.
    7 type-unknown: Dit type staat niet in het beleid. Kies een van deze types: medewerker, vrijwilliger, beheervrijwilliger, extern.
    9 number-repeated: Deze persoon staat ook op regel 8, met hetzelfde lidnummer. Die eerste regel telt. Haal deze regel weg.
    10 number-conflict: Verschillende personen hebben hetzelfde lidnummer: regel 10, 11. Geen van hen is overgenomen. Geef elke persoon een eigen lidnummer.
    11 number-conflict: Verschillende personen hebben hetzelfde lidnummer: regel 10, 11. Geen van hen is overgenomen. Geef elke persoon een eigen lidnummer.
    12 field-count: Deze regel heeft 2 velden, maar de kopregel heeft er 12. Kijk of er een scheidingsteken te veel of te weinig staat.
    2 number-restored: Het lidnummer miste nullen aan het begin. Het is hersteld tot 0001001. Zet de kolom lidnummer op tekst.
    6 formula: Een rekenprogramma kan dit veld als formule lezen: voornaam. Het is overgenomen zoals het er staat. Kijk na of dat klopt.
    6 branch-without-region: De kolom afdeling is gevuld, maar de kolom regio is leeg. Vul de kolom regio in.
    8 membership-ended: Het lidmaatschap is afgelopen. Deze persoon krijgt geen toegang.
    "#);
    let confirmation = report.confirmation.as_ref().unwrap();
    insta::assert_snapshot!(confirmation.text.nl, @"Deze import haalt 3 van de 5 mensen weg. Kijk na of het bestand compleet is. Bevestig het daarna.");
}

#[test]
fn report_as_json() {
    let import = import_after(&[jan(&[]), els(&[])], &[jan(&[("email", "jan@localhost")])]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&import.report).unwrap(), @r#"
    {
      "rows": 1,
      "accepted": 0,
      "rejected": [
        {
          "line": 2,
          "why": "email-invalid",
          "text": {
            "nl": "Dit e-mailadres kan geen mail krijgen. Vul één adres in, zoals naam@voorbeeld.nl, of laat het veld leeg.",
            "en": "Mail cannot reach this e-mail address. Fill in one address, such as name@example.nl, or leave the field empty."
          }
        }
      ],
      "duplicates": [],
      "vereniging": [],
      "warnings": [],
      "added": 0,
      "changed": 0,
      "removed": 1,
      "confirmation": {
        "code": "mass-removal",
        "removed": 1,
        "of": 2,
        "token": "a9045dda6294",
        "until": "2026-07-01T00:20:00Z",
        "text": {
          "nl": "Deze import haalt 1 van de 2 mensen weg. Kijk na of het bestand compleet is. Bevestig het daarna.",
          "en": "This import would remove 1 of 2 people. See whether the file is complete. Then confirm it."
        }
      }
    }
    "#);
}

#[test]
fn fatal_as_json() {
    let text = "lidnummer;voornaam;tussenvoegsel;achternaam;e-mail;type;afdeling;regio;provincie;lid_sinds;lid tot;functies\n";
    let fatal = read(text.as_bytes(), &rules(), None).unwrap_err();
    insta::assert_snapshot!(serde_json::to_string_pretty(&FatalReport::from(fatal)).unwrap(), @r#"
    {
      "fatal": {
        "why": "column-missing",
        "text": {
          "nl": "Deze kolommen ontbreken: email, lid_tot. Zet de namen van de kolommen op de eerste regel en probeer het opnieuw. Wel gevonden: e-mail, lid tot.",
          "en": "These columns are missing: email, lid_tot. Put the names of the columns on the first line and try again. These were found: e-mail, lid tot."
        }
      }
    }
    "#);
}

#[test]
fn every_reason_has_a_text_without_gaps() {
    let some = || "x".to_owned();
    let rejects = [
        messages::Reject::FieldCount { expected: 12, found: 1 },
        messages::Reject::CutOff,
        messages::Reject::QuoteUnclosed { lines: 3 },
        messages::Reject::QuoteMissing,
        messages::Reject::ControlCharacter { column: some() },
        messages::Reject::FieldTooLong { column: some(), limit: 5_000 },
        messages::Reject::NumberMissing,
        messages::Reject::NumberScientific,
        messages::Reject::NumberMangled,
        messages::Reject::DateUnreadable { column: some() },
        messages::Reject::EmailInvalid,
        messages::Reject::TypeUnknown { types: some() },
        messages::Reject::NumberRepeated { line: 1 },
        messages::Reject::NumberConflict { lines: some() },
    ];
    let warnings = [
        Warning::Ended,
        Warning::NotStarted,
        Warning::DatesReversed,
        Warning::AddressReused,
        Warning::NumberRestored { number: some() },
        Warning::NumberZeros,
        Warning::NumberCleaned { number: some() },
        Warning::Formula { columns: some() },
        Warning::Damaged { columns: some() },
        Warning::NameMissing,
        Warning::GroupMissing { noun: some(), column: some() },
        Warning::ParentMissing { noun: some(), column: some(), parent_noun: some(), parent: some() },
        Warning::SeveralParents {
            noun: some(),
            column: some(),
            name: some(),
            parent_noun: some(),
            parent: some(),
            parents: some(),
        },
        Warning::Spelling { column: some(), names: some() },
        Warning::Typo { column: some(), name: some(), like: some() },
        Warning::Renamed { noun: some(), column: some(), from: some(), to: some() },
        Warning::ColumnUnknown { column: some() },
        Warning::EncodingMixed,
        Warning::NoRows,
    ];
    let fatals = [
        messages::empty(),
        messages::not_csv(messages::Kind::Pdf),
        messages::too_large(64 << 20),
        messages::too_many_rows(5),
        messages::too_many_columns(5),
        messages::column_missing(&["email"], &["e-mail"]),
        messages::column_twice(&["email", "type"]),
    ];
    let texts = rejects.iter().map(messages::Reject::text).chain(warnings.iter().map(Warning::text));
    for text in texts.chain(fatals.into_iter().map(|fatal| fatal.text)) {
        for said in [&text.nl, &text.en] {
            assert!(said.ends_with('.') && said.contains(' ') && !said.contains(['{', '}', '$']), "{said}");
        }
    }
}
