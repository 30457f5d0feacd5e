//! What must be true at the end of every history.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::PanicHookInfo,
    sync::{
        Once,
        atomic::{AtomicUsize, Ordering},
    },
};

use kring_app::HEARTBEAT;
use kring_tests::fake::Event;
use proptest::{prelude::*, test_runner::TestCaseResult};
use serde_json::Value;

use super::play::Stage;

const BRIDGE: &str = "@kring:kring.test";

impl Stage {
    /// Each event of a managed room was handled once and in the room's order, led to each effect once, and nothing is
    /// left over.
    pub(crate) async fn judge(&mut self) -> TestCaseResult {
        self.scene.assert_right().await;
        let finished = self.behind.finished().await;
        let given_up: Vec<_> = finished.iter().filter(|(_, _, handled)| !handled).collect();
        prop_assert!(given_up.is_empty(), "given up: {given_up:?}");
        for (place, room) in self.rooms() {
            let of_room = |(id, of, _): &(String, String, bool)| (*of == room).then(|| id.clone());
            let handled: Vec<String> = finished.iter().filter_map(of_room).collect();
            let repeated = repeated(&handled);
            prop_assert!(repeated.is_empty(), "handled more than once in {place}: {repeated:?}");
            let (happened, handled) = self.told(&room, &handled);
            prop_assert_eq!(handled, happened, "what was handled in {}, and what happened", place);
        }
        let effects = self.behind.effects().await;
        prop_assert_eq!(twice_asked_for(&effects), Vec::<String>::new());
        let notices = effects.iter().filter(|(kind, _)| kind == "notify").count();
        prop_assert_eq!(self.notices(), notices, "each notice was said once");
        prop_assert_eq!(panics(), 0, "nothing in Kring panicked");
        Ok(())
    }

    /// What happened in a room since the first history began, and what of it was handled. The harmless event is left out:
    /// it comes by before what was missing is looked for.
    fn told(&self, room: &str, handled: &[String]) -> (Vec<String>, Vec<String>) {
        let world = self.scene.fake.world();
        let timeline = world.rooms.get(room).map(|r| r.timeline.as_slice()).unwrap_or_default();
        let new = timeline.iter().skip(self.began.get(room).copied().unwrap_or_default());
        let harmful = |event: &&Event| event.event_type != HEARTBEAT;
        let by_id: BTreeMap<_, _> = timeline.iter().map(|event| (event.event_id.as_str(), event)).collect();
        let seen = handled.iter().filter_map(|id| by_id.get(id.as_str()).copied());
        (new.filter(harmful).map(tell).collect(), seen.filter(harmful).map(tell).collect())
    }

    /// How often Kring said something in a room.
    fn notices(&self) -> usize {
        let world = self.scene.fake.world();
        let events = world.rooms.values().flat_map(|room| &room.timeline);
        events.filter(|event| event.sender == BRIDGE && event.event_type == "m.room.message").count()
    }
}

/// One line for an event, as a reader wants it.
fn tell(event: &Event) -> String {
    let whom = event.state_key.as_deref().unwrap_or_default();
    format!("{} {} {} {whom} {}", event.event_id, event.event_type, event.sender, event.text("membership"))
}

fn repeated(ids: &[String]) -> Vec<&String> {
    let mut seen = BTreeSet::new();
    ids.iter().filter(|id| !seen.insert(*id)).collect()
}

/// Repairs that one event led to more than once.
fn twice_asked_for(effects: &[(String, Value)]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let repair = |(kind, payload): &(String, Value)| {
        let event = payload.pointer("/origin/event_id")?.as_str()?;
        Some(format!("{kind} for {event}: {}", payload.get("action")?))
    };
    effects.iter().filter_map(repair).filter(|told| !seen.insert(told.clone())).collect()
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Counts from now on what panics in the bridge's own crates, also where it is caught.
pub(crate) fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            if info.location().is_some_and(|place| place.file().starts_with("bridge/")) {
                PANICS.fetch_add(1, Ordering::Relaxed);
            }
            before(info);
        }));
    });
}

fn panics() -> usize {
    PANICS.load(Ordering::Relaxed)
}
