//! What Kring tells a homeserver that asks beforehand: no to what it would undo, and to nothing else.

use std::{collections::BTreeSet, sync::Arc};

use jiff::SignedDuration;
use kring_app::{App, Context, prevention::Attempt};
use kring_core::ids::PlaceKey;
use kring_tests::venv::workspace;
use ruma::{OwnedRoomId, OwnedUserId};

use crate::{association::user, native::project, scene::Scene};

const EVERYBODY: std::ops::RangeInclusive<usize> = 1..=20;
/// An account that is nobody's.
const STRANGER: &str = "@vreemd:kring.test";
const CHAT: &str = "!thuis:kring.test";

fn id(user: &str) -> OwnedUserId {
    user.try_into().expect("a user id")
}

fn room(room: &str) -> OwnedRoomId {
    room.try_into().expect("a room id")
}

/// The code of the refusal; empty for none.
fn code(app: &App, attempt: &Attempt) -> String {
    app.refuses(attempt).map(|decision| decision.code.to_string()).unwrap_or_default()
}

fn invite(app: &App, inviter: &str, invitee: &str, into: &str) -> String {
    code(app, &Attempt::Invite { inviter: id(inviter), invitee: id(invitee), room: room(into) })
}

fn join(app: &App, who: &str, into: &str, is_invited: bool) -> String {
    code(app, &Attempt::Join { user: id(who), room: room(into), is_invited })
}

#[tokio::test]
async fn an_invitation_is_refused_exactly_when_it_would_be_taken_back() {
    let scene = Scene::filled().await;
    let group = project(&scene).await;
    let into = scene.room(&group);
    scene.fake.add_account("vreemd", "");
    let others: Vec<String> =
        EVERYBODY.filter(|n| ![9, 10].contains(n)).map(user).chain([STRANGER.to_owned()]).collect();
    let refused: BTreeSet<_> =
        others.iter().filter(|other| !invite(&scene.app, &user(9), other, &into).is_empty()).collect();
    let mut taken_back = BTreeSet::new();
    for other in &others {
        // Kring loses patience with somebody who keeps it busy.
        scene.pass(SignedDuration::from_mins(11));
        scene
            .fake
            .acting(&user(9))
            .invite(&into, other)
            .expect("the homeserver lets an admin invite anybody");
        scene.settled().await;
        if scene.fake.world().membership(&into, other) == "leave" {
            taken_back.insert(other);
        }
    }
    assert_eq!(refused, taken_back);
    assert_eq!(refused.into_iter().map(String::as_str).collect::<Vec<_>>(), [user(19).as_str(), STRANGER]);
}

#[tokio::test]
async fn whoever_belongs_in_a_room_may_join_it_and_nobody_else() {
    let scene = Scene::filled().await;
    project(&scene).await;
    let snapshot = scene.app.snapshot();
    assert!(snapshot.rooms.len() > 20, "the rooms are known: {}", snapshot.rooms.len());
    for (at, place) in &snapshot.rooms {
        for user in EVERYBODY.map(user) {
            let belongs = snapshot.desired.seat(place, &id(&user)).is_some();
            let refusal = join(&scene.app, &user, at.as_str(), false);
            assert_eq!(refusal.is_empty(), belongs, "{user} in {place}: {refusal}");
        }
        assert_eq!(join(&scene.app, STRANGER, at.as_str(), true), "unknown-person", "{place}");
    }
}

#[tokio::test]
async fn who_is_invited_comes_in_before_the_facts_know_of_it() {
    let scene = Scene::filled().await;
    let into = scene.room(&project(&scene).await);
    assert_eq!(join(&scene.app, &user(12), &into, false), "invitation-needed");
    assert_eq!(join(&scene.app, &user(12), &into, true), "");
    assert_eq!(join(&scene.app, &user(19), &into, true), "type-not-admitted", "no invitation heals that");
    let assen = scene.room("afdeling/assen");
    assert_eq!(join(&scene.app, &user(19), &assen, true), "type-not-admitted");
}

#[tokio::test]
async fn only_who_runs_a_group_that_allows_it_invites_and_the_answer_tells_others_nothing() {
    let scene = Scene::filled().await;
    let (into, assen) = (scene.room(&project(&scene).await), scene.room("afdeling/assen"));
    for invitee in [user(13), user(19)] {
        assert_eq!(invite(&scene.app, &user(12), &invitee, &into), "not-admin", "{invitee}");
        assert_eq!(invite(&scene.app, &user(1), &invitee, &assen), "invite-through-kring", "{invitee}");
    }
    assert_eq!(invite(&scene.app, &user(1), &user(6), &assen), "", "who belongs there is no trouble");
    let by_address =
        |into: &str| code(&scene.app, &Attempt::InviteAddress { inviter: id(&user(9)), room: room(into) });
    assert_eq!((by_address(&into).as_str(), by_address(CHAT).as_str()), ("unknown-person", ""));
}

