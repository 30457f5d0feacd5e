//! `log:`

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use tracing_subscriber::EnvFilter;

/// What is logged, and how. Logs go to standard error and hold no names, addresses or messages.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// Which log lines are shown: a level, and levels per part of the program.
    #[serde(deserialize_with = "filter")]
    #[schemars(example = &"info,kring_store=debug")]
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::default(), filter: "info".to_owned() }
    }
}

/// The shape of a log line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum LogFormat {
    /// One line to read.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

fn filter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    EnvFilter::try_new(&text).map_err(D::Error::custom)?;
    Ok(text)
}
