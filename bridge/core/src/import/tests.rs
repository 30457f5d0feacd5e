//! The 16 rules case by case, messy files, and what holds for every file.

mod laws;
mod messy;
mod quotes;
mod reconciling;
mod rules;
mod texts;

use jiff::civil::{Date, date};

use super::*;
use crate::{ids::MembershipNumber, member::AddressStanding};

const TODAY: Date = date(2026, 7, 1);
const HEADER: &str = "lidnummer;voornaam;tussenvoegsel;achternaam;email;type;afdeling;regio;provincie;lid_sinds;lid_tot;functies";

fn rules() -> ImportRules {
    ImportRules::new(TODAY)
}

/// A file with the usual header; its first row is on line 2.
fn file(rows: &[String]) -> String {
    let lines: Vec<&str> = std::iter::once(HEADER).chain(rows.iter().map(String::as_str)).collect();
    lines.join("\n") + "\n"
}

/// A volunteer of Zwolle; `with` replaces fields by column.
fn row(number: &str, given: &str, email: &str, with: &[(&str, &str)]) -> String {
    let mut fields: Vec<String> = [
        number,
        given,
        "",
        "Bakker",
        email,
        "vrijwilliger",
        "Zwolle",
        "Salland",
        "Overijssel",
        "1-1-2020",
        "",
        "",
    ]
    .map(str::to_owned)
    .into();
    for (column, value) in with {
        let i = HEADER.split(';').position(|name| name == *column).expect("a column of the header");
        fields[i] = (*value).to_owned();
    }
    fields.join(";")
}

fn jan(with: &[(&str, &str)]) -> String {
    row("1001", "Jan", "jan@example.nl", with)
}

fn els(with: &[(&str, &str)]) -> String {
    row("1002", "Els", "els@example.nl", with)
}

fn people(text: &str) -> Administration {
    Administration::from_previous(text.as_bytes(), &rules()).expect("a readable previous file")
}

fn import(rows: &[String]) -> Import {
    read(file(rows).as_bytes(), &rules(), None).expect("a readable file")
}

fn import_after(previous: &[String], rows: &[String]) -> Import {
    read(file(rows).as_bytes(), &rules(), Some(&people(&file(previous)))).expect("a readable file")
}

fn whys(remarks: &[Remark]) -> Vec<(u64, &str)> {
    remarks.iter().map(|remark| (remark.line.unwrap_or(0), &*remark.why)).collect()
}

fn rejected(import: &Import) -> Vec<(u64, &str)> {
    whys(&import.report.rejected)
}

fn warned(import: &Import) -> Vec<(u64, &str)> {
    whys(&import.report.warnings)
}

fn access(import: &Import) -> Vec<&str> {
    import.report.vereniging.iter().map(MembershipNumber::as_str).collect()
}

fn duplicates(import: &Import) -> Vec<Vec<&str>> {
    import
        .report
        .duplicates
        .iter()
        .map(|group| group.iter().map(MembershipNumber::as_str).collect())
        .collect()
}

fn fatal(bytes: &[u8]) -> String {
    read(bytes, &rules(), None).expect_err("a file that is no administration").why
}
