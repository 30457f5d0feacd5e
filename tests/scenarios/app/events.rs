//! What people do in their rooms, and what comes of it.

use jiff::SignedDuration;
use kring_policies::mirror::Membership;
use kring_store::AuditRecord;
use kring_tests::fake::Knobs;
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    association::user,
    scene::{On, Scene},
};

const ASSEN: &str = "afdeling/assen";
/// A person whom Kring does not know.
const STRANGER: &str = "@vreemd:kring.test";

/// What somebody does against the policy, beside the powers: `HEAVY` has been given power 100, as only a server administrator can.
#[derive(Debug, Clone, Copy)]
enum Violation {
    Join,
    Invite,
    Knock,
    Kick,
    Ban,
    Leave,
    Name,
    JoinRule,
    Alias,
    History,
    Guests,
    NoLongerInItsSpace,
}

/// An ordinary member of Assen who got power 100 behind Kring's back.
const HEAVY: usize = 11;

impl Violation {
    fn commit(self, scene: &Scene, room: &str) {
        let heavy = scene.fake.acting(&user(HEAVY));
        let put = |kind: &str, key: &str, content: Value| heavy.put_state(room, kind, key, content).map(drop);
        let done = match self {
            Self::Join => scene.fake.acting(STRANGER).join(room),
            Self::Invite => heavy.invite(room, STRANGER),
            Self::Knock => scene.fake.acting(STRANGER).knock(room),
            Self::Kick => heavy.kick(room, &user(16)),
            Self::Ban => heavy.ban(room, &user(16)),
            Self::Leave => scene.fake.acting(&user(16)).leave(room),
            Self::Name => put("m.room.name", "", json!({ "name": "Van mij" })),
            Self::JoinRule => put("m.room.join_rules", "", json!({ "join_rule": "public" })),
            Self::Alias => put("m.room.canonical_alias", "", json!({})),
            Self::History => {
                put("m.room.history_visibility", "", json!({ "history_visibility": "world_readable" }))
            }
            Self::Guests => put("m.room.guest_access", "", json!({ "guest_access": "can_join" })),
            Self::NoLongerInItsSpace => put("m.space.parent", &scene.room("regio/noord#space"), json!({})),
        };
        done.unwrap_or_else(|refused| panic!("{self:?}: {}", refused.message));
    }

    /// Lets it happen: Kring's own rooms refuse nearly all of it.
    fn allow(self, scene: &Scene, room: &str) {
        let bridge = scene.fake.acting("@kring:kring.test");
        let mut levels = scene.fake.world().room(room).expect("a room").content("m.room.power_levels", "");
        if let Some(users) = levels.get_mut("users").and_then(Value::as_object_mut) {
            users.insert(user(HEAVY), json!(100));
        }
        bridge.put_state(room, "m.room.power_levels", "", levels).expect("the bridge may");
        let rule = match self {
            Self::Join => "public",
            Self::Knock => "knock",
            _ => return,
        };
        bridge
            .put_state(room, "m.room.join_rules", "", json!({ "join_rule": rule }))
            .expect("the bridge may");
    }
}

#[rstest]
#[case(Violation::Join, "repair-remove", "unknown-person")]
#[case(Violation::Invite, "repair-remove", "unknown-person")]
#[case(Violation::Knock, "repair-remove", "unknown-person")]
#[case(Violation::Kick, "repair-join", "belongs")]
#[case(Violation::Leave, "repair-join", "belongs")]
#[case(Violation::Name, "repair-state", "state")]
#[case(Violation::JoinRule, "repair-state", "state")]
#[case(Violation::Alias, "repair-state", "state")]
#[case(Violation::History, "repair-state", "state")]
#[case(Violation::Guests, "repair-state", "state")]
#[case(Violation::NoLongerInItsSpace, "repair-state", "state")]
#[tokio::test]
async fn a_violation_is_put_right_once_and_written_down(
    #[case] violation: Violation,
    #[case] verb: &str,
    #[case] code: &str,
) {
    let mut scene = Scene::filled().await;
    scene.fake.add_account("vreemd", "");
    let room = scene.room(ASSEN);
    scene.pause_lanes().await;
    violation.allow(&scene, &room);
    violation.commit(&scene, &room);
    scene.delivered().await;
    scene.clock.advance(SignedDuration::from_millis(40));
    scene.resume_lanes();
    scene.settled().await;

    let repairs = scene.repairs_of_others().await;
    let [AuditRecord { entry, .. }] = repairs.as_slice() else {
        panic!("one line for one event: {repairs:#?}")
    };
    assert_eq!((&*entry.verb, &*entry.code), (verb, code), "{:?}", entry.text);
    assert_eq!(entry.place.as_ref().map(ToString::to_string).as_deref(), Some(ASSEN));
    assert!(!entry.text.nl.is_empty() && !entry.text.en.is_empty());
    let sender = match violation {
        Violation::Join | Violation::Knock => STRANGER.to_owned(),
        Violation::Leave => user(16),
        _ => user(HEAVY),
    };
    assert_eq!(entry.details.get("sender"), Some(&json!(sender)));
    assert_eq!(entry.details.get("duration_ms"), Some(&json!(40)));
    assert!(entry.details.get("event").and_then(Value::as_str).is_some_and(|id| id.starts_with('$')));

    // What the story did by the bridge's own hand is drift that no event told.
    scene.app.upkeep(30).await.expect("upkeep");
    scene.settled().await;
    scene.assert_right().await;
}

