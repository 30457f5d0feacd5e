//! Quotes that are missing, and line breaks that are meant.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

const JAN: &str = "2;\"Jan;;Bos;p2@example.nl;vrijwilliger;Assen;Drenthe;Drenthe;1-1-2000;1-1-2020;";
const ELS: &str = "3;\"Els\";;Vos;p3@example.nl;vrijwilliger;Assen;Drenthe;Drenthe;1-1-2000;;";

fn piet() -> String {
    row("1003", "Piet", "piet@example.nl", &[])
}

/// The lines that are rejected for want of a quote, all others being accepted.
fn torn(import: &Import, rows: usize) -> Vec<u64> {
    let lines: Vec<u64> = rejected(import).iter().map(|(line, _)| *line).collect();
    assert!(rejected(import).iter().all(|(_, why)| *why == "quote-missing"), "{:?}", rejected(import));
    assert_eq!((import.report.rows, import.report.accepted), (rows, rows - lines.len()));
    lines
}

#[test]
fn person_does_not_get_the_address_of_the_next_one() {
    let import = import(&[JAN.into(), ELS.into()]);
    assert_eq!(torn(&import, 2), [2]);
    assert_eq!(access(&import), ["3"]);
}

#[rstest]
#[case::first("lidnummer", "\"1001", "\"1003\"")]
#[case::name("voornaam", "\"Jan", "\"Piet\"")]
#[case::branch("afdeling", "\"Zwolle", "\"Zwolle\"")]
#[case::last("functies", "\"gids", "\"bestuur\"")]
#[case::last_and_first("functies", "\"gids", "")]
fn quote_that_closes_in_a_later_row_hides_nobody(
    #[case] column: &str,
    #[case] broken: &str,
    #[case] closing: &str,
    #[values(";", ",", "\t", "|")] separator: &str,
    #[values("\n", "\r\n", "\r")] end: &str,
) {
    let last = if closing.is_empty() {
        row("\"1003\"", "Piet", "piet@example.nl", &[])
    } else {
        row("1003", "Piet", "piet@example.nl", &[(column, closing)])
    };
    let before = [jan(&[]), els(&[]), piet()];
    let text = file(&[jan(&[(column, broken)]), els(&[]), last]).replace(';', separator).replace('\n', end);
    let import = read(text.as_bytes(), &rules(), Some(&people(&file(&before)))).unwrap();
    assert_eq!(torn(&import, 3), [2]);
    assert_eq!(access(&import), ["1002", "1003"]);
    assert_eq!((import.report.removed, import.report.confirmation), (0, None));
}

#[test]
fn quote_that_closes_in_an_earlier_column_is_found() {
    let import = import(&[jan(&[("functies", "\"gids")]), els(&[("voornaam", "\"Els\"")]), piet()]);
    assert_eq!(torn(&import, 3), [2]);
    assert_eq!(access(&import), ["1002", "1003"]);
}

#[test]
fn quote_that_never_closes_rejects_one_line_of_26_000() {
    let mut rows: Vec<_> =
        (0..26_000).map(|i| row(&format!("{i}"), "Jan", &format!("p{i}@example.nl"), &[])).collect();
    rows[10] = rows[10].replace("Jan", "\"Jan");
    let import = import(&rows);
    assert_eq!(torn(&import, 26_000), [12]);
    assert_eq!(access(&import).len(), 25_999);
}

#[test]
fn file_whose_lines_swallow_all_others_is_read_in_time_and_asks() {
    let all: Vec<_> = (0..2_000).map(|i| row(&format!("{i}"), "Jan", "", &[])).collect();
    let rows: Vec<_> = all.iter().map(|row| row.replace("Jan", "J\"an") + "\"x").collect();
    let import = import_after(&all, &rows);
    assert_eq!((import.report.accepted, import.report.rows), (0, import.report.rejected.len()));
    assert!(import.report.rows < 100 && import.report.confirmation.is_some());
}

#[test]
fn address_of_a_torn_row_is_still_taken() {
    let import = import(&[
        jan(&[("voornaam", "\"Jan")]),
        els(&[("voornaam", "\"Els\""), ("email", "jan@example.nl")]),
    ]);
    assert_eq!(torn(&import, 2), [2]);
    assert_eq!(duplicates(&import), [["1001", "1002"]]);
    assert!(access(&import).is_empty());
}

#[test]
fn meant_line_break_before_the_broken_quote_is_part_of_the_row() {
    let import = import(&[jan(&[("voornaam", "\"Jan\nPiet\""), ("afdeling", "\"Zwolle")]), els(&[]), piet()]);
    assert_eq!(torn(&import, 3), [2]);
    assert_eq!(access(&import), ["1002", "1003"]);
}

