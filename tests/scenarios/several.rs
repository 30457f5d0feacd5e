//! Several processes on one database: one leads, the others stand by.

use std::time::{Duration, Instant};

use kring_tests::{
    Administration, Association, KringProcess,
    association::Managed,
    cast, eventually, kring,
    process::Signal,
    skip::skipped_without_servers,
    story::{Engine, PATIENCE},
};

const ANNA: &str = "0009001";
const BEN: &str = "0009002";
const HERE: (&str, &str, &str) = ("Afdeling 000", "Regio 00", "Drenthe");
const THERE: (&str, &str, &str) = ("Afdeling 001", "Regio 00", "Drenthe");

/// Nobody may be without a leader for longer.
const TAKEOVER: Duration = Duration::from_secs(10);

fn administration() -> Administration {
    let anna = cast::volunteer(ANNA, "Anna", "Bos", HERE);
    Administration::generated(6, 2, 7).with(anna).with(cast::volunteer(BEN, "Ben", "Smit", HERE))
}

async fn takes_over(who: &KringProcess) {
    let start = Instant::now();
    eventually("it leads", PATIENCE, || async { (who.role().await == "leads").then_some(()) }).await;
    assert!(start.elapsed() < TAKEOVER, "it took {:?}", start.elapsed());
}

/// Somebody leaves a group where they belong, and is in it again.
async fn leaving_is_repaired(association: &Association, number: &str) {
    let member = association.member(number).await;
    let room = association.room("landelijk/help").await;
    let before = room.event("m.room.member", member.user_id());
    member.leave(&room.id).await.expect("anybody may leave");
    let is_back = |room: &Managed| {
        room.membership(member.user_id()) == "join" && room.event("m.room.member", member.user_id()) != before
    };
    association.wait_for_room("who belongs is back", &room.id, is_back).await;
}

#[tokio::test]
async fn an_overtaken_leader_does_no_harm_and_takes_over_when_its_successor_dies() {
    if skipped_without_servers() {
        return;
    }
    let people = administration();
    let mut association = Box::pin(Association::filled(Engine::Postgres, &people)).await;
    let mut twin = association.twin().await;
    assert_eq!((&*association.kring.role().await, &*twin.role().await), ("leads", "stands-by"));
    let refused = twin.command(&["apply"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stdout);
    assert!(
        refused.stderr.contains("Een andere Kring heeft hier de leiding: kring, process"),
        "{}",
        refused.stderr
    );

    association.kring.signal(Signal::STOP);
    takes_over(&twin).await;
    let moved = people.clone().changed(ANNA, |row| *row = row.clone().of(THERE));
    let file = moved.write(&association.path("twin")).display().to_string();
    for arguments in [&["import", &*file][..], &["apply"]] {
        let said = twin.command(arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {}{}", said.stderr, said.stdout);
    }

    association.kring.signal(Signal::CONT);
    let stands_by = || async { (association.kring.role().await == "stands-by").then_some(()) };
    eventually("it finds out", PATIENCE, stands_by).await;
    assert!(association.kring.log().contains("this process does not lead any more"));
    // The homeserver delivers to the one, and the other handles what it delivers.
    leaving_is_repaired(&association, BEN).await;
    let anna = association.user(ANNA);
    let places = association.places_of(&anna).await;
    assert!(
        places.contains("afdeling/afdeling-001") && !places.contains("afdeling/afdeling-000"),
        "{places:?}"
    );

    twin.kill9();
    takes_over(&association.kring).await;
    leaving_is_repaired(&association, ANNA).await;
    association.settle().await;
    association.nothing_is_left();
}

#[tokio::test]
async fn a_process_that_only_serves_never_leads() {
    if skipped_without_servers() {
        return;
    }
    let mut association = Box::pin(Association::start(Engine::Postgres)).await;
    let web = association.twin_with(&["--only", "web"]).await;
    association.kring.kill9();
    association.import(&administration());
    assert_eq!(web.role().await, "stands-by", "a command took the lead, did its work and gave it back");
    association.run_again().await;
    takes_over(&association.kring).await;
    assert_eq!(web.role().await, "stands-by");
}

#[tokio::test]
async fn on_sqlite_one_process_does_everything() {
    if skipped_without_servers() {
        return;
    }
    let association = Box::pin(Association::start(Engine::Sqlite)).await;
    let start = |arguments: &[&str]| kring::command(Some(association.config()), arguments);
    let second = start(&["run"]);
    assert_eq!(second.code, Some(2));
    assert!(second.stderr.starts_with("Er draait hier al een Kring"), "{}", second.stderr);
    for part in ["bridge", "bots", "web"] {
        let refused = start(&["run", "--only", part]);
        assert_eq!(refused.code, Some(2), "{part}");
        assert_eq!(
            refused.stderr.trim_end(),
            "Met SQLite doet één proces al het werk. Daarom kan --only niet. Laat het weg, of zet store.url op een \
             PostgreSQL-database.",
            "{part}"
        );
    }
    assert_eq!(association.kring.role().await, "leads");
}
