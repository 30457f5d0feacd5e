//! Each rule of the administration, with its edges.

use rstest::rstest;

use super::*;
use crate::confirm::Answer;

// Rule 1: accepted, of a type that may enter, the membership running, the address theirs alone.
#[rstest]
#[case::volunteer("vrijwilliger", true)]
#[case::admin("beheervrijwilliger", true)]
#[case::type_in_capitals(" Vrijwilliger ", true)]
#[case::staff("medewerker", false)]
#[case::external("extern", false)]
fn rule_1_type_decides_on_access(#[case] kind: &str, #[case] enters: bool) {
    let import = import(&[jan(&[("type", kind)])]);
    assert_eq!((import.report.accepted, !access(&import).is_empty()), (1, enters));
}

#[test]
fn rule_1_type_that_the_policy_does_not_know_is_rejected() {
    let import = import(&[jan(&[("type", "donateur")]), els(&[("type", "")])]);
    assert_eq!(rejected(&import), [(2, "type-unknown"), (3, "type-unknown")]);
}

// Rule 2: trimmed, no case, A-label; nothing else is folded.
#[rstest]
#[case::case("JAN@Example.nl", true)]
#[case::no_break_spaces("\u{a0}jan@example.nl ", true)]
#[case::tag("jan+ivn@example.nl", false)]
#[case::dots("j.an@example.nl", false)]
fn rule_2_equal_addresses(#[case] other: &str, #[case] equal: bool) {
    let import = import(&[jan(&[]), els(&[("email", other)])]);
    assert_eq!(duplicates(&import) == [["1001", "1002"]], equal);
    assert_eq!(access(&import).is_empty(), equal);
}

#[test]
fn rule_2_domain_as_a_label() {
    let import =
        import(&[jan(&[("email", "jan@café.example")]), els(&[("email", "jan@xn--caf-dma.example")])]);
    assert_eq!(duplicates(&import), [["1001", "1002"]]);
}

// Rule 3: a rejected row still counts as a person with that address.
#[rstest]
#[case::date("lid_tot", "ooit", "date-unreadable")]
#[case::type_unknown("type", "donateur", "type-unknown")]
#[case::control_character("functies", "a\u{1}b", "control-character")]
#[case::too_many_fields("functies", "a;b", "field-count")]
fn rule_3_rejected_row_shares_the_address(#[case] column: &str, #[case] value: &str, #[case] why: &str) {
    let import = import(&[jan(&[]), els(&[("email", "jan@example.nl"), (column, value)])]);
    assert_eq!(rejected(&import), [(3, why)]);
    assert_eq!(duplicates(&import), [["1001", "1002"]]);
    assert!(access(&import).is_empty());
}

#[test]
fn rule_3_rejected_row_without_number_takes_access_but_is_not_listed() {
    let import = import(&[jan(&[]), els(&[("email", "jan@example.nl"), ("lidnummer", "")])]);
    assert_eq!(rejected(&import), [(3, "number-missing")]);
    assert!(duplicates(&import).is_empty() && access(&import).is_empty());
}

#[test]
fn rule_3_repeat_of_the_same_person_is_nobody_new() {
    let import = import(&[jan(&[]), jan(&[])]);
    assert_eq!(rejected(&import), [(3, "number-repeated")]);
    assert!(duplicates(&import).is_empty());
    assert_eq!(access(&import), ["1001"]);
}

#[test]
fn rule_3_address_of_a_repeat_does_not_count() {
    let import = import(&[jan(&[]), jan(&[("email", "els@example.nl")]), els(&[])]);
    assert_eq!(rejected(&import), [(3, "number-repeated")]);
    assert!(duplicates(&import).is_empty());
    assert_eq!(access(&import), ["1001", "1002"]);
}

// Rule 4: an ended membership gives no access and does not count; a future one is not running yet.
#[test]
fn rule_4_ended_membership_leaves_the_address_to_the_other() {
    let import = import(&[jan(&[("lid_tot", "30-6-2026")]), els(&[("email", "jan@example.nl")])]);
    assert_eq!(import.report.accepted, 2);
    assert_eq!(warned(&import), [(2, "membership-ended")]);
    assert_eq!((access(&import), duplicates(&import)), (vec!["1002"], vec![]));
}

