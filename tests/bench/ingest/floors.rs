//! What storing costs without HTTP and without Kring, with the same settings on the same disk.

use std::{process::Command, time::Duration};

use kring_tests::{Postgres, venv::workspace};
use serde_json::Value;

use super::{corpus::Shape, fail, measure::Measured};

/// A bare store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floor {
    SqliteFull,
    SqliteFullRow,
    SqliteNormal,
    SqliteNormalRow,
    Postgres,
}

impl Floor {
    pub(crate) const ALL: [Self; 5] =
        [Self::SqliteFull, Self::SqliteFullRow, Self::SqliteNormal, Self::SqliteNormalRow, Self::Postgres];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SqliteFull => "bare SQLite FULL, no HTTP",
            Self::SqliteFullRow => "bare SQLite FULL without index, no HTTP",
            Self::SqliteNormal => "bare SQLite NORMAL, no HTTP",
            Self::SqliteNormalRow => "bare SQLite NORMAL without index, no HTTP",
            Self::Postgres => "bare PostgreSQL (pgbench), no HTTP",
        }
    }

    pub(crate) fn run(self, postgres: &Postgres, shape: Shape, time: Duration) -> Measured {
        let (rate, ack_ms) = match self {
            Self::SqliteFull => sqlite("FULL", &[], shape, time),
            Self::SqliteFullRow => sqlite("FULL", &["unindexed"], shape, time),
            Self::SqliteNormal => sqlite("NORMAL", &[], shape, time),
            Self::SqliteNormalRow => sqlite("NORMAL", &["unindexed"], shape, time),
            Self::Postgres => pgbench(postgres, shape, time),
        };
        let events_per_s = rate * shape.events as f64;
        Measured { txns_per_s: rate, events_per_s, ack_ms, ..Measured::default() }
    }
}

fn sqlite(synchronous: &str, how: &[&str], shape: Shape, time: Duration) -> (f64, [f64; 3]) {
    let folder = tempfile::tempdir().unwrap_or_else(|e| fail(&e));
    let output = Command::new("python3")
        .arg(workspace().join("tests/bench/ingest/floor.py"))
        .arg(folder.path().join("floor.db"))
        .args([synchronous, &shape.events.to_string(), &time.as_secs_f64().to_string()])
        .args(how)
        .output();
    let output = output.unwrap_or_else(|e| fail(&e));
    let answer: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| fail(&String::from_utf8_lossy(&output.stderr)));
    let number = |path: &str| answer.pointer(path).and_then(Value::as_f64).unwrap_or_default();
    (number("/rate"), ["/ack_ms/0", "/ack_ms/1", "/ack_ms/2"].map(number))
}

/// pgbench tells the mean only, which stands for all three.
fn pgbench(postgres: &Postgres, shape: Shape, time: Duration) -> (f64, [f64; 3]) {
    let url = postgres.create_database();
    let database = url.rsplit('/').next().unwrap_or_default();
    postgres.sql(
        database,
        "CREATE TABLE events (seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
         event_id TEXT NOT NULL UNIQUE, json TEXT NOT NULL)",
    );
    let folder = tempfile::tempdir().unwrap_or_else(|e| fail(&e));
    let script = folder.path().join("insert.sql");
    let text = "x".repeat(450);
    let insert = format!(
        "\\set n random(1, 1000000000000000)\nINSERT INTO events (event_id, json) \
         SELECT '$' || :n || '-' || g, '{text}' FROM generate_series(1, {}) g ON CONFLICT (event_id) DO NOTHING;\n",
        shape.events
    );
    std::fs::write(&script, insert).unwrap_or_else(|e| fail(&e));
    let said = postgres.pgbench(database, &script, time.as_secs().max(1));
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    let rate: f64 = rate.unwrap_or_else(|| fail(&said));
    (rate, [1e3 / rate; 3])
}
