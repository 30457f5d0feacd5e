//! What the homeserver refuses by itself, what Kring undoes, and what it never touches.

use kring_tests::{Association, api::segment, eventually, story::PATIENCE};
use reqwest::Method;
use serde_json::{Value, json};

use crate::life::{CHLOE, FATMA, KEES, OMAR, SANNE};

/// In an ordinary group an admin's client can do none of what would break the policy.
pub(crate) async fn what_the_homeserver_refuses(association: &Association) {
    let chloe = association.member(CHLOE).await;
    let room = association.room("afdeling/emmen").await;
    let (kees, omar) = (association.user(KEES), association.user(OMAR));
    assert_eq!(chloe.invite(&room.id, &omar).await.expect_err("invite").errcode, "M_FORBIDDEN");
    assert_eq!(chloe.kick(&room.id, &kees).await.expect_err("kick").errcode, "M_FORBIDDEN");
    assert_eq!(chloe.ban(&room.id, &kees).await.expect_err("ban").errcode, "M_FORBIDDEN");
    assert_eq!(chloe.set_power(&room.id, &kees, 50).await.expect_err("powers").errcode, "M_FORBIDDEN");
    for (event_type, content) in [
        ("m.room.join_rules", json!({ "join_rule": "public" })),
        ("m.room.name", json!({ "name": "Van mij" })),
        ("m.room.topic", json!({ "topic": "Van mij" })),
        ("m.room.canonical_alias", json!({ "alias": "#afdeling-assen:kring.test" })),
        ("m.room.history_visibility", json!({ "history_visibility": "world_readable" })),
        ("m.room.tombstone", json!({ "body": "weg", "replacement_room": "!elders:kring.test" })),
        ("m.room.encryption", json!({ "algorithm": "m.megolm.v1.aes-sha2" })),
        ("m.room.server_acl", json!({ "allow": ["*"] })),
    ] {
        let refused = chloe.put_state(&room.id, event_type, "", &content).await;
        assert_eq!(refused.expect_err(event_type).errcode, "M_FORBIDDEN", "{event_type}");
    }
    let token = chloe.access_token();
    let put = |path: String, body: Value| async move {
        let answer = association.synapse.api().call(Method::PUT, &path, Some(token), Some(&body)).await;
        (answer.status, answer.errcode().to_owned())
    };
    let alias = format!("/_matrix/client/v3/directory/room/{}", segment("#van-mij:kring.test"));
    assert_eq!(put(alias, json!({ "room_id": room.id })).await.0, 403, "an alias");
    let list = format!("/_matrix/client/v3/directory/list/room/{}", segment(&room.id));
    assert_eq!(put(list, json!({ "visibility": "public" })).await, (403, "M_FORBIDDEN".to_owned()));
    what_else_a_client_may_try(association, &room.id, token).await;
    // Who sits in the same spaces is not let in through them.
    let fatma = association.member(FATMA).await;
    assert_eq!(fatma.join(&room.id).await.expect_err("join").errcode, "M_FORBIDDEN");
    let omar = association.member(OMAR).await;
    assert_eq!(omar.join(&room.id).await.expect_err("join").errcode, "M_FORBIDDEN");
    assert_eq!(omar.knock(&room.id).await.expect_err("knock").errcode, "M_FORBIDDEN");
    assert_eq!(association.look_into(&room.id).await, room, "nothing changed");
}

