//! Everybody in turn, several rounds, so that a busy moment of the machine hits all of them.

use std::{collections::BTreeMap, time::Duration};

use kring_tests::{Postgres, on_fake::Keeps, peers, peers::Peer, push::Pusher};
use tokio::runtime::Runtime;

use super::{
    corpus::{SHAPES, Shape},
    fail,
    floors::Floor,
    measure::{self, Measured},
    target::{Running, Target},
};

/// Who was measured, with which shape of transaction.
pub(crate) type Key = (&'static str, &'static str);

/// Every round of everybody.
pub(crate) type Results = BTreeMap<Key, Vec<Measured>>;

/// How long and how often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    pub(crate) time: Duration,
    pub(crate) shapes: usize,
}

impl Plan {
    /// The whole one takes some minutes; with `KRING_BENCH_SHORT=1` it takes one.
    pub(crate) fn from_environment() -> Self {
        let short = std::env::var("KRING_BENCH_SHORT").is_ok_and(|v| v == "1");
        match short {
            true => Self { rounds: 1, time: Duration::from_millis(800), shapes: 3 },
            false => Self { rounds: 3, time: Duration::from_secs(2), shapes: SHAPES.len() },
        }
    }
}

/// Those who can be measured here, in the order of the table.
pub(crate) fn targets() -> Vec<Target> {
    let mut all: Vec<_> = Keeps::ALL.map(Target::Kring).into();
    if peers::installed() {
        all.extend(Peer::ALL.map(Target::Peer));
    }
    all.push(Target::Bare);
    let wanted = wanted();
    all.retain(|target| wanted.iter().all(|part| target.name().contains(part.as_str())));
    all
}

/// Parts of names, from the command line: only targets with all of them are measured.
fn wanted() -> Vec<String> {
    std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect()
}

/// Measures everybody.
pub(crate) fn all(runtime: &Runtime, plan: Plan) -> Results {
    let postgres = runtime.block_on(Postgres::durable());
    let mut results = Results::new();
    for round in 0..plan.rounds {
        for shape in SHAPES.into_iter().take(plan.shapes) {
            let mut order = targets();
            let start = round % order.len();
            order.rotate_left(start);
            for target in order {
                let measured = one(runtime, &postgres, target, shape, plan.time);
                results.entry((target.name(), shape.name)).or_default().push(measured);
            }
            for floor in Floor::ALL.into_iter().filter(|_| !shape.name.contains("large")) {
                let measured = floor.run(&postgres, shape, plan.time);
                results.entry((floor.name(), shape.name)).or_default().push(measured);
            }
        }
    }
    results
}

/// Starts a target new, measures it, and looks whether what it acknowledged is there.
fn one(runtime: &Runtime, postgres: &Postgres, target: Target, shape: Shape, time: Duration) -> Measured {
    let running = runtime.block_on(Running::start(target, postgres));
    let pusher = Pusher::connect(running.port, &running.token);
    let mut pusher = pusher.unwrap_or_else(|e| fail(&e));
    let mut measured = measure::run(&mut pusher, running.pid, shape, time);
    if let Some((stored, waiting)) = runtime.block_on(running.stored(postgres)) {
        if stored != measured.acknowledged {
            fail::<()>(&format!("{stored} events are stored of {} acknowledged", measured.acknowledged));
        }
        measured.waiting = Some(waiting as f64);
    }
    measured
}
