//! How fast transactions are taken: Kring beside application services of others and beside the least that storing and
//! answering cost, by one client that pushes as Synapse does.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rates to look at"
)]

mod bare;
mod corpus;
mod floors;
#[path = "../shared/managed.rs"]
mod managed;
mod measure;
mod rounds;
mod table;
mod target;

use std::{io::Write, time::Instant};

use rounds::Plan;

fn main() -> std::io::Result<()> {
    if let Some(port) = bare::role() {
        bare::serve(port);
        return Ok(());
    }
    let plan = Plan::from_environment();
    let runtime = tokio::runtime::Runtime::new()?;
    let (start, before) = (Instant::now(), load());
    let results = rounds::all(&runtime, plan);
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Median of {} rounds of {:?} each; one connection, one transaction at a time; SQLite and PostgreSQL 18 on the \
         same disk; FULL and PostgreSQL (fsync=on, synchronous_commit=on) wait for the disk at every commit, NORMAL and \
         the peers do not. Load of the machine {before} before, {} after; {:.0?} in all.",
        plan.rounds,
        plan.time,
        load(),
        start.elapsed()
    )?;
    table::print(&mut out, &results)?;
    table::verdict(&mut out, &results)
}

/// The load of the last minute.
fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

#[expect(clippy::panic, reason = "a bench of something that does not work has no result")]
fn fail<T>(why: &dyn std::fmt::Display) -> T {
    panic!("{why}")
}