#[test]
fn rule_4_future_membership_counts_as_a_person_but_is_not_listed() {
    let import = import(&[jan(&[("lid_sinds", "2-7-2026")]), els(&[("email", "jan@example.nl")])]);
    assert_eq!(warned(&import), [(2, "membership-not-started")]);
    assert!(access(&import).is_empty() && duplicates(&import).is_empty());
}

#[rstest]
#[case::begins_today("1-7-2026", "", &["1001"])]
#[case::begins_tomorrow("2-7-2026", "", &[])]
#[case::last_day_is_today("1-1-2020", "1-7-2026", &["1001"])]
#[case::last_day_was_yesterday("1-1-2020", "30-6-2026", &[])]
#[case::beginning_unknown("", "", &["1001"])]
#[case::ends_before_it_begins("1-1-2030", "1-1-2029", &[])]
fn rule_4_running_memberships(#[case] since: &str, #[case] until: &str, #[case] enters: &[&str]) {
    let import = import(&[jan(&[("lid_sinds", since), ("lid_tot", until)])]);
    assert_eq!(import.report.accepted, 1);
    assert_eq!(access(&import), enters);
}

// Rule 5: a date that cannot be read rejects the row.
#[rstest]
#[case("lid_tot", "31-12-2026", true)]
#[case("lid_tot", "2026-12-31", true)]
#[case("lid_tot", "31/12/2026", false)]
#[case("lid_tot", "31-02-2027", false)]
#[case("lid_tot", "46387", false)]
#[case("lid_tot", "2026-12-31 00:00:00", false)]
#[case("lid_tot", "onbekend", false)]
#[case("lid_sinds", "12/12/76", false)]
fn rule_5_dates(#[case] column: &str, #[case] value: &str, #[case] reads: bool) {
    let import = import(&[jan(&[(column, value)])]);
    assert_eq!(rejected(&import), if reads { vec![] } else { vec![(2, "date-unreadable")] });
}

// Rule 6: an empty address is accepted, without access, and no duplicate of another empty one.
#[test]
fn rule_6_empty_addresses() {
    let import = import(&[jan(&[("email", "")]), els(&[("email", " \u{a0}")])]);
    assert_eq!((import.report.accepted, import.report.warnings.len()), (2, 0));
    assert!(access(&import).is_empty() && duplicates(&import).is_empty());
}

// Rule 7: an address that mail cannot reach rejects the row.
#[rstest]
#[case("jan@localhost")]
#[case("\"jan@example.nl,els@example.nl\"")]
#[case("\"jan@example.nl;els@example.nl\"")]
#[case("Jan <jan@example.nl>")]
#[case("jan.example.nl")]
fn rule_7_unreachable_addresses(#[case] email: &str) {
    let import = import(&[jan(&[("email", email)])]);
    assert_eq!(rejected(&import), [(2, "email-invalid")]);
}

// Rule 8: an address that another number had before is a warning; rule 1 decides.
#[test]
fn rule_8_address_changes_hands() {
    let import = import_after(&[jan(&[]), els(&[])], &[jan(&[("email", "els@example.nl")])]);
    assert_eq!(warned(&import), [(2, "address-of-another")]);
    assert_eq!(access(&import), ["1001"]);
}

#[test]
fn rule_8_couple_that_already_shared_an_address_is_no_news() {
    let couple = [jan(&[]), els(&[("email", "jan@example.nl")])];
    assert!(warned(&import_after(&couple, &couple)).is_empty());
}

// Rule 9: one number twice.
#[test]
fn rule_9_same_person_twice_keeps_the_first_row() {
    let again = jan(&[("voornaam", " JAN "), ("email", "anders@example.nl"), ("afdeling", "Emmen")]);
    let import = import(&[jan(&[]), again]);
    assert_eq!(rejected(&import), [(3, "number-repeated")]);
    assert_eq!(&*import.administration.records()[0].attributes.get("afdeling")[0], "Zwolle");
}

