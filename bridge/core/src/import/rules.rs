//! What the policy decides about an import: columns, types, limits and thresholds.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::ids::{Shared, UserType};

/// The parameters of an import. Everything that differs between associations is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRules {
    /// The day on which memberships are judged, in the association's time zone.
    pub today: Date,
    /// When a token of this import is given, which decides how long it is good.
    pub now: Timestamp,
    /// The user types that the policy knows, as the policy spells them.
    pub types: Vec<UserType>,
    /// The types that may enter the section Vereniging.
    pub access_types: Vec<UserType>,
    /// The columns that are known; others are left out.
    pub columns: Vec<Column>,
    /// The columns that name groups of places, from the smallest to the largest.
    pub levels: Vec<Level>,
    /// When a removal needs a confirmation.
    pub thresholds: Thresholds,
    /// What is too much.
    pub limits: Limits,
}

/// A known column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header, in lower case.
    pub name: Shared,
    /// Whether a file without it is no administration.
    pub required: bool,
    /// What it says about a person.
    pub feeds: Feeds,
}

/// What a column says about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feeds {
    /// The membership number.
    Number,
    /// The first name.
    Given,
    /// The *tussenvoegsel*.
    Infix,
    /// The family name.
    Family,
    /// The e-mail address.
    Email,
    /// The user type.
    Type,
    /// The first day of the membership.
    Since,
    /// The last day of the membership.
    Until,
    /// The attribute of the column's name, with one value.
    Attribute,
    /// The attribute of the column's name, with values separated by commas.
    List,
}

/// A column that names a kind of group in which the smaller ones lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// The column, and so the attribute: `afdeling`.
    pub column: Shared,
    /// Its English noun, for the codes of warnings: `branch`.
    pub noun: Shared,
}

/// When a removal needs a confirmation: from `certain` percent always, and from `share` percent when it also
/// hits at least `count` people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// Percent of the people that were there.
    pub share: u32,
    /// People; below it only `certain` counts, so that losing one of three does not alarm.
    pub count: usize,
    /// Percent that needs a confirmation whatever the count.
    pub certain: u32,
    /// The same for each group of one column; `None` looks at the whole administration only.
    pub group: Option<GroupThreshold>,
}

/// A threshold for every group that a column names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupThreshold {
    /// The column, `afdeling`.
    pub column: Shared,
    /// Percent of the people of a group.
    pub share: u32,
    /// People of the group.
    pub count: usize,
}

/// What is too much for one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Rows of the file.
    pub rows: usize,
    /// Columns of the header.
    pub columns: usize,
    /// A field of this many characters rejects its row.
    pub field: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 * 1024 * 1024, rows: 500_000, columns: 200, field: 5_000 }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { share: 20, count: 3, certain: 50, group: None }
    }
}

impl ImportRules {
    /// The rules of a nature association: four user types, branches in regions in provinces, and the optional
    /// columns of a network of centres.
    ///
    /// It is midnight of `today` in UTC; [`ImportRules::at`] says otherwise.
    pub fn new(today: Date) -> Self {
        Self {
            today,
            now: today.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |midnight| midnight.timestamp()),
            types: ["medewerker", "vrijwilliger", "beheervrijwilliger", "extern"].map(UserType::from).into(),
            access_types: ["vrijwilliger", "beheervrijwilliger"].map(UserType::from).into(),
            columns: default_columns(),
            levels: [("afdeling", "branch"), ("regio", "region"), ("provincie", "province")]
                .map(|(column, noun)| Level { column: column.into(), noun: noun.into() })
                .into(),
            thresholds: Thresholds::default(),
            limits: Limits::default(),
        }
    }

    /// The same, asked at this instant.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// The policy's spelling of a type, whatever its case and outer spaces; `None` for a type it does not know.
    pub fn type_named(&self, written: &str) -> Option<&UserType> {
        let written = written.to_lowercase();
        self.types.iter().find(|known| known.as_str().to_lowercase() == written)
    }
}

fn default_columns() -> Vec<Column> {
    let required = [
        ("lidnummer", Feeds::Number),
        ("voornaam", Feeds::Given),
        ("tussenvoegsel", Feeds::Infix),
        ("achternaam", Feeds::Family),
        ("email", Feeds::Email),
        ("type", Feeds::Type),
        ("afdeling", Feeds::Attribute),
        ("regio", Feeds::Attribute),
        ("provincie", Feeds::Attribute),
        ("lid_sinds", Feeds::Since),
        ("lid_tot", Feeds::Until),
        ("functies", Feeds::List),
    ];
    let optional = [
        ("centrum", Feeds::Attribute),
        ("programmas", Feeds::List),
        ("lid_nov", Feeds::Attribute),
        ("nieuwsbrief", Feeds::Attribute),
    ];
    let column = |required| move |(name, feeds): (&str, Feeds)| Column { name: name.into(), required, feeds };
    required.map(column(true)).into_iter().chain(optional.map(column(false))).collect()
}
