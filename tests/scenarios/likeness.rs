//! The fake homeserver answers as the real one: the same requests to both, and the same statuses and error codes back.

use kring_tests::{
    Registration, Synapse, SynapseOptions,
    api::{Api, segment},
    fake::FakeHomeserver,
    skip::skipped_without_servers,
};
use reqwest::Method;
use serde_json::{Value, json};

const KRING: &str = "@kring:kring.test";
const KEES: &str = "@kees:kring.test";
const OMAR: &str = "@omar:kring.test";

/// A server under comparison, with what came of each request so far.
struct Side {
    api: Api,
    admin: String,
    seen: Vec<(String, u16, String)>,
}

impl Side {
    /// Makes a request and notes its outcome under `step`; answers the body.
    async fn does(&mut self, step: &str, who: &str, method: Method, path: &str, body: Value) -> Value {
        let body = (method != Method::GET).then_some(&body);
        let answer = self.api.call(method, path, Some(who), body).await;
        self.seen.push((step.to_owned(), answer.status, answer.errcode().to_owned()));
        answer.body
    }

    async fn bridge(&mut self, step: &str, room: &str, what: &str, body: Value) {
        let path = format!("/_matrix/client/v3/rooms/{}/{what}", segment(room));
        self.does(step, &Registration::bridge("").as_token, Method::POST, &path, body).await;
    }

    async fn as_person(&mut self, step: &str, room: &str, what: &str, user: &str, body: Value) {
        let path = format!("/_matrix/client/v3/rooms/{}/{what}?user_id={}", segment(room), segment(user));
        self.does(step, &Registration::joiner().as_token, Method::POST, &path, body).await;
    }

    async fn state(&mut self, step: &str, room: &str, kind: &str, content: Value) {
        let path = format!("/_matrix/client/v3/rooms/{}/state/{kind}/", segment(room));
        self.does(step, &Registration::bridge("").as_token, Method::PUT, &path, content).await;
    }

