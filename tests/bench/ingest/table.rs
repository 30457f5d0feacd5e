//! What the rounds say.

use std::io::{self, Write};

use kring_tests::on_fake::Keeps;

use super::{
    corpus::SHAPES,
    floors::Floor,
    measure::Measured,
    rounds::{Key, Results, targets},
    target::Target,
};

/// Prints a table for each shape of transaction.
pub(crate) fn print(out: &mut impl Write, results: &Results) -> io::Result<()> {
    let names = targets().into_iter().map(Target::name).chain(Floor::ALL.map(Floor::name));
    let names: Vec<_> = names.collect();
    for shape in SHAPES {
        let rows: Vec<_> =
            names.iter().filter_map(|name| Some((*name, results.get(&(*name, shape.name))?))).collect();
        if rows.is_empty() {
            continue;
        }
        writeln!(out, "\nEvents in a transaction: {}\n", shape.name)?;
        writeln!(
            out,
            "| target | txn/s (lowest to highest) | events/s | ack p50 · p99 · p99.9 ms | CPU µs/event | MB before → after | not handled yet |\n\
             | --- | --- | --- | --- | --- | --- | --- |"
        )?;
        for (name, rounds) in rows {
            row(out, name, rounds)?;
        }
    }
    Ok(())
}

fn row(out: &mut impl Write, name: &str, rounds: &[Measured]) -> io::Result<()> {
    let of = |value: fn(&Measured) -> f64| median(rounds.iter().map(value));
    let [low, high] = spread(rounds.iter().map(|m| m.txns_per_s));
    let acks = [of(|m| m.ack_ms[0]), of(|m| m.ack_ms[1]), of(|m| m.ack_ms[2])].map(|ms| format!("{ms:.2}"));
    let (cpu, memory) = match of(|m| m.memory_mb[0]) {
        0.0 => ("–".to_owned(), "–".to_owned()),
        before => {
            (format!("{:.0}", of(|m| m.cpu_us)), format!("{before:.0} → {:.0}", of(|m| m.memory_mb[1])))
        }
    };
    let waiting: Option<Vec<f64>> = rounds.iter().map(|m| m.waiting).collect();
    let waiting = waiting.map_or_else(|| "–".to_owned(), |all| format!("{:.0}", median(all.into_iter())));
    writeln!(
        out,
        "| {name} | {:.0} ({low:.0} to {high:.0}) | {:.0} | {} | {cpu} | {memory} | {waiting} |",
        of(|m| m.txns_per_s),
        of(|m| m.events_per_s),
        acks.join(" · "),
    )
}

/// Prints what was wanted beside what was reached.
pub(crate) fn verdict(out: &mut impl Write, results: &Results) -> io::Result<()> {
    let rate = |name, shape| {
        results.get(&(name, shape) as &Key).map(|rounds| median(rounds.iter().map(|m| m.txns_per_s)))
    };
    let kring = |keeps, shape| rate(Target::Kring(keeps).name(), shape);
    let fastest = |shape| {
        let peers = targets().into_iter().filter(|t| matches!(t, Target::Peer(_)));
        peers.filter_map(|peer| rate(peer.name(), shape)).reduce(f64::max)
    };
    let bound = |floor: Floor| {
        let (commit, http) = (rate(floor.name(), "1")?, rate(Target::Bare.name(), "1")?);
        Some(1.0 / (1.0 / commit + 1.0 / http))
    };
    let (full, normal, postgres) =
        (kring(Keeps::Full, "1"), kring(Keeps::Normal, "1"), kring(Keeps::Postgres, "1"));
    writeln!(out, "\n| ratio | reached | wanted |\n| --- | --- | --- |")?;
    let mut line = |what: &str, over: Option<f64>, under: Option<f64>, wanted: &str| match over.zip(under) {
        Some((over, under)) => writeln!(out, "| {what} | {:.2} | {wanted} |", over / under),
        None => writeln!(out, "| {what} | not measured | {wanted} |"),
    };
    line("FULL, 1 in a transaction ÷ fastest peer", full, fastest("1"), "≥ 1")?;
    line(
        "FULL, 1 ÷ what one commit and one bare round trip allow",
        full,
        bound(Floor::SqliteFullRow),
        "≥ 0.75",
    )?;
    line("FULL, 100 ÷ fastest peer", kring(Keeps::Full, "100"), fastest("100"), "≥ 1")?;
    line("NORMAL, 1 ÷ fastest peer", normal, fastest("1"), "≥ 2")?;
    line(
        "NORMAL, 1 ÷ what one commit and one bare round trip allow",
        normal,
        bound(Floor::SqliteNormalRow),
        "",
    )?;
    line("PostgreSQL, 1 ÷ its bare commit", postgres, rate(Floor::Postgres.name(), "1"), "")?;
    line("PostgreSQL, 1 ÷ its commit and a round trip", postgres, bound(Floor::Postgres), "")
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn spread(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold([f64::MAX, 0.0], |[low, high], value| [low.min(value), high.max(value)])
}
