//! `antispam:`

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

/// The second wall: Synapse's module `synapse-http-antispam` asks Kring before somebody invites, joins or makes a room.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Antispam {
    /// The file with the token that the module shows, as `kring registration --antispam` writes it. Left out, Kring
    /// answers no module. Synapse reads the file too: mode 0640, and nobody else reads it.
    #[schemars(example = &"registration/antispam-token")]
    pub token_file: Option<PathBuf>,
}
