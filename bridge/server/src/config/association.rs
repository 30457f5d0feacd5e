//! `association:`

use clap::ValueEnum;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The association itself.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Association {
    /// Its name as members know it; the root space carries it.
    #[schemars(length(min = 1, max = 100), example = &"Ons IVN")]
    pub name: String,
    /// The IANA time zone in which a day of membership begins and ends.
    #[serde(default = "dutch_zone", deserialize_with = "zone")]
    #[schemars(with = "String", example = &"Europe/Amsterdam", extend("default" = "Europe/Amsterdam"))]
    pub time_zone: TimeZone,
    /// The language in which Kring speaks first.
    #[serde(default)]
    pub language: InterfaceLanguage,
}

/// A language of the interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum InterfaceLanguage {
    /// Dutch.
    #[default]
    Nl,
    /// English.
    En,
}

impl InterfaceLanguage {
    /// The language tag, `nl` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Nl => "nl",
            Self::En => "en",
        }
    }
}

fn dutch_zone() -> TimeZone {
    TimeZone::get("Europe/Amsterdam").unwrap_or(TimeZone::UTC)
}

fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    TimeZone::get(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}