/// By hand, for no client offers it: the token is that of an admin of the group.
async fn what_else_a_client_may_try(association: &Association, room: &str, token: &str) {
    let room = segment(room);
    let by_mail = json!({
        "id_server": "id.kring.test", "id_access_token": "x", "medium": "email", "address": "piet@example.org",
    });
    let widget = json!({ "type": "m.custom", "url": "https://example.org", "name": "Van mij" });
    // Synapse asks the identity server first, and there is none.
    const ANY: u16 = 0;
    let tries = [
        (
            Method::POST,
            format!("/_matrix/client/v3/rooms/{room}/upgrade"),
            json!({ "new_version": "12" }),
            403,
        ),
        (Method::POST, format!("/_matrix/client/v3/rooms/{room}/invite"), by_mail, ANY),
        (
            Method::PUT,
            format!("/_matrix/client/v3/rooms/{room}/state/im.vector.modular.widgets/w"),
            widget,
            403,
        ),
        (Method::PUT, format!("/_matrix/client/v3/rooms/{room}/state/m.space.parent/{room}"), json!({}), 403),
        (
            Method::PUT,
            format!("/_matrix/client/v3/rooms/{room}/state/m.room.third_party_invite/x"),
            json!({ "display_name": "Piet", "key_validity_url": "https://example.org", "public_key": "x" }),
            403,
        ),
        // Names of groups are Kring's, those that are taken and those that are still free.
        (
            Method::POST,
            "/_matrix/client/v3/createRoom".to_owned(),
            json!({ "room_alias_name": "afdeling-emmen" }),
            400,
        ),
        (
            Method::POST,
            "/_matrix/client/v3/createRoom".to_owned(),
            json!({ "room_alias_name": "afdeling-nergens" }),
            403,
        ),
    ];
    for (method, path, body, status) in tries {
        let answer = association.synapse.api().call(method, &path, Some(token), Some(&body)).await;
        let refused = answer.status == status || (status == ANY && !answer.is_ok());
        assert!(refused, "{path} {body}: {} {:?}", answer.status, answer.body);
    }
}

/// Where a group's settings let admins act with their own client, what breaks the policy does not last.
pub(crate) async fn what_kring_undoes(association: &Association) {
    an_external_is_invited(association).await;
    a_stranger_is_invited(association).await;
    a_member_who_belongs_is_kicked(association).await;
    a_server_admin_gives_power_away(association).await;
    a_server_admin_comes_in(association).await;
}

async fn an_external_is_invited(association: &Association) {
    let made =
        ["group", "create", "--kind", "projectgroep", "--name", "Vleermuizen", "--under", "afdeling/emmen"];
    association.done(&[&made[..], &["--admin", CHLOE]].concat());
    association.done(&["apply"]);
    let (chloe, omar) = tokio::join!(association.member(CHLOE), association.user_of(OMAR));
    let room = association.room("projectgroep/vleermuizen").await;
    chloe.invite(&room.id, &omar).await.expect("this group's settings allow it");
    let entry =
        association.wait_for_audit("projectgroep/vleermuizen", "repair-remove", "type-not-admitted").await;
    association.wait_for_room("Omar is out", &room.id, |r| r.membership(&omar) == "leave").await;
    assert_eq!(entry.pointer("/details/sender"), Some(&json!(chloe.user_id())));
    let refused = association.member(OMAR).await.join(&room.id).await;
    assert_eq!(refused.expect_err("he was taken out").errcode, "M_FORBIDDEN");
    assert!(entry.pointer("/details/duration_ms").and_then(Value::as_i64).is_some_and(|ms| ms < 10_000));
    let said = entry.pointer("/text/nl").and_then(Value::as_str).unwrap_or_default();
    assert_eq!(said, "In Vleermuizen kunnen geen mensen van het type extern.");
    // Whom the group admits may be invited, and stays.
    let fatma = association.member(FATMA).await;
    chloe.invite(&room.id, fatma.user_id()).await.expect("this group's settings allow it");
    fatma.join(&room.id).await.expect("who is invited may join");
    chloe.send(&room.id, "Welkom!").await.expect("members may speak");
    fatma.wait_for_text(&room.id, "Welkom!", PATIENCE).await;
    association.settle().await;
    assert_eq!(association.look_into(&room.id).await.membership(fatma.user_id()), "join");
    association.nothing_is_left();
}

async fn a_stranger_is_invited(association: &Association) {
    let stranger = association.synapse.create_user("voorbijganger", "geheim", "Piet").await;
    let chloe = association.member(CHLOE).await;
    let room = association.room("projectgroep/vleermuizen").await;
    chloe.invite(&room.id, &stranger).await.expect("this group's settings allow it");
    association.wait_for_audit("projectgroep/vleermuizen", "repair-remove", "unknown-person").await;
    association.wait_for_room("Piet is out", &room.id, |r| r.membership(&stranger) == "leave").await;
}

