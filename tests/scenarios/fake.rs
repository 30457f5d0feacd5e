//! The fake homeserver behaves like the real one where Kring could tell the difference.

mod sending;

use std::time::Duration;

use kring_tests::{
    Receiver, Registration,
    api::{Answer, Api, segment},
    eventually,
    fake::FakeHomeserver,
    story::PATIENCE,
};
use reqwest::Method;
use serde_json::{Value, json};

/// A fake that knows the bridge and the joiner, the bridge's side of it, and a client.
struct Scene {
    fake: FakeHomeserver,
    service: Receiver,
    api: Api,
    bridge: String,
    joiner: String,
}

impl Scene {
    async fn start() -> Self {
        let service = Receiver::start().await;
        let (bridge, joiner) = (Registration::bridge(service.url()), Registration::joiner());
        let (bridge_token, joiner_token) = (bridge.as_token.clone(), joiner.as_token.clone());
        let fake = FakeHomeserver::start(vec![bridge, joiner]).await;
        let api = Api::new(fake.url());
        Self { fake, service, api, bridge: bridge_token, joiner: joiner_token }
    }

    /// A group's room as the bridge makes it, with `extra` in the request.
    async fn create(&self, extra: Value) -> Answer {
        let mut body = json!({
            "name": "Emmen", "room_alias_name": "afdeling-emmen",
            "creation_content": { "m.federate": false },
            "power_level_content_override": { "invite": 100, "kick": 100, "ban": 100, "state_default": 100 },
        });
        if let (Some(body), Value::Object(extra)) = (body.as_object_mut(), extra) {
            body.extend(extra);
        }
        self.api.post("/_matrix/client/v3/createRoom", &self.bridge, &body).await
    }

    async fn room(&self) -> String {
        self.create(json!({}))
            .await
            .expect_ok("create")
            .get("room_id")
            .and_then(Value::as_str)
            .map_or_else(|| panic!("a room id"), str::to_owned)
    }

    async fn bridge_post(&self, room: &str, what: &str, body: Value) -> Answer {
        self.api
            .post(&format!("/_matrix/client/v3/rooms/{}/{what}", segment(room)), &self.bridge, &body)
            .await
    }

    async fn join_as(&self, room: &str, user: &str) -> Answer {
        let path = format!("/_matrix/client/v3/join/{}?user_id={}", segment(room), segment(user));
        self.api.post(&path, &self.joiner, &json!({})).await
    }

    /// Waits until the service has all events.
    async fn settled(&self) {
        let quiet = || async { (self.fake.undelivered("kring") == 0).then_some(()) };
        eventually("everything delivered", PATIENCE, quiet).await;
    }
}

#[tokio::test]
async fn a_room_has_its_maker_above_all_levels_and_not_among_the_users() {
    let scene = Scene::start().await;
    let room = scene.room().await;
    let path = format!("/_matrix/client/v3/rooms/{}/state/m.room.power_levels/", segment(&room));
    let mut levels = scene.api.get(&path, &scene.bridge).await.expect_ok("levels");
    assert_eq!(levels.get("users"), Some(&json!({})));
    assert_eq!(levels.get("invite"), Some(&json!(100)));
    if let Some(levels) = levels.as_object_mut() {
        levels.insert("users".into(), json!({ "@kring:kring.test": 100 }));
    }
    let refused = scene.api.put(&path, &scene.bridge, &levels).await;
    assert_eq!((refused.status, refused.errcode()), (400, "M_UNKNOWN"));
    let again = scene.create(json!({})).await;
    assert_eq!((again.status, again.errcode()), (400, "M_ROOM_IN_USE"));
}

#[tokio::test]
async fn somebody_is_invited_accepted_for_and_kicked() {
    let scene = Scene::start().await;
    let room = scene.room().await;
    let kees = scene.fake.add_account("kees", "geheim");
    let uninvited = scene.join_as(&room, &kees).await;
    assert_eq!((uninvited.status, uninvited.errcode()), (403, "M_FORBIDDEN"));
    scene.bridge_post(&room, "invite", json!({ "user_id": kees })).await.expect_ok("invite");
    scene.join_as(&room, &kees).await.expect_ok("join");
    scene.join_as(&room, &kees).await.expect_ok("joining twice changes nothing");
    assert_eq!(scene.fake.world().membership(&room, &kees), "join");
    let kick = json!({ "user_id": kees, "reason": "afdeling" });
    scene.bridge_post(&room, "kick", kick.clone()).await.expect_ok("kick");
    assert_eq!(scene.fake.world().membership(&room, &kees), "leave");
    let again = scene.bridge_post(&room, "kick", kick).await;
    assert_eq!((again.status, again.text("error")), (403, "The target user is not in the room"));
}

