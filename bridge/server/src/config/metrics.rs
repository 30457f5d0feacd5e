//! `metrics:`

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::Deserialize;

/// Numbers for Prometheus.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// Address and port for `/metrics`, which is served nowhere else. Left out, there are no metrics. They name no
    /// person, room or group, but anybody who reaches the address can read them: keep it away from the internet.
    #[schemars(with = "Option<String>", example = &"127.0.0.1:9190")]
    pub listen: Option<SocketAddr>,
}
