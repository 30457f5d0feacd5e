//! Whom the transactions go to.

use std::{path::Path, process::Command};

use kring_tests::{
    Postgres, Registration,
    fake::FakeHomeserver,
    on_fake::{Keeps, OnFake},
    peers::{Peer, RunningPeer},
    process::{Process, free_port},
};
use tempfile::TempDir;

use super::{bare, fail};

/// Everybody who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Kring(Keeps),
    Peer(Peer),
    /// Answers and keeps nothing.
    Bare,
}

impl Target {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kring(keeps) => keeps.name(),
            Self::Peer(peer) => peer.name(),
            Self::Bare => "bare HTTP (axum), stores nothing",
        }
    }
}

/// A target at work, with everything that it stands on.
pub(crate) struct Running {
    pub(crate) pid: u32,
    pub(crate) port: u16,
    pub(crate) token: String,
    what: What,
}

enum What {
    Kring(Box<OnFake>, Option<String>),
    Other { _held: Box<dyn std::any::Any>, _folder: TempDir },
}

impl Running {
    /// Starts it new, on an empty database of its own.
    pub(crate) async fn start(target: Target, postgres: &Postgres) -> Self {
        let token = Registration::bridge("").hs_token;
        let folder = tempfile::tempdir().unwrap_or_else(|e| fail(&e));
        let (pid, port, what) = match target {
            Target::Kring(keeps) => kring(keeps, postgres).await,
            Target::Peer(peer) => {
                let fake = FakeHomeserver::start(vec![Registration::bridge("http://127.0.0.1:9")]).await;
                let peer = RunningPeer::start(peer, fake.url(), folder.path(), None).await;
                let (pid, port) = (peer.pid(), peer.port);
                (pid, port, What::Other { _held: Box::new((peer, fake)), _folder: folder })
            }
            Target::Bare => {
                let port = free_port();
                let process = listening(bare::start(port, folder.path()), port).await;
                (process.pid(), port, What::Other { _held: Box::new(process), _folder: folder })
            }
        };
        Self { pid, port, token, what }
    }

    /// Ends it as a crash would and counts what is in Kring's store; `None` for whoever has none.
    pub(crate) fn stored(self, postgres: &Postgres) -> Option<u64> {
        let What::Kring(mut kring, database) = self.what else { return None };
        kring.kring.kill9();
        let count = match database {
            Some(name) => postgres.sql(&name, COUNT),
            None => sqlite(&kring.folder().join("kring.db"), COUNT),
        };
        count.trim().parse().ok()
    }
}

const COUNT: &str = "SELECT count(*) FROM events WHERE room_id LIKE '!0000%'";

async fn kring(keeps: Keeps, postgres: &Postgres) -> (u32, u16, What) {
    let (store, database) = keeps.store(postgres);
    let kring = OnFake::start(&store, &[]).await;
    (kring.kring.pid(), kring.port, What::Kring(Box::new(kring), database))
}

async fn listening(mut process: Process, port: u16) -> Process {
    let listens = || async move { std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() };
    process.wait_until(std::time::Duration::from_secs(10), listens).await;
    process
}

/// By Python's sqlite3, which knows nothing of Kring's own reading.
fn sqlite(database: &Path, sql: &str) -> String {
    let script =
        "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])";
    let output = Command::new("python3").args(["-c", script]).arg(database).arg(sql).output();
    String::from_utf8_lossy(&output.unwrap_or_else(|e| fail(&e)).stdout).into_owned()
}
