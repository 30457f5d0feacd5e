//! A peer dies.

use std::{
    collections::HashMap,
    path::Path,
    time::{Duration, Instant},
};

use kring_tests::{
    Registration,
    fake::FakeHomeserver,
    peers::{Peer, RunningPeer},
};

use super::{
    events::{ACKNOWLEDGED, ALL, Tally, event_id, push},
    fail,
    moment::Moment,
};

/// How long nothing must have been handled before we believe that nothing will be.
const QUIET: Duration = Duration::from_secs(1);

/// How long we wait for the moment.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pushes everything, kills it, starts it again, sends the last transaction again and counts.
pub(crate) async fn dies(peer: Peer, moment: Moment) -> Tally {
    let folder = tempfile::tempdir().unwrap_or_else(|e| fail(&e));
    let log = folder.path().join("handled");
    let fake = FakeHomeserver::start(vec![Registration::bridge("http://127.0.0.1:9")]).await;
    let mut running = RunningPeer::start(peer, fake.url(), folder.path(), Some(&log)).await;
    push(running.port, 0..=ACKNOWLEDGED, &[]);
    let start = Instant::now();
    while !moment.has_come(handled(&log).values().sum()) && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(1));
    }
    running.die_and_start_again().await;
    let before = handled(&log).len();
    push(running.port, ACKNOWLEDGED..=ACKNOWLEDGED, &[]);
    let times = when_quiet(&log).await;
    let times: Vec<usize> = (0..ALL).map(|n| times.get(&event_id(n)).copied().unwrap_or_default()).collect();
    Tally::new(&times, before, None)
}

/// How often each event is in the log.
fn handled(log: &Path) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    for line in std::fs::read_to_string(log).unwrap_or_default().lines() {
        *times.entry(line.to_owned()).or_default() += 1;
    }
    times
}

async fn when_quiet(log: &Path) -> HashMap<String, usize> {
    let (mut seen, mut since) = (handled(log), Instant::now());
    while since.elapsed() < QUIET {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = handled(log);
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
    }
    seen
}