    async fn create(&mut self, step: &str, body: Value) -> String {
        let token = Registration::bridge("").as_token;
        let made = self.does(step, &token, Method::POST, "/_matrix/client/v3/createRoom", body).await;
        made.get("room_id").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    async fn admin(&mut self, step: &str, method: Method, path: &str, body: Value) -> Value {
        let admin = self.admin.clone();
        self.does(step, &admin, method, &format!("/_synapse/admin/{path}"), body).await
    }
}

async fn accounts(side: &mut Side) {
    let kees = format!("v2/users/{}", segment(KEES));
    let omar = format!("v2/users/{}", segment(OMAR));
    let mail = json!({ "threepids": [{ "medium": "email", "address": "kees@example.org" }] });
    let find = "v1/threepid/email/users/kees%40example.org";
    side.admin("nobody there", Method::GET, &kees, Value::Null).await;
    side.admin("nobody with that address", Method::GET, find, Value::Null).await;
    side.admin("make one", Method::PUT, &kees, mail.clone()).await;
    side.admin("make another with the same address", Method::PUT, &omar, mail).await;
    let owner = side.admin("who has it", Method::GET, find, Value::Null).await;
    assert_eq!(owner.get("user_id"), Some(&json!(OMAR)), "the last one who asked");
    side.admin("change one", Method::PUT, &kees, json!({ "displayname": "Kees" })).await;
    let suspend = format!("v1/suspend/{}", segment(OMAR));
    side.admin("suspend", Method::PUT, &suspend, json!({ "suspend": true })).await;
    side.admin("let go", Method::PUT, &suspend, json!({ "suspend": false })).await;
}

async fn rooms(side: &mut Side) {
    let powers = json!({ "invite": 100, "kick": 100, "ban": 100, "state_default": 100 });
    let group = json!({
        "name": "Emmen", "room_version": "12", "room_alias_name": "afdeling-emmen",
        "creation_content": { "m.federate": false }, "power_level_content_override": powers,
    });
    let room = side.create("make a group", group.clone()).await;
    side.create("make it again", group).await;
    side.create("an unknown version", json!({ "room_version": "99" })).await;
    side.state("list the creator", &room, "m.room.power_levels", json!({ "users": { KRING: 100 } })).await;
    side.state("rename", &room, "m.room.name", json!({ "name": "Emmen e.o." })).await;
    membership(side, &room).await;
    banning(side, &room).await;
    restricted(side, &room).await;
}

async fn membership(side: &mut Side, room: &str) {
    side.as_person("join uninvited", room, "join", KEES, json!({})).await;
    side.bridge("kick a stranger", room, "kick", json!({ "user_id": KEES })).await;
    side.bridge("invite", room, "invite", json!({ "user_id": KEES })).await;
    side.bridge("invite twice", room, "invite", json!({ "user_id": KEES })).await;
    side.as_person("join", room, "join", KEES, json!({})).await;
    side.as_person("join twice", room, "join", KEES, json!({})).await;
    side.bridge("invite who is in", room, "invite", json!({ "user_id": KEES })).await;
    side.as_person("a member invites", room, "invite", KEES, json!({ "user_id": OMAR })).await;
    side.as_person("a member kicks the bridge", room, "kick", KEES, json!({ "user_id": KRING })).await;
    side.as_person("a member knocks", room, "knock", OMAR, json!({})).await;
    side.bridge("kick", room, "kick", json!({ "user_id": KEES })).await;
    side.bridge("kick twice", room, "kick", json!({ "user_id": KEES })).await;
    side.as_person("leave after a kick", room, "leave", KEES, json!({})).await;
    side.bridge("invite again", room, "invite", json!({ "user_id": KEES })).await;
    side.as_person("decline", room, "leave", KEES, json!({})).await;
    side.as_person("decline twice", room, "leave", KEES, json!({})).await;
    side.bridge("withdraw what is declined", room, "kick", json!({ "user_id": KEES })).await;
    side.bridge("invite a third time", room, "invite", json!({ "user_id": KEES })).await;
    side.bridge("withdraw", room, "kick", json!({ "user_id": KEES })).await;
}

async fn banning(side: &mut Side, room: &str) {
    side.bridge("unban who is not banned", room, "unban", json!({ "user_id": OMAR })).await;
    side.bridge("ban", room, "ban", json!({ "user_id": OMAR })).await;
    side.bridge("kick who is banned", room, "kick", json!({ "user_id": OMAR })).await;
    side.bridge("invite who is banned", room, "invite", json!({ "user_id": OMAR })).await;
    side.as_person("join while banned", room, "join", OMAR, json!({})).await;
    side.bridge("unban", room, "unban", json!({ "user_id": OMAR })).await;
    side.bridge("unban twice", room, "unban", json!({ "user_id": OMAR })).await;
}

async fn restricted(side: &mut Side, space: &str) {
    let rules =
        json!({ "join_rule": "restricted", "allow": [{ "type": "m.room_membership", "room_id": space }] });
    let state = json!([{ "type": "m.room.join_rules", "state_key": "", "content": rules }]);
    let room = side.create("make a restricted one", json!({ "initial_state": state })).await;
    side.as_person("join from nowhere", &room, "join", KEES, json!({})).await;
    side.bridge("invite to the space", space, "invite", json!({ "user_id": KEES })).await;
    side.as_person("join the space", space, "join", KEES, json!({})).await;
    side.as_person("join from the space", &room, "join", KEES, json!({})).await;
    side.bridge("put out of the space", space, "kick", json!({ "user_id": KEES })).await;
    side.as_person("still in the room", &room, "join", KEES, json!({})).await;
    side.bridge("put out of the room", &room, "kick", json!({ "user_id": KEES })).await;
    side.as_person("join from nowhere again", &room, "join", KEES, json!({})).await;
}

/// What a group's admin with power 50 may do where the policy lets admins invite and kick.
async fn powers(side: &mut Side) {
    let powers = json!({ "users": { KEES: 50 }, "invite": 50, "kick": 50, "ban": 100, "state_default": 100 });
    let body = json!({ "power_level_content_override": powers, "invite": [KEES, OMAR] });
    let room = side.create("make a group with an admin", body).await;
    side.as_person("the admin joins", &room, "join", KEES, json!({})).await;
    side.as_person("a member joins", &room, "join", OMAR, json!({})).await;
    side.as_person("the admin invites", &room, "invite", KEES, json!({ "user_id": "@nieuw:kring.test" }))
        .await;
    side.as_person("the admin bans", &room, "ban", KEES, json!({ "user_id": OMAR })).await;
    side.as_person("the admin kicks", &room, "kick", KEES, json!({ "user_id": OMAR })).await;
    let path = format!("/_matrix/client/v3/rooms/{}/state/m.room.power_levels/", segment(&room));
    let joiner = Registration::joiner().as_token;
    let path = format!("{path}?user_id={}", segment(KEES));
    let more = json!({ "users": { KEES: 100 } });
    side.does("the admin promotes himself", &joiner, Method::PUT, &path, more).await;
    side.state("the bridge demotes", &room, "m.room.power_levels", json!({ "users": {}, "invite": 100 }))
        .await;
    side.as_person("no admin any more", &room, "invite", KEES, json!({ "user_id": OMAR })).await;
}

async fn reading(side: &mut Side) {
    let token = Registration::bridge("").as_token;
    let joiner = Registration::joiner().as_token;
    let get = Method::GET;
    let path = "/_matrix/client/v3/directory/room/%23niets%3Akring.test";
    side.does("an alias of nothing", &token, get.clone(), path, Value::Null).await;
    let path = "/_matrix/client/v3/rooms/!niets/state";
    side.does("state of nothing", &token, get.clone(), path, Value::Null).await;
    let path = format!("/_matrix/client/v3/joined_rooms?user_id={}", segment(KEES));
    side.does("the bridge as a person", &token, get.clone(), &path, Value::Null).await;
    side.does("the joiner as a person", &joiner, get.clone(), &path, Value::Null).await;
    side.does("a wrong token", "wrong", get.clone(), &path, Value::Null).await;
    let path = "/_matrix/client/v3/register";
    let bot =
        json!({ "type": "m.login.application_service", "username": "kring-help", "inhibit_login": true });
    side.does("register a bot", &token, Method::POST, path, bot.clone()).await;
    side.does("register it twice", &token, Method::POST, path, bot).await;
    let stranger =
        json!({ "type": "m.login.application_service", "username": "ander", "inhibit_login": true });
    side.does("register a stranger", &token, Method::POST, path, stranger).await;
    let path = "/_synapse/admin/v2/users";
    side.does("the bridge is no admin", &token, get, path, Value::Null).await;
}

async fn whole(mut side: Side) -> Vec<(String, u16, String)> {
    accounts(&mut side).await;
    rooms(&mut side).await;
    powers(&mut side).await;
    reading(&mut side).await;
    side.seen
}

#[tokio::test]
async fn the_fake_answers_as_synapse_does() {
    if skipped_without_servers() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Nobody listens there: both homeservers keep their transactions to themselves.
    let (bridge, joiner) = (Registration::bridge("http://127.0.0.1:9"), Registration::joiner());
    let registrations = vec![bridge.write(folder.path()), joiner.write(folder.path())];
    let synapse = Synapse::start(SynapseOptions { registrations, ..SynapseOptions::default() }).await;
    let fake = FakeHomeserver::start(vec![bridge, joiner]).await;
    let admin = synapse.admin_token().await.to_owned();
    let real = whole(Side { api: synapse.api().clone(), admin, seen: Vec::new() }).await;
    let admin = fake.add_admin("test-admin");
    let made_up = whole(Side { api: Api::new(fake.url()), admin, seen: Vec::new() }).await;
    let differences: Vec<_> = real.iter().zip(&made_up).filter(|(real, fake)| real != fake).collect();
    assert!(differences.is_empty(), "(Synapse, fake): {differences:#?}");
    assert_eq!(real.len(), made_up.len());
}
