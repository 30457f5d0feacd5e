//! Drift: what happened while Kring was away, and what no event ever told it.

use kring_tests::{Association, api::segment};
use serde_json::{Value, json};

use crate::life::{CHLOE, KEES, OMAR, WIL};

/// Kring is stopped, a server admin gives Chloé power, and she uses it. The homeserver delivers it later.
pub(crate) async fn drift_while_kring_was_away(association: &mut Association) {
    let chloe = association.member(CHLOE).await;
    let stranger = association.synapse.create_user("inbreker", "geheim", "Piet").await;
    let (kees, omar, wil) = (association.user(KEES), association.user(OMAR), association.user(WIL));
    let room = association.room("afdeling/emmen").await;
    assert_eq!(association.kring.stop(), Some(0), "a stop in good order");
    association.make_room_admin(&room.id, chloe.user_id()).await;
    for (event_type, content) in [
        ("m.room.name", json!({ "name": "Van Chloé" })),
        ("m.room.topic", json!({ "topic": "Van Chloé" })),
        ("m.room.join_rules", json!({ "join_rule": "public" })),
        ("m.room.history_visibility", json!({ "history_visibility": "world_readable" })),
    ] {
        chloe.put_state(&room.id, event_type, "", &content).await.expect("she has the power now");
    }
    chloe.kick(&room.id, &wil).await.expect("she has the power now");
    chloe.ban(&room.id, &kees).await.expect("she has the power now");
    chloe.invite(&room.id, &omar).await.expect("she has the power now");
    chloe.set_power(&room.id, &omar, 50).await.expect("she has the power now");
    let token = association.synapse.login("inbreker", "geheim").await;
    let path = format!("/_matrix/client/v3/join/{}", segment(&room.id));
    association
        .synapse
        .api()
        .post(&path, &token, &json!({}))
        .await
        .expect_ok("the room is open to everybody");
    association.run_again().await;
    let mended = |r: &kring_tests::association::Managed| {
        r.people("join") == room.people("join")
            && r.people("invite").is_empty()
            && r.people("ban").is_empty()
            && r.powers() == room.powers()
            && ["m.room.name", "m.room.topic", "m.room.join_rules", "m.room.history_visibility"]
                .iter()
                .all(|event_type| r.content(event_type, "") == room.content(event_type, ""))
    };
    let now = association.wait_for_room("everything is as it was", &room.id, mended).await;
    assert_eq!(now.membership(&stranger), "leave");
    association.wait_for_audit("afdeling/emmen", "repair-state", "state").await;
    association.wait_for_audit("afdeling/emmen", "repair-unban", "belongs").await;
    association.settle().await;
    association.nothing_is_left();
}

/// Whoever has the bridge's token writes as Kring itself; only a look at the homeserver finds that.
pub(crate) async fn drift_that_no_event_told(association: &Association) {
    let room = association.room("afdeling/assen").await;
    let path = format!("/_matrix/client/v3/rooms/{}/state/m.room.name/", segment(&room.id));
    let token = association.registration().as_token;
    let renamed = association.synapse.api().put(&path, &token, &json!({ "name": "Anders" })).await;
    renamed.expect_ok("the bridge may");
    association.settle().await;
    association.nothing_is_left();
    let plan = association.ask(&["plan", "--compare", "--json"]);
    let actions = plan.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
    let found: Vec<_> = actions.iter().map(|a| (a["kind"].as_str(), a["place"].as_str())).collect();
    assert_eq!(found, [(Some("state"), Some("afdeling/assen"))]);
    let managed = association.rooms().await.len();
    assert_eq!(plan.get("homeserver_calls"), Some(&json!(managed)), "one request for each room");
    assert_eq!(
        association.look_into(&room.id).await.value("m.room.name", "name"),
        "Anders",
        "a plan changes nothing"
    );
    association.done(&["apply", "--compare"]);
    assert_eq!(association.look_into(&room.id).await.value("m.room.name", "name"), "Assen");
    association.nothing_is_left();
}
