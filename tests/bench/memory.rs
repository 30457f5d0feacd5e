//! How much memory `kring run` holds: idle, and while a million events come in and are handled.

#[path = "shared/managed.rs"]
mod managed;

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use kring_store::{Mode, Store, StoreUrl};
use kring_tests::{
    Postgres,
    on_fake::{Keeps, OnFake},
    push::Pusher,
    usage,
};
use tokio::runtime::Runtime;

/// Events in a transaction.
const EVENTS: usize = 100;

/// Managed rooms over which they are spread.
const ROOMS: usize = 50;

/// Rows of the table.
const STEPS: usize = 10;

/// Idle means: nothing happened for so long.
const IDLE: Duration = Duration::from_secs(5);

/// How long the last events may take to be handled.
const PATIENCE: Duration = Duration::from_secs(120);

fn main() -> io::Result<()> {
    let runtime = Runtime::new()?;
    let postgres = runtime.block_on(Postgres::durable());
    let mut out = io::stdout().lock();
    // There are no bots yet, so on SQLite, where one process does everything, it is the bridge alone as well.
    one(&mut out, &runtime, Keeps::Full, &postgres, &[])?;
    one(&mut out, &runtime, Keeps::Postgres, &postgres, &["--only", "bridge"])
}

fn one(
    out: &mut impl Write,
    runtime: &Runtime,
    keeps: Keeps,
    postgres: &Postgres,
    arguments: &[&str],
) -> io::Result<()> {
    let events = if std::env::var("KRING_BENCH_SHORT").is_ok_and(|v| v == "1") { 50_000 } else { 1_000_000 };
    let (store, _) = keeps.store(postgres);
    let running = runtime.block_on(OnFake::start(&store, arguments));
    let pid = running.kring.pid();
    std::thread::sleep(IDLE);
    let url = match store.strip_prefix("url: ") {
        Some(address) => address.parse().map_err(|e| io::Error::other(format!("{e}")))?,
        None => StoreUrl::sqlite(running.folder().join("kring.db")),
    };
    let idle = usage::memory_mb(pid);
    let made = runtime.block_on(managed::manage(&url, (0..ROOMS).map(room)));
    made.map_err(|error| io::Error::other(error.to_string()))?;
    let command = ["kring run"].iter().chain(arguments).copied().collect::<Vec<_>>().join(" ");
    writeln!(out, "`{command}`, {}, {EVENTS} events in a transaction\n", keeps.name())?;
    writeln!(out, "| events | memory | seconds |\n| --- | --- | --- |\n| idle | {idle:.1} MB | |")?;
    let mut pusher = Pusher::connect(running.port, &running.hs_token())?;
    let (start, mut first, mut last) = (Instant::now(), None, idle);
    for step in 0..STEPS {
        push(&mut pusher, step * events / STEPS..(step + 1) * events / STEPS)?;
        // What comes in faster than it is handled waits on the disk; memory counts when all of it is done.
        let left = handled(runtime, &url);
        if left > 0 {
            return Err(io::Error::other(format!("{left} events are not handled in time")));
        }
        last = usage::memory_mb(pid);
        first = first.or(Some(last));
        let so_far = (step + 1) * events / STEPS;
        writeln!(out, "| {so_far} | {last:.1} MB | {:.1} |", start.elapsed().as_secs_f64())?;
    }
    let grown = last / first.unwrap_or(last);
    writeln!(out, "\n| | reached | wanted |\n| --- | --- | --- |\n| idle | {idle:.1} MB | < 40 MB |")?;
    writeln!(out, "| after all ÷ after the first tenth | {grown:.2} | ≤ 1.1 |\n")
}

fn push(pusher: &mut Pusher, events: std::ops::Range<usize>) -> io::Result<()> {
    let mut from = events.start;
    while from < events.end {
        let to = (from + EVENTS).min(events.end);
        let body: Vec<String> = (from..to).map(event).collect();
        let body = format!("{{\"events\":[{}]}}", body.join(","));
        let (status, _) = pusher.push(&format!("memory-{from}"), body.as_bytes())?;
        if status != 200 {
            return Err(io::Error::other(format!("a transaction was answered with {status}")));
        }
        from = to;
    }
    Ok(())
}

fn room(n: usize) -> String {
    format!("!{n:043}")
}

fn event(n: usize) -> String {
    let text = "De vleermuizen vliegen weer over het ven. ".repeat(4);
    format!(
        "{{\"content\":{{\"body\":\"{text}\",\"msgtype\":\"m.text\"}},\"event_id\":\"${n:043}\",\"origin_server_ts\":1,\
         \"room_id\":\"{}\",\"sender\":\"@person-{:04}:kring.test\",\"type\":\"m.room.message\"}}",
        room(n % ROOMS),
        n % 200
    )
}

/// Waits until all are handled; answers how many are not when that takes too long.
fn handled(runtime: &Runtime, url: &StoreUrl) -> u64 {
    let start = Instant::now();
    loop {
        let pending = runtime.block_on(async {
            let store = Store::open(url, Mode::ReadOnly).await.ok()?;
            Some(store.backlog().await.ok()?.pending)
        });
        if pending == Some(0) || start.elapsed() > PATIENCE {
            return pending.unwrap_or(u64::MAX);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
