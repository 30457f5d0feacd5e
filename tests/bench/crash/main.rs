//! What is left of acknowledged events when a process dies: Kring beside application services of others.
//!
//! A thousand events are acknowledged, and a hundred more whose acknowledgement gets lost on its way. Handling one takes
//! 50 ms. The process is killed (SIGKILL) and started again, and the homeserver sends the last hundred once more. Peers
//! handle an event by waiting and then writing its id to a file; Kring by having a stranger put out of a room, at a
//! homeserver that takes 50 ms to answer: there an event counts as handled as often as its stranger left.

mod events;
mod kring;
mod moment;
mod peer;

use std::io::{self, Write};

use events::Tally;
use kring_tests::{on_fake::Keeps, peers, peers::Peer};
use moment::Moment;

fn main() -> io::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let rounds = if std::env::var("KRING_BENCH_SHORT").is_ok_and(|v| v == "1") { 1 } else { 3 };
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} acknowledged events and {} that are sent again; numbers of {rounds} rounds\n\n\
         | target | dies | handled by then | lost | lost though sent again | handled twice | asked again |\n\
         | --- | --- | --- | --- | --- | --- | --- |",
        events::SENT_ONCE,
        events::ALL - events::SENT_ONCE
    )?;
    for moment in Moment::ALL {
        for keeps in Keeps::ALL {
            let tallies: Vec<_> = (0..rounds).map(|_| runtime.block_on(kring::dies(keeps, moment))).collect();
            row(&mut out, keeps.name(), moment, &tallies)?;
        }
        for peer in Peer::ALL.into_iter().filter(|_| peers::installed()) {
            let tallies: Vec<_> = (0..rounds).map(|_| runtime.block_on(peer::dies(peer, moment))).collect();
            row(&mut out, peer.name(), moment, &tallies)?;
        }
    }
    Ok(())
}

fn row(out: &mut impl Write, name: &str, moment: Moment, tallies: &[Tally]) -> io::Result<()> {
    let all = |value: fn(&Tally) -> String| tallies.iter().map(value).collect::<Vec<_>>().join(", ");
    writeln!(
        out,
        "| {name} | {} | {} | {} | {} | {} | {} |",
        moment.name(),
        all(|t| t.before.to_string()),
        all(|t| t.lost.to_string()),
        all(|t| t.lost_though_sent_again.to_string()),
        all(|t| t.twice.to_string()),
        all(|t| t.asked_again.map_or_else(|| "–".to_owned(), |n| n.to_string())),
    )
}

#[expect(clippy::panic, reason = "a bench of something that does not work has no result")]
fn fail<T>(why: &dyn std::fmt::Display) -> T {
    panic!("{why}")
}
