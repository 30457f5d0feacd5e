//! The second wall: the real homeserver with its real module asks Kring before something happens.

use std::collections::BTreeMap;

use kring_tests::{
    Administration, Association, KringProcess, NioClient,
    api::{Answer, segment},
    association::Managed,
    cast, eventually,
    skip::{long, skipped_without_antispam},
    story::{Engine, PATIENCE},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    filling,
    life::{CHLOE, FATMA, KEES, OMAR, administration},
};

const PROJECT: &str = "projectgroep/vleermuizen";

#[tokio::test]
async fn what_would_be_undone_is_refused_before_it_happens() {
    if skipped_without_antispam() {
        return;
    }
    let administration = administration();
    let mut association = Box::pin(Association::walled(Engine::Sqlite)).await;
    fill(&association, &administration).await;
    let chloe = project(&association).await;
    what_kring_refuses(&association, &chloe).await;
    what_kring_allows(&association, &chloe).await;
    while_kring_is_down(&mut association, &chloe).await;
    with_another_token(&mut association, &chloe).await;
    association.nothing_is_left();
}

/// Who leads brings somebody in; the homeserver asks another process, which read the facts before that.
#[tokio::test]
async fn a_process_that_stands_by_knows_who_was_just_brought_in() {
    if skipped_without_antispam() {
        return;
    }
    let administration = administration();
    let association = Box::pin(Association::walled(Engine::Postgres)).await;
    association.fill(&administration).await;
    let twin = association.twin_with(&["--only", "web"]).await;
    assert_eq!(twin.role().await, "stands-by");
    let noor = cast::volunteer("0001060", "Noor", "Visser", cast::ASSEN);
    let address = noor.email.clone();
    association.import(&administration.with(noor));
    association.provision_addresses(&[&address]);
    association.done(&["apply"]);
    let (assen, zwolle) =
        (association.room("afdeling/assen").await.id, association.room("afdeling/zwolle").await.id);
    let user = association.user("0001060");
    let join = |room: &str| json!({ "user": user, "room": room, "is_invited": false });
    let allowed = ask(&association, &twin, "user_may_join_room", &join(&assen)).await;
    assert_eq!((allowed.status, allowed.body), (200, json!({})));
    is_refused(&ask(&association, &twin, "user_may_join_room", &join(&zwolle)).await, "branch-not-theirs");
}

/// How long it takes is said and not asserted.
#[tokio::test]
async fn filling_comes_to_the_same_with_and_without_the_second_wall() {
    if !long() || skipped_without_antispam() {
        return;
    }
    let administration = Administration::generated(60, 4, 7);
    let without = Box::pin(Association::start(Engine::Sqlite)).await;
    eprintln!("without: filled in {:?}", without.fill(&administration).await);
    let with = Box::pin(Association::walled(Engine::Sqlite)).await;
    eprintln!("with: filled in {:?}", with.fill(&administration).await);
    let questions = answers(&with);
    let took =
        |line: &String| line.split_once("duration_ms=")?.1.split_whitespace().next()?.parse::<u64>().ok();
    let longest = questions.iter().filter_map(took).max();
    eprintln!("{} questions, the longest {longest:?} ms in Kring", questions.len());
    assert_eq!(people(&without).await, people(&with).await);
    with.nothing_is_left();
}

/// How many people are in each place.
async fn people(association: &Association) -> BTreeMap<String, usize> {
    let rooms = association.rooms().await.into_iter();
    rooms.map(|(place, room)| (place, room.people("join").len())).collect()
}

/// Asks a process of Kring what the module would ask, with the token that the homeserver has.
async fn ask(association: &Association, kring: &KringProcess, callback: &str, question: &Value) -> Answer {
    let token = std::fs::read_to_string(association.path("antispam-token")).expect("the token");
    kring.api().post(&format!("/_kring/antispam/{callback}"), token.trim(), question).await
}

