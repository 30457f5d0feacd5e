//! `data:`

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

/// Files of Kring's own on this machine.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// The folder for the database and for what Kring keeps beside it. Only Kring's own user reads it.
    #[schemars(example = &"/var/lib/kring")]
    pub dir: PathBuf,
    /// The socket over which `kring apply` and others reach a running `kring run`. Left out, it is `kring.sock` in
    /// the data folder.
    #[schemars(example = &"/run/kring/kring.sock")]
    pub socket: Option<PathBuf>,
}

impl Default for Data {
    fn default() -> Self {
        Self { dir: PathBuf::from("/var/lib/kring"), socket: None }
    }
}