#[tokio::test]
async fn who_was_kept_out_and_belongs_is_let_in_again() {
    let mut scene = Scene::filled().await;
    let room = scene.room(ASSEN);
    scene.pause_lanes().await;
    Violation::Ban.allow(&scene, &room);
    Violation::Ban.commit(&scene, &room);
    scene.delivered().await;
    scene.resume_lanes();
    scene.settled().await;
    let verbs: Vec<_> =
        scene.repairs_of_others().await.into_iter().map(|r| r.entry.verb.to_string()).collect();
    assert_eq!(verbs, ["repair-join", "repair-unban"], "newest first");
    scene.app.upkeep(30).await.expect("upkeep");
    scene.settled().await;
    scene.assert_right().await;
}

#[rstest]
#[case::sqlite(On::Sqlite)]
#[case::postgres(On::Postgres)]
#[tokio::test]
async fn kring_s_own_events_lead_to_nothing(#[case] on: On) {
    let Some(scene) = Scene::start_on(on).await else { return };
    let mut scene = scene.fill().await;
    assert_eq!(scene.repairs().await, [], "everything so far was our own doing");
    // And so it is when they come late, all at once, and twice.
    scene.pause_lanes().await;
    scene.fake.knobs().hold_transactions = true;
    scene.import(&crate::faults::changed()).await;
    scene.apply().await;
    *scene.fake.knobs() = Knobs { deliver_twice_next: 2, lose_ack_next: 1, ..Knobs::default() };
    scene.fake.deliver();
    scene.delivered().await;
    scene.fake.reset_counts();
    scene.resume_lanes();
    scene.settled().await;
    assert_eq!(scene.repairs().await, []);
    assert_eq!(scene.fake.requests(), [""; 0]);
    scene.assert_right().await;
}

#[tokio::test]
async fn the_same_event_delivered_twice_at_once_is_repaired_once() {
    let scene = Scene::filled().await;
    *scene.fake.knobs() = Knobs { deliver_twice_next: 1, lose_ack_next: 2, ..Knobs::default() };
    scene.fake.acting(&user(16)).leave(&scene.room(ASSEN)).expect("anybody may leave");
    tokio::select! { () = scene.settled() => {} () = scene.hurry() => {} }
    assert_eq!(scene.repairs().await.len(), 1);
    assert!(scene.fake.count_of("/invite") > 0, "they were asked back");
    scene.assert_right().await;
}

#[tokio::test]
async fn an_event_older_than_our_own_request_does_not_confuse_the_mirror() {
    let mut scene = Scene::filled().await;
    let (assen, zwolle) = (scene.room(ASSEN), scene.room("afdeling/zwolle"));
    // 16 leaves Assen and comes back by Kring's hand; 13 moves; all of it before the first event arrives.
    scene.fake.knobs().hold_transactions = true;
    scene.fake.acting(&user(16)).leave(&assen).expect("anybody may leave");
    scene.app.compare().await.expect("compared");
    scene.apply().await;
    scene.import(&crate::faults::moved_13()).await;
    scene.apply().await;
    scene.pause_lanes().await;
    scene.fake.deliver();
    scene.delivered().await;
    let mut seen = Vec::new();
    while scene.app.handle_some().await.expect("events") > 0 {
        let mirror = scene.reader().await.mirror_room(assen.as_str().try_into().expect("a room")).await;
        let members = mirror.expect("read").expect("known").members;
        seen.push((is_in(&members, &user(16)), is_in(&members, &user(13))));
    }
    seen.dedup();
    assert_eq!(seen, [(true, true)], "the mirror never goes back");
    assert_eq!(scene.fake.world().membership(&zwolle, &user(13)), "leave");
    scene.resume_lanes();
    scene.settled().await;
    scene.assert_right().await;
}

fn is_in(members: &[(ruma::OwnedUserId, Membership)], user: &str) -> bool {
    members.iter().any(|(member, membership)| member == user && *membership == Membership::Join)
}

