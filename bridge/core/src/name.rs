//! A Dutch person's name in its three parts (NL-2).

use serde::{Deserialize, Serialize};

/// voornaam, tussenvoegsel, achternaam: "Kees", "van den", "Heuvel". Each part may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonName {
    /// voornaam
    pub given: String,
    /// tussenvoegsel, as written: "van den", "'t"
    pub infix: String,
    /// achternaam, without the tussenvoegsel
    pub family: String,
}
