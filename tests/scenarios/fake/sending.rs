//! What the fake's sender keeps and loses, as Synapse's does.

use std::time::Duration;

use kring_tests::{eventually, story::PATIENCE};

use super::{Scene, texts};

impl Scene {
    /// The room of a bridge whose every event has arrived.
    async fn settled_room(&self) -> String {
        let room = self.room().await;
        self.settled().await;
        room
    }

    fn say(&self, room: &str, text: &str) {
        self.fake.acting("@kring:kring.test").send(room, text).expect("the bridge is in");
    }

    async fn down(&self) {
        let down = || async { self.fake.thinks_down("kring").then_some(()) };
        eventually("down", PATIENCE, down).await;
    }

    /// What the newest transactions said, each with its id.
    fn said_since(&self, before: usize) -> Vec<(String, Vec<String>)> {
        let received = self.service.received();
        let newest = received.transactions.iter().skip(before);
        newest.map(|(id, events)| (id.clone(), texts(events))).collect()
    }

    fn count(&self) -> usize {
        self.service.received().transactions.len()
    }
}

#[tokio::test]
async fn what_is_not_stored_comes_along_once_and_a_retry_lacks_it() {
    let scene = Scene::start().await;
    let room = scene.settled_room().await;
    let before = scene.service.received().extras.len();
    (scene.service.received().refuse, scene.fake.knobs().extras_next) = (true, 2);
    scene.say(&room, "een");
    scene.down().await;
    scene.service.received().refuse = false;
    scene.fake.advance(Duration::from_secs(2));
    scene.settled().await;
    let extras = scene.service.received().extras.clone();
    let [first, retry] = extras.get(before..).expect("two tries") else { panic!("two tries: {extras:?}") };
    assert!(first.iter().any(|key| key == "ephemeral"), "{first:?}");
    assert_eq!(*retry, [""; 0]);
}

#[tokio::test]
async fn what_was_under_way_at_a_crash_waits_for_the_next_recovery() {
    let scene = Scene::start().await;
    let room = scene.settled_room().await;
    let before = scene.count();
    scene.service.received().stall = true;
    scene.say(&room, "onderweg");
    eventually("under way", PATIENCE, || async { (scene.count() > before).then_some(()) }).await;
    scene.say(&room, "vergeten");
    scene.fake.crash();
    scene.service.received().stall = false;
    let before = scene.count();
    scene.say(&room, "daarna");
    scene.settled().await;
    let last: u64 = scene.said_since(before)[0].0.parse().expect("a number");
    assert_eq!(scene.said_since(before), [(last.to_string(), vec!["daarna".to_owned()])]);

    let before = scene.count();
    scene.service.received().refuse = true;
    scene.say(&room, "later");
    scene.down().await;
    scene.service.received().refuse = false;
    assert_eq!(scene.fake.retries_in("kring"), Some(Duration::from_secs(2)));
    scene.fake.advance(Duration::from_secs(2));
    scene.settled().await;
    let told = [(last - 1, "onderweg"), (last + 1, "later")];
    assert_eq!(scene.said_since(before), told.map(|(id, text)| (id.to_string(), vec![text.to_owned()])));
}

#[tokio::test]
async fn a_lost_table_of_transactions_counts_from_one_and_forgets_what_waited() {
    let scene = Scene::start().await;
    let room = scene.settled_room().await;
    let before = scene.count();
    scene.service.received().refuse = true;
    scene.say(&room, "vergeten");
    scene.down().await;
    scene.fake.lose_transactions();
    scene.service.received().refuse = false;
    assert_eq!((scene.fake.undelivered("kring"), scene.fake.retries_in("kring")), (0, None));
    scene.say(&room, "daarna");
    scene.fake.advance(Duration::from_secs(2));
    scene.settled().await;
    assert_eq!(scene.said_since(before), [("1".to_owned(), vec!["daarna".to_owned()])]);
}