#[test]
fn rule_9_different_people_with_one_number_are_all_rejected() {
    let rows =
        [jan(&[]), els(&[("lidnummer", "1001")]), jan(&[]), row("1003", "Piet", "els@example.nl", &[])];
    let import = import(&rows);
    assert_eq!(rejected(&import), [(2, "number-conflict"), (3, "number-conflict"), (4, "number-conflict")]);
    assert_eq!(duplicates(&import), [["1001", "1003"]]);
    assert!(access(&import).is_empty());
}

#[test]
fn rule_9_readable_row_stands_for_an_unreadable_first_one() {
    let import = import(&[jan(&[("lid_tot", "ooit")]), jan(&[]), jan(&[])]);
    assert_eq!(rejected(&import), [(2, "date-unreadable"), (4, "number-repeated")]);
    assert_eq!(access(&import), ["1001"]);
}

#[test]
fn rule_9_cut_off_repeat_does_not_accuse_the_first_row() {
    let text = file(&[jan(&[])]) + "1001;Ja";
    let import = read(text.as_bytes(), &rules(), None).unwrap();
    assert_eq!(rejected(&import), [(3, "cut-off")]);
    assert_eq!(access(&import), ["1001"]);
}

// Rule 10: numbers are text; zeros come back, scientific notation does not.
#[test]
fn rule_10_lost_zeros_come_back() {
    let before = [row("0001001", "Jan", "jan@example.nl", &[]), row("0001002", "Els", "", &[])];
    let import = import_after(&before, &[jan(&[("voornaam", "JAN")]), els(&[("email", "")])]);
    assert_eq!(warned(&import), [(2, "number-restored"), (3, "number-restored")]);
    assert_eq!(access(&import), ["0001001"]);
    assert_eq!((import.report.added, import.report.changed, import.report.removed), (0, 1, 0));
    let restored = import.administration.records()[0].restored_from.clone();
    assert_eq!(restored, Some("1001".into()));
}

#[rstest]
#[case::other_address(&[("email", "jan@example.org")])]
#[case::other_name(&[("voornaam", "Johan")])]
fn rule_10_zeros_stay_lost_for_somebody_else(#[case] with: &[(&str, &str)]) {
    let import = import_after(&[row("0001001", "Jan", "jan@example.nl", &[])], &[jan(with)]);
    assert!(warned(&import).contains(&(2, "number-zeros")));
    assert_eq!((import.report.added, import.report.removed), (1, 1));
}

#[test]
fn rule_10_number_that_exists_keeps_its_person() {
    let both = [jan(&[]), row("0001001", "Piet", "piet@example.nl", &[])];
    let import = import_after(&both, &both);
    assert!(warned(&import).is_empty());
    assert_eq!((import.report.added, import.report.changed, import.report.removed), (0, 0, 0));
}

#[rstest]
#[case("1,00E+06", "number-scientific")]
#[case("1E+06", "number-scientific")]
#[case("", "number-missing")]
#[case(" \u{a0} ", "number-missing")]
#[case("1001.0", "number-mangled")]
fn rule_10_numbers_that_are_none(#[case] number: &str, #[case] why: &str) {
    let import = import(&[jan(&[("lidnummer", number)])]);
    assert_eq!(rejected(&import), [(2, why)]);
}

#[test]
fn rule_10_zeros_and_letters_count() {
    let import =
        import(&[jan(&[("lidnummer", "01")]), els(&[("lidnummer", "1")]), jan(&[("lidnummer", "A-1")])]);
    assert_eq!(import.report.accepted, 3);
}

// Rule 11: the header's number of fields; blank lines are no rows; a cut-off last line is rejected.
#[test]
fn rule_11_number_of_fields() {
    let import = import(&[jan(&[]) + ";", "1005;Piet;;Bos".into(), els(&[])]);
    assert_eq!(rejected(&import), [(2, "field-count"), (3, "field-count")]);
    assert_eq!(import.report.rows, 3);
}

#[test]
fn rule_11_blank_lines_are_no_rows_but_count_as_lines() {
    let empty = ";".repeat(11);
    let rows = [
        String::new(),
        jan(&[]),
        empty,
        ";;".into(),
        " ".into(),
        "\"\";\" \";".into(),
        els(&[("lid_tot", "x")]),
    ];
    let import = import(&rows);
    assert_eq!((import.report.rows, rejected(&import)), (2, vec![(8, "date-unreadable")]));
}