#[tokio::test]
async fn an_ordinary_member_can_neither_invite_nor_change_the_room() {
    let scene = Scene::start().await;
    let room = scene.room().await;
    let (kees, omar) = (scene.fake.add_account("kees", ""), scene.fake.add_account("omar", ""));
    scene.bridge_post(&room, "invite", json!({ "user_id": kees })).await.expect_ok("invite");
    let kees = scene.fake.acting(&kees);
    kees.join(&room).expect("invited");
    let refused = kees.invite(&room, &omar).expect_err("invite is 100");
    assert_eq!(refused.message, "You don't have permission to invite users");
    let refused = kees.put_state(&room, "m.room.name", "", json!({ "name": "x" })).expect_err("state is 100");
    assert_eq!(refused.errcode, "M_FORBIDDEN");
    kees.send(&room, "Dag").expect("speaking is 0");
}

#[tokio::test]
async fn a_restricted_room_lets_in_whoever_is_in_the_space() {
    let scene = Scene::start().await;
    let space = scene.room().await;
    let rules =
        json!({ "join_rule": "restricted", "allow": [{ "type": "m.room_membership", "room_id": space }] });
    let state = json!([{ "type": "m.room.join_rules", "state_key": "", "content": rules }]);
    let made = scene.create(json!({ "room_alias_name": "werkgroep-vogels", "initial_state": state })).await;
    let room = made.text("room_id").to_owned();
    let (kees, omar) = (scene.fake.add_account("kees", ""), scene.fake.add_account("omar", ""));
    scene.bridge_post(&space, "invite", json!({ "user_id": kees })).await.expect_ok("invite");
    scene.join_as(&space, &kees).await.expect_ok("into the space");
    scene.join_as(&room, &kees).await.expect_ok("into the room, uninvited");
    assert_eq!(scene.join_as(&room, &omar).await.errcode(), "M_FORBIDDEN");
}

#[tokio::test]
async fn a_token_speaks_for_its_own_namespace_only() {
    let scene = Scene::start().await;
    let kees = scene.fake.add_account("kees", "");
    let path = format!("/_matrix/client/v3/account/whoami?user_id={}", segment(&kees));
    assert_eq!(scene.api.get(&path, &scene.bridge).await.status, 403);
    assert_eq!(scene.api.get(&path, &scene.joiner).await.text("user_id"), kees);
    assert_eq!(scene.api.get(&path, "wrong").await.errcode(), "M_UNKNOWN_TOKEN");
    let alias = json!({ "name": "x", "room_alias_name": "mijn-groep" });
    let token = scene.fake.world().log_in(&kees);
    let refused = scene.api.post("/_matrix/client/v3/createRoom", &token, &alias).await;
    assert_eq!(refused.errcode(), "M_EXCLUSIVE");
}

#[tokio::test]
async fn transactions_arrive_in_order_with_the_homeserver_token() {
    let scene = Scene::start().await;
    let room = scene.room().await;
    scene.settled().await;
    let received = scene.service.received().clone();
    let kept: Vec<_> = scene.fake.world().rooms.get(&room).map_or_else(Vec::new, |room| {
        room.timeline.iter().skip(1).map(|event| event.event_id.clone()).collect()
    });
    assert_eq!(received.event_ids(), kept, "all but the creation, whose room nobody is in yet");
    assert!(received.tokens.iter().all(|token| token == "Bearer bridge-hs-token-of-a-test-0123456789abcdef"));
}

#[tokio::test]
async fn a_private_room_is_not_told_to_the_bridge() {
    let scene = Scene::start().await;
    let kees = scene.fake.acting(&scene.fake.add_account("kees", ""));
    let room = kees.create_room(&json!({ "name": "Koffie" })).expect("anybody may");
    kees.send(&room, "Dag").expect("who is in may speak");
    assert_eq!(scene.fake.undelivered("kring"), 0);
    assert!(scene.service.received().transactions.is_empty());
}

