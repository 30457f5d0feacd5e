//! Whether the homeserver delivers, and what is done when it does so again.

use std::time::Duration;

use kring_app::Delivery;
use kring_homeserver::probe::Finding;
use kring_tests::{eventually, fake::Knobs};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    association::user,
    scene::{PATIENCE, Scene},
};

const ASSEN: &str = "afdeling/assen";
const ROOT: &str = "intranet/ons-ivn#space";
const BEAT: &str = "nl.kring.heartbeat";

/// The loop that looks, until it is dropped.
struct Looking(JoinHandle<()>);

impl Drop for Looking {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Scene {
    fn look(&self) -> Looking {
        let app = self.app.clone();
        Looking(self.breathing(async move { app.serve_delivery(CancellationToken::new()).await }))
    }

    /// Waits for a state without any pause of ours ending.
    async fn delivery_becomes(&self, what: &str, is: impl Fn(&Delivery) -> bool) {
        let became = || async { is(&self.app.heartbeat.state()).then_some(()) };
        eventually(what, PATIENCE, became).await;
    }

    /// As [`Scene::delivery_becomes`], while our pauses end whenever nothing is under way.
    async fn delivery_becomes_in_time(&self, what: &str, is: impl Fn(&Delivery) -> bool) {
        let became = || async {
            if is(&self.app.heartbeat.state()) {
                return Some(());
            }
            if self.fake.under_way() == 0 {
                Self::timers_pass(Duration::from_secs(1)).await;
            }
            None
        };
        eventually(what, PATIENCE, became).await;
    }

    fn beats(&self) -> usize {
        self.fake.requests().iter().filter(|request| request.contains(BEAT)).count()
    }
}

#[tokio::test]
async fn what_arrives_is_known_at_once_and_one_harmless_event_suffices() {
    let scene = Scene::filled().await;
    assert_eq!(scene.app.heartbeat.state(), Delivery::Unknown);
    scene.fake.reset_counts();
    let _looking = scene.look();
    scene.delivery_becomes("it arrives", |state| *state == Delivery::Arrives).await;
    scene.settled().await;
    assert_eq!((scene.beats(), scene.fake.count_of("/ping")), (1, 1));
    assert_eq!(scene.repairs().await, []);
    scene.assert_right().await;
}

#[tokio::test]
async fn before_there_is_a_room_a_ping_is_all_that_can_be_tried() {
    let scene = Scene::start().await;
    let _looking = scene.look();
    scene.delivery_becomes("it reaches us", |state| *state == Delivery::Reaches).await;
    assert_eq!(scene.beats(), 0);
}

#[tokio::test]
async fn a_homeserver_that_answers_and_withholds_events_is_silent() {
    let scene = Scene::filled().await;
    scene.fake.knobs().hold_transactions = true;
    let _looking = scene.look();
    scene.delivery_becomes_in_time("silence", |state| *state == Delivery::Silent).await;
    scene.fake.deliver();
    scene.delivery_becomes_in_time("it arrives", |state| *state == Delivery::Arrives).await;
    scene.settled().await;
    assert_eq!(scene.repairs().await, []);
    scene.assert_right().await;
}

#[tokio::test]
async fn a_homeserver_that_cannot_reach_us_fails_and_arrives_later() {
    let mut scene = Scene::filled().await;
    scene.hide().await;
    let looking = scene.look();
    let unreachable = |state: &Delivery| matches!(state, Delivery::Fails(Finding::CannotReachUs { .. }));
    scene.delivery_becomes("it cannot reach us", unreachable).await;
    assert_eq!(scene.beats(), 0, "no event is tried in vain");
    scene.appear().await;
    scene.delivery_becomes_in_time("it arrives", |state| *state == Delivery::Arrives).await;
    drop(looking);
    scene.settled().await;
    scene.assert_right().await;
}

#[tokio::test]
async fn what_was_lost_meanwhile_is_fetched_when_delivery_comes_back() {
    let scene = Scene::filled().await;
    scene.fake.knobs().hold_transactions = true;
    let _looking = scene.look();
    scene.delivery_becomes_in_time("silence", |state| *state == Delivery::Silent).await;
    // In one room nothing follows; in the root space the harmless event itself follows.
    for place in [ASSEN, ROOT] {
        scene.fake.acting(&user(16)).leave(&scene.room(place)).expect("anybody may leave");
    }
    scene.fake.crash();
    scene.fake.reset_counts();
    scene.fake.knobs().hold_transactions = false;
    scene.delivery_becomes_in_time("it arrives", |state| *state == Delivery::Arrives).await;
    assert!(scene.fake.count_of("/messages") > 0, "the histories were read");
    scene.settled().await;
    assert_eq!([ASSEN, ROOT].map(|place| scene.is_in(place, &user(16))), [true; 2]);
    assert_eq!(scene.repairs().await.len(), 2);
    scene.assert_right().await;
}

#[tokio::test]
async fn what_was_lost_before_we_started_is_fetched_at_the_start() {
    let scene = Scene::filled().await;
    scene.fake.knobs().hold_transactions = true;
    for place in [ASSEN, ROOT] {
        scene.fake.acting(&user(16)).leave(&scene.room(place)).expect("anybody may leave");
    }
    scene.fake.crash();
    scene.fake.knobs().hold_transactions = false;
    let _looking = scene.look();
    scene.delivery_becomes("it arrives", |state| *state == Delivery::Arrives).await;
    scene.settled().await;
    assert_eq!([ASSEN, ROOT].map(|place| scene.is_in(place, &user(16))), [true; 2]);
    assert_eq!(scene.repairs().await.len(), 2);
    scene.assert_right().await;
}

impl Scene {
    /// 16 leaves Assen; the homeserver dies with that and is back before anybody could ask it anything.
    fn lose_a_departure(&self) {
        self.fake.knobs().hold_transactions = true;
        self.fake.acting(&user(16)).leave(&self.room(ASSEN)).expect("anybody may leave");
        self.fake.crash();
        self.fake.knobs().hold_transactions = false;
    }

