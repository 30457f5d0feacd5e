//! Members who talk, and now and then leave a group in which they belong.

use std::time::Duration;

use kring_tests::{
    Association,
    api::{Api, segment},
    cast::Row,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What the homeserver acknowledged.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Messages, by event id.
    pub(super) messages: Vec<String>,
    /// How often somebody left.
    pub(super) departures: usize,
}

struct Member {
    token: String,
    rooms: Vec<String>,
}

/// Logs everybody in and lets them begin.
pub(super) async fn at_work(
    association: &Association,
    people: &[Row],
    seed: u64,
    stop: &CancellationToken,
) -> JoinHandle<Said> {
    let (accounts, rooms) = (association.accounts(), association.rooms().await);
    let mut members = Vec::new();
    for person in people {
        let user = accounts.get(&person.number).expect("an account");
        let token = association.synapse.login(user, &person.number).await;
        let of = |room: &&kring_tests::association::Managed| {
            room.membership(user) == "join" && !room.place.ends_with("#space")
        };
        members.push(Member { token, rooms: rooms.values().filter(of).map(|r| r.id.clone()).collect() });
    }
    let (api, stop) = (association.synapse.api().clone(), stop.clone());
    tokio::spawn(async move { live(&api, &members, seed, &stop).await })
}

async fn live(api: &Api, members: &[Member], seed: u64, stop: &CancellationToken) -> Said {
    let (mut dice, mut said) = (StdRng::seed_from_u64(seed), Said::default());
    let mut pace = tokio::time::interval(Duration::from_millis(40));
    for n in 0.. {
        tokio::select! {
            _ = pace.tick() => {}
            () = stop.cancelled() => break,
        }
        let member = members.choose(&mut dice).expect("somebody");
        let room = member.rooms.choose(&mut dice).expect("a room");
        if dice.random_ratio(1, 20) {
            let path = format!("/_matrix/client/v3/rooms/{}/leave", segment(room));
            let left =
                api.try_call(reqwest::Method::POST, &path, Some(&member.token), Some(&json!({}))).await;
            said.departures += usize::from(left.is_some_and(|answer| answer.is_ok()));
            continue;
        }
        let path = format!("/_matrix/client/v3/rooms/{}/send/m.room.message/{n}", segment(room));
        let body = json!({ "msgtype": "m.text", "body": format!("{n}") });
        let sent = api.try_call(reqwest::Method::PUT, &path, Some(&member.token), Some(&body)).await;
        // Refused while somebody is out; unanswered while the homeserver is.
        if let Some(answer) = sent.filter(kring_tests::api::Answer::is_ok) {
            said.messages.push(answer.text("event_id").to_owned());
        }
    }
    said
}
