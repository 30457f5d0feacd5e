//! The numbers that `kring run` gives to Prometheus, and where it does not give them.

use kring_tests::{
    Registration, eventually, on_fake::OnFake, process::free_port, push::Pusher, story::PATIENCE,
};

/// The lines of `/metrics` on `port` that are no comments; `None` where nobody listens.
async fn numbers(port: u16) -> Option<Vec<String>> {
    let answer = reqwest::get(format!("http://127.0.0.1:{port}/metrics")).await.ok()?;
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.expect("a text");
    assert!(!text.contains(['@', '!', '$']), "ids of people, rooms or events: {text}");
    Some(text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect())
}

async fn wait_for(port: u16, line: &str) {
    eventually(line, PATIENCE, || async { numbers(port).await?.iter().any(|l| l == line).then_some(()) })
        .await;
}

/// A transaction with one event that has no fields.
fn push(scene: &OnFake, txn_id: &str, event: &str) {
    let mut homeserver =
        Pusher::connect(scene.port, &Registration::bridge("").hs_token).expect("a connection");
    let body = format!(r#"{{"events":[{{"event_id":{event}}}]}}"#);
    assert_eq!(homeserver.push(txn_id, body.as_bytes()).expect("an answer").0, 200);
}

#[tokio::test]
async fn numbers_are_given_at_their_own_address_and_only_where_somebody_asked_for_it() {
    let mut scene = OnFake::start("", &[]).await;
    let port = free_port();
    let homeservers = format!("http://127.0.0.1:{}/metrics", scene.port);
    assert_eq!(numbers(port).await, None, "off, unless the configuration says otherwise");
    assert_eq!(reqwest::get(&homeservers).await.expect("an answer").status(), 404);

    let text = std::fs::read_to_string(scene.config()).expect("the configuration");
    scene.file("config.yaml", &format!("{text}metrics:\n  listen: 127.0.0.1:{port}\n"));
    scene.kring.restart().await;
    assert_eq!(reqwest::get(&homeservers).await.expect("an answer").status(), 404);
    wait_for(port, "kring_leads 1").await;
    for line in
        ["kring_transactions_lied_total 0", "kring_events_dead 0", r#"kring_ready{part="homeserver"} 1"#]
    {
        wait_for(port, line).await;
    }

    // A dead letter, and then a transaction id with something else in it.
    push(&scene, "1", "1");
    wait_for(port, "kring_events_dead 1").await;
    push(&scene, "1", "2");
    wait_for(port, "kring_events_dead 2").await;
    wait_for(port, "kring_transactions_lied_total 1").await;
}
