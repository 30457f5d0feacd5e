use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
};
use futures_util::{StreamExt, stream};
use http::{Method, Request, header};
use kring_core::text::Text;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::ServiceExt;

use crate::{
    Events, IngestError, IngestPort, LARGEST_TRANSACTION, Part, Readiness, ReadinessPort, Role, WebState,
    router,
};

const TOKEN: &str = "the token of the homeserver";
const TRANSACTION: &str = "/_matrix/app/v1/transactions/17";

/// A store that remembers what it got, or is out of order.
#[derive(Default)]
struct Store {
    got: Mutex<Vec<(String, Events)>>,
    broken: AtomicBool,
}

#[async_trait]
impl IngestPort for Store {
    async fn ingest(&self, txn_id: &str, events: Events) -> Result<(), IngestError> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(IngestError("disk full".to_owned()));
        }
        self.got.lock().unwrap().push((txn_id.to_owned(), events));
        Ok(())
    }
}

pub(crate) struct State(pub(crate) Readiness);

#[async_trait]
impl ReadinessPort for State {
    async fn readiness(&self) -> Readiness {
        self.0.clone()
    }
}

pub(crate) fn part(good: bool, code: &str) -> Part {
    let text = Text { nl: format!("{code} in het Nederlands"), en: format!("{code} in English") };
    Part { good, code: code.to_owned(), text }
}

pub(crate) fn all_good() -> Readiness {
    let good = part(true, "good");
    Readiness {
        database: good.clone(),
        homeserver: good.clone(),
        token: good.clone(),
        delivery: good,
        role: Role::Leads,
    }
}

fn with(readiness: Readiness) -> (Router, Arc<Store>) {
    let store = Arc::new(Store::default());
    let state = WebState::new(TOKEN.into(), store.clone(), Arc::new(State(readiness)));
    (router(state), store)
}

/// Routes with a store of their own, where everything is good.
pub(crate) fn web_state() -> WebState {
    WebState::new(TOKEN.into(), Arc::new(Store::default()), Arc::new(State(all_good())))
}

fn bridge() -> (Router, Arc<Store>) {
    with(all_good())
}

pub(crate) fn request(
    method: Method,
    path: &str,
    token: Option<&str>,
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(body.into()).unwrap()
}

/// Status, and body as JSON.
async fn answer(router: &Router, request: Request<Body>) -> (u16, Value) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

async fn put(router: &Router, body: impl Into<Body>) -> (u16, Value) {
    answer(router, request(Method::PUT, TRANSACTION, Some(TOKEN), body)).await
}

fn event(id: &str) -> Value {
    json!({
        "event_id": id, "room_id": "!r:example.org", "type": "m.room.member", "sender": "@merel:example.org",
        "state_key": "@merel:example.org", "content": { "membership": "join" }, "origin_server_ts": 1,
    })
}

/// A body of `megabytes` MiB of spaces that counts how many of them were read.
fn watched(megabytes: usize) -> (Body, Arc<AtomicUsize>) {
    let read = Arc::new(AtomicUsize::new(0));
    let count = read.clone();
    let chunk = Bytes::from(vec![b' '; 1024 * 1024]);
    let chunks = stream::iter(0..megabytes).map(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Infallible>(chunk.clone())
    });
    (Body::from_stream(chunks), read)
}

fn refusal(errcode: &str, error: &str) -> Value {
    json!({ "errcode": errcode, "error": error })
}

#[tokio::test]
async fn only_the_homeservers_token_comes_in_and_nothing_is_read_before() {
    let (router, store) = bridge();
    let missing = refusal("M_MISSING_TOKEN", "send the hs_token as Authorization: Bearer");
    let wrong = refusal("M_FORBIDDEN", "this is not the hs_token of the registration");
    let cases = [
        (None, 401, &missing),
        (Some(""), 403, &wrong),
        (Some("another token"), 403, &wrong),
        (Some("the token of the homeserve"), 403, &wrong),
        (Some("the token of the homeserver2"), 403, &wrong),
    ];
    for (token, status, body) in cases {
        for (method, path) in [(Method::PUT, TRANSACTION), (Method::POST, "/_matrix/app/v1/ping")] {
            let (stream, read) = watched(40);
            let got = answer(&router, request(method, path, token, stream)).await;
            assert_eq!(got, (status, body.clone()), "{token:?} {path}");
            assert_eq!(read.load(Ordering::Relaxed), 0, "{token:?} {path}");
        }
        for path in ["/_matrix/app/v1/users/@a:example.org", "/_matrix/app/v1/rooms/%23a:example.org"] {
            assert_eq!(
                answer(&router, request(Method::GET, path, token, "")).await.0,
                status,
                "{token:?} {path}"
            );
        }
    }
    assert!(store.got.lock().unwrap().is_empty());
}

