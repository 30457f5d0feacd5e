//! `homeserver:`

use std::path::PathBuf;

use ruma::OwnedServerName;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};
use url::Url;

/// The homeserver that Kring works for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Homeserver {
    /// The address at which Kring reaches the homeserver. On the same machine that is Synapse's own port, not
    /// the reverse proxy: the proxy does not publish the admin API.
    #[serde(deserialize_with = "web_address")]
    #[schemars(with = "String", example = &"http://127.0.0.1:8008")]
    pub url: Url,
    /// The name behind the colon in `@merel-beuk-482:NAME`, which is Synapse's `server_name`.
    #[schemars(with = "String", example = &"onsivn.nl")]
    pub server_name: OwnedServerName,
    /// The registration of the bridge, as `kring registration` writes it. Mode 0600: it holds two secrets.
    #[schemars(example = &"registration/bridge.yaml")]
    pub registration_file: PathBuf,
    /// The second registration, with which Kring accepts an invitation for a person. Its token is everybody:
    /// mode 0600, and nobody else reads it.
    #[schemars(example = &"registration/joiner.yaml")]
    pub joiner_registration_file: PathBuf,
    /// The file with the token of Kring's own server admin, as `kring registration --admin` writes it. Needed to
    /// make and end accounts; without it Kring uses the accounts that exist. Mode 0600.
    #[serde(default)]
    #[schemars(example = &"admin.yaml")]
    pub admin_token_file: Option<PathBuf>,
}

fn web_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    let url = Url::deserialize(deserializer)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    if matches!(url.scheme(), "http" | "https") && url.has_host() && plain {
        Ok(url)
    } else {
        Err(D::Error::custom("no web address"))
    }
}