/// The bridge makes and fills its rooms while the homeserver asks it about each step.
async fn fill(association: &Association, administration: &Administration) {
    association.fill(administration).await;
    filling::everybody_is_where_the_policy_says(association).await;
    let answers = answers(association);
    let of = |callback: &str| answers.iter().filter(|line| line.contains(callback)).count();
    let [invites, joins, rooms] = ["user_may_invite", "user_may_join_room", "user_may_create_room"].map(of);
    assert!(invites > 0 && joins > 0 && rooms > 0, "the module is at work: {invites} {joins} {rooms}");
    assert_eq!(answers.iter().filter(|line| !line.contains("allowed")).count(), 0, "{answers:#?}");
}

/// What Kring logged of the module's questions.
fn answers(association: &Association) -> Vec<String> {
    let log = association.kring.log();
    log.lines().filter(|line| line.contains("user_may_")).map(str::to_owned).collect()
}

/// A group whose admins invite with their own client, and its admin.
async fn project(association: &Association) -> NioClient {
    let made =
        ["group", "create", "--kind", "projectgroep", "--name", "Vleermuizen", "--under", "afdeling/emmen"];
    association.done(&[&made[..], &["--admin", CHLOE]].concat());
    association.done(&["apply"]);
    association.member(CHLOE).await
}

async fn invite(association: &Association, inviter: &NioClient, room: &str, user: &str) -> Answer {
    let path = format!("/_matrix/client/v3/rooms/{}/invite", segment(room));
    association.synapse.api().post(&path, inviter.access_token(), &json!({ "user_id": user })).await
}

async fn publish(association: &Association, who: &NioClient, room: &str) -> Answer {
    let path = format!("/_matrix/client/v3/directory/list/room/{}", segment(room));
    let body = json!({ "visibility": "public" });
    association.synapse.api().call(Method::PUT, &path, Some(who.access_token()), Some(&body)).await
}

fn is_refused(answer: &Answer, code: &str) {
    let told = (answer.status, answer.errcode(), answer.text("nl.kring.code"));
    assert_eq!(told, (403, "M_FORBIDDEN", code), "{}", answer.body);
}

async fn what_kring_refuses(association: &Association, chloe: &NioClient) {
    let omar = association.member(OMAR).await;
    let stranger = association.synapse.create_user("voorbijganger", "geheim", "Piet").await;
    let (room, branch) = (association.room(PROJECT).await, association.room("afdeling/emmen").await);
    let refused = invite(association, chloe, &room.id, omar.user_id()).await;
    is_refused(&refused, "type-not-admitted");
    assert_eq!(
        refused.text("error"),
        "In Vleermuizen kunnen geen mensen van het type extern. \
         Een beheerder van de groep kan dit soms aanpassen. Vraag het daar."
    );
    is_refused(&invite(association, chloe, &room.id, &stranger).await, "unknown-person");
    is_refused(&invite(association, chloe, &branch.id, omar.user_id()).await, "invite-through-kring");
    let path = format!("/_matrix/client/v3/rooms/{}/join", segment(&room.id));
    let join = association.synapse.api().post(&path, omar.access_token(), &json!({})).await;
    is_refused(&join, "type-not-admitted");
    let own = chloe.create_room("Verjaardag van Wil", &[]).await.expect("anybody may start a chat");
    is_refused(&publish(association, chloe, &own).await, "unknown-group");
    is_refused(&publish(association, chloe, &room.id).await, "never-published");
    // Nothing of it happened, so there was nothing to repair.
    association.settle().await;
    assert_eq!(association.look_into(&room.id).await, room);
    assert_eq!(association.look_into(&branch.id).await, branch);
    assert_eq!(removals(association), [""; 0]);
}

/// Why Kring took people out of the project group.
fn removals(association: &Association) -> Vec<String> {
    let text =
        |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let removals =
        association.audit(PROJECT).into_iter().filter(|e| text(e, "verb").starts_with("repair-remove"));
    removals.map(|entry| text(&entry, "code")).collect()
}

