//! Member administrations as an association exports them: small ones from the cast, large ones from a generator.

use std::path::{Path, PathBuf};

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use crate::cast::Row;

/// The columns of an export, in the usual order.
pub const COLUMNS: [&str; 12] = [
    "lidnummer",
    "voornaam",
    "tussenvoegsel",
    "achternaam",
    "email",
    "type",
    "afdeling",
    "regio",
    "provincie",
    "lid_sinds",
    "lid_tot",
    "functies",
];

const FIRST: [&str; 16] = [
    "Anneke", "Bram", "Carla", "Dirk", "Els", "Femke", "Gerrit", "Hanna", "Ineke", "Joost", "Karin", "Lotte",
    "Maarten", "Noor", "Pieter", "Truus",
];
const BETWEEN: [&str; 8] = ["", "", "", "", "de", "van", "van der", "ten"];
const LAST: [&str; 16] = [
    "Bakker", "Bos", "Dekker", "Dijk", "Groot", "Haan", "Hendriks", "Jansen", "Kok", "Leeuwen", "Meijer",
    "Mulder", "Peters", "Visser", "Vos", "Wit",
];
const PROVINCES: [&str; 4] = ["Drenthe", "Gelderland", "Overijssel", "Utrecht"];

/// An administration under construction. Rows keep the order in which they were added.
#[derive(Debug, Clone, Default)]
pub struct Administration {
    rows: Vec<Row>,
}

impl Administration {
    /// Nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everybody of the cast who is in the administration.
    pub fn of_the_cast() -> Self {
        crate::cast::members().into_iter().fold(Self::new(), Self::with)
    }

    /// `members` people over `branches` branches in a tree of regions and four provinces, the same for the same
    /// `seed`. One in four has a function, each branch two volunteer admins; nobody shares an address.
    pub fn generated(members: usize, branches: usize, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let rows = (0..members).map(|n| person(n, branches.max(1), &mut random)).collect();
        Self { rows }
    }

    /// Adds a row.
    #[must_use]
    pub fn with(mut self, row: Row) -> Self {
        self.rows.push(row);
        self
    }

    /// Changes the row with this membership number.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn changed(mut self, number: &str, change: impl FnOnce(&mut Row)) -> Self {
        let row = self.rows.iter_mut().find(|row| row.number == number);
        change(row.unwrap_or_else(|| panic!("no {number} in this administration")));
        self
    }

    /// Takes the row with this membership number out.
    #[must_use]
    pub fn without(mut self, number: &str) -> Self {
        self.rows.retain(|row| row.number != number);
        self
    }

    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The file: UTF-8, `;` between fields, a header.
    ///
    /// # Panics
    /// Never on values that can be in memory.
    pub fn csv(&self) -> String {
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
        writer.write_record(COLUMNS).expect("memory can be written to");
        for row in &self.rows {
            writer.write_record(row.fields()).expect("memory can be written to");
        }
        String::from_utf8(writer.into_inner().expect("memory can be written to")).expect("UTF-8 went in")
    }

    /// Writes `leden.csv` into `folder`; answers its path.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, folder: &Path) -> PathBuf {
        let path = folder.join("leden.csv");
        std::fs::write(&path, self.csv()).expect("the folder can be written to");
        path
    }
}

fn person(n: usize, branches: usize, random: &mut StdRng) -> Row {
    let branch = n % branches;
    let region = branch / 8;
    let admin = n / branches < 2;
    let pick =
        |from: &[&str], random: &mut StdRng| from.choose(random).copied().unwrap_or_default().to_owned();
    Row {
        number: format!("{:07}", n + 1),
        first: pick(&FIRST, random),
        between: pick(&BETWEEN, random),
        last: pick(&LAST, random),
        email: format!("lid{n}@example.org"),
        user_type: if admin { "beheervrijwilliger" } else { "vrijwilliger" }.into(),
        branch: format!("Afdeling {branch:03}"),
        region: format!("Regio {region:02}"),
        province: PROVINCES.get(region % PROVINCES.len()).copied().unwrap_or_default().to_owned(),
        since: format!(
            "{:02}-{:02}-{}",
            random.random_range(1..=28),
            random.random_range(1..=12),
            1970 + n % 55
        ),
        until: String::new(),
        functions: if n.is_multiple_of(4) { "natuurgids".into() } else { String::new() },
    }
}
