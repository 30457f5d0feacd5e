//! `kring events` on events that wait and that were given up.

use insta::assert_snapshot;
use kring_core::clock::{Clock as _, SystemClock};
use kring_store::{Aside, IncomingEvent, Mode, Store, StoreUrl};
use serde_json::Value;

use crate::support::Site;

/// Stores an event that came `seconds` ago, after what is there already.
async fn came(site: &Site, id: &str, seconds: i64, aside: Option<Aside>) {
    let url = StoreUrl::sqlite(site.path("kring.db"));
    let store = Store::open(&url, Mode::ReadWrite).await.unwrap();
    let event = IncomingEvent {
        event_id: id.to_owned(),
        room_id: "!r:kring.test".to_owned(),
        event_type: "m.room.member".to_owned(),
        state_key: None,
        sender: "@merel:kring.test".to_owned(),
        json: "{}".to_owned(),
        received_at_ms: SystemClock.now_ms() - seconds * 1_000,
        aside,
    };
    store.ingest(id, &[event]).await.unwrap();
    store.close().await;
}

fn list(site: &Site, more: &[&str]) -> String {
    let said = site.kring(&[&["events", "list"], more].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    said.out
}

#[tokio::test]
async fn the_list_tells_how_long_the_oldest_event_waits() {
    let site = Site::new();
    came(&site, "$dead", 9_000, Some(Aside::Dead("no sender".to_owned()))).await;
    assert_snapshot!(list(&site, &[]), @r#"
    Nothing waits, and 1 was given up.
    1  m.room.member  !r:kring.test  no sender
    "#);
    let answer: Value = serde_json::from_str(&list(&site, &["--json"])).unwrap();
    assert_eq!((&answer["waiting"], &answer["oldest_seconds"]), (&Value::from(0), &Value::Null));

    came(&site, "$old", 200, None).await;
    came(&site, "$new", 1, None).await;
    assert_snapshot!(list(&site, &[]), @r#"
    2 events wait, and 1 was given up.
    The oldest has been waiting for 3 minutes.
    1  m.room.member  !r:kring.test  no sender
    "#);
    assert_snapshot!(list(&site, &["--language", "nl"]), @r#"
    Er wachten 2 gebeurtenissen, en 1 is opgegeven.
    De oudste wacht al 3 minuten.
    1  m.room.member  !r:kring.test  no sender
    "#);
    let answer: Value = serde_json::from_str(&list(&site, &["--json"])).unwrap();
    assert_eq!(answer["waiting"], 2);
    let age = answer["oldest_seconds"].as_u64().unwrap();
    assert!((200..1_000).contains(&age), "{answer}");
}
