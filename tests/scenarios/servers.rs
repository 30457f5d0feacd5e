//! The stage itself: the real servers come up, answer, survive a kill, and members can talk on them.

use std::time::Duration;

use kring_tests::{
    Administration, Postgres, Registration, Story, Synapse, SynapseOptions, cast, eventually, kring,
    skip::skipped_without_servers,
    story::{Engine, PATIENCE},
};
use serde_json::{Value, json};

#[tokio::test]
async fn postgresql_answers_and_keeps_what_it_has_over_a_kill() {
    if skipped_without_servers() {
        return;
    }
    let mut postgres = Postgres::start().await;
    let database = postgres.create_database();
    let name = database.rsplit('/').next().unwrap_or_default().to_owned();
    postgres.sql(&name, "create table t (n int); insert into t values (7)");
    postgres.kill9();
    postgres.restart().await;
    assert_eq!(postgres.sql(&name, "select n from t"), "7");
    assert_eq!(postgres.sql(&name, "show server_encoding"), "UTF8");
    assert_ne!(postgres.create_database(), database);
}

#[tokio::test]
async fn synapse_keeps_accounts_over_a_kill_and_refuses_strangers() {
    if skipped_without_servers() {
        return;
    }
    let mut synapse = Synapse::start(SynapseOptions::default()).await;
    let user = synapse.create_user("merel-beuk-482", "geheim", "Kees van den Heuvel").await;
    assert_eq!(user, "@merel-beuk-482:kring.test");
    synapse.kill9();
    synapse.restart().await;
    let token = synapse.login("merel-beuk-482", "geheim").await;
    let whoami = synapse.api().get("/_matrix/client/v3/account/whoami", &token).await;
    assert_eq!(whoami.text("user_id"), user);
    let stranger = synapse.api().get("/_matrix/client/v3/account/whoami", "nobody's").await;
    assert_eq!((stranger.status, stranger.errcode()), (401, "M_UNKNOWN_TOKEN"));
}

#[tokio::test]
async fn a_setting_of_a_test_replaces_the_harness_own() {
    if skipped_without_servers() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let registration = Registration::bridge("http://127.0.0.1:9").write(folder.path());
    let extra_config = "rc_login:\n  address: {per_second: 0.001, burst_count: 1}\n".to_owned();
    let registrations = vec![registration];
    let synapse =
        Synapse::start(SynapseOptions { extra_config, registrations, ..SynapseOptions::default() }).await;
    let body = json!({
        "type": "m.login.password", "password": "x",
        "identifier": { "type": "m.id.user", "user": "nobody" },
    });
    let log_in = || async {
        synapse.api().call(reqwest::Method::POST, "/_matrix/client/v3/login", None, Some(&body)).await
    };
    assert_eq!(log_in().await.errcode(), "M_FORBIDDEN");
    let second = log_in().await;
    assert_eq!(second.errcode(), "M_LIMIT_EXCEEDED");
    assert!(second.body.get("retry_after_ms").and_then(Value::as_u64).is_some_and(|wait| wait > 0));
}

/// Two members meet in a private chat and talk; one leaves.
async fn two_members_talk(engine: Engine) {
    let story = Story::start(engine, "").await;
    let kees = story.member(&cast::kees()).await;
    let chloe = story.member(&cast::chloe()).await;
    let room = kees.create_room("Koffie", &[chloe.user_id()]).await.expect("anybody may start a chat");
    chloe.wait_for_invitation(&room, PATIENCE).await;
    assert_eq!(chloe.invitations().await.get(&room), Some(&Some(kees.user_id().to_owned())));
    chloe.join(&room).await.expect("who is invited may join");
    kees.send(&room, "Dag Chloé").await.expect("who is in may speak");
    let heard = chloe.wait_for_text(&room, "Dag Chloé", PATIENCE).await;
    assert_eq!(heard.get("sender").and_then(Value::as_str), Some(kees.user_id()));
    chloe.leave(&room).await.expect("who is in may leave");
    chloe.wait_until_in(&room, false, PATIENCE).await;
    let refused = chloe.send(&room, "Nog iets").await.expect_err("who is out may not speak");
    assert_eq!(refused.errcode, "M_FORBIDDEN");
    let refused = chloe.join(&room).await.expect_err("the invitation is used up");
    assert_eq!(refused.errcode, "M_FORBIDDEN");
}

#[tokio::test]
async fn two_members_talk_on_sqlite() {
    if skipped_without_servers() {
        return;
    }
    two_members_talk(Engine::Sqlite).await;
}

#[tokio::test]
async fn two_members_talk_on_postgresql() {
    if skipped_without_servers() {
        return;
    }
    two_members_talk(Engine::Postgres).await;
}

#[tokio::test]
async fn a_wrong_password_is_refused_by_name() {
    if skipped_without_servers() {
        return;
    }
    let story = Story::start(Engine::Sqlite, "").await;
    story.synapse.create_user("kees", "goed", "Kees").await;
    let refused = kring_tests::NioClient::login(story.synapse.url(), "kees", "fout").await;
    assert_eq!(refused.expect_err("the password is wrong").errcode, "M_FORBIDDEN");
}

#[tokio::test]
#[should_panic(expected = "not within 50ms: rain")]
async fn waiting_has_an_end() {
    eventually("rain", Duration::from_millis(50), || async { None::<()> }).await;
}

#[test]
fn the_built_binary_is_found_and_answers() {
    let said = kring::command(None, &["--version"]);
    assert_eq!((said.code, said.stdout.trim()), (Some(0), concat!("kring ", env!("CARGO_PKG_VERSION"))));
    let wrong = kring::command(None, &["zwaaien"]);
    assert_ne!(wrong.code, Some(0));
    assert!(wrong.stdout.is_empty() && !wrong.stderr.is_empty(), "diagnostics go to stderr");
}

#[test]
fn the_cast_is_an_administration_and_every_generated_one_is_the_same_for_the_same_seed() {
    let cast = Administration::of_the_cast();
    let lines = cast.csv().lines().count();
    assert_eq!(lines, cast.rows().len() + 1, "a header and a line for each");
    assert!(cast.csv().starts_with("lidnummer;voornaam;tussenvoegsel;achternaam;email;type;"));
    let moved = cast.clone().changed("0001003", |kees| kees.branch = "Zwolle".into()).without("0001040");
    assert_eq!(moved.rows().len(), cast.rows().len() - 1);
    assert!(moved.csv().contains("0001003;Kees;van den;Heuvel;kees.heuvel@example.org;vrijwilliger;Zwolle;"));
    let generated = Administration::generated(500, 10, 7);
    assert_eq!(generated.csv(), Administration::generated(500, 10, 7).csv());
    assert_ne!(generated.csv(), Administration::generated(500, 10, 8).csv());
}