#[tokio::test]
async fn what_the_bridge_and_the_bots_do_is_never_refused() {
    let scene = Scene::filled().await;
    let into = scene.room("afdeling/assen");
    for own in scene.app.context.own_users.iter() {
        let alias = "#afdeling-assen:kring.test".try_into().expect("an alias");
        for attempt in [
            Attempt::Invite { inviter: own.clone(), invitee: id(STRANGER), room: room(&into) },
            Attempt::Invite { inviter: id(&user(1)), invitee: own.clone(), room: room(CHAT) },
            Attempt::InviteAddress { inviter: own.clone(), room: room(&into) },
            Attempt::Join { user: own.clone(), room: room(&into), is_invited: false },
            Attempt::CreateRoom { user: own.clone() },
            Attempt::NameRoom { user: own.clone(), alias },
            Attempt::ListRoom { user: own.clone(), room: room(&into) },
        ] {
            assert_eq!(code(&scene.app, &attempt), "", "{attempt:?}");
        }
    }
}

#[tokio::test]
async fn names_and_the_directory_are_kring_s() {
    let scene = Scene::filled().await;
    let assen = scene.room("afdeling/assen");
    let name = |alias: &str| {
        let alias = alias.try_into().expect("an alias");
        code(&scene.app, &Attempt::NameRoom { user: id(&user(1)), alias })
    };
    assert_eq!(name("#afdeling-assen:kring.test"), "only-kring");
    assert_eq!(name("#van-mij:kring.test"), "unknown-group");
    let list = |at: &str| code(&scene.app, &Attempt::ListRoom { user: id(&user(1)), room: room(at) });
    assert_eq!((list(&assen).as_str(), list(CHAT).as_str()), ("never-published", "unknown-group"));
}

/// The same bridge with another policy.
async fn under(scene: &Scene, change: impl FnOnce(&str) -> String) -> App {
    let yaml = std::fs::read_to_string(workspace().join("policies/ivn/policy.yaml")).expect("the policy");
    let changed = change(&yaml);
    assert_ne!(changed, yaml, "the policy has what the story changes");
    let policy = kring_policies::read::read_policy("policy.yaml", &changed).expect("the policy is right");
    let context = Context { policy: Arc::new(policy), ..scene.app.context.clone() };
    App::new(context, scene.app.homeserver.clone(), scene.app.joiner.clone(), None).await.expect("facts")
}

fn create(app: &App, who: &str) -> String {
    code(app, &Attempt::CreateRoom { user: id(who) })
}

#[tokio::test]
async fn rooms_among_people_follow_whom_they_may_write_to() {
    let scene = Scene::filled().await;
    let external = user(19);
    // As shipped: everybody shares the group for help.
    let app = &scene.app;
    assert_eq!(
        [
            create(app, &external),
            invite(app, &external, &user(1), CHAT),
            invite(app, &user(1), &external, CHAT)
        ],
        [""; 3]
    );
    let help = "    admits: [medewerker, vrijwilliger, beheervrijwilliger, extern]\n    members:\n      - source: any                     # ook externen";
    let members = help.replace(", extern]", "]");
    let app = &under(&scene, |yaml| yaml.replacen(help, &members, 1)).await;
    assert_eq!(invite(app, &external, &user(1), CHAT), "no-shared-group-to-write");
    assert_eq!(invite(app, &user(1), &external, CHAT), "", "the other way round they may");
    assert_eq!(create(app, &external), "", "with whom is not said yet");
    let app = &under(&scene, |yaml| yaml.replace("writes_to: shared-group", "writes_to: nobody")).await;
    assert_eq!(invite(app, &external, &user(1), CHAT), "no-private-chats");
    assert_eq!(create(app, &external), "no-private-chats");
    assert_eq!(create(app, &user(1)), "");
}

#[tokio::test]
async fn of_accounts_that_are_nobody_s_no_rule_speaks() {
    let scene = Scene::filled().await;
    let app = &scene.app;
    let elsewhere = "@vriend:elders.example";
    for other in [STRANGER, elsewhere, "@kring-admin:kring.test"] {
        assert_eq!(invite(app, &user(1), other, CHAT), "", "{other}");
        assert_eq!(invite(app, other, &user(1), CHAT), "", "{other}");
        assert_eq!(create(app, other), "", "{other}");
        assert_eq!(join(app, other, CHAT, false), "", "{other}");
    }
}

#[tokio::test]
async fn a_room_is_known_once_the_facts_were_read_again_and_a_lost_one_is_forgotten() {
    let scene = Scene::filled().await;
    let into = scene.room("afdeling/assen");
    let place: PlaceKey = "afdeling/assen".parse().expect("a place");
    assert_eq!(scene.app.snapshot().rooms.get(&room(&into)), Some(&place));
    let mut writer = scene.app.context.store.write().await.expect("a writer");
    writer.put_room(&room(&into), None, false).await.expect("stored");
    writer.commit().await.expect("stored");
    scene.app.reload().await.expect("facts");
    assert_eq!(join(&scene.app, STRANGER, &into, false), "", "a room without a use is not Kring's");
}
