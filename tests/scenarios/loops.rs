//! Kring never fights a person in a loop.

use kring_tests::{Association, api::segment, eventually, story::PATIENCE};
use serde_json::{Value, json};

use crate::life::{CHLOE, KEES, OMAR};

/// Chloé invites one stranger after the other: Kring waits longer and longer, and tells websupport once.
pub(crate) async fn a_person_who_does_not_stop(association: &Association) {
    let made =
        ["group", "create", "--kind", "projectgroep", "--name", "Hardnekkig", "--under", "afdeling/emmen"];
    association.done(&[&made[..], &["--admin", CHLOE, "--admin", KEES]].concat());
    association.done(&["apply"]);
    let (chloe, kees) = tokio::join!(association.member(CHLOE), association.member(KEES));
    let room = association.room("projectgroep/hardnekkig").await;
    let mut strangers = Vec::new();
    for n in 1..=6 {
        let stranger = association.synapse.create_user(&format!("aanhouder-{n}"), "geheim", "Piet").await;
        chloe.invite(&room.id, &stranger).await.expect("this group's settings allow it");
        strangers.push(stranger);
    }
    let notice =
        eventually("a notice to websupport", PATIENCE, || async { notices(association).await.pop() }).await;
    assert_eq!(notice.pointer("/content/msgtype"), Some(&json!("m.notice")));
    let said = notice.pointer("/content/body").and_then(Value::as_str).unwrap_or_default();
    assert!(said.contains("projectgroep/hardnekkig") && said.contains(chloe.user_id()), "{said}");
    // Somebody else's doings in the same room do not wait for hers.
    let omar = association.user(OMAR);
    kees.invite(&room.id, &omar).await.expect("this group's settings allow it");
    let seen = association.wait_for_room("Omar is out", &room.id, |r| r.membership(&omar) == "leave").await;
    assert_eq!(seen.membership(&strangers[5]), "invite", "the sixth has to wait longest");
    let third = |r: &kring_tests::association::Managed| {
        strangers.iter().take(5).all(|stranger| r.membership(stranger) == "leave")
    };
    association.wait_for_room("five of them are out", &room.id, third).await;
    let told = || async { Some(waits(association, chloe.user_id())).filter(|waits| waits.len() >= 5) };
    let waits = eventually("the audit log has them", PATIENCE, told).await;
    assert!(waits.iter().take(3).all(|ms| *ms < 5_000), "three at once: {waits:?}");
    assert!(waits.get(3).is_some_and(|ms| *ms >= 5_000), "then 5 s: {waits:?}");
    assert!(waits.get(4).is_some_and(|ms| *ms >= 10_000), "then 10 s: {waits:?}");
    assert_eq!(notices(association).await.len(), 1, "told once");
    // Whoever applies a plan does not wait for any of that.
    association.done(&["apply"]);
    association.wait_for_room("nobody is left", &room.id, |r| r.people("invite").is_empty()).await;
    association.nothing_is_left();
}

/// What Kring said in websupport's room about this group.
async fn notices(association: &Association) -> Vec<Value> {
    let room = association.room("team/websupport").await;
    let path = format!("/_synapse/admin/v1/rooms/{}/messages?dir=b&limit=100", segment(&room.id));
    let answer = association.admin_get(&path).await;
    let mut events = answer.get("chunk").and_then(Value::as_array).cloned().unwrap_or_default();
    let about = |e: &Value| e["content"]["body"].as_str().is_some_and(|body| body.contains("hardnekkig"));
    events.retain(|e| e["type"] == "m.room.message" && e["sender"] == "@kring:kring.test" && about(e));
    events
}

/// How long the repairs of this person's doings took, oldest first, in ms.
fn waits(association: &Association, sender: &str) -> Vec<i64> {
    let entries = association.audit("projectgroep/hardnekkig").into_iter().rev();
    let hers = entries.filter(|e| e["verb"] == "repair-remove" && e["details"]["sender"] == sender);
    hers.filter_map(|e| e["details"]["duration_ms"].as_i64()).collect()
}
