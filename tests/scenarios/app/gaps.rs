//! Events that the homeserver never delivered.

use kring_app::Gaps;
use kring_tests::{eventually, fake::Knobs};
use rstest::rstest;
use serde_json::Value;

use crate::{
    association::user,
    expectations::rooms,
    scene::{PATIENCE, Scene},
};

const ASSEN: &str = "afdeling/assen";

/// People leave; the homeserver dies before it told anybody, and starts again.
async fn unheard(happen: impl FnOnce(&Scene)) -> Scene {
    let scene = Scene::filled().await;
    assert_eq!(scene.app.close_gaps().await.expect("read"), Gaps::default(), "so far all is whole");
    scene.fake.knobs().hold_transactions = true;
    happen(&scene);
    scene.fake.crash();
    scene.fake.knobs().hold_transactions = false;
    assert_eq!(scene.fake.undelivered("kring"), 0, "forgotten");
    scene
}

fn leave(scene: &Scene, place: &str, person: usize) {
    scene.fake.acting(&user(person)).leave(&scene.room(place)).expect("anybody may leave");
}

impl Scene {
    /// The events that were repaired, oldest first.
    async fn repaired(&self) -> Vec<String> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let repairs = self.repairs().await.into_iter().rev();
        repairs.map(|record| text(record.entry.details.get("event"))).collect()
    }

    /// The events by which these people left, in their order.
    fn departures(&self, place: &str) -> Vec<String> {
        let room = self.room(place);
        let world = self.fake.world();
        let timeline = &world.room(&room).expect("a room").timeline;
        let left = timeline.iter().filter(|e| e.text("membership") == "leave");
        left.map(|event| event.event_id.clone()).collect()
    }

    async fn pending(&self) -> (u64, u64) {
        let events = self.app.context.store.backlog().await.expect("a backlog").pending;
        (events, self.reader().await.pending_effects(None).await.expect("effects"))
    }
}

#[tokio::test]
async fn what_was_never_delivered_is_read_from_the_history_in_order_and_once() {
    let scene = unheard(|scene| {
        leave(scene, ASSEN, 16);
        // More than one page lies between.
        let one = scene.fake.acting(&user(1));
        for n in 0..130 {
            one.send(&scene.room(ASSEN), &format!("{n}")).expect("a member");
        }
        leave(scene, ASSEN, 6);
        leave(scene, ASSEN, 11);
        leave(scene, "afdeling/rolde", 12);
    })
    .await;
    scene.fake.reset_counts();
    let gaps = scene.app.close_gaps().await.expect("read");
    assert_eq!(gaps, Gaps { events: 134, rooms: 2, open: 0 });
    let places = rooms(&scene.fake.world()).len() as u64;
    let (second, again) = (1, 2);
    let pages = places + second + again;
    assert_eq!(
        scene.fake.count_of("/messages"),
        pages,
        "one a room, a second of Assen, what came since of two"
    );
    scene.settled().await;

    let expected = scene.departures(ASSEN);
    let repaired = scene.repaired().await;
    assert_eq!(expected.len(), 3);
    let of_assen: Vec<_> = repaired.iter().filter(|event| expected.contains(event)).cloned().collect();
    assert_eq!(of_assen, expected, "in the order in which it happened");
    assert_eq!(repaired.len(), 4);

    assert_eq!(scene.app.close_gaps().await.expect("read"), Gaps::default(), "nothing is missing now");
    scene.settled().await;
    assert_eq!(scene.repaired().await, repaired);
    scene.assert_right().await;
}

#[tokio::test]
async fn what_is_delivered_after_all_happens_once() {
    let scene = Scene::filled().await;
    scene.fake.knobs().hold_transactions = true;
    leave(&scene, ASSEN, 16);
    leave(&scene, ASSEN, 11);
    let gaps = scene.app.close_gaps().await.expect("read");
    assert_eq!(gaps, Gaps { events: 2, rooms: 1, open: 0 });
    let handled = || async { (scene.pending().await == (0, 0)).then_some(()) };
    eventually("both are repaired", PATIENCE, handled).await;
    assert_eq!(scene.repaired().await, scene.departures(ASSEN));

    scene.fake.reset_counts();
    scene.fake.deliver();
    scene.settled().await;
    assert_eq!((scene.repaired().await.len(), scene.fake.requests()), (2, vec![]));
    scene.assert_right().await;
}

