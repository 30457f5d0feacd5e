//! The cast: the same few people in every story, each there for a reason.

/// A row of the administration, with the fields as an export has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// lidnummer
    pub number: String,
    /// voornaam
    pub first: String,
    /// tussenvoegsel
    pub between: String,
    /// achternaam
    pub last: String,
    /// email
    pub email: String,
    /// type
    pub user_type: String,
    /// afdeling
    pub branch: String,
    /// regio
    pub region: String,
    /// provincie
    pub province: String,
    /// `lid_sinds`, d-m-yyyy
    pub since: String,
    /// `lid_tot`, d-m-yyyy, empty for no end
    pub until: String,
    /// functies, comma separated
    pub functions: String,
}

impl Row {
    /// The fields in the order of [`crate::administration::COLUMNS`].
    pub fn fields(&self) -> [&str; 12] {
        [
            &self.number,
            &self.first,
            &self.between,
            &self.last,
            &self.email,
            &self.user_type,
            &self.branch,
            &self.region,
            &self.province,
            &self.since,
            &self.until,
            &self.functions,
        ]
    }

    /// "Kees van den Heuvel"
    pub fn full_name(&self) -> String {
        let parts = [&self.first, &self.between, &self.last];
        parts.into_iter().filter(|p| !p.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// The same person with a function.
    #[must_use]
    pub fn with_function(mut self, function: &str) -> Self {
        self.functions = function.into();
        self
    }

    /// The same person in another branch, with its region and province.
    #[must_use]
    pub fn of(mut self, (branch, region, province): (&str, &str, &str)) -> Self {
        self.branch = branch.into();
        self.region = region.into();
        self.province = province.into();
        self
    }
}

/// A branch with its region and province.
pub const ASSEN: (&str, &str, &str) = ("Assen", "Drenthe", "Drenthe");
/// Another branch of the same region.
pub const EMMEN: (&str, &str, &str) = ("Emmen", "Drenthe", "Drenthe");
/// A branch of another region and province.
pub const ZWOLLE: (&str, &str, &str) = ("Zwolle", "Salland en Vechtdal", "Overijssel");

/// A volunteer of `branch` with the rest filled in.
pub fn volunteer(number: &str, first: &str, last: &str, branch: (&str, &str, &str)) -> Row {
    let address = format!("{}.{}@example.org", ascii(first), ascii(last));
    Row {
        number: number.into(),
        first: first.into(),
        last: last.into(),
        email: address,
        user_type: "vrijwilliger".into(),
        since: "12-12-2016".into(),
        ..Row::default()
    }
    .of(branch)
}

/// Kees, an ordinary member of Emmen.
pub fn kees() -> Row {
    let row = volunteer("0001003", "Kees", "Heuvel", EMMEN);
    Row { between: "van den".into(), ..row }
}

/// Fatma, an ordinary member of Assen with a function: an active volunteer.
pub fn fatma() -> Row {
    volunteer("0001011", "Fatma", "Yildiz", ASSEN).with_function("natuurgids")
}

/// Chloé, beheervrijwilliger of Emmen.
pub fn chloe() -> Row {
    let row = volunteer("0001020", "Chloé", "Bakker", EMMEN);
    Row { user_type: "beheervrijwilliger".into(), ..row }
}

/// Henk, beheervrijwilliger of Zwolle.
pub fn henk() -> Row {
    let row = volunteer("0001021", "Henk", "Vos", ZWOLLE);
    Row { user_type: "beheervrijwilliger".into(), ..row }
}

/// Sanne, who works at the association's office and belongs to no branch.
pub fn sanne() -> Row {
    let row = volunteer("0002001", "Sanne", "Mulder", ("", "", ""));
    Row { user_type: "medewerker".into(), functions: "servicedesk".into(), ..row }
}

/// Omar, a forester from outside: an external.
pub fn omar() -> Row {
    let row = volunteer("0003001", "Omar", "Haddad", ZWOLLE);
    Row { user_type: "extern".into(), functions: "boswachter".into(), ..row }
}

/// Jan and Joke, a couple with one address between them.
pub fn jan_and_joke() -> [Row; 2] {
    let jan = volunteer("0001030", "Jan", "Dekker", ZWOLLE);
    let joke = Row { email: jan.email.clone(), ..volunteer("0001031", "Joke", "Dekker", ZWOLLE) };
    [jan, joke]
}

/// Truus, whose membership ended years ago.
pub fn truus() -> Row {
    let row = volunteer("0001040", "Truus", "Kok", ASSEN);
    Row { until: "31-12-2019".into(), ..row }
}

/// Everybody above, in the order of this file.
pub fn members() -> Vec<Row> {
    let mut all = vec![kees(), fatma(), chloe(), henk(), sanne(), omar()];
    all.extend(jan_and_joke());
    all.push(truus());
    all
}

/// A name as the first part of an address: lower case, without what ASCII lacks.
fn ascii(name: &str) -> String {
    name.to_lowercase().replace('é', "e").chars().filter(char::is_ascii_alphanumeric).collect()
}
