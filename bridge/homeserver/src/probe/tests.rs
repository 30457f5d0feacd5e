use axum::{Json, Router, routing::get};
use kring_core::text::Catalogue;
use ruma::owned_user_id;
use serde_json::json;

use super::{Finding, findings, homeserver, version};
use crate::{
    Homeserver, HomeserverOptions,
    mock::{answering, registrations, serve},
};

/// A homeserver that speaks `versions` and offers `room_versions`, to our own sender.
async fn server(versions: &[&str], room_versions: &[&str]) -> Homeserver {
    let versions = json!({ "versions": versions });
    let room_versions: serde_json::Map<_, _> =
        room_versions.iter().map(|v| ((*v).to_owned(), json!("stable"))).collect();
    let capabilities = json!({
        "capabilities": { "m.room_versions": { "default": "10", "available": room_versions } },
    });
    let router = Router::new()
        .route("/_matrix/client/versions", get(async move || Json(versions)))
        .route(
            "/_matrix/client/v3/account/whoami",
            get(async || Json(json!({ "user_id": "@kring:example.org" }))),
        )
        .route("/_matrix/client/v3/capabilities", get(async move || Json(capabilities)));
    let base = serve(router).await;
    Homeserver::new(&base, &registrations().bridge, &HomeserverOptions::default()).unwrap()
}

#[tokio::test]
async fn recent_homeserver_with_version_12_is_good() {
    let recent = server(&["v1.1", "v1.16"], &["11", "12"]).await;
    assert_eq!(homeserver(&recent).await, Finding::Good);
}

#[tokio::test]
async fn old_homeserver_is_too_old() {
    let old = server(&["r0.6.1", "v1.6"], &["12"]).await;
    assert_eq!(homeserver(&old).await, Finding::TooOld { newest: "v1.6".to_owned() });
}

#[tokio::test]
async fn homeserver_without_version_12_is_told_so() {
    let without = server(&["v1.16"], &["10", "11"]).await;
    assert_eq!(homeserver(&without).await, Finding::NoRoomVersion);
}

#[tokio::test]
async fn web_server_is_no_homeserver() {
    for answer in [(http::StatusCode::OK, "<html>"), (http::StatusCode::NOT_FOUND, "<html>")] {
        assert_eq!(homeserver(&answering(answer).await).await, Finding::NotMatrix);
    }
}

#[tokio::test]
async fn homeserver_in_trouble_is_failing() {
    let broken =
        answering((http::StatusCode::INTERNAL_SERVER_ERROR, r#"{"errcode":"M_UNKNOWN","error":"Oops"}"#));
    assert_eq!(homeserver(&broken.await).await, Finding::Failing { message: "Oops".to_owned() });
}

#[test]
fn versions_compare_as_numbers() {
    assert!(version("v1.16") > version("v1.7"));
    assert_eq!(version("r0.6.1"), None);
    assert_eq!(version("v1.x"), None);
}

#[test]
fn every_finding_has_a_sentence_in_both_languages() {
    assert_eq!(Catalogue::problems(findings::NL, findings::EN), [] as [String; 0]);
    let message = "connection refused".to_owned();
    let all = [
        Finding::Good,
        Finding::Unreachable { message: message.clone() },
        Finding::NotMatrix,
        Finding::TokenUnknown,
        Finding::OtherSender { user: owned_user_id!("@kees:example.org") },
        Finding::OtherId { id: "kring".to_owned() },
        Finding::TooOld { newest: "v1.6".to_owned() },
        Finding::NoRoomVersion,
        Finding::NoUrl,
        Finding::CannotReachUs { message: message.clone() },
        Finding::Failing { message },
    ];
    let texts: Vec<_> = all.iter().map(|f| format!("{}: {}", f.code(), f.text().nl)).collect();
    insta::assert_snapshot!(texts.join("\n"), @r"
    good: Alles werkt.
    unreachable: De homeserver antwoordt niet (connection refused). Kijk of hij draait en of het adres in de configuratie klopt.
    not-matrix: Op het adres van de homeserver antwoordt iets anders dan een Matrix-homeserver. Kijk of het adres in de configuratie klopt.
    token-unknown: De homeserver kent ons token niet. Staat het registratiebestand van Kring bij app_service_config_files, en is de homeserver daarna herstart?
    other-sender: Ons token is van @kees:example.org en niet van Kring. Gebruik het registratiebestand dat kring registration heeft gemaakt.
    other-id: De homeserver kent de registratie kring niet onder dit token. Gebruik aan beide kanten hetzelfde registratiebestand en herstart de homeserver.
    too-old: De homeserver is te oud of te beperkt (v1.6). Kring heeft Matrix 1.7 of nieuwer nodig: werk de homeserver bij.
    no-room-version: De homeserver kan geen kamers van versie 12 maken. Werk de homeserver bij.
    no-url: In de registratie op de homeserver staat geen url. Gebruik aan beide kanten hetzelfde registratiebestand en herstart de homeserver.
    cannot-reach-us: De homeserver kan Kring niet bereiken (connection refused). Kijk of de url in het registratiebestand klopt en of er geen firewall tussen zit.
    failing: De homeserver antwoordt met een fout (connection refused). Kijk in zijn logboek.
    ");
    for finding in all {
        let text = finding.text();
        assert!(!text.en.starts_with("homeserver-") && text.en != text.nl, "{}", text.en);
    }
}
