//! Homeserver and Kring die (SIGKILL) at random moments, again and again, while members talk and leave and the
//! administration changes. In the end an oracle compares what the homeserver has, what Kring stored and what should be.

mod members;
mod oracle;

use std::time::Duration;

use kring_tests::{
    Administration, Association,
    cast::{self, Row},
    kring,
    skip::{self, skipped_without_servers},
    story::Engine,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use tokio_util::sync::CancellationToken;

const BRANCHES: [(&str, &str, &str); 3] = [
    ("Afdeling 000", "Regio 00", "Drenthe"),
    ("Afdeling 001", "Regio 00", "Drenthe"),
    ("Afdeling 002", "Regio 00", "Drenthe"),
];

/// Who lives through it.
fn people() -> Vec<Row> {
    let names = ["Anna", "Bas", "Cor", "Dineke", "Evert", "Fenna", "Gijs", "Hilde", "Ilse"];
    let row = |(n, name): (usize, &&str)| {
        cast::volunteer(&format!("{:07}", 9_000 + n), name, "Bos", *BRANCHES.get(n % 3).expect("three"))
    };
    names.iter().enumerate().map(row).collect()
}

/// Who dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Kring,
    Homeserver,
    Both,
}

const VICTIMS: [Victim; 5] =
    [Victim::Kring, Victim::Kring, Victim::Homeserver, Victim::Homeserver, Victim::Both];

async fn chaos(engine: Engine, kills: usize, seed: u64) {
    eprintln!("chaos on {engine:?}, seed {seed}, {kills} deaths");
    let mut dice = StdRng::seed_from_u64(seed);
    let people = people();
    let mut administration = people.iter().cloned().fold(Administration::new(), Administration::with);
    let mut association = Box::pin(Association::filled(engine, &administration)).await;
    let stop = CancellationToken::new();
    let busy = members::at_work(&association, &people, seed, &stop).await;
    for n in 0..kills {
        let who = people.choose(&mut dice).expect("somebody");
        let to = *BRANCHES.choose(&mut dice).expect("somewhere");
        administration = administration.changed(&who.number, |row| *row = row.clone().of(to));
        follow_beside(&association, &administration, n);
        // A moment that nobody has chosen is the point here.
        tokio::time::sleep(Duration::from_millis(dice.random_range(50..2500))).await;
        let victim = *VICTIMS.choose(&mut dice).expect("somebody");
        eprintln!("{n}: {victim:?}");
        dies(&mut association, victim).await;
    }
    stop.cancel();
    let said = busy.await.expect("members do not panic");
    association.import(&administration);
    association.done(&["apply"]);
    association.settle().await;
    oracle::everything_is_right(&association, &administration, &said).await;
}

/// Gives the commands as somebody does who does not know what is about to happen.
fn follow_beside(association: &Association, administration: &Administration, n: usize) {
    let folder = association.path(&format!("change-{n}"));
    std::fs::create_dir_all(&folder).expect("the folder can be written to");
    let file = administration.write(&folder).display().to_string();
    let log = association.path("beside.log");
    for arguments in [&["import", &*file][..], &["apply"]] {
        let mut command = kring::start_command(association.config(), arguments, &log);
        // Whether it comes to its end is not asked; that it does not hang is.
        command.stop(kring_tests::process::Signal::CONT, Duration::from_secs(10));
    }
}

async fn dies(association: &mut Association, victim: Victim) {
    if victim != Victim::Homeserver {
        association.kring.kill9();
    }
    if victim != Victim::Kring {
        association.synapse.kill9();
        association.synapse.restart().await;
    }
    if victim != Victim::Homeserver {
        association.run_again().await;
    }
}

/// 3 deaths, or 25 in the long form.
fn deaths() -> usize {
    if skip::long() { 25 } else { 3 }
}

#[tokio::test]
async fn whoever_dies_nothing_is_lost_and_nothing_happens_twice_on_sqlite() {
    if !skipped_without_servers() {
        Box::pin(chaos(Engine::Sqlite, deaths(), 20_261_125)).await;
    }
}

#[tokio::test]
async fn whoever_dies_nothing_is_lost_and_nothing_happens_twice_on_postgresql() {
    if !skipped_without_servers() {
        Box::pin(chaos(Engine::Postgres, deaths(), 20_261_126)).await;
    }
}