#[tokio::test]
async fn a_refused_transaction_is_tried_again_after_2_4_8_seconds_of_the_moved_clock() {
    let scene = Scene::start().await;
    let room = scene.room().await;
    scene.settled().await;
    let before = scene.service.received().transactions.len();
    scene.service.received().refuse = true;
    scene.fake.acting("@kring:kring.test").send(&room, "een").expect("the bridge is in");
    let down = || async { scene.fake.thinks_down("kring").then_some(()) };
    eventually("down", PATIENCE, down).await;
    scene.service.received().refuse = false;
    scene.fake.acting("@kring:kring.test").send(&room, "twee").expect("the bridge is in");
    scene.fake.advance(Duration::from_millis(1_900));
    assert_eq!(scene.fake.undelivered("kring"), 2, "not before 2 s");
    scene.fake.advance(Duration::from_millis(100));
    scene.settled().await;
    let received = scene.service.received().clone();
    let events: Vec<_> = received.transactions.iter().skip(before).flat_map(|(_, e)| e.clone()).collect();
    assert_eq!(texts(&events), ["een", "twee"]);
    let up = || async { (!scene.fake.thinks_down("kring")).then_some(()) };
    eventually("up", PATIENCE, up).await;
}

#[tokio::test]
async fn a_ping_makes_a_waiting_recovery_try_at_once() {
    let scene = Scene::start().await;
    let room = scene.room().await;
    scene.settled().await;
    scene.service.received().refuse = true;
    scene.fake.acting("@kring:kring.test").send(&room, "een").expect("the bridge is in");
    eventually("down", PATIENCE, || async { scene.fake.thinks_down("kring").then_some(()) }).await;
    scene.service.received().refuse = false;
    let ping = json!({ "transaction_id": "mark" });
    let path = "/_matrix/client/v1/appservice/kring/ping";
    scene.api.post(path, &scene.bridge, &ping).await.expect_ok("ping");
    scene.settled().await;
    assert_eq!(scene.service.received().pings, 1);
}

#[tokio::test]
async fn a_lost_acknowledgement_brings_the_same_transaction_again() {
    let scene = Scene::start().await;
    let room = scene.room().await;
    scene.settled().await;
    scene.fake.knobs().lose_ack_next = 1;
    let event = scene.fake.acting("@kring:kring.test").send(&room, "een").expect("the bridge is in");
    eventually("down", PATIENCE, || async { scene.fake.thinks_down("kring").then_some(()) }).await;
    scene.fake.advance(Duration::from_secs(2));
    scene.settled().await;
    let received = scene.service.received().clone();
    assert_eq!(received.event_ids().iter().filter(|id| **id == event).count(), 2);
    let last_two: Vec<_> = received.transactions.iter().rev().take(2).map(|(id, _)| id).collect();
    assert_eq!(last_two.first(), last_two.last(), "with the same transaction id");
}

#[tokio::test]
async fn a_crash_forgets_events_in_memory_and_counts_transactions_from_one_again() {
    let scene = Scene::start().await;
    let room = scene.room().await;
    scene.settled().await;
    let before = scene.service.received().transactions.len();
    let bridge = scene.fake.acting("@kring:kring.test");
    scene.fake.knobs().hold_transactions = true;
    bridge.send(&room, "vergeten").expect("the bridge is in");
    scene.fake.crash();
    scene.fake.knobs().hold_transactions = false;
    bridge.send(&room, "daarna").expect("the bridge is in");
    scene.settled().await;
    let received = scene.service.received().clone();
    let (id, events) = received.transactions.get(before).cloned().unwrap_or_default();
    assert_eq!((id.as_str(), texts(&events)), ("1", vec!["daarna".to_owned()]));
    assert_eq!(received.transactions.first().map(|(id, _)| id.as_str()), Some("1"), "the id came before");
}

#[tokio::test]
async fn after_a_crash_stored_transactions_wait_for_the_next_event() {
    let scene = Scene::start().await;
    let room = scene.room().await;
    scene.settled().await;
    let before = scene.service.received().transactions.len();
    let bridge = scene.fake.acting("@kring:kring.test");
    scene.service.received().refuse = true;
    bridge.send(&room, "een").expect("the bridge is in");
    eventually("down", PATIENCE, || async { scene.fake.thinks_down("kring").then_some(()) }).await;
    scene.fake.crash();
    scene.service.received().refuse = false;
    scene.fake.advance(Duration::from_secs(600));
    let ping = json!({ "transaction_id": "mark" });
    scene.api.post("/_matrix/client/v1/appservice/kring/ping", &scene.bridge, &ping).await.expect_ok("ping");
    assert_eq!(scene.fake.undelivered("kring"), 1, "neither time nor a ping wakes it");
    bridge.send(&room, "twee").expect("the bridge is in");
    scene.fake.advance(Duration::from_secs(2));
    scene.settled().await;
    let received = scene.service.received().clone();
    let events: Vec<_> = received.transactions.iter().skip(before).flat_map(|(_, e)| e.clone()).collect();
    assert_eq!(texts(&events), ["een", "twee"]);
}