async fn what_kring_allows(association: &Association, chloe: &NioClient) {
    let (fatma, omar) = tokio::join!(association.member(FATMA), association.member(OMAR));
    let room = association.room(PROJECT).await;
    chloe.invite(&room.id, fatma.user_id()).await.expect("this group's settings allow it");
    // At once: Kring may not have heard of the invitation yet.
    fatma.join(&room.id).await.expect("who is invited may join");
    let (kees, invited) = (association.user(KEES), ["@kring:kring.test", fatma.user_id()]);
    let chat = chloe.create_room("Koffie", &invited).await.expect("anybody may start a chat");
    fatma.join(&chat).await.expect("who is invited may join");
    chloe.invite(&chat, &kees).await.expect("her own room");
    omar.create_room("Met Kees", &[&kees]).await.expect("they share the group for help");
    association.settle().await;
    assert_eq!(association.look_into(&room.id).await.membership(fatma.user_id()), "join");
    assert_eq!(removals(association), [""; 0]);
    association.nothing_is_left();
}

/// Invitations and chats go on; what breaks the policy is put right afterwards; the directory stays closed.
async fn while_kring_is_down(association: &mut Association, chloe: &NioClient) {
    let (kees, omar) = (association.user(KEES), association.user(OMAR));
    let (room, branch) = (association.room(PROJECT).await, association.room("afdeling/emmen").await);
    assert_eq!(association.kring.stop(), Some(0), "a stop in good order");
    let chat = chloe.create_room("Zonder Kring", &[&kees]).await.expect("private chats do not stop");
    let refused = publish(association, chloe, &chat).await;
    assert_eq!((refused.status, refused.errcode()), (403, "M_UNKNOWN"), "{}", refused.body);
    let refused = invite(association, chloe, &branch.id, &omar).await;
    assert_eq!(
        (refused.status, refused.text("nl.kring.code")),
        (403, ""),
        "the first wall: {}",
        refused.body
    );
    assert!(invite(association, chloe, &room.id, &omar).await.is_ok(), "this group's settings allow it");
    association.run_again().await;
    is_out(association, &room, &omar).await;
    is_refused(&invite(association, chloe, &room.id, &omar).await, "type-not-admitted");
}

async fn is_out(association: &Association, room: &Managed, user: &str) {
    association.wait_for_room("he is out", &room.id, |now| now.membership(user) == "leave").await;
}

/// Synapse shows a token that Kring no longer has: no question is answered, and that is as if Kring were down.
async fn with_another_token(association: &mut Association, chloe: &NioClient) {
    let omar = association.user(OMAR);
    let room = association.room(PROJECT).await;
    let before = removals(association).len();
    let token = std::fs::read_to_string(association.path("antispam-token")).expect("the token");
    let question = json!({ "inviter": chloe.user_id(), "invitee": omar, "room_id": room.id });
    let asked = ask(association, &association.kring, "user_may_invite", &question).await;
    is_refused(&asked, "type-not-admitted");

    association.done(&["registration", "--antispam", "--overwrite"]);
    association.kring.restart().await;
    let asked =
        association.kring.api().post("/_kring/antispam/user_may_invite", token.trim(), &question).await;
    assert_eq!((asked.status, &asked.body), (403, &Value::Null), "no JSON, or the module would refuse");
    assert!(invite(association, chloe, &room.id, &omar).await.is_ok(), "the module fails open");
    is_out(association, &room, &omar).await;
    let refused = publish(association, chloe, &room.id).await;
    assert_eq!((refused.status, refused.errcode()), (403, "M_UNKNOWN"), "{}", refused.body);
    eventually("it was put right", PATIENCE, || async {
        (removals(association).len() > before).then_some(())
    })
    .await;
    association.settle().await;
}
