//! Files as they come out of real systems.

use encoding_rs::WINDOWS_1252;
use rstest::rstest;

use super::*;

fn utf16(text: &str, little: bool) -> Vec<u8> {
    text.encode_utf16()
        .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
        .collect()
}

fn accents() -> String {
    file(&[
        jan(&[("voornaam", "Jérôme"), ("afdeling", "Súdwest-Fryslân")]),
        els(&[("functies", "coördinator")]),
    ])
}

#[rstest]
#[case::utf_8(accents().into_bytes())]
#[case::byte_order_mark(format!("\u{feff}{}", accents()).into_bytes())]
#[case::two_byte_order_marks(format!("\u{feff}\u{feff}{}", accents()).into_bytes())]
#[case::windows_1252(WINDOWS_1252.encode(&accents()).0.into_owned())]
#[case::utf_16_le(utf16(&format!("\u{feff}{}", accents()), true))]
#[case::utf_16_be(utf16(&format!("\u{feff}{}", accents()), false))]
#[case::utf_16_le_without_mark(utf16(&accents(), true))]
#[case::utf_16_be_without_mark(utf16(&accents(), false))]
fn encodings(#[case] bytes: Vec<u8>) {
    let import = read(&bytes, &rules(), None).unwrap();
    let first = &import.administration.records()[0];
    assert_eq!((&*first.name.given, &*first.attributes.get("afdeling")[0]), ("Jérôme", "Súdwest-Fryslân"));
    assert_eq!((import.report.accepted, import.report.warnings.len()), (2, 0));
}

#[test]
fn windows_1252_has_more_than_latin_1() {
    let text = file(&[jan(&[("functies", "Café “De Vos” – € 5")])]);
    let import = read(&WINDOWS_1252.encode(&text).0, &rules(), None).unwrap();
    assert_eq!(&*import.administration.records()[0].attributes.get("functies")[0], "Café “De Vos” – € 5");
}

#[test]
fn byte_that_windows_1252_does_not_have_rejects_its_row() {
    let mut bytes = file(&[jan(&[])]).into_bytes();
    bytes.extend(b"1002;El\x81s;;Bakker;;vrijwilliger;Zwolle;Salland;Overijssel;;;\n");
    let import = read(&bytes, &rules(), None).unwrap();
    assert_eq!(rejected(&import), [(3, "control-character")]);
}

#[test]
fn two_encodings_in_one_file_keep_both_names() {
    let mut bytes = file(&[jan(&[("voornaam", "Jérôme")])]).into_bytes();
    bytes.extend_from_slice(&WINDOWS_1252.encode(&(els(&[("voornaam", "Renée")]) + "\n")).0);
    let import = read(&bytes, &rules(), None).unwrap();
    let names: Vec<_> = import.administration.records().iter().map(|r| &*r.name.given).collect();
    assert_eq!((names, warned(&import)), (vec!["Jérôme", "Renée"], vec![(0, "encoding-mixed")]));
}

#[test]
fn file_cut_in_the_middle_of_a_letter_keeps_the_other_accents() {
    let mut bytes = file(&[jan(&[("voornaam", "Jérôme")])]).into_bytes();
    bytes.extend(b"1002;Ren\xc3");
    let import = read(&bytes, &rules(), None).unwrap();
    assert_eq!(rejected(&import), [(3, "cut-off")]);
    assert_eq!(import.administration.records()[0].name.given, "Jérôme");
}

#[rstest]
#[case::comma(",")]
#[case::tab("\t")]
#[case::bar("|")]
fn separators(#[case] separator: &str) {
    let text = file(&[jan(&[]), els(&[("lid_tot", "x")])]).replace(';', separator);
    let import = read(text.as_bytes(), &rules(), None).unwrap();
    assert_eq!((import.report.accepted, rejected(&import)), (1, vec![(3, "date-unreadable")]));
}

#[rstest]
#[case::plain("sep=;\n", 4)]
#[case::capitals_and_windows("SEP=;\r\n", 4)]
#[case::quoted("\"sep=;\"\n", 4)]
#[case::saved_again("sep=;;;;;;\n", 4)]
#[case::blank_line_first("\nsep=;\n", 5)]
#[case::wrong("sep=,\n", 4)]
#[case::blank_lines("\n\n", 5)]
#[case::all_empty_line(";;;;\n", 4)]
#[case::mark_and_declaration("\u{feff}sep=;\n", 4)]
fn lines_before_the_header_count(#[case] before: &str, #[case] line: u64) {
    let text = format!("{before}{}", file(&[jan(&[]), els(&[("lid_tot", "x")])]));
    let import = read(text.as_bytes(), &rules(), None).unwrap();
    assert_eq!((import.report.rows, rejected(&import)), (2, vec![(line, "date-unreadable")]));
}

