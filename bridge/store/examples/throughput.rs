//! How fast the store is here, printed and not judged: `cargo run --release -p kring-store --example throughput [ADDRESS]`.
//!
//! ADDRESS is an empty database, by default a SQLite file in the current folder that is removed afterwards. What a bare
//! commit costs on the same disk is measured in the same run, with the same settings (`synchronous=FULL` on SQLite).

#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::{
    error::Error,
    time::{Duration, Instant},
};

use kring_policies::mirror::Membership;
use kring_store::{IncomingEvent, Mode, Store, StoreUrl};

const EVENTS: usize = 10_000;

fn events(from: usize, count: usize) -> Vec<IncomingEvent> {
    let event = |n: usize| IncomingEvent {
        event_id: format!("$event-{n:040}"),
        room_id: format!("!room-{:040}", n % 500),
        event_type: "m.room.message".into(),
        state_key: None,
        sender: format!("@person-{}:example.org", n % 900),
        json: format!(r#"{{"type":"m.room.message","content":{{"body":"{}"}}}}"#, "x".repeat(600)),
        received_at_ms: 0,
        aside: None,
    };
    (from..from + count).map(event).collect()
}

fn report(what: &str, count: usize, took: Duration) {
    let seconds = took.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate to look at")]
    let rate = count as f64 / seconds;
    println!("{what:<48} {count:>7} in {seconds:>7.2} s  {rate:>9.0}/s");
}

/// Bare commits and transactions of one event take turns, for disks change their mind from second to second.
async fn one_by_one(store: &Store) -> Result<(), Box<dyn Error>> {
    let (mut bare, mut stored) = (Duration::ZERO, Duration::ZERO);
    for n in 0..1_000 {
        let (text, event) = (n.to_string(), events(n, 1));
        let start = Instant::now();
        let mut writer = store.write().await?;
        writer.put_setting("bare", &text).await?;
        writer.commit().await?;
        bare += start.elapsed();
        let start = Instant::now();
        store.ingest(&text, &event).await?;
        stored += start.elapsed();
    }
    report("commits of one small row", 1_000, bare);
    report("events ingested, 1 per transaction", 1_000, stored);
    Ok(())
}

async fn by_the_hundred(store: &Store) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    for n in (EVENTS..2 * EVENTS).step_by(100) {
        store.ingest(&format!("hundred-{n}"), &events(n, 100)).await?;
    }
    report("events ingested, 100 per transaction", EVENTS, start.elapsed());
    Ok(())
}

async fn handle(store: &Store) -> Result<(), Box<dyn Error>> {
    let (start, mut handled) = (Instant::now(), 0);
    loop {
        let mut writer = store.write().await?;
        let leased = writer.lease_events(0, 60_000, "throughput", 100).await?;
        let seqs: Vec<i64> = leased.iter().map(|event| event.seq).collect();
        writer.events_done(&seqs).await?;
        writer.commit().await?;
        handled += leased.len();
        if leased.is_empty() {
            break;
        }
    }
    report("events leased and done, 100 rooms at a time", handled, start.elapsed());
    Ok(())
}

async fn mirror(store: &Store) -> Result<(), Box<dyn Error>> {
    let (rooms, people) = (5_000, 160);
    let start = Instant::now();
    let mut writer = store.write().await?;
    for room in 0..rooms {
        let members = (0..people)
            .map(|n| {
                Ok((
                    format!("@person-{}:example.org", (room * 7 + n * 13) % 26_000).parse()?,
                    Membership::Join,
                ))
            })
            .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
        writer.replace_members(<&ruma::RoomId>::try_from(format!("!m{room}").as_str())?, &members).await?;
    }
    writer.commit().await?;
    report("memberships written", rooms * people, start.elapsed());
    let start = Instant::now();
    let read = store.read().await?.mirror().await?;
    report(
        "memberships read as the mirror",
        read.rooms.iter().map(|r| r.members.len()).sum(),
        start.elapsed(),
    );
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(".")?;
    let url: StoreUrl = match std::env::args().nth(1) {
        Some(address) => address.parse()?,
        None => StoreUrl::sqlite(folder.path().join("throughput.db")),
    };
    let store = Store::open(&url, Mode::ReadWrite).await?;
    println!("{:?}", store.engine());
    one_by_one(&store).await?;
    by_the_hundred(&store).await?;
    handle(&store).await?;
    mirror(&store).await?;
    store.close().await;
    Ok(())
}
