//! PostgreSQL behind a line that is slow, cut, stalled or gone, and one that may only be read.

use std::time::Duration;

use kring_tests::{Line, Postgres, Proxy, skip, skip::skipped_without_servers};

use super::site::Site;

/// A site whose database is behind a line.
async fn behind_a_line() -> Option<(Site, Proxy, String)> {
    if skipped_without_servers() {
        return None;
    }
    let postgres = Postgres::shared().await;
    let direct = postgres.create_database();
    let proxy = Proxy::start(postgres.socket()).await;
    let site = Box::pin(Site::start(&proxy.through(&direct), &direct)).await;
    Some((site, proxy, direct))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_line_is_no_trouble() {
    let Some((mut site, proxy, _)) = behind_a_line().await else { return };
    proxy.becomes(Line::Slow(Duration::from_millis(60)));
    site.something_happens();
    site.it_is_put_right().await;
    site.becomes("ok").await;
    site.heals().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_cut_in_the_middle_again_and_again_loses_nothing() {
    let Some((mut site, proxy, _)) = behind_a_line().await else { return };
    proxy.becomes(Line::Slow(Duration::from_millis(20)));
    for _ in 0..3 {
        site.something_happens();
        proxy.cut();
        site.it_is_put_right().await;
    }
    proxy.becomes(Line::Good);
    site.heals().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone_is_told_and_nothing_is_lost() {
    let Some((mut site, proxy, _)) = behind_a_line().await else { return };
    proxy.becomes(Line::Refusing);
    proxy.cut();
    site.something_happens();
    site.is_refused().await;
    proxy.becomes(Line::Good);
    site.heals().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_stalls_is_told_and_nothing_is_lost() {
    let Some((mut site, proxy, _)) = behind_a_line().await else { return };
    proxy.becomes(Line::Stalled);
    site.something_happens();
    site.becomes("database-silent").await;
    site.is_refused().await;
    proxy.becomes(Line::Good);
    site.heals().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_becomes_read_only_is_told_and_nothing_is_lost() {
    let Some((mut site, proxy, direct)) = behind_a_line().await else { return };
    let name = direct.rsplit('/').next().unwrap_or_default();
    let postgres = Postgres::shared().await;
    // Only new connections notice. In the long form they come by themselves, a minute later.
    let becomes = |how: &str| {
        postgres.sql("postgres", &format!("alter database {name} set default_transaction_read_only = {how}"));
        if !skip::long() {
            proxy.cut();
        }
    };
    becomes("on");
    site.something_happens();
    site.is_refused().await;
    site.becomes("database-read-only").await;
    becomes("off");
    site.heals().await;
}