#[test]
fn rule_11_last_line_cut_off() {
    let whole = file(&[jan(&[]), els(&[])]);
    let without_line_end = read(whole.trim_end().as_bytes(), &rules(), None).unwrap();
    assert!(rejected(&without_line_end).is_empty());
    let cut = read(&whole.as_bytes()[..whole.len() - 3], &rules(), None).unwrap();
    assert_eq!(rejected(&cut), [(3, "cut-off")]);
}

// Rule 12: control characters and endless fields.
#[rstest]
#[case::null("Ja\0n", false)]
#[case::tab("Ja\tn", false)]
#[case::bell("Ja\u{7}n", false)]
#[case::c1("Ja\u{85}n", false)]
#[case::delete("Ja\u{7f}n", false)]
#[case::line_break("\"Ja\nn\"", true)]
#[case::windows_line_break("\"Ja\r\nn\"", true)]
#[case::emoji("Jan 🌳", true)]
fn rule_12_control_characters(#[case] given: &str, #[case] accepted: bool) {
    let import = import(&[jan(&[("voornaam", given)])]);
    assert_eq!(rejected(&import), if accepted { vec![] } else { vec![(2, "control-character")] });
}

#[rstest]
#[case(200, true)]
#[case(4_999, true)]
#[case(5_000, false)]
fn rule_12_long_fields(#[case] characters: usize, #[case] accepted: bool) {
    let import = import(&[jan(&[("achternaam", &"é".repeat(characters))])]);
    assert_eq!(rejected(&import), if accepted { vec![] } else { vec![(2, "field-too-long")] });
}

// Rule 13: absent or ended is removed; a large share needs a confirmation.
#[rstest]
#[case(100, 60, true)]
#[case(100, 20, true)]
#[case(100, 19, false)]
#[case(100, 5, false)]
#[case(3, 1, false)]
#[case(3, 2, true)]
#[case(1, 1, true)]
#[case(10, 0, false)]
fn rule_13_confirmation(#[case] of: usize, #[case] removed: usize, #[case] asks: bool) {
    let all: Vec<_> =
        (0..of).map(|i| row(&format!("{i}"), "Jan", &format!("p{i}@example.nl"), &[])).collect();
    let import = import_after(&all, &all[removed..]);
    assert_eq!(import.report.removed, removed);
    let confirmation = import.report.confirmation.map(|c| (c.code, c.removed, c.of));
    assert_eq!(confirmation, asks.then_some(("mass-removal", removed, of)));
}

#[test]
fn rule_13_token_stands_for_exactly_these_people() {
    let all: Vec<_> = (0..9).map(|i| row(&format!("{i}"), "Jan", "", &[])).collect();
    let token = |rows: &[String]| import_after(&all, rows).report.confirmation.unwrap().token;
    assert_eq!(token(&all[5..]), token(&all[5..]));
    assert_ne!(token(&all[5..]), token(&all[..4]));
    assert_eq!(token(&all[5..]).len(), 12);
}

#[test]
fn rule_13_token_ends_with_its_quarter_of_an_hour() {
    let all: Vec<_> = (0..9).map(|i| row(&format!("{i}"), "Jan", "", &[])).collect();
    let now: jiff::Timestamp = "2026-07-01T10:00:00Z".parse().unwrap();
    let before = import(&all).administration;
    let ask = |now| {
        let import = read(file(&all[5..]).as_bytes(), &rules().at(now), Some(&before)).unwrap();
        import.report.confirmation.unwrap()
    };
    let question = ask(now);
    assert_eq!(question.until.to_string(), "2026-07-01T10:20:00Z");
    let hour = jiff::SignedDuration::from_hours(1);
    let answers = [now, now + hour].map(|now| question.asked.answer(&question.token, now));
    assert_eq!(answers, [Answer::Good, Answer::Expired]);
    let again = ask(now + hour);
    assert_eq!((again.asked == question.asked, again.token == question.token), (true, false));
}

