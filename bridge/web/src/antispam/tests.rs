use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::{Router, body::to_bytes};
use http::{Method, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    Attempt, PreventionPort, Verdict, router,
    tests::{request, web_state},
};

const TOKEN: &str = "the token of the module";

/// Says the same to everything, and remembers what it was asked; `None` never answers.
struct Oracle {
    says: Option<Verdict>,
    asked: Mutex<Vec<Attempt>>,
}

#[async_trait]
impl PreventionPort for Oracle {
    async fn verdict(&self, attempt: Attempt) -> Verdict {
        self.asked.lock().unwrap().push(attempt);
        match &self.says {
            Some(verdict) => verdict.clone(),
            None => std::future::pending().await,
        }
    }
}

fn bridge(says: Option<Verdict>) -> (Router, Arc<Oracle>) {
    let oracle = Arc::new(Oracle { says, asked: Mutex::default() });
    (router(web_state().preventing(TOKEN.into(), oracle.clone())), oracle)
}

async fn post(router: &Router, callback: &str, token: Option<&str>, body: String) -> (u16, String) {
    let path = format!("/_kring/antispam/{callback}");
    let response = router.clone().oneshot(request(Method::POST, &path, token, body)).await.unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn invite() -> Value {
    json!({ "inviter": "@a:example.org", "invitee": "@b:example.org", "room_id": "!r" })
}

/// What the module makes of an answer without JSON is its operator's choice (`fail_open`); JSON is always a refusal.
fn is_left_to_fail_open((status, body): &(u16, String)) -> bool {
    *status >= 400 && serde_json::from_str::<Value>(body).is_err()
}

#[tokio::test]
async fn every_callback_is_read_as_what_it_is_about() {
    let text = |s: &str| s.to_owned();
    let (user, room) = (text("@a:example.org"), text("!r"));
    let cases = [
        (
            "user_may_invite",
            invite(),
            Attempt::Invite { inviter: user.clone(), invitee: text("@b:example.org"), room: room.clone() },
        ),
        (
            "user_may_send_3pid_invite",
            json!({ "inviter": user, "medium": "email", "address": "b@example.org", "room_id": "!r" }),
            Attempt::InviteAddress { inviter: user.clone(), room: room.clone() },
        ),
        (
            "user_may_join_room",
            json!({ "user": user, "room": "!r", "is_invited": true }),
            Attempt::Join { user: user.clone(), room: room.clone(), is_invited: true },
        ),
        ("user_may_create_room", json!({ "user_id": user }), Attempt::CreateRoom { user: user.clone() }),
        (
            "user_may_create_room_alias",
            json!({ "user_id": user, "room_alias": "#nep:example.org" }),
            Attempt::NameRoom { user: user.clone(), alias: text("#nep:example.org") },
        ),
        (
            "user_may_publish_room",
            json!({ "user_id": user, "room_id": "!r" }),
            Attempt::ListRoom { user: user.clone(), room },
        ),
    ];
    for (callback, body, expected) in cases {
        let (router, oracle) = bridge(Some(Verdict::Allowed));
        assert_eq!(post(&router, callback, Some(TOKEN), body.to_string()).await, (200, text("{}")));
        assert_eq!(*oracle.asked.lock().unwrap(), [expected], "{callback}");
    }
}

#[tokio::test]
async fn refusal_is_forbidden_with_its_code_and_what_to_do() {
    let refused = Verdict::Refused { code: "not-admin".to_owned(), text: "Vraag een beheerder.".to_owned() };
    let (status, body) = {
        let (router, _) = bridge(Some(refused));
        post(&router, "user_may_invite", Some(TOKEN), invite().to_string()).await
    };
    let body: Value = serde_json::from_str(&body).unwrap();
    let expected =
        json!({ "errcode": "M_FORBIDDEN", "error": "Vraag een beheerder.", "nl.kring.code": "not-admin" });
    assert_eq!((status, &body), (403, &expected));
    // Synapse hands the fields to a function whose own arguments have these names.
    assert!(["msg", "code"].iter().all(|taken| body.get(taken).is_none()));
}

#[tokio::test]
async fn token_that_is_wrong_or_missing_is_refused_and_nobody_is_asked() {
    let (router, oracle) = bridge(Some(Verdict::Allowed));
    for token in [None, Some("the token of the homeserver"), Some(""), Some("the token of the modulo")] {
        for callback in ["user_may_invite", "ping", "check_event_for_spam"] {
            let answer = post(&router, callback, token, invite().to_string()).await;
            assert_eq!(answer.0, 403, "{token:?} {callback}");
            assert!(is_left_to_fail_open(&answer), "{token:?} {callback}: {}", answer.1);
        }
    }
    assert!(oracle.asked.lock().unwrap().is_empty());
    // And the module's token opens no other door.
    let ping = request(Method::POST, "/_matrix/app/v1/ping", Some(TOKEN), "{}");
    assert_eq!(router.oneshot(ping).await.unwrap().status(), 403);
}

#[tokio::test]
async fn whatever_is_no_decision_is_no_json() {
    let (router, oracle) = bridge(Some(Verdict::Unknown));
    let answer = post(&router, "user_may_invite", Some(TOKEN), invite().to_string()).await;
    assert!(answer.0 == 503 && is_left_to_fail_open(&answer), "{answer:?}");
    assert_eq!(oracle.asked.lock().unwrap().len(), 1);
    let large = json!({ "user_id": "x".repeat(70_000) }).to_string();
    for (callback, body) in [
        ("user_may_invite", "{"),
        ("user_may_invite", r#"{"inviter":"@a:example.org"}"#),
        ("user_may_create_room", r#"{"user_id":7}"#),
        ("user_may_create_room", large.as_str()),
        ("ping", "{}"),
    ] {
        let answer = post(&router, callback, Some(TOKEN), body.to_owned()).await;
        assert!(answer.0 == 400 && is_left_to_fail_open(&answer), "{callback} {body:.40}: {answer:?}");
    }
    let answer = post(&router, "check_event_for_spam", Some(TOKEN), "{}".to_owned()).await;
    assert!(answer.0 == 404 && is_left_to_fail_open(&answer), "{answer:?}");
    assert_eq!(oracle.asked.lock().unwrap().len(), 1, "nobody was asked again");
}

/// The module is loaded and Kring does not know of it: private chats go on.
#[tokio::test]
async fn switched_off_it_leaves_everything_to_fail_open() {
    let router = router(web_state());
    for callback in ["user_may_invite", "user_may_publish_room", "ping", "check_event_for_spam"] {
        for token in [None, Some(TOKEN)] {
            let answer = post(&router, callback, token, invite().to_string()).await;
            assert!(answer.0 == 404 && is_left_to_fail_open(&answer), "{callback}: {answer:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn question_that_takes_too_long_is_given_up() {
    let (router, _) = bridge(None);
    let before = tokio::time::Instant::now();
    let answer = post(&router, "user_may_join_room", Some(TOKEN), {
        json!({ "user": "@a:example.org", "room": "!r", "is_invited": false }).to_string()
    });
    let answer = answer.await;
    assert!(answer.0 == 503 && is_left_to_fail_open(&answer), "{answer:?}");
    assert_eq!(before.elapsed().as_secs(), 2);
}

#[tokio::test]
async fn ping_gets_its_id_back() {
    let (router, _) = bridge(Some(Verdict::Unknown));
    let ping = request(Method::POST, "/_kring/antispam/ping", Some(TOKEN), r#"{"id":"abc"}"#);
    let response = router.oneshot(ping).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), json!({ "id": "abc", "status": "ok" }));
}
