//! `listen:`

use std::net::{Ipv4Addr, SocketAddr};

use schemars::JsonSchema;
use serde::Deserialize;

/// Where Kring listens for the homeserver.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Listen {
    /// Address and port for the homeserver's transactions and for `/health`. The registration's `url` names the
    /// same port. Keep it away from the internet.
    #[schemars(with = "String", example = &"127.0.0.1:8090")]
    pub address: SocketAddr,
}

impl Default for Listen {
    fn default() -> Self {
        Self { address: SocketAddr::from((Ipv4Addr::LOCALHOST, 8090)) }
    }
}
