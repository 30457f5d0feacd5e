//! Kring dies, with an association in its rooms, and the homeserver takes 50 ms for every kick.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use kring_tests::{
    Administration, Postgres, eventually,
    fake::{Event, Knobs},
    on_fake::{Keeps, OnFake},
};
use serde_json::json;

use super::{
    events::{ACKNOWLEDGED, ALL, Tally, push, room, stranger},
    fail,
    moment::Moment,
};

/// How long everything may take; a kick takes 50 ms, and there are 1,100.
const PATIENCE: Duration = Duration::from_secs(180);

/// How long nothing must have been asked before we believe that nothing will be.
const QUIET: Duration = Duration::from_secs(3);

/// Fills an association, pushes strangers into its rooms, kills Kring, starts it again, sends the last transaction again
/// and counts who was put out.
pub(crate) async fn dies(keeps: Keeps, moment: Moment) -> Tally {
    let mut scene = filled(keeps).await;
    let rooms = rooms(&scene);
    strangers_come_in(&scene, &rooms);
    scene.fake.reset_counts();
    *scene.fake.knobs() = Knobs { only: "/kick".into(), slow_ms: 50, ..Knobs::default() };
    push(scene.port, 0..=ACKNOWLEDGED, &rooms);
    let start = Instant::now();
    while !moment.has_come(kicks(&scene).len()) && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(1));
    }
    scene.kring.kill9();
    let before = kicks(&scene).len();
    scene.kring.restart().await;
    push(scene.port, ACKNOWLEDGED..=ACKNOWLEDGED, &rooms);
    quiet(&scene).await;
    let kicks = kicks(&scene);
    let times: Vec<usize> = (0..ALL).map(|n| kicks.get(&stranger(n)).copied().unwrap_or_default()).collect();
    let asked = usize::try_from(scene.fake.count_of("/kick")).unwrap_or(usize::MAX);
    Tally::new(&times, before, Some(asked.saturating_sub(times.iter().sum())))
}

async fn filled(keeps: Keeps) -> OnFake {
    let scene = OnFake::start(&keeps.store(Postgres::shared().await).0, &[]).await;
    let administration = Administration::generated(34, 6, 7);
    let addresses: String =
        administration.rows().iter().fold("email\n".to_owned(), |all, row| all + &row.email + "\n");
    let (people, list) =
        (scene.file("leden.csv", &administration.csv()), scene.file("accounts.csv", &addresses));
    tokio::task::block_in_place(|| {
        scene.done(&["import", &people]);
        scene.done(&["member", "provision", "--from", &list]);
        scene.done(&["apply"]);
    });
    scene
}

/// Every room that Kring made and that is no space.
fn rooms(scene: &OnFake) -> Vec<String> {
    let world = scene.fake.world();
    let is_space = |room: &kring_tests::fake::Room| {
        room.content("m.room.create", "").get("type").is_some_and(|kind| kind == "m.space")
    };
    let rooms: Vec<String> = world.rooms.values().filter(|r| !is_space(r)).map(|r| r.id.clone()).collect();
    if rooms.is_empty() { fail(&"no room was made") } else { rooms }
}

/// As an admin of the homeserver could bring them in: past the rules of the rooms.
fn strangers_come_in(scene: &OnFake, rooms: &[String]) {
    let mut world = scene.fake.world();
    for n in 0..ALL {
        let user = stranger(n);
        let event = Event::new(&user, "m.room.member", Some(&user), json!({ "membership": "join" }));
        let Ok(room) = world.room_mut(room(n, rooms)) else { return fail(&"a room is gone") };
        room.state.insert(("m.room.member".to_owned(), user), event);
    }
}

/// How often each stranger was put out, as the rooms' own events tell it.
fn kicks(scene: &OnFake) -> HashMap<String, usize> {
    let world = scene.fake.world();
    let mut kicks = HashMap::new();
    let events = world.rooms.values().flat_map(|room| &room.timeline);
    for event in events.filter(|e| e.event_type == "m.room.member" && e.text("membership") == "leave") {
        if let Some(user) = event.state_key.as_ref().filter(|user| user.starts_with("@vreemdeling-")) {
            *kicks.entry(user.clone()).or_default() += 1;
        }
    }
    kicks
}

/// Everybody is out, or nothing is asked any more.
async fn quiet(scene: &OnFake) {
    let last = std::cell::Cell::new((0, Instant::now()));
    let settled = || async {
        let asked = scene.fake.count_of("/kick");
        if last.get().0 != asked || scene.fake.under_way() > 0 {
            last.set((asked, Instant::now()));
        }
        // Longer than any pause of a repair that is tried again, unless all are out already.
        let enough = if kicks(scene).len() == ALL { QUIET } else { 10 * QUIET };
        (last.get().1.elapsed() > enough).then_some(())
    };
    eventually("nothing is left to do", PATIENCE, settled).await;
}
