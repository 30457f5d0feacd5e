//! How far the bridge says that it is behind.

use std::time::Duration;

use jiff::SignedDuration;
use kring_app::{Arrears, Waiting};
use kring_store::NewEffect;
use rstest::rstest;
use serde_json::json;

use crate::{
    association::user,
    scene::{On, Scene},
};

impl Scene {
    async fn arrears(&self) -> Arrears {
        self.app.context.arrears().await.expect("the store answers")
    }
}

#[rstest]
#[case::sqlite(On::Sqlite)]
#[case::postgres(On::Postgres)]
#[tokio::test]
async fn arrears_follow_an_event_that_waits_a_dead_letter_and_an_effect(#[case] on: On) {
    let Some(scene) = Scene::start_on(on).await else { return };
    let mut scene = scene.fill().await;
    assert_eq!(scene.arrears().await, Arrears::default(), "nothing left to do");

    // An event comes and is not handled.
    scene.pause_lanes().await;
    scene.fake.acting(&user(16)).leave(&scene.room("afdeling/assen")).expect("anybody may leave");
    scene.delivered().await;
    scene.clock.advance(SignedDuration::from_secs(90));
    let oldest = Some(Duration::from_secs(90));
    let behind = scene.arrears().await;
    assert_eq!(behind.events, Waiting { waiting: 1, oldest, given_up: 0 });
    assert_eq!(behind.effects, Waiting::default(), "nothing follows from it yet");

    // Another cannot be handled: it does not wait, and makes the first no younger.
    scene.app.receive("unreadable", 1, "{}").await.expect("stored");
    scene.app.unpack().await.expect("unpacked");
    assert_eq!(scene.arrears().await.events, Waiting { waiting: 1, oldest, given_up: 1 });

    // Once the first is handled only the dead letter is left, until somebody puts it away.
    scene.resume_lanes();
    scene.settled().await;
    assert_eq!(scene.arrears().await.events, Waiting { waiting: 0, oldest: None, given_up: 1 });
    let dead = scene.reader().await.dead_events().await.expect("dead letters");
    let mut writer = scene.app.context.store.write().await.expect("a writer");
    for event in dead {
        assert!(writer.drop_event(event.seq).await.expect("dropped"));
    }
    writer.enqueue(&for_later(scene.now_ms())).await.expect("stored").expect("not asked for before");
    writer.commit().await.expect("stored");

    // An effect waits too, also while it does so on purpose.
    scene.clock.advance(SignedDuration::from_secs(7));
    let effects = Waiting { waiting: 1, oldest: Some(Duration::from_secs(7)), given_up: 0 };
    assert_eq!(scene.arrears().await, Arrears { effects, ..Arrears::default() });
}

fn for_later(now_ms: i64) -> NewEffect {
    NewEffect {
        lane: "!r:kring.test".to_owned(),
        dedupe_key: None,
        kind: "of-a-story".to_owned(),
        payload: json!({}),
        txn_id: "of-a-story".to_owned(),
        batch: None,
        not_before_ms: now_ms + 3_600_000,
        created_at_ms: now_ms,
    }
}