/// The texts of messages among `events`.
fn texts(events: &[Value]) -> Vec<String> {
    let body = |event: &Value| event.pointer("/content/body").and_then(Value::as_str).map(str::to_owned);
    events.iter().filter_map(body).collect()
}

#[tokio::test]
async fn a_transaction_can_come_twice_at_once() {
    let scene = Scene::start().await;
    let room = scene.room().await;
    scene.settled().await;
    scene.fake.knobs().deliver_twice_next = 1;
    let event = scene.fake.acting("@kring:kring.test").send(&room, "een").expect("the bridge is in");
    scene.settled().await;
    assert_eq!(scene.service.received().event_ids().iter().filter(|id| **id == event).count(), 2);
}

#[tokio::test]
async fn requests_are_limited_failed_cut_and_counted() {
    let scene = Scene::start().await;
    let whoami =
        || scene.api.try_call(Method::GET, "/_matrix/client/v3/account/whoami", Some(&scene.bridge), None);
    {
        let mut knobs = scene.fake.knobs();
        (knobs.rate_limit_next, knobs.retry_after_ms, knobs.fail_next, knobs.drop_next) = (1, 250, 1, 1);
    }
    let limited = whoami().await.expect("an answer");
    assert_eq!((limited.status, limited.body.get("retry_after_ms")), (429, Some(&json!(250))));
    assert_eq!(whoami().await.map(|answer| answer.status), Some(500));
    let cut = whoami().await;
    assert!(cut.is_none_or(|answer| answer.body.is_null()), "no whole answer");
    assert_eq!(whoami().await.map(|answer| answer.status), Some(200));
    assert_eq!(scene.fake.count_of("GET /_matrix/client/v3/account/whoami"), 4);
    scene.fake.reset_counts();
    assert_eq!(scene.fake.count_of(""), 0);
}

#[tokio::test]
async fn a_lost_answer_leaves_its_effect_and_the_transaction_id_makes_it_once() {
    let scene = Scene::start().await;
    let room = scene.room().await;
    let path = format!("/_matrix/client/v3/rooms/{}/send/m.room.message/t1", segment(&room));
    let body = json!({ "msgtype": "m.text", "body": "een" });
    scene.fake.knobs().lose_answer_next = 1;
    let lost = scene.api.try_call(Method::PUT, &path, Some(&scene.bridge), Some(&body)).await;
    assert!(lost.is_none_or(|answer| answer.body.is_null()));
    scene.api.put(&path, &scene.bridge, &body).await.expect_ok("again");
    let world = scene.fake.world();
    let said = world
        .rooms
        .get(&room)
        .map_or(0, |room| room.timeline.iter().filter(|event| event.event_type == "m.room.message").count());
    assert_eq!(said, 1);
}

#[tokio::test]
async fn an_address_is_taken_from_whoever_has_it_without_an_error() {
    let scene = Scene::start().await;
    let admin = scene.fake.add_admin("beheer");
    let write = |user: &str| format!("/_synapse/admin/v2/users/{}", segment(user));
    let body = json!({ "threepids": [{ "medium": "email", "address": "jan@example.org" }] });
    let find = "/_synapse/admin/v1/threepid/email/users/jan%40example.org";
    assert_eq!(scene.api.get(find, &admin).await.errcode(), "M_NOT_FOUND");
    assert_eq!(scene.api.put(&write("@jan:kring.test"), &admin, &body).await.status, 201);
    assert_eq!(scene.api.put(&write("@joke:kring.test"), &admin, &body).await.status, 201);
    assert_eq!(scene.api.get(find, &admin).await.text("user_id"), "@joke:kring.test");
    let kees = scene.fake.add_account("kees", "");
    let token = scene.fake.world().log_in(&kees);
    assert_eq!(scene.api.get(find, &token).await.errcode(), "M_FORBIDDEN");
}
