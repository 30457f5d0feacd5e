//! `kring apply` beside a bare client that makes the same requests: what the outbox, the policy and the store cost.
//!
//! First a run is recorded through a proxy. Then, each time on a homeserver of its own, Kring fills an association and
//! a bare client makes the recorded requests: ten rooms at once, in each room one after the other, the stages one after
//! the other as Kring keeps them, with no store and no decisions. The two take turns, so that a busy machine hits both.

mod recorder;
mod replay;
mod run;

use std::{io::Write, time::Duration};

use recorder::Recorder;
use run::Filled;

/// Accounts of the association.
const ACCOUNTS: usize = 60;

/// How often each side is measured.
const TIMES: usize = 3;

fn main() -> std::io::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let (requests, pairs) = runtime.block_on(measure());
    let mut out = std::io::stdout().lock();
    writeln!(out, "{ACCOUNTS} accounts, {requests} requests, Kring on SQLite with synchronous=FULL")?;
    writeln!(
        out,
        "\n| run | bare client | kring apply | share of the bare rate |\n| --- | --- | --- | --- |"
    )?;
    for (n, (bare, kring)) in pairs.iter().enumerate() {
        writeln!(out, "| {} | {bare:.2?} | {kring:.2?} | {:.0} % |", n + 1, share(*bare, *kring))?;
    }
    let (bare, kring) = (median(pairs.iter().map(|p| p.0)), median(pairs.iter().map(|p| p.1)));
    writeln!(out, "| median | {bare:.2?} | {kring:.2?} | {:.0} % |", share(bare, kring))
}

async fn measure() -> (usize, Vec<(Duration, Duration)>) {
    let recorder = Recorder::start().await;
    let recorded = Filled::by_kring(ACCOUNTS, Some(&recorder)).await;
    let requests = recorder.taken();
    drop(recorded);
    let mut pairs = Vec::new();
    for _ in 0..TIMES {
        let bare = Filled::by_a_bare_client(&requests).await;
        let kring = Filled::by_kring(ACCOUNTS, None).await;
        pairs.push((bare.took, kring.took));
    }
    (requests.len(), pairs)
}

fn share(bare: Duration, kring: Duration) -> f64 {
    100.0 * bare.as_secs_f64() / kring.as_secs_f64()
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
