//! A database in trouble: errors that say what it is, that heal, and that leave nothing half-done.

use std::{path::Path, process::Command, time::Duration};

use kring_store::{OpenOptions, Store, StoreUrl};
use tempfile::TempDir;

use crate::{
    cast::event,
    database::{Database, on_both},
};

const SOON: Duration = Duration::from_millis(200);

on_both! { database_that_takes_changes_says_so }

async fn database_that_takes_changes_says_so(db: Database) {
    let store = db.open().await;
    for now in [1, 2] {
        store.probe(now).await.unwrap();
    }
    assert_eq!(store.backlog().await.unwrap().pending, 0);
}

async fn open(url: &StoreUrl) -> Store {
    // A connection to PostgreSQL takes its time on a busy machine.
    let patience = if url.path().is_some() { SOON } else { SOON * 10 };
    let options = OpenOptions { patience, silence: SOON, renewal: SOON, ..OpenOptions::default() };
    Store::open_with(url, &options).await.unwrap()
}

async fn pending(store: &Store) -> u64 {
    store.backlog().await.unwrap().pending
}

#[tokio::test]
async fn locked_file_is_told_as_such_while_readers_go_on() {
    let db = Database::sqlite();
    let store = open(&db.url()).await;
    let mut other = db.raw().await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    for error in [store.ingest("1", &[event("1", "a")]).await.unwrap_err(), store.probe(1).await.unwrap_err()]
    {
        assert_eq!((error.code(), error.heals()), ("database-locked", true), "{error:?}");
    }
    assert_eq!(pending(&store).await, 0);
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    store.probe(2).await.unwrap();
    assert_eq!(store.ingest("1", &[event("1", "a")]).await.unwrap().new, 1);
}

/// A disk of this size in a folder of its own; `None` where this user may mount none, which is then said.
fn small_disk(story: &str) -> Option<Disk> {
    let disk = Disk(tempfile::tempdir().unwrap());
    if Disk::run("mount", &["-t", "tmpfs", "-o", "size=4m", "none"], disk.0.path()) {
        return Some(disk);
    }
    assert!(std::env::var_os("KRING_REQUIRE_ALL").is_none_or(|v| v != "1"), "{story} mounts a small disk");
    eprintln!("skipped: {story}, for only root may mount a small disk");
    None
}

struct Disk(TempDir);

impl Disk {
    fn run(program: &str, arguments: &[&str], path: &Path) -> bool {
        Command::new(program).args(arguments).arg(path).output().is_ok_and(|output| output.status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        Self::run("umount", &["--lazy"], self.0.path());
    }
}

/// At a commit that finds no room SQLite takes the transaction back by itself, and the connection must not think that it
/// is still in one.
#[tokio::test]
async fn disk_that_is_full_at_the_commit_heals_and_leaves_nothing_half_done() {
    let Some(disk) = small_disk("disk_that_is_full_at_the_commit") else { return };
    let path = |name: &str| disk.0.path().join(name);
    let store = open(&StoreUrl::sqlite(path("kring.db"))).await;
    store.ingest("1", &[event("1", "a")]).await.unwrap();
    // A reader's connection stays; when the last one is closed SQLite empties its log and makes room by that.
    assert_eq!(pending(&store).await, 1);
    let ballast = std::fs::File::create(path("ballast")).unwrap();
    std::io::copy(&mut std::fs::File::open("/dev/zero").unwrap(), &mut &ballast).unwrap_err();
    drop(ballast);
    for round in 2..6 {
        let error = store.ingest("2", &[event("2", "a")]).await.unwrap_err();
        assert_eq!((error.code(), error.heals()), ("database-full", true), "round {round}: {error:?}");
    }
    assert_eq!(store.probe(1).await.unwrap_err().code(), "database-full");
    assert_eq!(pending(&store).await, 1, "and it can be read meanwhile");
    std::fs::remove_file(path("ballast")).unwrap();
    store.probe(2).await.unwrap();
    assert_eq!(store.ingest("2", &[event("2", "a")]).await.unwrap().new, 1);
    assert_eq!(pending(&store).await, 2);
}

#[tokio::test]
async fn server_that_says_nothing_is_given_up_in_time_and_its_connections_are_not_missed() {
    let Some(db) = Database::postgres("stress::server_that_says_nothing").await else { return };
    let store = open(&db.url()).await;
    let mut other = db.raw().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE events IN ACCESS EXCLUSIVE MODE").execute(&mut other).await.unwrap();
    // More often than there are connections.
    for round in 0..12 {
        let error = store.ingest("1", &[event("1", "a")]).await.unwrap_err();
        assert_eq!((error.code(), error.heals()), ("database-silent", true), "round {round}: {error:?}");
    }
    let error = store.backlog().await.unwrap_err();
    assert_eq!(error.code(), "database-silent", "{error:?}");
    until(|| async { store.probe(1).await.ok() }).await;
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    let patient = db.open().await;
    patient.ingest("1", &[event("1", "a")]).await.unwrap();
    assert_eq!(pending(&store).await, 1, "stored once, whatever the server made of the questions given up");
}

#[tokio::test]
async fn server_that_becomes_read_only_is_found_out_and_so_is_the_end_of_it() {
    let Some(db) = Database::postgres("stress::server_that_becomes_read_only").await else { return };
    let store = open(&db.url()).await;
    let set = |how: &str| {
        format!(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {how}', current_database()); END $$"
        )
    };
    store.probe(0).await.unwrap();
    db.execute(&set("on")).await.unwrap();
    let error = until(|| async { store.probe(1).await.err() }).await;
    assert_eq!((error.code(), error.heals()), ("database-read-only", true), "{error:?}");
    let mut admin = db.raw().await;
    for sql in ["SET default_transaction_read_only = off".to_owned(), set("off")] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
    }
    until(|| async { store.probe(2).await.ok() }).await;
    let stored = until(|| async { store.ingest("1", &[event("1", "a")]).await.ok() }).await;
    assert_eq!(stored.new, 1);
}

/// Asks until there is an answer, for half a minute.
async fn until<T, F: Future<Output = Option<T>>>(mut ask: impl FnMut() -> F) -> T {
    let asked = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asked).await.expect("in time")
}