#[test]
fn declared_tab_is_used() {
    let text = format!("sep=\t\n{}", file(&[jan(&[("functies", "a,b")])]).replace(';', "\t"));
    assert_eq!(read(text.as_bytes(), &rules(), None).unwrap().report.accepted, 1);
}

#[rstest]
#[case::unix("\n")]
#[case::windows("\r\n")]
#[case::old_mac("\r")]
fn line_ends(#[case] end: &str) {
    let note = "\"gids\nen\nleider\"";
    let rows = [jan(&[("functies", note)]), String::new(), els(&[("lid_tot", "x")]), "x".into()];
    let text = file(&rows).replace('\n', end);
    let import = read(text.as_bytes(), &rules(), None).unwrap();
    assert_eq!(rejected(&import), [(6, "date-unreadable"), (7, "field-count")]);
}

#[test]
fn line_feed_in_a_field_of_a_windows_file_counts_as_a_line() {
    let text = file(&[jan(&[("functies", "\"a\u{1}b\"")]), els(&[("lid_tot", "x")])]).replace('\n', "\r\n");
    let import = read(text.replace('\u{1}', "\n").as_bytes(), &rules(), None).unwrap();
    assert_eq!(rejected(&import), [(4, "date-unreadable")]);
}

#[test]
fn quoted_separators_and_quotes() {
    let import = import(&[jan(&[
        ("achternaam", "\"de \"\"Vos\"\"; Bakker\""),
        ("functies", "\"gids, leider,gids,\""),
    ])]);
    let first = &import.administration.records()[0];
    assert_eq!(first.name.family, "de \"Vos\"; Bakker");
    let functies: Vec<_> = first.attributes.get("functies").iter().map(|f| &**f).collect();
    assert_eq!(functies, ["gids", "leider"]);
}

#[test]
fn quote_inside_a_field_is_a_letter() {
    let import = import(&[jan(&[("voornaam", "Jan \"de Vos")]), els(&[])]);
    assert_eq!(
        (import.report.accepted, &*import.administration.records()[0].name.given),
        (2, "Jan \"de Vos")
    );
}

#[test]
fn quote_that_never_closes_rejects_its_line_and_names_what_it_hides() {
    let before = [jan(&[]), els(&[]), row("1003", "Piet", "", &[])];
    let import = import_after(&before, &[jan(&[]), els(&[("achternaam", "\"Bakker")]), "1003;Piet".into()]);
    assert_eq!(rejected(&import), [(3, "quote-unclosed")]);
    assert!(import.report.rejected[0].text.nl.contains("(2 samen)"), "{}", import.report.rejected[0].text.nl);
    assert_eq!(import.diff.removed, ["1003".into()]);
    assert!(
        import.report.confirmation.is_some(),
        "one of three, but nobody knows who else is behind the quote"
    );
}

#[test]
fn quote_that_closes_rows_later_removes_nobody() {
    let all: Vec<_> =
        (0..20).map(|i| row(&format!("{i}"), "Jan", "", &[("functies", "\"gids,leider\"")])).collect();
    let mut now = all.clone();
    now[3] = now[3].replace('"', "").replace("Bakker", "\"Bakker");
    now[4] = now[4].replace('"', "");
    let import = import_after(&all, &now);
    assert_eq!(rejected(&import), [(5, "quote-missing")]);
    assert_eq!((import.diff.removed.len(), import.report.confirmation), (0, None));
}

#[test]
fn quote_open_at_the_end_is_a_cut_off_line() {
    let text = file(&[jan(&[])]) + &els(&[("functies", "\"gids")]);
    let import = read(text.as_bytes(), &rules(), None).unwrap();
    assert_eq!(rejected(&import), [(3, "quote-unclosed")]);
    assert!(import.report.rejected[0].text.nl.contains("De regel is daarom niet te lezen."));
}

#[test]
fn columns_in_any_order() {
    let order = [
        "email",
        "functies",
        "lidnummer",
        "type",
        "extra",
        "lid_tot",
        "achternaam",
        "voornaam",
        "regio",
        "afdeling",
        "provincie",
        "lid_sinds",
        "tussenvoegsel",
    ];
    let text =
        format!("{}\njan@example.nl;gids;1001;vrijwilliger;?;;Berg;Jan;R;A;P;;van den\n", order.join(";"));
    let import = read(text.as_bytes(), &rules(), None).unwrap();
    let first = &import.administration.records()[0];
    assert_eq!(
        (first.number.as_str(), &*first.name.display(), access(&import)),
        ("1001", "Jan van den Berg", vec!["1001"])
    );
}

