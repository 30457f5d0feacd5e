//! What the probes find on a real homeserver. What only a broken one shows is in the unit tests.

use kring_homeserver::{
    Class, Homeserver, HomeserverOptions,
    probe::{self, Finding},
    registration::Registration,
};
use secrecy::SecretString;

use crate::synapse::synapse_or_skip;

#[tokio::test]
async fn good_registration_on_both_sides_works_both_ways() {
    let synapse = synapse_or_skip!();
    let homeserver = synapse.homeserver();
    assert_eq!(probe::homeserver(&homeserver).await, Finding::Good);
    assert_eq!(probe::delivery(&homeserver, "ping-1".into()).await, Finding::Good);
}

#[tokio::test]
async fn token_of_other_files_is_unknown() {
    let synapse = synapse_or_skip!();
    let token = SecretString::from("0".repeat(64));
    let stale = Registration { as_token: token, ..synapse.kring.bridge.clone() };
    let homeserver = synapse.homeserver_as(&stale);
    assert_eq!(probe::homeserver(&homeserver).await, Finding::TokenUnknown);
    assert_eq!(probe::delivery(&homeserver, "ping-2".into()).await, Finding::TokenUnknown);
}

#[tokio::test]
async fn joiners_token_is_worth_nothing_on_another_machine() {
    let synapse = synapse_or_skip!();
    let error = synapse.homeserver_as(&synapse.elsewhere).whoami().await.unwrap_err();
    assert_eq!(error.class(), Class::Unauthorized);
}

#[tokio::test]
async fn token_of_another_sender_is_not_ours() {
    let synapse = synapse_or_skip!();
    let token = synapse.deaf.as_token.clone();
    let mixed = Registration { as_token: token, ..synapse.kring.bridge.clone() };
    let homeserver = synapse.homeserver_as(&mixed);
    let user = synapse.user("deaf");
    assert_eq!(probe::homeserver(&homeserver).await, Finding::OtherSender { user });
    assert_eq!(
        probe::delivery(&homeserver, "ping-3".into()).await,
        Finding::OtherId { id: "kring".to_owned() }
    );
}

#[tokio::test]
async fn homeserver_that_cannot_reach_us_says_why() {
    let synapse = synapse_or_skip!();
    let homeserver = synapse.homeserver_as(&synapse.deaf);
    assert_eq!(probe::homeserver(&homeserver).await, Finding::Good);
    let Finding::CannotReachUs { message } = probe::delivery(&homeserver, "ping-4".into()).await else {
        panic!("expected CannotReachUs");
    };
    assert!(message.contains("refused"), "{message}");
}

#[tokio::test]
async fn registration_without_url_is_told_apart() {
    let synapse = synapse_or_skip!();
    let homeserver = synapse.homeserver_as(&synapse.kring.joiner);
    assert_eq!(probe::delivery(&homeserver, "ping-5".into()).await, Finding::NoUrl);
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let synapse = synapse_or_skip!();
    let nowhere = "http://127.0.0.1:1".parse().unwrap();
    let homeserver = Homeserver::new(&nowhere, &synapse.kring.bridge, &HomeserverOptions::default()).unwrap();
    let Finding::Unreachable { message } = probe::homeserver(&homeserver).await else {
        panic!("expected Unreachable");
    };
    assert!(message.contains("refused"), "{message}");
}
