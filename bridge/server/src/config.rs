//! The configuration: one YAML file, a file here per section, and the environment on top.
//!
//! The doc comments of the sections *are* the reference: [`reference`](reference::reference) reads them and
//! `docs/configuration.md` is made from it.

mod antispam;
mod association;
mod data;
mod homeserver;
mod listen;
mod log;
mod metrics;
mod policy;
mod problem;
mod read;
pub mod reference;
mod store;
mod tree;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

pub use self::{
    antispam::Antispam,
    association::{Association, InterfaceLanguage},
    data::Data,
    homeserver::Homeserver,
    listen::Listen,
    log::{Log, LogFormat},
    metrics::Metrics,
    policy::{Policy, PolicySource},
    problem::{Origin, Problem, Problems},
    store::{Database, Store, Synchronous},
};

/// Where the configuration is looked for when nobody says otherwise.
pub const DEFAULT_PATH: &str = "/etc/kring/kring.yaml";

/// The largest configuration file that is read, in bytes.
const MAX_FILE: u64 = 1024 * 1024;

/// Everything that the association's administrator decides about this machine.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The homeserver that Kring works for.
    pub homeserver: Homeserver,
    /// Where Kring keeps what it knows.
    pub store: Store,
    /// The rules of the association.
    pub policy: Policy,
    /// Where Kring listens for the homeserver.
    pub listen: Listen,
    /// The association itself.
    pub association: Association,
    /// Files of Kring's own on this machine.
    pub data: Data,
    /// What is logged, and how.
    pub log: Log,
    /// Numbers for Prometheus.
    pub metrics: Metrics,
    /// What Synapse asks before it lets somebody do something.
    pub antispam: Antispam,
}

impl Config {
    /// Reads `path` with this process' environment on top. Relative paths in the file count from its folder.
    ///
    /// # Errors
    /// When the file cannot be read, or with every problem found in it: unknown and missing keys, values that
    /// cannot be used, values of the example that nobody changed.
    pub fn load(path: &Path) -> Result<Self, Problems> {
        Self::load_with(path, &std::env::vars().collect::<Vec<_>>())
    }

    /// As [`load`](Self::load), with the environment as an argument.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_with(path: &Path, env: &[(String, String)]) -> Result<Self, Problems> {
        let text = read::file(path, MAX_FILE)?;
        let base = path.parent().unwrap_or(Path::new(""));
        let mut config = read::config(&text, path, env)?;
        config.resolve(base);
        config.read_secret_addresses()?;
        Ok(config)
    }

    /// The database: `store.url`, or a SQLite file in the data folder.
    pub fn database(&self) -> Database {
        self.store.database(&self.data.dir)
    }

    /// Whether the database is there; for PostgreSQL nobody knows before asking.
    pub fn has_database(&self) -> bool {
        match self.database() {
            Database::Sqlite(path) => path.exists(),
            Database::Postgres(_) => true,
        }
    }

    /// The control socket of a running `kring run`.
    pub fn socket(&self) -> PathBuf {
        self.data.socket.clone().unwrap_or_else(|| self.data.dir.join("kring.sock"))
    }

    fn resolve(&mut self, base: &Path) {
        let absolute = |path: &mut PathBuf| *path = base.join(&*path);
        absolute(&mut self.homeserver.registration_file);
        absolute(&mut self.homeserver.joiner_registration_file);
        absolute(&mut self.data.dir);
        for path in [
            &mut self.homeserver.admin_token_file,
            &mut self.store.url_file,
            &mut self.data.socket,
            &mut self.antispam.token_file,
        ] {
            path.iter_mut().for_each(absolute);
        }
        if let PolicySource::File(path) = &mut self.policy.source {
            absolute(path);
        }
    }

    fn read_secret_addresses(&mut self) -> Result<(), Problems> {
        let Some(path) = self.store.url_file.clone() else { return Ok(()) };
        let text = read::file(&path, 64 * 1024)?;
        self.store.url = Some(text.trim().parse().map_err(|()| {
            let place = Origin::File { path, line: 0 };
            Problem::new("config-database-url", &place, "store.url_file", &[])
        })?);
        Ok(())
    }
}
