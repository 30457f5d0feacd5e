//! One run: transactions one after the other for some seconds, and what they took.

use std::time::{Duration, Instant};

use kring_tests::{push::Pusher, usage};

use super::{
    corpus::{Corpus, Shape},
    fail,
};

/// Whoever is fast sends so many transactions at most.
const MOST: u64 = 200_000;

/// Transactions before the clock runs.
const WARM_UP: u64 = 20;

/// What one run gave.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measured {
    pub(crate) txns_per_s: f64,
    pub(crate) events_per_s: f64,
    /// Acknowledgements in ms: half of them, 99 of 100, 999 of 1000 within.
    pub(crate) ack_ms: [f64; 3],
    /// Processor time of the target for one event, in µs; 0 where it has no process of its own.
    pub(crate) cpu_us: f64,
    /// Memory of the target before and after, in MB.
    pub(crate) memory_mb: [f64; 2],
    /// Events that were acknowledged, those before the clock included.
    pub(crate) acknowledged: u64,
    /// Of these, those that were not handled yet when the last was acknowledged; `None` where that is not known.
    pub(crate) waiting: Option<f64>,
}

/// Pushes to a target for `time`.
pub(crate) fn run(pusher: &mut Pusher, pid: u32, shape: Shape, time: Duration) -> Measured {
    let mut corpus = Corpus::new(shape);
    let before = usage::memory_mb(pid);
    let warm_up = if shape.name.contains("large") { 1 } else { WARM_UP };
    for txn in 0..warm_up {
        push(pusher, txn, &mut corpus);
    }
    let (cpu, start) = (usage::cpu(pid), Instant::now());
    let mut acks = Vec::new();
    for txn in warm_up..MOST {
        acks.push(push(pusher, txn, &mut corpus));
        if start.elapsed() >= time {
            break;
        }
    }
    let wall = start.elapsed().as_secs_f64();
    let cpu = (usage::cpu(pid) - cpu).as_secs_f64();
    let (txns, after) = (acks.len() as f64, usage::memory_mb(pid));
    let events = txns * shape.events as f64;
    Measured {
        txns_per_s: txns / wall,
        events_per_s: events / wall,
        ack_ms: percentiles(acks),
        cpu_us: cpu / events * 1e6,
        memory_mb: [before, after],
        acknowledged: (warm_up * shape.events) + events as u64,
        waiting: None,
    }
}

fn push(pusher: &mut Pusher, txn: u64, corpus: &mut Corpus) -> Duration {
    match pusher.push(&txn.to_string(), corpus.body()) {
        Ok((200, took)) => took,
        Ok((status, _)) => fail(&format!("a transaction was answered with {status}")),
        Err(error) => fail(&format!("a transaction was not answered: {error}")),
    }
}

fn percentiles(mut acks: Vec<Duration>) -> [f64; 3] {
    acks.sort_unstable();
    [0.5, 0.99, 0.999].map(|share| {
        let index = (acks.len().saturating_sub(1) as f64 * share).round() as usize;
        acks.get(index).map_or(0.0, |ack| ack.as_secs_f64() * 1e3)
    })
}