#[test]
fn quoted_table_without_one_quote_loses_one_row() {
    let quoted = |row: String| format!("\"{}\"", row.replace(';', "\";\""));
    let broken = quoted(jan(&[("functies", "gids")])).replace("gids\"", "gids");
    let import = import(&[broken, quoted(els(&[("functies", "a\nb")])), quoted(piet())]);
    assert_eq!(torn(&import, 3), [2]);
    assert_eq!(access(&import), ["1002", "1003"]);
}

#[rstest]
#[case::functions("functies", "natuurgids\nsecretaris")]
#[case::many_functions("functies", "a;b;c;d;e;f;g;h;i;j;k;l;m\nn;o;p;q;r;s;t;u;v;w;x;y;z")]
#[case::name("achternaam", "Bakker\r\nde Vos")]
#[case::first_column("lidnummer", "\n1001")]
#[case::place("afdeling", "Zwolle; oost\nachter; de; brug; links; om; de; hoek")]
#[case::blank_lines("functies", "gids\n\n\nleider\n")]
#[case::quotes("functies", "de \"\"Vos\"\"\nleider")]
fn line_breaks_that_are_meant(
    #[case] column: &str,
    #[case] value: &str,
    #[values(";", ",", "\t", "|")] separator: &str,
) {
    let text = file(&[jan(&[(column, &format!("\"{value}\""))]), els(&[])]);
    // A tab inside a field is a control character, whatever the quotes.
    let text = if separator == "\t" && value.contains(';') { text } else { text.replace(';', separator) };
    let import = read(text.as_bytes(), &rules(), None).unwrap();
    assert_eq!((import.report.rows, rejected(&import)), (2, vec![]));
    assert_eq!(access(&import), ["1001", "1002"]);
}

#[test]
fn remark_in_the_first_column_may_go_on() {
    let text = format!("notitie;{HEADER}\n\"bel terug;\nof mail\";{}\n-;{}\n", jan(&[]), els(&[]));
    let import = read(text.as_bytes(), &rules(), None).unwrap();
    assert_eq!((rejected(&import), access(&import)), (vec![], vec!["1001", "1002"]));
}

#[rstest]
#[case("'0001001")]
#[case("０００１００１")]
fn number_that_a_spreadsheet_dressed_up_is_the_same_person(#[case] number: &str) {
    let before = [row("0001001", "Jan", "jan@example.nl", &[])];
    let import = import_after(&before, &[jan(&[("lidnummer", number)])]);
    assert_eq!(warned(&import), [(2, "number-cleaned")]);
    assert_eq!((access(&import), import.report.added, import.report.removed), (vec!["0001001"], 0, 0));
}

#[test]
fn association_that_writes_apostrophes_keeps_them() {
    let rows = [jan(&[]), els(&[])];
    let mut before = people(&file(&rows)).records().to_vec();
    before[0].number = "'1001".into();
    let before = Administration::from_records(before);
    let now = file(&[jan(&[("lidnummer", "'1001")]), els(&[])]);
    let import = read(now.as_bytes(), &rules(), Some(&before)).unwrap();
    assert_eq!((access(&import), import.report.removed), (vec!["'1001", "1002"], 0));
}

proptest! {
    #[test]
    fn missing_quote_costs_one_row(
        at in 0_usize..8,
        column in 0_usize..12,
        closing in prop::option::of((0_usize..8, 0_usize..12)),
    ) {
        let quoted = |row: &str, column: usize, close: &str| {
            let field = |(i, field): (usize, &str)| if i == column { format!("\"{field}{close}") } else { field.into() };
            row.split(';').enumerate().map(field).collect::<Vec<_>>().join(";")
        };
        let mut rows: Vec<_> =
            (0..8).map(|i| row(&format!("{i}"), "Jan", &format!("p{i}@example.nl"), &[])).collect();
        if let Some((other, field)) = closing.filter(|(other, _)| *other != at) {
            rows[other] = quoted(&rows[other], field, "\"");
        }
        // On the last line there is nobody to swallow.
        rows[at] = quoted(&rows[at], column, "");
        let import = import(&rows);
        prop_assert_eq!((import.report.rows, import.report.accepted), (8, 7));
        let line = u64::try_from(at).unwrap_or_default() + 2;
        prop_assert_eq!(import.report.rejected[0].line, Some(line));
        prop_assert_eq!(access(&import).len(), 7);
    }
}
