//! What holds for every file.

use proptest::prelude::*;

use super::*;

/// Rows with the troubles of real files, so that rejected, shared and repeated ones occur often.
fn any_row() -> impl Strategy<Value = String> {
    let number = prop_oneof!["100[0-6]", "0[0-3]", Just(String::new()), Just("1,00E+06".to_owned())];
    let given = prop_oneof![Just("Jan"), Just("JAN "), Just("Els"), Just("Jérôme"), Just("=1+1")];
    let email = prop_oneof![
        "[ab]@example\\.nl",
        Just(String::new()),
        Just("x@localhost".to_owned()),
        Just("A@EXAMPLE.nl".to_owned())
    ];
    let kind = prop_oneof![Just("vrijwilliger"), Just("medewerker"), Just("donateur")];
    let until = prop_oneof![Just(""), Just("1-1-2020"), Just("2030-01-01"), Just("ooit")];
    (number, given, email, kind, until).prop_map(|(number, given, email, kind, until)| {
        row(&number, given, &email, &[("type", kind), ("lid_tot", until)])
    })
}

fn any_rows() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(any_row(), 0..12)
}

fn json(bytes: &[u8]) -> String {
    let import = read(bytes, &rules(), None).expect("a readable file");
    serde_json::to_string(&import.report).expect("a report is JSON")
}

proptest! {
    #[test]
    fn nothing_panics_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        drop(read(&bytes, &rules(), None));
    }

    #[test]
    fn nothing_panics_behind_a_header(tail in "(?s).{0,300}", separator in "[;,\t|]") {
        let text = format!("{}\n{tail}", HEADER.replace(';', &separator));
        let report = read(text.as_bytes(), &rules(), None).expect("the header is readable").report;
        prop_assert_eq!(report.rows, report.accepted + report.rejected.len());
    }

    #[test]
    fn every_row_is_accepted_or_rejected(rows in any_rows()) {
        let import = import(&rows);
        let report = &import.report;
        prop_assert_eq!(report.rows, rows.len());
        prop_assert_eq!(report.accepted + report.rejected.len(), report.rows);
        prop_assert_eq!(report.accepted, import.administration.records().len());
        let lines: Vec<_> = report.rejected.iter().map(|r| r.line).collect();
        prop_assert!(lines.is_sorted() && lines.iter().all(Option::is_some));
    }

    #[test]
    fn access_means_accepted_and_sharing_with_nobody(rows in any_rows()) {
        let import = import(&rows);
        for number in &import.report.vereniging {
            let person = import.administration.get(number).expect("accepted");
            prop_assert!(person.runs_on(TODAY) && person.address == AddressStanding::Unique);
            // A rejected row of the same person may share another address.
            let once = rows.iter().filter(|row| row.starts_with(&format!("{number};"))).count() == 1;
            prop_assert!(!once || import.report.duplicates.iter().all(|group| !group.contains(number)));
        }
        prop_assert!(import.report.vereniging.is_sorted() && import.report.duplicates.is_sorted());
    }

    #[test]
    fn reading_does_not_depend_on_separator_encoding_or_line_end(
        rows in any_rows(),
        separator in "[;\t|]",
        end in "\n|\r\n|\r",
        windows: bool,
    ) {
        let plain = file(&rows);
        let text = plain.replace(';', &separator).replace('\n', &end);
        let bytes = if windows { encoding_rs::WINDOWS_1252.encode(&text).0.into_owned() } else { text.into_bytes() };
        prop_assert_eq!(json(plain.as_bytes()), json(&bytes));
    }

    #[test]
    fn reading_does_not_depend_on_the_order_of_columns(
        rows in any_rows(),
        order in Just((0..12).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let plain = file(&rows);
        let shuffled: String = plain.lines().map(|line| {
            let fields: Vec<&str> = line.split(';').collect();
            order.iter().map(|i| fields[*i]).collect::<Vec<_>>().join(";") + "\n"
        }).collect();
        // The first reason may be another one; what is concluded is not.
        let conclusion = |text: &str| {
            let report = read(text.as_bytes(), &rules(), None).expect("a readable file").report;
            let lines: Vec<_> = report.rejected.iter().map(|r| r.line).collect();
            (lines, report.duplicates, report.vereniging, report.added)
        };
        prop_assert_eq!(conclusion(&plain), conclusion(&shuffled));
    }

    #[test]
    fn same_file_again_differs_in_nothing(rows in any_rows()) {
        let again = import_after(&rows, &rows);
        prop_assert_eq!(again.diff, Diff::default());
        prop_assert!(again.report.confirmation.is_none());
    }

    #[test]
    fn counts_add_up(before in any_rows(), now in any_rows()) {
        let import = import_after(&before, &now);
        let previous = people(&file(&before));
        let here = |number: &MembershipNumber| previous.get(number).is_some_and(|record| !record.gone);
        let stayed = import.administration.present().filter(|record| here(&record.number)).count();
        prop_assert_eq!(import.report.added, import.administration.present().count() - stayed);
        prop_assert!(import.report.removed + stayed <= previous.present().count());
        prop_assert!(import.report.changed <= stayed);
    }
}