async fn a_member_who_belongs_is_kicked(association: &Association) {
    let (sanne, kees) = tokio::join!(association.member(SANNE), association.user_of(KEES));
    let room = association.room("provincie/drenthe").await;
    assert!(room.people("join").contains(&kees));
    let before = room.event("m.room.member", &kees);
    sanne.kick(&room.id, &kees).await.expect("this group's settings allow it");
    association.wait_for_audit("provincie/drenthe", "repair-join", "belongs").await;
    let is_back = |r: &kring_tests::association::Managed| {
        r.membership(&kees) == "join" && r.event("m.room.member", &kees) != before
    };
    association.wait_for_room("Kees is back", &room.id, is_back).await;
}

/// The admin API writes in the name of the room's creator, which is Kring itself.
async fn a_server_admin_gives_power_away(association: &Association) {
    let kees = association.user(KEES);
    let room = association.room("afdeling/emmen").await;
    association.make_room_admin(&room.id, &kees).await;
    let right = |r: &kring_tests::association::Managed| r.powers() == room.powers();
    association.wait_for_room("Kees' power is gone", &room.id, right).await;
    association.wait_for_audit("afdeling/emmen", "repair-power", "powers").await;
}

async fn a_server_admin_comes_in(association: &Association) {
    let admin = "@test-admin:kring.test";
    let room = association.room("provincie/overijssel").await;
    association.make_room_admin(&room.id, admin).await;
    let path = format!("/_matrix/client/v3/rooms/{}/join", segment(&room.id));
    let token = association.synapse.admin_token().await;
    // Kring may have been quicker; then the homeserver refuses.
    association.synapse.api().post(&path, token, &json!({})).await;
    association.wait_for_room("the admin is out", &room.id, |r| r.membership(admin) == "leave").await;
    let right = |r: &kring_tests::association::Managed| r.powers() == room.powers();
    association.wait_for_room("the admin's power is gone", &room.id, right).await;
    let forced = format!("/_synapse/admin/v1/join/{}", segment(&room.id));
    let answer =
        association.synapse.api().post(&forced, token, &json!({ "user_id": association.user(KEES) })).await;
    assert_eq!((answer.status, answer.errcode()), (403, "M_FORBIDDEN"), "who is out can bring nobody in");
}

/// A private room and a chat for two, with the bridge invited into one of them.
pub(crate) async fn what_kring_did_not_make(association: &Association) {
    let (chloe, kees) = tokio::join!(association.member(CHLOE), association.member(KEES));
    let omar = association.user(OMAR);
    let invited = ["@kring:kring.test", kees.user_id(), &omar];
    let room = chloe.create_room("Verjaardag van Wil", &invited).await.expect("anybody may start a chat");
    let chat = kees.create_room("Kees en Omar", &[&omar]).await.expect("anybody may start a chat");
    kees.join(&room).await.expect("who is invited may join");
    chloe
        .put_state(&room, "m.room.join_rules", "", &json!({ "join_rule": "public" }))
        .await
        .expect("her own room");
    let before = (association.look_into(&room).await, association.look_into(&chat).await);
    association.settle().await;
    association.done(&["apply", "--compare"]);
    let after = (association.look_into(&room).await, association.look_into(&chat).await);
    assert_eq!(after, before, "what Kring did not make is never touched");
    assert_eq!(after.0.membership("@kring:kring.test"), "invite", "Kring does not come in either");
    let path = format!("/_matrix/client/v3/rooms/{}/state/m.room.name/", segment(&room));
    let token = association.registration().as_token;
    assert_eq!(association.synapse.api().get(&path, &token).await.status, 403, "Kring cannot look inside");
    eventually("the room is counted", PATIENCE, || async {
        let unmanaged = association.ask(&["plan", "--json"]).get("unmanaged").and_then(Value::as_u64);
        unmanaged.filter(|count| *count >= 1)
    })
    .await;
    association.nothing_is_left();
}