#[test]
fn columns_of_a_network_of_centres() {
    let text = format!(
        "{HEADER};centrum;programmas;lid_nov;nieuwsbrief\n{};VIP Zwolle;MDT,#Meedoen;ja;nee\n",
        jan(&[("type", "medewerker")])
    );
    let import = read(text.as_bytes(), &rules(), None).unwrap();
    let attributes: Vec<_> = import.administration.records()[0]
        .attributes
        .iter()
        .map(|(n, v)| format!("{n}={}", v.join("+")))
        .collect();
    assert_eq!(
        attributes,
        [
            "afdeling=Zwolle",
            "centrum=VIP Zwolle",
            "lid_nov=ja",
            "nieuwsbrief=nee",
            "programmas=MDT+#Meedoen",
            "provincie=Overijssel",
            "regio=Salland"
        ]
    );
    assert!(import.report.warnings.is_empty());
}

#[test]
fn letters_lost_on_the_way_are_pointed_out() {
    assert_eq!(warned(&import(&[jan(&[("voornaam", "J\u{fffd}r\u{fffd}me")])])), [(2, "damaged-text")]);
}

#[test]
fn person_without_a_name_is_accepted() {
    let import = import(&[jan(&[("voornaam", ""), ("achternaam", " ")])]);
    assert_eq!((import.report.accepted, warned(&import)), (1, vec![(2, "name-missing")]));
}

#[test]
fn header_alone_is_an_empty_administration() {
    let import = import(&[]);
    assert_eq!((import.report.rows, warned(&import)), (0, vec![(0, "no-rows")]));
    assert_eq!(import_after(&[jan(&[])], &[]).report.confirmation.unwrap().removed, 1);
}

#[rstest]
#[case::nothing(b"".to_vec(), "empty")]
#[case::byte_order_mark_only(b"\xef\xbb\xbf".to_vec(), "empty")]
#[case::blank_lines(b"\r\n \r\n\t\n".to_vec(), "empty")]
#[case::separators_only(b";;;\n;;;\n".to_vec(), "empty")]
#[case::xlsx(b"PK\x03\x04\x14\x00\x06\x00".to_vec(), "not-csv")]
#[case::xls(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "not-csv")]
#[case::pdf(b"%PDF-1.7\n".to_vec(), "not-csv")]
#[case::gzip(b"\x1f\x8b\x08\x00".to_vec(), "not-csv")]
#[case::web_page(b"\n<!DOCTYPE html><html>".to_vec(), "not-csv")]
#[case::table_that_calls_itself_xls(b"<table><tr><td>lidnummer".to_vec(), "not-csv")]
#[case::noise((0..=255).collect(), "not-csv")]
#[case::zeros(vec![0; 4_096], "not-csv")]
#[case::prose(b"Beste leden,\nde vergadering is op 3 mei.\n".to_vec(), "column-missing")]
#[case::header_missing(jan(&[]).into_bytes(), "column-missing")]
#[case::other_administration(b"naam;mail\nJan;jan@example.nl\n".to_vec(), "column-missing")]
#[case::json(b"{\"leden\":[]}".to_vec(), "column-missing")]
fn files_that_are_no_administration(#[case] bytes: Vec<u8>, #[case] why: &str) {
    assert_eq!(fatal(&bytes), why);
}

#[test]
fn limits_are_fatal() {
    let mut rules = rules();
    rules.limits = Limits { bytes: 1_000, rows: 2, columns: 15, field: 50 };
    let why =
        |text: &str| read(text.as_bytes(), &rules, None).map(|i| i.report.rows).map_err(|fatal| fatal.why);
    assert_eq!(why(&file(&[jan(&[]), els(&[])])), Ok(2));
    assert_eq!(why(&file(&[jan(&[]), els(&[]), jan(&[])])), Err("too-many-rows".into()));
    assert_eq!(why(&format!("{HEADER};a;b;c;d\n")), Err("too-many-columns".into()));
    assert_eq!(why(&" ".repeat(1_001)), Err("too-large".into()));
}

#[test]
fn previous_file_that_is_unreadable_says_which_one() {
    let fatal = Administration::from_previous(b"%PDF", &rules()).unwrap_err();
    assert_eq!(fatal.why, "previous-not-csv");
    assert!(fatal.text.nl.starts_with("Het vorige bestand is niet te lezen."));
}

#[test]
fn one_number_everywhere_stays_a_short_report() {
    let rows: Vec<_> = (0..300).map(|i| row("1001", &format!("Jan{i}"), "", &[])).collect();
    let import = import(&rows);
    assert_eq!((import.report.accepted, import.report.rejected.len()), (0, 300));
    assert!(import.report.rejected[299].text.nl.contains("regel 2, 3, 4, 5, 6, …."));
}

#[test]
fn line_of_a_million_separators_is_fatal() {
    let text = file(&[jan(&[]), ";".repeat(1_000_001)]);
    assert_eq!(fatal(text.as_bytes()), "too-many-columns");
    let long = file(&[jan(&[]), els(&[("functies", &"x".repeat(2_000_000))])]);
    assert_eq!(rejected(&read(long.as_bytes(), &rules(), None).unwrap()), [(3, "field-too-long")]);
}