    /// Time passes in steps until 16 is back; says how many steps that took.
    async fn steps_until_back(&self, step: Duration) -> u32 {
        let (steps, breaths) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
        let back = || async {
            if self.is_in(ASSEN, &user(16)) {
                return Some(steps.get());
            }
            // Nobody's request or wait for the database may run into its time limit by our doing.
            let breath = self.breath.count();
            let moved = breaths.replace(breath) != breath;
            if !moved && self.fake.under_way() == 0 && self.fake.undelivered("kring") == 0 {
                steps.set(steps.get() + 1);
                Self::timers_pass(step).await;
            }
            None
        };
        eventually("16 is back", PATIENCE, back).await
    }
}

#[tokio::test]
async fn a_homeserver_that_was_away_for_a_moment_is_asked_for_what_it_forgot() {
    let scene = Scene::filled().await;
    let _looking = scene.look();
    scene.delivery_becomes("it arrives", |state| *state == Delivery::Arrives).await;
    scene.settled().await;
    scene.lose_a_departure();
    *scene.fake.knobs() = Knobs { only: "versions".into(), fail_next: 1, ..Knobs::default() };
    let steps = scene.steps_until_back(Duration::from_secs(1)).await;
    assert!(steps <= 60, "long before the next look: {steps} s");
    scene.settled().await;
    assert_eq!(scene.repairs().await.len(), 1);
    scene.assert_right().await;
}

#[tokio::test]
async fn what_was_lost_without_any_sign_is_found_within_the_hour() {
    let scene = Scene::filled().await;
    let _looking = scene.look();
    scene.delivery_becomes("it arrives", |state| *state == Delivery::Arrives).await;
    scene.settled().await;
    scene.lose_a_departure();
    let steps = scene.steps_until_back(Duration::from_secs(301)).await;
    assert!(steps <= 13, "each step is a look, and every room has had its turn after twelve: {steps}");
    scene.settled().await;
    assert_eq!(scene.repairs().await.len(), 1);
    scene.assert_right().await;
}