#[rstest]
#[case::just_near_enough(1998, Gaps { events: 1999, rooms: 1, open: 0 })]
#[case::too_far_back(1999, Gaps { events: 0, rooms: 0, open: 1 })]
#[tokio::test]
async fn a_room_whose_last_event_is_too_far_back_counts_as_open(#[case] said: usize, #[case] found: Gaps) {
    let scene = unheard(|scene| {
        leave(scene, ASSEN, 16);
        let one = scene.fake.acting(&user(1));
        for _ in 0..said {
            one.send(&scene.room(ASSEN), "Hallo").expect("a member");
        }
    })
    .await;
    assert_eq!(scene.app.close_gaps().await.expect("read"), found);
    // What no event tells, the compare finds.
    scene.settled().await;
    scene.app.upkeep(30).await.expect("upkeep");
    scene.settled().await;
    assert!(scene.is_in(ASSEN, &user(16)));
    scene.assert_right().await;
}

#[tokio::test]
async fn a_room_whose_history_cannot_be_read_counts_as_open_and_the_others_are_read() {
    let scene = unheard(|scene| {
        leave(scene, ASSEN, 16);
        leave(scene, "afdeling/rolde", 12);
    })
    .await;
    let only_address = scene.room(ASSEN).trim_start_matches('!').to_owned();
    *scene.fake.knobs() =
        Knobs { only: "/messages".into(), only_address, refuse_next: 1, ..Knobs::default() };
    let gaps = scene.app.close_gaps().await.expect("read");
    assert_eq!(gaps, Gaps { events: 1, rooms: 1, open: 1 });
    let gaps = scene.app.close_gaps().await.expect("read");
    // The other room's repair may be under way by now, and its events are as unheard as the rest.
    assert!((1..=2).contains(&gaps.rooms) && gaps.open == 0, "the next look finds it: {gaps:?}");
    scene.settled().await;
    assert_eq!(scene.repaired().await.len(), 2);
    scene.assert_right().await;
}

#[rstest]
#[case::at_once(false)]
#[case::after_we_died_too(true)]
#[tokio::test]
async fn what_is_delivered_after_a_gap_does_not_hide_it(#[case] dies: bool) {
    let mut scene = unheard(|scene| leave(scene, ASSEN, 16)).await;
    scene.fake.acting(&user(1)).send(&scene.room(ASSEN), "Hallo").expect("a member");
    scene.settled().await;
    assert!(!scene.is_in(ASSEN, &user(16)), "nobody has heard of it");
    if dies {
        scene.crash().await;
        scene.restart().await;
    }
    let gaps = scene.app.close_gaps().await.expect("read");
    assert_eq!(gaps, Gaps { events: 1, rooms: 1, open: 0 });
    scene.settled().await;
    assert_eq!(scene.repaired().await, scene.departures(ASSEN));
    scene.assert_right().await;
}

#[tokio::test]
async fn what_came_too_late_does_not_set_the_mirror_back() {
    // 16 leaves unheard, is brought back by somebody who reads the room, and only then the gap is found.
    let scene = unheard(|scene| leave(scene, ASSEN, 16)).await;
    scene.app.compare().await.expect("compared");
    assert_eq!(scene.apply().await.failed, []);
    scene.settled().await;
    scene.fake.reset_counts();
    let gaps = scene.app.close_gaps().await.expect("read");
    assert_eq!(gaps, Gaps { events: 1, rooms: 1, open: 0 });
    scene.settled().await;
    assert_eq!((scene.fake.count_of("/invite"), scene.repaired().await), (0, vec![]));
    scene.assert_right().await;
}

/// While the history is read, the person who left unheard is brought back: that is newer, and must not be undone by it.
#[tokio::test]
async fn what_came_while_the_history_was_read_is_newer_than_what_was_missing() {
    let scene = unheard(|scene| leave(scene, ASSEN, 16)).await;
    let only_address = scene.room(ASSEN).trim_start_matches('!').to_owned();
    *scene.fake.knobs() = Knobs {
        only: "/messages".into(),
        only_address,
        freeze_after: Some(0),
        freeze_answers: true,
        ..Knobs::default()
    };
    let app = scene.app.clone();
    let looking = tokio::spawn(async move { app.close_gaps().await });
    eventually("the history is read", PATIENCE, || async { (scene.fake.under_way() == 1).then_some(()) })
        .await;
    let room = scene.room(ASSEN);
    scene.fake.acting("@kring:kring.test").invite(&room, &user(16)).expect("the bridge may invite");
    scene.fake.acting(&user(16)).join(&room).expect("who is invited may join");
    scene.fake.deliver();
    let handled =
        || async { (scene.fake.undelivered("kring") == 0 && scene.pending().await == (0, 0)).then_some(()) };
    eventually("that is handled", PATIENCE, handled).await;
    scene.fake.thaw();
    let gaps = looking.await.expect("no panic").expect("read");
    assert_eq!(gaps, Gaps { events: 1, rooms: 1, open: 0 });
    scene.settled().await;
    assert_eq!(scene.repaired().await, [""; 0], "nothing had to be repaired any more");
    scene.assert_right().await;
}