#[tokio::test]
async fn token_in_the_address_or_under_another_scheme_counts_as_missing() {
    let (router, _) = bridge();
    let in_address = format!("{TRANSACTION}?access_token=the+token+of+the+homeserver");
    assert_eq!(answer(&router, request(Method::PUT, &in_address, None, "{}")).await.0, 401);
    let mut basic = request(Method::PUT, TRANSACTION, None, "{}");
    basic.headers_mut().insert(header::AUTHORIZATION, format!("Basic {TOKEN}").parse().unwrap());
    assert_eq!(answer(&router, basic).await.0, 401);
    let mut lower = request(Method::PUT, TRANSACTION, None, "{}");
    lower.headers_mut().insert(header::AUTHORIZATION, format!("bearer {TOKEN}").parse().unwrap());
    assert_eq!(answer(&router, lower).await.0, 200);
}

#[tokio::test]
async fn transaction_is_handed_on_in_its_order_and_byte_for_byte() {
    let (router, store) = bridge();
    let odd = r#"{ "event_id":"$2",  "room_id":"!r:example.org","type":"m.room.message","sender":"@b:example.org","content":{"body":"\ud83d\ude00","n":1.50} }"#;
    let body = format!(
        r#"{{"events":[{},{odd}],"de.sorunome.msc2409.ephemeral":[{{"type":"m.typing"}}]}}"#,
        event("$1")
    );
    assert_eq!(put(&router, body).await, (200, json!({})));

    let got = store.got.lock().unwrap();
    let [(txn_id, events)] = got.as_slice() else { panic!("expected one transaction: {got:?}") };
    assert_eq!(txn_id, "17");
    assert_eq!(*events, Events { count: 2, json: format!("{}\n{odd}\n", event("$1")) });
}

