//! An operator at work on a real homeserver, before any room is there: accounts, commands beside the running Kring, and
//! what `/ready` says.

use std::os::unix::fs::PermissionsExt as _;

use kring_tests::{
    Administration, Association, KringProcess, eventually, kring,
    skip::skipped_without_servers,
    story::{Engine, PATIENCE},
};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn an_operator_at_work() {
    if skipped_without_servers() {
        return;
    }
    let mut association = Box::pin(Association::start(Engine::Sqlite)).await;
    association.import(&Administration::of_the_cast());
    association
        .import(&Administration::of_the_cast().changed("0001020", |chloe| chloe.until = "31-12-2020".into()));
    accounts_for_who_can_have_one(&association).await;
    members_log_in_by_address(&association).await;
    commands_beside_the_running_kring(&association).await;
    the_homeserver_cannot_reach_us(&mut association).await;
    the_token_is_wrong(&mut association).await;
    the_homeserver_is_away(&mut association).await;
}

/// Each address that gets no account is listed with its line and the reason.
async fn accounts_for_who_can_have_one(association: &Association) {
    let addresses = [
        "kees.heuvel@example.org",
        "niemand@example.org",
        "jan.dekker@example.org",
        "chloe.bakker@example.org",
        " Kees.Heuvel@EXAMPLE.org ",
        "geen adres",
        "henk.vos@example.org",
    ];
    let answer = association.provision_addresses(&addresses);
    let skipped = answer["skipped"].as_array().cloned().unwrap_or_default();
    let mut reasons: Vec<_> = skipped.iter().map(|s| (s["line"].as_u64(), s["why"].as_str())).collect();
    reasons.sort_unstable();
    let expected = [(3, "nobody"), (4, "several"), (5, "ended"), (6, "repeated"), (7, "invalid")];
    assert_eq!(reasons, expected.map(|(line, why)| (Some(line), Some(why))));
    assert!(
        skipped.iter().all(|s| s["text"]["nl"].as_str().is_some_and(|t| t.ends_with('.'))),
        "{skipped:?}"
    );
    assert_eq!(association.accounts().keys().collect::<Vec<_>>(), ["0001003", "0001021"]);
    let again = association.provision_addresses(&["kees.heuvel@example.org"]);
    assert_eq!((&again["made"], &again["skipped"][0]["why"]), (&json!([]), &json!("has-account")));
}

/// The address of one person is the log-in; the address of two is nobody's.
async fn members_log_in_by_address(association: &Association) {
    let kees = association.user("0001003");
    let refused = log_in(association, "kees.heuvel@example.org", "0001003").await;
    assert_eq!(refused, (403, "M_FORBIDDEN".to_owned(), String::new()), "no password before the activation");
    association.set_passwords().await;
    let welcome = log_in(association, "kees.heuvel@example.org", "0001003").await;
    assert_eq!(welcome, (200, String::new(), kees));
    let path = "/_synapse/admin/v1/threepid/email/users/";
    let token = association.synapse.admin_token().await;
    let couple = association.synapse.api().get(&format!("{path}jan.dekker@example.org"), token).await;
    assert_eq!((couple.status, couple.errcode()), (404, "M_NOT_FOUND"));
}

async fn log_in(association: &Association, address: &str, password: &str) -> (u16, String, String) {
    let identifier = json!({ "type": "m.id.thirdparty", "medium": "email", "address": address });
    let body = json!({ "type": "m.login.password", "identifier": identifier, "password": password });
    let answer =
        association.synapse.api().call(Method::POST, "/_matrix/client/v3/login", None, Some(&body)).await;
    (answer.status, answer.errcode().to_owned(), answer.text("user_id").to_owned())
}

