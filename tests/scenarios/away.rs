//! Drift: what happened while Kring was away, and what no event ever told it.

use kring_tests::{Association, api::segment, association::Managed};
use serde_json::{Value, json};

use crate::life::{CHLOE, KEES, OMAR, WIL};

/// Kring is stopped, a server admin gives Chloé power in two rooms, and she uses it. The homeserver delivers that later.
/// Three doings in each room: more would be a loop, and Kring would take its time.
pub(crate) async fn drift_while_kring_was_away(association: &mut Association) {
    let chloe = association.member(CHLOE).await;
    let stranger = association.synapse.create_user("inbreker", "geheim", "Piet").await;
    let (kees, omar, wil) = (association.user(KEES), association.user(OMAR), association.user(WIL));
    let branch = association.room("afdeling/emmen").await;
    let region = association.room("regio/drenthe").await;
    assert_eq!(association.kring.stop(), Some(0), "a stop in good order");
    for room in [&branch, &region] {
        association.make_room_admin(&room.id, chloe.user_id()).await;
    }
    let public = json!({ "join_rule": "public" });
    chloe.put_state(&branch.id, "m.room.join_rules", "", &public).await.expect("she has the power now");
    let name = json!({ "name": "Van Chloé" });
    chloe.put_state(&branch.id, "m.room.name", "", &name).await.expect("she has the power now");
    chloe.set_power(&branch.id, &kees, 50).await.expect("she has the power now");
    chloe.kick(&region.id, &wil).await.expect("she has the power now");
    chloe.ban(&region.id, &kees).await.expect("she has the power now");
    chloe.invite(&region.id, &omar).await.expect("she has the power now");
    let token = association.synapse.login("inbreker", "geheim").await;
    let path = format!("/_matrix/client/v3/join/{}", segment(&branch.id));
    association
        .synapse
        .api()
        .post(&path, &token, &json!({}))
        .await
        .expect_ok("the room is open to everybody");
    association.run_again().await;
    for room in [&branch, &region] {
        let what = format!("{} is as it was", room.place);
        association.wait_for_room(&what, &room.id, |now| is_as(now, room)).await;
    }
    assert_eq!(association.look_into(&branch.id).await.membership(&stranger), "leave");
    association.wait_for_audit("afdeling/emmen", "repair-state", "state").await;
    association.wait_for_audit("afdeling/emmen", "repair-power", "powers").await;
    association.wait_for_audit("regio/drenthe", "repair-unban", "belongs").await;
    association.settle().await;
    association.nothing_is_left();
}

/// People, powers and settings.
fn is_as(now: &Managed, before: &Managed) -> bool {
    now.people("join") == before.people("join")
        && now.people("invite").is_empty()
        && now.people("ban").is_empty()
        && now.powers() == before.powers()
        && ["m.room.name", "m.room.join_rules"]
            .iter()
            .all(|key| now.content(key, "") == before.content(key, ""))
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
