//! The usual beginning of a story: a homeserver with the two registrations, and members who log in to it.

use std::{path::Path, path::PathBuf, time::Duration};

use tempfile::TempDir;

use crate::{
    cast::Row,
    nio::NioClient,
    postgres::Postgres,
    process::free_port,
    registration::Registration,
    synapse::{Database, Synapse, SynapseOptions},
};

/// How long a story waits for one thing to happen.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Which engine the homeserver of a story keeps its data in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL, a database of its own on the server that all tests share.
    Postgres,
}

/// A homeserver that knows the bridge and the joiner, and a folder for Kring's own files.
#[derive(Debug)]
pub struct Story {
    /// The homeserver.
    pub synapse: Synapse,
    /// The bridge's registration; its URL names [`Story::kring_port`].
    pub bridge: Registration,
    /// The second registration.
    pub joiner: Registration,
    /// Where Kring is to listen.
    pub kring_port: u16,
    folder: TempDir,
}

impl Story {
    /// Starts the homeserver, with `extra_config` over the harness' own.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start(engine: Engine, extra_config: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("kring-story-").tempdir().expect("a temporary folder");
        let kring_port = free_port();
        let bridge = Registration::bridge(&format!("http://127.0.0.1:{kring_port}"));
        let joiner = Registration::joiner();
        let registrations = vec![bridge.write(folder.path()), joiner.write(folder.path())];
        let database = match engine {
            Engine::Sqlite => Database::Sqlite,
            Engine::Postgres => Database::Postgres(Postgres::shared().await.create_database()),
        };
        let extra_config = extra_config.to_owned();
        let options = SynapseOptions { registrations, extra_config, database, ..SynapseOptions::default() };
        Self { synapse: Synapse::start(options).await, bridge, joiner, kring_port, folder }
    }

    /// The story's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the story's folder; answers its path.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("the story's folder can be written to");
        path
    }

    /// Makes an account for one of the cast and logs in with matrix-nio. The user id is the membership number's, so
    /// that no story depends on how Kring makes ids.
    ///
    /// # Panics
    /// When the homeserver refuses.
    pub async fn member(&self, row: &Row) -> NioClient {
        let localpart = format!("lid-{}", row.number);
        self.synapse.create_user(&localpart, &row.number, &row.full_name()).await;
        self.log_in(&localpart, &row.number).await
    }

    /// Logs in to an account that exists.
    ///
    /// # Panics
    /// When the homeserver refuses.
    pub async fn log_in(&self, user: &str, password: &str) -> NioClient {
        let client = NioClient::login(self.synapse.url(), user, password).await;
        client
            .unwrap_or_else(|refusal| panic!("{user} cannot log in: {} {}", refusal.errcode, refusal.message))
    }
}