/// One Kring at a time on one SQLite; commands go on beside it, through a socket that is nobody else's.
async fn commands_beside_the_running_kring(association: &Association) {
    let socket = association.path("kring.sock");
    let mode = std::fs::metadata(&socket).expect("the running Kring listens").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let second = association.said(&["run"]);
    assert_eq!(second.code, Some(2), "{}", second.stderr);
    assert!(second.stderr.contains("Er draait hier al een Kring"), "{}", second.stderr);
    assert!(socket.exists(), "the second one took nothing away");
    association.import(&Administration::of_the_cast());
    let plan = association.ask(&["plan", "--json"]);
    assert!(plan["summary"]["create"].as_u64().is_some_and(|rooms| rooms > 5), "{plan}");
    let why = association.ask(&["why", "0001003", "afdeling/emmen", "--json"]);
    assert_eq!(why["allowed"], json!(true), "{why}");
    association.done(&["apply"]);
    association.nothing_is_left();
    let room = association.room("afdeling/emmen").await;
    assert_eq!(room.membership(&association.user("0001003")), "join");
}

/// The registration names an address at which nobody listens.
async fn the_homeserver_cannot_reach_us(association: &mut Association) {
    association.kring.stop();
    let elsewhere = kring_tests::process::free_port();
    let config = std::fs::read_to_string(association.config()).expect("the configuration can be read");
    let own = association.kring.api().base().trim_start_matches("http://").to_owned();
    let moved = association.path("elsewhere.yaml");
    let text = config.replace(&own, &format!("127.0.0.1:{elsewhere}"));
    assert_ne!(text, config);
    std::fs::write(&moved, text).expect("the folder can be written to");
    let kring = KringProcess::spawn(&moved, &format!("http://127.0.0.1:{elsewhere}"), &[]);
    let report = wait_for_report(&kring, "delivery").await;
    assert_eq!(codes(&report), ["ok", "ok", "ok", "cannot-reach-us"], "{report}");
}

/// The bridge's registration holds a token that the homeserver does not know.
async fn the_token_is_wrong(association: &mut Association) {
    let path = association.path("bridge.yaml");
    let good = std::fs::read_to_string(&path).expect("the registration can be read");
    let token = association.registration().as_token;
    let wrong: String = token.chars().rev().collect();
    std::fs::write(&path, good.replace(&token, &wrong)).expect("the folder can be written to");
    let kring = KringProcess::spawn(association.config(), association.kring.api().base(), &[]);
    let report = wait_for_report(&kring, "token").await;
    assert_eq!(codes(&report)[..3], ["ok", "ok", "token-unknown"], "{report}");
    let refused = association.said(&["apply"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("De homeserver kent ons token niet."), "{}", refused.stderr);
    std::fs::write(&path, good).expect("the folder can be written to");
}

/// The homeserver stops: Kring stays, says so, and is ready again when it is back.
async fn the_homeserver_is_away(association: &mut Association) {
    association.run_again().await;
    association.synapse.stop();
    let report = wait_for_report(&association.kring, "homeserver").await;
    assert_eq!(codes(&report)[..3], ["ok", "unreachable", "ok"], "{report}");
    let said = kring::command(Some(association.config()), &["apply"]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(said.stderr.contains("De homeserver antwoordt niet"), "{}", said.stderr);
    let health = association.kring.api().call(Method::GET, "/health", None, None).await;
    assert_eq!(health.status, 200, "nobody restarts Kring because the homeserver is away");
    association.synapse.restart().await;
    association.kring.wait_until_ready().await;
}

/// What `/ready` says as soon as something is wrong with `part`.
async fn wait_for_report(kring: &KringProcess, part: &str) -> Value {
    eventually(&format!("/ready tells about {part}"), PATIENCE, || async {
        let answer = kring.api().try_call(Method::GET, "/ready", None, None).await?;
        let bad = answer.status == 503 && answer.body[part]["code"] != "ok";
        bad.then_some(answer.body)
    })
    .await
}

fn codes(report: &Value) -> [&str; 4] {
    ["database", "homeserver", "token", "delivery"]
        .map(|part| report[part]["code"].as_str().unwrap_or_default())
}
