//! Kring dies (SIGKILL) in the middle of filling the rooms, twice, and goes on where it was.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use kring_tests::{
    Administration, Association,
    api::segment,
    cast::{self, Row},
    eventually, kring,
    process::Process,
    skip::skipped_without_servers,
    story::Engine,
};
use serde_json::json;

/// How long a filling may take on a busy machine.
const LONG: Duration = Duration::from_secs(120);

/// Three dozen people over six branches, one of them websupport, one of them from outside.
fn administration() -> Administration {
    let outsider = Row { user_type: "extern".into(), ..cast::volunteer("0009001", "Omar", "Haddad", BRANCH) };
    let wil = cast::volunteer("0009002", "Wil", "Smit", BRANCH).with_function("websupport");
    Administration::generated(34, 6, 7).with(outsider).with(wil)
}

const BRANCH: (&str, &str, &str) = ("Afdeling 000", "Regio 00", "Drenthe");

async fn dies_twice(engine: Engine) {
    let administration = administration();
    let mut association = Box::pin(Association::start(engine)).await;
    association.import(&administration);
    association.provision(&administration);
    association.set_passwords().await;
    let (rooms_before, _) = association.counts().await;

    // Some rooms are there, and it dies.
    let mut first = apply_beside(&association, "first.log");
    wait(&association, "five rooms", |rooms, _| rooms >= rooms_before + 5).await;
    association.kring.kill9();
    first.stop(kring_tests::process::Signal::TERM, LONG);
    association.run_again().await;

    // People are coming in, and it dies again.
    let mut second = apply_beside(&association, "second.log");
    wait(&association, "people in the rooms", |_, people| people >= 110).await;
    association.kring.kill9();
    second.stop(kring_tests::process::Signal::TERM, LONG);
    somebody_tries_the_doors(&association).await;

    association.run_again().await;
    association.done(&["apply"]);
    everybody_is_where_they_belong(&association, &administration).await;
    association.settle().await;
    association.nothing_is_left();
}

fn apply_beside(association: &Association, log: &str) -> Process {
    kring::start_command(association.config(), &["apply"], &association.path(log))
}

async fn wait(association: &Association, what: &str, enough: impl Fn(usize, u64) -> bool) {
    eventually(what, LONG, || async {
        let (rooms, people) = association.counts().await;
        enough(rooms, people).then_some(())
    })
    .await;
}

/// While the rooms stand half filled: a stranger gets in nowhere; who is from outside but has an account may slip into
/// rooms whose door still stands open to the association, and must be out in the end.
async fn somebody_tries_the_doors(association: &Association) {
    association.synapse.create_user("inbreker", "geheim", "Piet").await;
    let stranger = association.synapse.login("inbreker", "geheim").await;
    let omar = association.synapse.login(&association.user("0009001"), "0009001").await;
    let rooms = association.rooms().await;
    assert!(rooms.values().any(|r| r.value("m.room.join_rules", "join_rule") == "restricted"), "half filled");
    for room in rooms.values() {
        assert_ne!(room.value("m.room.join_rules", "join_rule"), "public", "never, for {}", room.place);
        let path = format!("/_matrix/client/v3/rooms/{}/join", segment(&room.id));
        let answer = association.synapse.api().post(&path, &stranger, &json!({})).await;
        assert_eq!((answer.status, answer.errcode()), (403, "M_FORBIDDEN"), "a stranger at {}", room.place);
        association.synapse.api().post(&path, &omar, &json!({})).await;
    }
}

/// Computed here from the rows, without Kring's policies.
async fn everybody_is_where_they_belong(association: &Association, administration: &Administration) {
    let accounts = association.accounts();
    assert_eq!(accounts.len(), administration.rows().len(), "everybody has an account");
    let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in administration.rows() {
        for place in places(row) {
            expected.entry(place).or_default().insert(accounts[&row.number].clone());
        }
    }
    let rooms = association.rooms().await;
    let found: BTreeMap<_, _> = rooms.iter().map(|(place, r)| (place.clone(), r.people("join"))).collect();
    assert_eq!(found, expected, "nobody is missing and nobody is extra");
    for room in rooms.values() {
        assert_eq!(room.value("m.room.join_rules", "join_rule"), "invite", "{}", room.place);
        assert!(room.people("invite").is_empty(), "{}", room.place);
        let alias = room.value("m.room.canonical_alias", "alias");
        let path =
            format!("/_matrix/client/v3/directory/room/{}", segment(alias.as_str().unwrap_or_default()));
        assert_eq!(
            association.admin_get(&path).await.get("room_id"),
            Some(&json!(room.id)),
            "{}",
            room.place
        );
    }
    let (all, _) = association.counts().await;
    assert_eq!(all, rooms.len(), "no room was left over");
}

/// Where somebody of the administration belongs, computed without Kring's policies.
pub(crate) fn places(row: &Row) -> Vec<String> {
    let slug = |name: &str| name.to_lowercase().replace(' ', "-");
    let everybody = ["intranet/ons-ivn#space", "landelijk/help"];
    let mut places: Vec<String> = everybody.map(str::to_owned).into();
    if row.user_type == "extern" {
        return places;
    }
    for place in ["nieuws", "vrijwilligers", "vereniging", "vereniging#space"] {
        places.push(format!("landelijk/{place}"));
    }
    for part in ["cursussen", "huisstijl", "campagnes", "handleidingen"] {
        places.push(format!("vereniging/{part}"));
    }
    for (kind, name) in [("provincie", &row.province), ("regio", &row.region)] {
        places.push(format!("{kind}/{}", slug(name)));
        places.push(format!("{kind}/{}#space", slug(name)));
    }
    places.push(format!("afdeling/{}", slug(&row.branch)));
    if row.functions.contains("websupport") {
        places.push("team/websupport".to_owned());
    }
    places
}

#[tokio::test]
async fn kring_dies_twice_while_filling_on_sqlite() {
    if skipped_without_servers() {
        return;
    }
    Box::pin(dies_twice(Engine::Sqlite)).await;
}

#[tokio::test]
async fn kring_dies_twice_while_filling_on_postgresql() {
    if skipped_without_servers() {
        return;
    }
    Box::pin(dies_twice(Engine::Postgres)).await;
}
