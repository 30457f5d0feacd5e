//! A small association: two provinces, three regions, five branches, twenty people with an inlog.

use kring_tests::{Administration, cast::Row};

/// Branch, region and province.
pub(crate) const BRANCHES: [(&str, &str, &str); 5] = [
    ("Assen", "Noord", "Drenthe"),
    ("Rolde", "Noord", "Drenthe"),
    ("Emmen", "Zuid", "Drenthe"),
    ("Zwolle", "Salland", "Overijssel"),
    ("Deventer", "Salland", "Overijssel"),
];

/// Everybody, numbered from 1: person `n` belongs to branch `(n - 1) % 5`.
///
/// 1 to 5 are volunteer admins, 6 (Assen) and 7 (Rolde) do websupport, 8 (Emmen) leads the intranet's project, 18 is
/// staff in Drenthe without a branch, 19 comes from outside, the others are ordinary volunteers.
pub(crate) fn small() -> Administration {
    (1..=20).map(person).fold(Administration::new(), Administration::with)
}

pub(crate) fn person(n: usize) -> Row {
    let branch = BRANCHES.get((n - 1) % BRANCHES.len()).copied().expect("five branches");
    let user_type = match n {
        1..=5 => "beheervrijwilliger",
        18 => "medewerker",
        19 => "extern",
        _ => "vrijwilliger",
    };
    let functions = match n {
        6 | 7 => "websupport",
        8 => "projectleider intranet",
        _ => "",
    };
    let row = Row {
        number: number(n),
        first: format!("Voornaam{n}"),
        last: format!("Achternaam{n}"),
        email: format!("lid{n}@example.org"),
        user_type: user_type.into(),
        since: "12-12-2016".into(),
        functions: functions.into(),
        ..Row::default()
    };
    match n {
        18 => row.of(("", "", "Drenthe")),
        19 => row.of(("", "", "")),
        _ => row.of(branch),
    }
}

pub(crate) fn number(n: usize) -> String {
    format!("{n:07}")
}

/// The inlog that the stories give person `n`.
pub(crate) fn user(n: usize) -> String {
    format!("@lid-{n:02}:kring.test")
}
