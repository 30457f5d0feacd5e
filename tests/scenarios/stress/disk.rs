//! A SQLite file that is locked, and a disk that is full or may only be read.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use kring_tests::{eventually, kring, skip};
use sqlx::{AnyConnection, ConnectOptions as _, Executor as _, Row as _, any::AnyConnectOptions};
use tempfile::TempDir;

use super::site::{PATIENCE, Site};

/// A small file system of its own, which ends with the value.
struct Disk(TempDir);

impl Disk {
    /// `None` where this user may mount nothing; the test is skipped then.
    fn mounted(size: &str) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("kring-disk-").tempdir().expect("a folder");
        let done =
            run("mount", &["-t", "tmpfs", "-o", &format!("size={size},mode=700"), "none"], folder.path());
        if !done {
            skip("only root may mount a small disk");
        }
        done.then(|| Self(folder))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("kring.db")
    }

    fn database(&self) -> String {
        format!("sqlite:{}", self.path().display())
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut zeros = std::fs::File::open("/dev/zero").expect("zeros");
        let mut ballast = std::fs::File::create(self.ballast()).expect("a file");
        std::io::copy(&mut zeros, &mut ballast).expect_err("the disk is full");
    }

    fn make_room(&self) {
        std::fs::remove_file(self.ballast()).expect("the ballast goes");
    }

    fn ballast(&self) -> PathBuf {
        self.0.path().join("ballast")
    }

    fn becomes(&self, how: &str) {
        assert!(run("mount", &["-o", &format!("remount,{how}")], self.0.path()), "remounted {how}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &["--lazy"], self.0.path());
    }
}

fn run(program: &str, arguments: &[&str], path: &Path) -> bool {
    let output = Command::new(program).args(arguments).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}

/// A connection of another program.
async fn connect(path: &Path) -> AnyConnection {
    sqlx::any::install_default_drivers();
    let address = format!("sqlite://{}", path.display()).parse().expect("an address");
    let options = AnyConnectOptions::from_url(&address).expect("an address");
    options.connect().await.expect("the file opens")
}

/// Whether SQLite's log has no room left over from before that could be written into.
async fn emptied(path: &Path) -> bool {
    let row = connect(path).await.fetch_one("PRAGMA wal_checkpoint(TRUNCATE)").await;
    row.is_ok_and(|row| row.get::<i64, _>(0) == 0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_another_process_locks_is_told_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kring.db");
    let database = format!("sqlite:{}", path.display());
    let mut site = Box::pin(Site::start(&database, &database)).await;
    let mut other = connect(&path).await;
    other.execute("BEGIN IMMEDIATE").await.expect("the lock is free");
    site.something_happens();
    site.is_taken().await;
    site.becomes("database-locked").await;
    other.execute("ROLLBACK").await.expect("given back");
    site.heals().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inbox_that_another_process_locks_is_told_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite:{}", folder.path().join("kring.db").display());
    let mut site = Box::pin(Site::start(&database, &database)).await;
    let mut other = connect(&folder.path().join("kring.db-inbox")).await;
    other.execute("BEGIN IMMEDIATE").await.expect("the lock is free");
    site.something_happens();
    site.is_refused().await;
    site.becomes("database-locked").await;
    other.execute("ROLLBACK").await.expect("given back");
    site.heals().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_nothing_is_lost() {
    let Some(disk) = Disk::mounted("24m") else { return };
    let mut site = Box::pin(Site::start(&disk.database(), &disk.database())).await;
    let inbox = disk.path().with_extension("db-inbox");
    let empty = || async { (emptied(&disk.path()).await && emptied(&inbox).await).then_some(()) };
    eventually("empty logs", PATIENCE, empty).await;
    disk.fill();
    site.something_happens();
    site.is_refused().await;
    site.becomes("database-full").await;
    disk.make_room();
    site.heals().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_may_only_be_read_is_told_at_the_start() {
    let Some(disk) = Disk::mounted("24m") else { return };
    let mut site = Box::pin(Site::start(&disk.database(), &disk.database())).await;
    assert_eq!(site.kring.stop(), Some(0));
    disk.becomes("ro");
    let refused = kring::command(Some(&site.config()), &["run"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("kring.db"), "{}", refused.stderr);
    site.something_happens();
    site.is_refused().await;
    disk.becomes("rw");
    site.heals().await;
}
