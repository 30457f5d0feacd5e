use std::time::Duration;

use axum::Router;
use http::StatusCode;
use ruma::{room_id, user_id};
use secrecy::ExposeSecret;

use crate::{
    Class, Homeserver, HomeserverError, HomeserverOptions,
    mock::{answering, registrations, serve},
};

/// What inviting somebody comes to when the homeserver answers so.
async fn invite(
    status: u16,
    headers: [(&'static str, &'static str); 1],
    body: &'static str,
) -> HomeserverError {
    let homeserver = answering((StatusCode::from_u16(status).unwrap(), headers, body)).await;
    homeserver.invite(room_id!("!r:example.org"), user_id!("@merel:example.org"), None).await.unwrap_err()
}

#[tokio::test]
async fn every_answer_has_its_class() {
    let seconds = |n| Some(Duration::from_secs(n));
    let none = ("x-none", "");
    let cases = [
        (
            429,
            none,
            r#"{"errcode":"M_LIMIT_EXCEEDED","error":"Too Many Requests","retry_after_ms":2000}"#,
            Class::Retry { after: seconds(2) },
        ),
        (
            429,
            ("retry-after", "7"),
            r#"{"errcode":"M_LIMIT_EXCEEDED","error":"Too Many Requests","retry_after_ms":2000}"#,
            Class::Retry { after: seconds(7) },
        ),
        (429, ("retry-after", "3"), "slow down", Class::Retry { after: seconds(3) }),
        (429, none, "slow down", Class::Retry { after: None }),
        (502, none, "<html>Bad Gateway</html>", Class::Retry { after: None }),
        (503, ("retry-after", "30"), "", Class::Retry { after: seconds(30) }),
        (
            500,
            none,
            r#"{"errcode":"M_UNKNOWN","error":"Internal server error"}"#,
            Class::Retry { after: None },
        ),
        (401, none, r#"{"errcode":"M_UNKNOWN_TOKEN","error":"Invalid access token"}"#, Class::Unauthorized),
        (401, none, r#"{"errcode":"M_USER_LOCKED","error":"Locked"}"#, Class::AccountUnavailable),
        (403, none, r#"{"errcode":"M_USER_SUSPENDED","error":"Suspended"}"#, Class::AccountUnavailable),
        (403, none, r#"{"errcode":"M_FORBIDDEN","error":"No"}"#, Class::Forbidden),
        (
            403,
            none,
            r#"{"errcode":"M_FORBIDDEN","error":"@a:b is already in the room."}"#,
            Class::AlreadyInRoom,
        ),
        (
            403,
            none,
            r#"{"errcode":"M_FORBIDDEN","error":"The target user is not in the room"}"#,
            Class::NotInRoom,
        ),
        (400, none, r#"{"errcode":"M_EXCLUSIVE","error":"Reserved"}"#, Class::Exclusive),
        (400, none, r#"{"errcode":"M_ROOM_IN_USE","error":"Taken"}"#, Class::InUse),
        (409, none, r#"{"errcode":"M_UNKNOWN","error":"Room alias already exists"}"#, Class::InUse),
        (400, none, r#"{"errcode":"M_UNSUPPORTED_ROOM_VERSION","error":"12?"}"#, Class::WrongVersion),
        (404, none, r#"{"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}"#, Class::WrongVersion),
        (404, none, r#"{"errcode":"M_NOT_FOUND","error":"Nothing"}"#, Class::NotFound),
        (404, none, "<html>Not Found</html>", Class::NotMatrix),
        (413, none, r#"{"errcode":"M_TOO_LARGE","error":"Too large"}"#, Class::TooLarge),
        (413, none, "<html>nginx</html>", Class::TooLarge),
        (400, none, r#"{"errcode":"M_BAD_JSON","error":"Bad"}"#, Class::BadRequest),
        (301, none, "", Class::NotMatrix),
    ];
    for (status, header, body, class) in cases {
        assert_eq!(invite(status, [header], body).await.class(), class, "{status} {header:?} {body}");
    }
}

#[tokio::test]
async fn success_that_is_no_matrix_is_told_apart() {
    let homeserver = answering("<html>Welcome</html>").await;
    assert_eq!(homeserver.whoami().await.unwrap_err().class(), Class::NotMatrix);
}

#[tokio::test]
async fn silence_and_refused_connections_are_unreachable() {
    let silent = serve(Router::new().fallback(async || std::future::pending::<()>().await)).await;
    let options = HomeserverOptions { request_timeout: Duration::from_millis(50), ..Default::default() };
    let homeserver = Homeserver::new(&silent, &registrations().bridge, &options).unwrap();
    let error = homeserver.whoami().await.unwrap_err();
    assert_eq!((error.class(), error.message()), (Class::Unreachable, "no answer in time"));

    let nowhere = "http://127.0.0.1:1".parse().unwrap();
    let homeserver = Homeserver::new(&nowhere, &registrations().bridge, &options).unwrap();
    let error = homeserver.whoami().await.unwrap_err();
    assert_eq!(error.class(), Class::Unreachable);
    assert_eq!(error.to_string(), "ask who we are: no connection: Connection refused (os error 111)");
}

#[tokio::test]
async fn answer_over_the_limit_is_not_read_to_its_end() {
    let base = serve(Router::new().fallback(async || "x".repeat(2000))).await;
    let options = HomeserverOptions { largest_answer: 1000, ..Default::default() };
    let homeserver = Homeserver::new(&base, &registrations().bridge, &options).unwrap();
    assert_eq!(homeserver.whoami().await.unwrap_err().class(), Class::TooLarge);
}

#[tokio::test]
async fn error_is_one_line_that_names_status_and_code() {
    let error = invite(403, [("x-none", "")], r#"{"errcode":"M_FORBIDDEN","error":"No\nway"}"#).await;
    assert_eq!(error.to_string(), "invite: No way (403 M_FORBIDDEN)");
}

#[tokio::test]
async fn token_is_neither_in_errors_nor_in_debug() {
    let registrations = registrations();
    let nowhere = "http://127.0.0.1:1".parse().unwrap();
    let homeserver = Homeserver::new(&nowhere, &registrations.bridge, &HomeserverOptions::default()).unwrap();
    let error = homeserver.whoami().await.unwrap_err();
    for text in [format!("{error:?} {error}"), format!("{homeserver:?}"), format!("{registrations:?}")] {
        for token in [&registrations.bridge.as_token, &registrations.bridge.hs_token] {
            assert!(!text.contains(token.expose_secret()), "{text}");
        }
    }
}