#[test]
fn rule_13_ended_membership_is_a_removal_once() {
    let ended = [jan(&[("lid_tot", "1-1-2026")]), els(&[])];
    let now = import_after(&[jan(&[]), els(&[])], &ended);
    assert_eq!((now.report.removed, now.report.changed), (1, 0));
    let later = import_after(&ended, &ended);
    assert_eq!((later.report.added, later.report.changed, later.report.removed), (0, 0, 0));
}

#[test]
fn rule_13_rejected_row_is_not_absent() {
    let before = [jan(&[]), els(&[]), row("1003", "Piet", "piet@example.nl", &[])];
    let bad = [jan(&[("lid_tot", "ooit")]), els(&[("lidnummer", "1,00E+03")])];
    let import = import_after(&before, &bad);
    assert_eq!(import.diff.removed, ["1003".into()]);
}

#[test]
fn rule_13_rejected_row_that_also_lost_its_zeros_is_not_absent() {
    let before = [row("0001001", "Jan", "jan@example.nl", &[]), row("0001002", "Els", "els@example.nl", &[])];
    let import = import_after(
        &before,
        &[jan(&[("email", "jan@localhost")]), els(&[("voornaam", "Eva"), ("lid_tot", "x")])],
    );
    assert_eq!(import.diff.removed, ["0001002".into()]);
}

#[test]
fn rule_13_row_that_is_rejected_and_says_ended_is_a_removal() {
    let import =
        import_after(&[jan(&[]), els(&[])], &[jan(&[("email", "x"), ("lid_tot", "1-1-2026")]), els(&[])]);
    assert_eq!(import.diff.removed, ["1001".into()]);
}

#[test]
fn rule_13_same_person_back_is_added() {
    let ended = [jan(&[("lid_tot", "1-1-2026")])];
    assert_eq!(import_after(&ended, &[jan(&[])]).diff.added, ["1001".into()]);
}

#[test]
fn rule_13_group_that_empties_asks_where_the_policy_wants_it() {
    let all: Vec<_> = (0..40)
        .map(|i| row(&format!("{i}"), "Jan", "", &[("afdeling", if i < 4 { "Ommen" } else { "Zwolle" })]))
        .collect();
    let mut rules = rules();
    let previous = people(&file(&all));
    let now = file(&all[4..]);
    assert!(read(now.as_bytes(), &rules, Some(&previous)).unwrap().report.confirmation.is_none());
    rules.thresholds.group = Some(GroupThreshold { column: "afdeling".into(), share: 50, count: 3 });
    let asked = read(now.as_bytes(), &rules, Some(&previous)).unwrap().report.confirmation.unwrap();
    assert_eq!((asked.removed, asked.of), (4, 4));
    assert!(asked.text.nl.contains("bij Ommen"));
}

// Rule 14: formulas are kept, with a warning.
#[rstest]
#[case("=1+1")]
#[case("+31612345678")]
#[case("-Jan")]
#[case("@Jan")]
fn rule_14_formulas_are_kept(#[case] given: &str) {
    let import = import(&[jan(&[("voornaam", given)])]);
    assert_eq!(warned(&import), [(2, "formula")]);
    assert_eq!(import.administration.records()[0].name.given, given);
}

// Rule 15: unknown columns are left out; missing and double ones are fatal.
#[test]
fn rule_15_unknown_column_is_not_stored() {
    let text = format!("{HEADER};Telefoon\n{};0612345678\n", jan(&[]));
    let import = read(text.as_bytes(), &rules(), None).unwrap();
    assert_eq!(warned(&import), [(0, "column-unknown")]);
    assert!(import.administration.records()[0].attributes.get("telefoon").is_empty());
}

#[test]
fn rule_15_header_ignores_case_and_outer_spaces() {
    let header = HEADER.to_uppercase().replace(';', " ;\u{a0}");
    let import = read(format!("{header}\n{}\n", jan(&[])).as_bytes(), &rules(), None).unwrap();
    assert_eq!((import.report.accepted, import.report.warnings.len()), (1, 0));
}

