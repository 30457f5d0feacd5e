//! How long somebody who does not belong stays in a group: from the moment at which the homeserver accepted the invitation
//! to the moment at which that person's client hears that it is over, beside a kick by hand. On a homeserver that has nothing
//! else to do, and on one where people talk.

#![expect(clippy::expect_used, reason = "a bench ends where its preparations fail")]

mod people;

use std::{
    io::Write,
    time::{Duration, Instant},
};

use kring_tests::{Administration, Association, story::Engine};
use people::{Outsider, Talk};
use serde_json::json;

/// Volunteer admin of Emmen, and an ordinary member there; both run the groups.
const ADMINS: [&str; 2] = ["0001020", "0001003"];
const OMAR: &str = "0003001";

/// So many groups may hang under one branch.
const GROUPS: usize = 10;

/// So often Kring repairs one person's doings in a group at once; then it waits.
const AT_ONCE: usize = 3;

/// People who talk, each as fast as the homeserver answers.
const TALKERS: usize = 4;

fn main() -> std::io::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut out = std::io::stdout().lock();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let measured = runtime.block_on(Box::pin(measure(engine)));
        writeln!(out, "Synapse and Kring on {engine:?}, ms:\n")?;
        writeln!(out, "| | repair p50 | p99 | bare kick p50 | p99 | repair ÷ bare kick | samples |")?;
        writeln!(out, "| --- | --- | --- | --- | --- | --- | --- |")?;
        for Measured { what, repairs, kicks } in measured {
            let [repair, slow_repair, kick, slow_kick] =
                [(&repairs, 50), (&repairs, 99), (&kicks, 50), (&kicks, 99)]
                    .map(|(all, p)| percentile(all, p));
            let times = repair / kick;
            let n = repairs.len();
            writeln!(
                out,
                "| {what} | {repair:.0} | {slow_repair:.0} | {kick:.0} | {slow_kick:.0} | {times:.1} | {n} |"
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

struct Measured {
    what: &'static str,
    repairs: Vec<Duration>,
    kicks: Vec<Duration>,
}

async fn measure(engine: Engine) -> Vec<Measured> {
    let administration = Administration::of_the_cast();
    let association = Box::pin(Association::filled(engine, &administration)).await;
    let mut all = Vec::new();
    for (what, branch, talks) in
        [("nothing else to do", "afdeling/emmen", false), ("people talk", "afdeling/assen", true)]
    {
        let groups = make_groups(&association, branch).await;
        let talk = match talks {
            true => Some(Talk::start(&association, TALKERS).await),
            false => None,
        };
        let repairs = repairs(&association, &groups).await;
        let kicks = kicks(&association, repairs.len()).await;
        if let Some(talk) = talk {
            talk.end().await;
        }
        all.push(Measured { what, repairs, kicks });
    }
    association.nothing_is_left();
    all
}

/// Groups whose admins invite with their own client; gives their rooms.
async fn make_groups(association: &Association, branch: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for n in 0..GROUPS {
        let name = format!("Meting {n} {}", branch.rsplit('/').next().unwrap_or_default());
        let made = association.ask(&[
            "group",
            "create",
            "--kind",
            "projectgroep",
            "--name",
            &name,
            "--under",
            branch,
            "--admin",
            ADMINS[0],
            "--admin",
            ADMINS[1],
            "--json",
        ]);
        rooms.push(made["group"].as_str().expect("a key").to_owned());
    }
    association.done(&["apply"]);
    let mut ids = Vec::new();
    for key in rooms {
        ids.push(association.room(&key).await.id);
    }
    ids
}

/// Each admin invites somebody from outside, whom these groups do not admit.
async fn repairs(association: &Association, groups: &[String]) -> Vec<Duration> {
    let mut omar = Outsider::log_in(association, OMAR).await;
    let mut admins = Vec::new();
    for number in ADMINS {
        admins.push(association.member(number).await);
    }
    let mut took = Vec::new();
    for _ in 0..AT_ONCE {
        for room in groups {
            for admin in &admins {
                let body = json!({ "user_id": omar.user });
                let path = people::path(room, "invite");
                let answer = association.synapse.api().post(&path, admin.access_token(), &body).await;
                let accepted = Instant::now();
                answer.expect_ok("this group's settings allow it");
                took.push(omar.is_out(room).await - accepted);
            }
        }
    }
    took
}

/// A room of somebody's own, from which the same person is taken out by hand.
async fn kicks(association: &Association, count: usize) -> Vec<Duration> {
    let mut omar = Outsider::log_in(association, OMAR).await;
    let api = association.synapse.api();
    let host = association.member(ADMINS[0]).await;
    let room = host.create_room("Met de hand", &[]).await.expect("anybody may make a room");
    let mut took = Vec::new();
    for _ in 0..count {
        let body = json!({ "user_id": omar.user });
        api.post(&people::path(&room, "invite"), host.access_token(), &body).await.expect_ok("her own room");
        let asked = Instant::now();
        api.post(&people::path(&room, "kick"), host.access_token(), &body).await.expect_ok("her own room");
        took.push(omar.is_out(&room).await - asked);
    }
    took
}

/// In ms.
fn percentile(times: &[Duration], percent: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let index = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}
