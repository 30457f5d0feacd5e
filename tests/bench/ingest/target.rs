//! Whom the transactions go to.

use std::{path::Path, process::Command};

use kring_store::{Arrival, IncomingEvent, Mode, Store, StoreUrl};
use kring_tests::{
    Postgres, Registration,
    fake::FakeHomeserver,
    on_fake::{Keeps, OnFake},
    peers::{Peer, RunningPeer},
    process::{Process, free_port},
};
use tempfile::TempDir;

use super::{
    bare,
    corpus::{ROOMS, room},
    fail, managed,
};

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
    Kring(Box<OnFake>, StoreUrl, Option<String>),
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

    /// Ends it as a crash would and counts what is in Kring's store: how many events, and how many of them are not handled
    /// yet. `None` for whoever has no store.
    pub(crate) async fn stored(self, postgres: &Postgres) -> Option<(u64, u64)> {
        let What::Kring(mut kring, url, database) = self.what else { return None };
        kring.kring.kill9();
        let store = Store::open(&url, Mode::ReadWrite).await.unwrap_or_else(|e| fail(&e));
        let waiting = store.backlog().await.unwrap_or_else(|e| fail(&e)).pending;
        let unpack = || store.unpack(events);
        while unpack().await.unwrap_or_else(|e| fail(&e)).transactions > 0 {}
        store.close().await;
        let count = match database {
            Some(name) => postgres.sql(&name, COUNT),
            None => sqlite(&kring.folder().join("kring.db"), COUNT),
        };
        Some((count.trim().parse().unwrap_or_default(), waiting))
    }
}

/// What waits in the inbox, with as much of it as has to be counted.
fn events(arrival: &Arrival) -> Vec<IncomingEvent> {
    let text = arrival.events.as_deref().unwrap_or_default();
    let values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>().flatten();
    let word = |event: &serde_json::Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let event = |event: serde_json::Value| IncomingEvent {
        event_id: word(&event, "event_id"),
        room_id: word(&event, "room_id"),
        event_type: String::new(),
        state_key: None,
        sender: String::new(),
        json: String::new(),
        received_at_ms: 0,
        aside: None,
    };
    values.map(event).collect()
}

const COUNT: &str = "SELECT count(*) FROM events WHERE room_id LIKE '!0000%'";

async fn kring(keeps: Keeps, postgres: &Postgres) -> (u32, u16, What) {
    let (store, database) = keeps.store(postgres);
    let kring = OnFake::start(&store, &[]).await;
    let url = match store.strip_prefix("url: ") {
        Some(address) => address.parse().unwrap_or_else(|e| fail(&e)),
        None => StoreUrl::sqlite(kring.folder().join("kring.db")),
    };
    // What happens in other rooms is only noted.
    managed::manage(&url, (0..ROOMS).map(room)).await.unwrap_or_else(|e| fail(&e));
    (kring.kring.pid(), kring.port, What::Kring(Box::new(kring), url, database))
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