#[rstest]
#[case::missing(HEADER.replace("lid_tot", "einde"), "column-missing")]
#[case::inner_space(HEADER.replace("lid_tot", "lid tot"), "column-missing")]
#[case::required_twice(HEADER.replace("functies", "functies;Email"), "column-twice")]
#[case::optional_twice(format!("{HEADER};centrum;centrum"), "column-twice")]
fn rule_15_fatal_headers(#[case] header: String, #[case] why: &str) {
    assert_eq!(fatal(format!("{header}\n{}\n", jan(&[])).as_bytes()), why);
}

#[test]
fn rule_15_unknown_column_twice_is_only_left_out() {
    let text = format!("{HEADER};notitie;notitie;;\n{};a;b;;\n", jan(&[]));
    let import = read(text.as_bytes(), &rules(), None).unwrap();
    assert_eq!((import.report.accepted, import.report.warnings.len()), (1, 2));
}

// Rule 16: oddities of groups are accepted with a warning.
#[rstest]
#[case(&[("regio", "")], "branch-without-region")]
#[case(&[("provincie", "")], "region-without-province")]
#[case(&[("afdeling", "")], "branch-missing")]
fn rule_16_missing_groups(#[case] with: &[(&str, &str)], #[case] why: &str) {
    let import = import(&[jan(with)]);
    assert_eq!((import.report.accepted, warned(&import)), (1, vec![(2, why)]));
}

#[rstest]
#[case(&[("regio", "Twente")], "branch-in-several-regions")]
#[case(&[("afdeling", "Kampen"), ("provincie", "Drenthe")], "region-in-several-provinces")]
#[case(&[("afdeling", "ZWOLLE ")], "group-spelling")]
fn rule_16_odd_groups(#[case] with: &[(&str, &str)], #[case] why: &str) {
    let import = import(&[jan(&[]), els(with)]);
    assert_eq!((import.report.accepted, warned(&import)), (2, vec![(0, why)]));
}

#[test]
fn rule_16_name_one_letter_from_a_large_group_is_perhaps_a_typo() {
    let mut rows: Vec<_> = (0..5).map(|i| row(&format!("{i}"), "Jan", "", &[])).collect();
    rows.push(els(&[("afdeling", "Zwole")]));
    assert_eq!(warned(&import(&rows)), [(0, "group-typo")]);
}

#[test]
fn rule_16_branch_with_a_new_name_was_renamed() {
    let before = [jan(&[]), els(&[])];
    let now = [
        jan(&[("afdeling", "Zwolle e.o.")]),
        els(&[("afdeling", "Zwolle e.o.")]),
        row("1003", "Piet", "", &[("afdeling", "Zwolle e.o.")]),
    ];
    let import = import_after(&before, &now);
    assert_eq!(warned(&import), [(0, "branch-renamed")]);
    let renamed = &import.diff.renamed[0];
    assert_eq!((&*renamed.column, &*renamed.from, &*renamed.to), ("afdeling", "Zwolle", "Zwolle e.o."));
}

#[rstest]
#[case::one_stayed_behind("Zwolle", false)]
#[case::one_went_elsewhere("Kampen", false)]
#[case::together("Hattem", true)]
fn rule_16_moving_is_not_renaming(#[case] other: &str, #[case] renamed: bool) {
    let now = [jan(&[("afdeling", "Hattem")]), els(&[("afdeling", other)])];
    let import = import_after(&[jan(&[]), els(&[])], &now);
    assert_eq!(!import.diff.renamed.is_empty(), renamed);
}

#[test]
fn rule_16_joining_an_existing_branch_is_not_renaming() {
    let before = [jan(&[]), els(&[("afdeling", "Kampen")])];
    let import = import_after(&before, &[jan(&[("afdeling", "Kampen")]), els(&[("afdeling", "Kampen")])]);
    assert!(import.diff.renamed.is_empty());
}

#[test]
fn rule_16_branch_that_lost_somebody_was_not_renamed() {
    let import = import_after(&[jan(&[]), els(&[])], &[jan(&[("afdeling", "Hattem")])]);
    assert!(import.diff.renamed.is_empty());
}

#[test]
fn rule_16_region_with_a_new_name_was_renamed() {
    let now = [jan(&[("regio", "IJsseldal")]), els(&[("regio", "IJsseldal")])];
    let import = import_after(&[jan(&[]), els(&[])], &now);
    assert_eq!(warned(&import), [(0, "region-renamed")]);
}