#[tokio::test]
async fn rooms_that_are_not_kring_s_are_seen_and_left_alone() {
    let scene = Scene::filled().await;
    let kees = scene.fake.acting(&user(16));
    let room = kees.create_room(&json!({ "name": "Kees thuis", "preset": "public_chat" })).expect("made");
    kees.invite(&room, "@kring:kring.test").expect("his own room");
    scene.fake.acting("@kring:kring.test").join(&room).expect("invited");
    scene.fake.add_account("vreemd", "");
    scene.fake.acting(STRANGER).join(&room).expect("public");
    kees.put_state(&room, "m.room.name", "", json!({ "name": "Anders" })).expect("his own room");
    scene.settled().await;
    scene.fake.reset_counts();
    assert_eq!(scene.app.context.plan().await.expect("a plan").plan.unmanaged, 1);
    scene.apply().await;
    assert_eq!((scene.repairs().await, scene.fake.requests()), (vec![], vec![]));
    assert_eq!(scene.fake.world().membership(&room, STRANGER), "join");
    scene.assert_right().await;
}

#[tokio::test]
async fn a_poisoned_event_is_given_up_after_its_tries_and_its_room_goes_on() {
    let Some(scene) = Scene::start_on(On::Postgres).await else { return };
    let scene = scene.fill().await;
    // The database itself refuses to store anything about one user.
    let name = scene.database_name();
    let postgres = kring_tests::Postgres::shared().await;
    postgres.sql(
        &name,
        "create function poison() returns trigger language plpgsql as $$ begin \
         if new.user_id = '@vreemd:kring.test' then raise exception 'poisoned'; end if; return new; end $$; \
         create trigger poison before insert or update on room_members for each row execute function poison()",
    );
    scene.fake.add_account("vreemd", "");
    let (assen, rolde) = (scene.room(ASSEN), scene.room("afdeling/rolde"));
    scene.fake.acting("@kring:kring.test").invite(&assen, STRANGER).expect("the bridge may");
    scene.fake.acting(&user(16)).leave(&assen).expect("anybody may leave");
    scene.fake.acting(&user(12)).leave(&rolde).expect("anybody may leave");
    tokio::select! { () = scene.settled() => {} () = scene.hurry() => {} }
    let dead = scene.reader().await.dead_events().await.expect("dead letters");
    let told: Vec<_> = dead.iter().map(|d| (d.event_type.as_str(), d.room_id.as_str(), d.attempts)).collect();
    assert_eq!(told, [("m.room.member", assen.as_str(), 8)]);
    assert!(dead.iter().all(|d| d.error.contains("poisoned")), "{dead:?}");
    // Both rooms went on.
    assert!(scene.is_in(ASSEN, &user(16)) && scene.is_in("afdeling/rolde", &user(12)));
    assert_eq!(scene.repairs().await.len(), 2);
}

#[rstest]
#[case::sqlite(On::Sqlite)]
#[case::postgres(On::Postgres)]
#[tokio::test]
async fn an_event_that_ends_the_process_again_and_again_is_given_up_and_its_room_goes_on(#[case] on: On) {
    let Some(scene) = Scene::start_on(on).await else { return };
    let mut scene = scene.fill().await;
    scene.pause_lanes().await;
    let assen = scene.room(ASSEN);
    for person in [16, 11] {
        scene.fake.acting(&user(person)).leave(&assen).expect("anybody may leave");
    }
    scene.delivered().await;
    scene.app.unpack().await.expect("unpacked");
    // Something else happens in another room, and waits as well.
    scene.fake.acting(&user(12)).leave(&scene.room("afdeling/rolde")).expect("anybody may leave");
    scene.delivered().await;
    scene.app.unpack().await.expect("unpacked");
    // A process takes all that waits and dies; so do its successors, each with the one that they find suspect.
    let mut writer = scene.app.context.store.write().await.expect("a writer");
    let leased = writer.lease_events(scene.now_ms(), 60_000, &scene.app.owner, 9).await.expect("leased");
    assert_eq!(leased.len(), 2, "two rooms");
    writer.commit().await.expect("stored");
    scene.app.inherit().await.expect("inherited");
    for _ in 1..8 {
        let mut writer = scene.app.context.store.write().await.expect("a writer");
        let suspect = writer.lease_suspect(scene.now_ms(), 60_000, &scene.app.owner).await.expect("leased");
        assert_eq!(suspect.map(|event| event.room_id), Some(assen.clone()), "the oldest, and no other");
        writer.commit().await.expect("stored");
        scene.app.inherit().await.expect("inherited");
    }
    scene.resume_lanes();
    scene.settled().await;
    let dead = scene.reader().await.dead_events().await.expect("dead letters");
    let told: Vec<_> = dead.iter().map(|d| (d.room_id.as_str(), d.error.as_str())).collect();
    assert_eq!(told, [(assen.as_str(), "the process ended while it handled this event")]);
    assert!(scene.is_in(ASSEN, &user(11)), "the next event was handled");
    assert!(scene.is_in("afdeling/rolde", &user(12)), "the other room lost nothing");
    assert_eq!(scene.repairs().await.len(), 2);
}