#[tokio::test]
async fn poison_event_is_handed_on_and_fails_nobody() {
    let poison =
        [r#"{"event_id":7,"room_id":"!r:example.org"}"#, r#"{"type":"\ud800"}"#, "17", "null", "[[[]]]"];
    for bad in poison {
        let (router, store) = bridge();
        let body = format!(r#"{{"events":[{},{bad},{}]}}"#, event("$1"), event("$2"));
        assert_eq!(put(&router, body).await, (200, json!({})), "{bad}");
        let json = format!("{}\n{bad}\n{}\n", event("$1"), event("$2"));
        assert_eq!(store.got.lock().unwrap()[0].1, Events { count: 3, json }, "{bad}");
    }
}

/// Whether it has been stored before is the store's to know (by event id); both times the answer is 200.
#[tokio::test]
async fn transaction_that_comes_twice_is_answered_twice() {
    let (router, store) = bridge();
    let body = json!({ "events": [event("$1")] }).to_string();
    let (first, second) = tokio::join!(put(&router, body.clone()), put(&router, body));
    assert_eq!((first, second), ((200, json!({})), (200, json!({}))));
    assert_eq!(store.got.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn empty_transaction_is_fine() {
    for body in ["{}", r#"{"events":[]}"#] {
        let (router, store) = bridge();
        assert_eq!(put(&router, body).await, (200, json!({})));
        assert_eq!(store.got.lock().unwrap()[0].1, Events::default());
    }
}

#[tokio::test]
async fn store_out_of_order_asks_for_the_transaction_again() {
    let (router, store) = bridge();
    store.broken.store(true, Ordering::Relaxed);
    let body = json!({ "events": [event("$1")] }).to_string();
    let expected = refusal("M_UNKNOWN", "the events could not be stored; send them again");
    assert_eq!(put(&router, body.clone()).await, (503, expected));
    store.broken.store(false, Ordering::Relaxed);
    assert_eq!(put(&router, body).await, (200, json!({})));
}

#[tokio::test]
async fn body_that_is_no_transaction_is_refused() {
    for body in ["", "{", "[1]x", r#"{"events":{}}"#, "\u{0}"] {
        let (router, store) = bridge();
        let expected = refusal("M_NOT_JSON", "the body is not a transaction in JSON");
        assert_eq!(put(&router, body).await, (400, expected), "{body}");
        assert!(store.got.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn full_transaction_of_a_homeserver_fits() {
    let (router, store) = bridge();
    let mut large = event("$0");
    large["content"]["body"] = "x".repeat(65_000).into();
    let events: Vec<_> = (0..100)
        .map(|n| {
            large["event_id"] = format!("${n}").into();
            large.clone()
        })
        .collect();
    let body = json!({ "events": events }).to_string();
    assert!(body.len() > 6_500_000);
    assert_eq!(put(&router, body).await, (200, json!({})));
    assert_eq!(store.got.lock().unwrap()[0].1.count, 100);
}

#[tokio::test]
async fn body_over_the_limit_is_refused_whether_it_says_so_or_not() {
    let expected = refusal("M_TOO_LARGE", "the body is larger than 32 MiB");
    let (router, store) = bridge();

    let (unannounced, read) = watched(40);
    assert_eq!(put(&router, unannounced).await, (413, expected.clone()));
    assert!((32..=34).contains(&read.load(Ordering::Relaxed)), "stops at the limit: {read:?}");

    let (announced, read) = watched(40);
    let mut announced = request(Method::PUT, TRANSACTION, Some(TOKEN), announced);
    announced.headers_mut().insert(header::CONTENT_LENGTH, (40 * 1024 * 1024).into());
    assert_eq!(answer(&router, announced).await, (413, expected));
    assert_eq!(read.load(Ordering::Relaxed), 0);

    let mut exact = br#"{"events":[]}"#.to_vec();
    exact.resize(LARGEST_TRANSACTION, b' ');
    assert_eq!(put(&router, exact).await, (200, json!({})));
    assert_eq!(store.got.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn body_that_breaks_off_is_no_transaction() {
    let (router, _) = bridge();
    let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("reset"))]);
    let expected = refusal("M_UNKNOWN", "the body broke off");
    assert_eq!(put(&router, Body::from_stream(broken)).await, (400, expected));
}

#[tokio::test(start_paused = true)]
async fn body_that_never_ends_is_given_up() {
    let (router, _) = bridge();
    let silent = stream::pending::<Result<Bytes, Infallible>>();
    assert_eq!(put(&router, Body::from_stream(silent)).await.0, 400);
}

#[tokio::test]
async fn ping_is_answered_whatever_it_says() {
    let (router, _) = bridge();
    for body in [r#"{"transaction_id":"meow"}"#, "", "{"] {
        let ping = request(Method::POST, "/_matrix/app/v1/ping", Some(TOKEN), body);
        assert_eq!(answer(&router, ping).await, (200, json!({})));
    }
}

#[tokio::test]
async fn users_and_aliases_are_not_made_on_demand() {
    let (router, _) = bridge();
    for path in ["/_matrix/app/v1/users/@kring-x:example.org", "/_matrix/app/v1/rooms/%23nep:example.org"] {
        let (status, body) = answer(&router, request(Method::GET, path, Some(TOKEN), "")).await;
        assert_eq!((status, &body["errcode"]), (404, &json!("M_NOT_FOUND")), "{path}");
    }
}

#[tokio::test]
async fn unknown_endpoint_and_unknown_method_are_unrecognized() {
    let (router, _) = bridge();
    let cases = [
        (Method::PUT, "/transactions/17", 404),
        (Method::GET, "/_matrix/app/v1/thirdparty/protocol/x", 404),
        (Method::GET, "/", 404),
        (Method::GET, "/metrics", 404),
        (Method::POST, TRANSACTION, 405),
        (Method::DELETE, "/_matrix/app/v1/ping", 405),
        (Method::POST, "/health", 405),
    ];
    for (method, path, expected) in cases {
        let (status, body) = answer(&router, request(method.clone(), path, Some(TOKEN), "")).await;
        assert_eq!((status, &body["errcode"]), (expected, &json!("M_UNRECOGNIZED")), "{method} {path}");
    }
}

#[tokio::test]
async fn process_is_alive_even_when_nothing_else_is_good() {
    let bad = part(false, "unreachable");
    let (router, _) = with(Readiness {
        database: bad.clone(),
        homeserver: bad.clone(),
        token: bad.clone(),
        delivery: bad,
        role: Role::StandsBy,
    });
    let response = router.oneshot(request(Method::GET, "/health", None, "")).await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn ready_when_every_part_is_good() {
    let (router, _) = bridge();
    let good = json!({ "code": "good", "text": { "nl": "good in het Nederlands", "en": "good in English" } });
    let expected = json!({
        "status": "ready", "database": good, "homeserver": good, "token": good, "delivery": good, "role": "leads",
    });
    assert_eq!(answer(&router, request(Method::GET, "/ready", None, "")).await, (200, expected));
}

#[tokio::test]
async fn one_bad_part_is_not_ready_and_says_which() {
    type Choose = fn(&mut Readiness) -> &mut Part;
    let parts: [(&str, Choose); 4] = [
        ("database", |r| &mut r.database),
        ("homeserver", |r| &mut r.homeserver),
        ("token", |r| &mut r.token),
        ("delivery", |r| &mut r.delivery),
    ];
    for (name, choose) in parts {
        let mut readiness = all_good();
        *choose(&mut readiness) = part(false, "unreachable");
        let (status, body) = answer(&with(readiness).0, request(Method::GET, "/ready", None, "")).await;
        assert_eq!((status, &body["status"]), (503, &json!("not-ready")), "{name}");
        for (other, _) in parts {
            let code = if other == name { "unreachable" } else { "good" };
            assert_eq!(body[other]["code"], code, "{name}: {other}");
        }
    }
}

#[tokio::test]
async fn server_answers_until_it_is_told_to_stop() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(crate::serve(listener, bridge().0, async { drop(stopped.await) }));

    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    connection.write_all(b"GET /health HTTP/1.1\r\nHost: bridge\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ok"), "{answer}");

    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
