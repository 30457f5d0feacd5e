//! Delivery of transactions as Synapse does it: one in flight per service, up to 100 events each; after a failure the
//! service is down and the oldest transaction is tried again after 2, 4, 8 … 512 seconds of the moved clock. Events and
//! transaction ids are stored, everything else of a transaction is not.
//!
//! Source: the behaviour of Synapse 1.163, `synapse/appservice/scheduler.py`.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use regex::Regex;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{Event, Room, SERVER_NAME, Shared, knobs::take, locked};
use crate::registration::{Namespace, Registration};

/// The most events in one transaction.
const MOST: usize = 100;

/// One application service as the homeserver sees it.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) registration: Registration,
    users: Vec<Regex>,
    aliases: Vec<Regex>,
    queue: Mutex<Queue>,
    wake: Notify,
    died: Notify,
}

#[derive(Debug)]
struct Queue {
    /// Events that no transaction holds yet; lost when the homeserver dies.
    events: VecDeque<Value>,
    /// Stored transactions, oldest first.
    stored: VecDeque<(u64, Vec<Value>)>,
    /// The transaction that is sent while the service is up. Others may be stored beside it: what was under way when the
    /// homeserver died is left over until the service goes down and recovers.
    fresh: Option<u64>,
    last_id: u64,
    /// After a crash nothing is sent before an event comes.
    asleep: bool,
    down: bool,
    backoff: u32,
    now: Duration,
    retry_at: Duration,
    /// Whether a transaction is under way.
    flying: bool,
    /// Counts the homeserver's lives: an answer to an earlier one reaches nobody.
    life: u64,
}

/// One try to hand over a transaction.
struct Try {
    life: u64,
    id: u64,
    events: Vec<Value>,
    first: bool,
}

impl Sender {
    pub(super) fn new(registration: Registration) -> Self {
        let users = compiled(&registration.namespaces.users);
        let aliases = compiled(&registration.namespaces.aliases);
        let queue = Queue {
            events: VecDeque::new(),
            stored: VecDeque::new(),
            fresh: None,
            last_id: 0,
            asleep: false,
            down: false,
            backoff: 1,
            now: Duration::ZERO,
            retry_at: Duration::ZERO,
            flying: false,
            life: 0,
        };
        let (wake, died) = (Notify::new(), Notify::new());
        Self { registration, users, aliases, queue: Mutex::new(queue), wake, died }
    }

    /// The service's own user.
    pub(super) fn user(&self) -> String {
        format!("@{}:{SERVER_NAME}", self.registration.sender_localpart)
    }

    /// Whether the service may act as `user`.
    pub(super) fn speaks_for(&self, user: &str) -> bool {
        user == self.user() || self.users.iter().any(|r| matches_start(r, user))
    }

    /// Whether an alias is kept for this service alone.
    pub(super) fn keeps_alias(&self, alias: &str) -> bool {
        let exclusive = self.registration.namespaces.aliases.iter().any(|n| n.exclusive);
        exclusive && self.aliases.iter().any(|r| matches_start(r, alias))
    }

    /// Whether the service hears of `event`: it concerns one of its users, or happens where one of them is, or in a
    /// room with one of its aliases.
    pub(super) fn is_interested(
        &self,
        room: &Room,
        aliases: &BTreeMap<String, String>,
        event: &Event,
    ) -> bool {
        if self.registration.url.is_none() {
            return false;
        }
        let target = (event.event_type == "m.room.member").then_some(event.state_key.as_deref()).flatten();
        self.speaks_for(&event.sender)
            || target.is_some_and(|user| self.speaks_for(user))
            || room.with_membership("join").into_iter().any(|user| self.speaks_for(user))
            || aliases
                .iter()
                .any(|(alias, id)| *id == room.id && self.aliases.iter().any(|r| matches_start(r, alias)))
    }

    pub(super) fn enqueue(&self, event: Value) {
        let mut queue = locked(&self.queue);
        queue.events.push_back(event);
        if std::mem::take(&mut queue.asleep) && queue.down {
            // Only now does the homeserver look at what it had stored, and it waits as after a first failure.
            queue.backoff = 1;
            queue.retry_at = queue.now + Duration::from_secs(2);
        }
        if queue.down {
            queue.store();
        }
        drop(queue);
        self.wake.notify_one();
    }

    pub(super) fn advance(&self, by: Duration) {
        locked(&self.queue).now += by;
        self.wake.notify_one();
    }

    /// A ping that was answered well makes a waiting recovery try at once.
    pub(super) fn force_retry(&self) {
        let mut queue = locked(&self.queue);
        queue.retry_at = queue.now;
        drop(queue);
        self.wake.notify_one();
    }

    pub(super) fn crash(&self) {
        locked(&self.queue).die();
        self.died.notify_waiters();
    }

    pub(super) fn lose_transactions(&self) {
        let mut queue = locked(&self.queue);
        queue.stored.clear();
        queue.die();
        drop(queue);
        self.died.notify_waiters();
    }

    pub(super) fn is_down(&self) -> bool {
        locked(&self.queue).down
    }

    pub(super) fn is_delivering(&self) -> bool {
        locked(&self.queue).flying
    }

    /// How long until the next try of a service that is down; `None` while it is up, or while only an event helps.
    pub(super) fn waits(&self) -> Option<Duration> {
        let queue = locked(&self.queue);
        (queue.down && !queue.asleep).then(|| queue.retry_at.saturating_sub(queue.now))
    }

    pub(super) fn undelivered(&self) -> usize {
        let queue = locked(&self.queue);
        queue.events.len() + queue.to_come().map(|(_, events)| events.len()).sum::<usize>()
    }

    /// The transaction to send now, if any.
    fn next(&self) -> Option<Try> {
        let mut queue = locked(&self.queue);
        if queue.asleep || (queue.down && queue.now < queue.retry_at) {
            return None;
        }
        if queue.down && queue.stored.is_empty() {
            queue.down = false;
        }
        queue.store();
        let first = !queue.down;
        let life = queue.life;
        let next =
            queue.to_come().next().map(|(id, events)| Try { life, id: *id, events: events.clone(), first });
        queue.flying = next.is_some();
        next
    }

    fn settle(&self, tried: &Try, delivered: bool) {
        let mut queue = locked(&self.queue);
        queue.flying = false;
        if tried.life != queue.life {
            return;
        }
        queue.fresh = None;
        if delivered {
            queue.stored.retain(|(id, _)| *id != tried.id);
            queue.backoff = 1;
        } else {
            queue.backoff = if queue.down { (queue.backoff + 1).min(9) } else { 1 };
            queue.down = true;
            queue.retry_at = queue.now + Duration::from_secs(2_u64.pow(queue.backoff));
        }
    }
}

impl Queue {
    /// Makes transactions of waiting events: one while the service is up, so that the next may grow; all while down.
    fn store(&mut self) {
        while !self.events.is_empty() && (self.down || self.fresh.is_none()) {
            let count = self.events.len().min(MOST);
            let events = self.events.drain(..count).collect();
            self.last_id += 1;
            self.stored.push_back((self.last_id, events));
            self.fresh = (!self.down).then_some(self.last_id);
        }
    }

    /// What will be sent without anything else going wrong, oldest first.
    fn to_come(&self) -> impl Iterator<Item = &(u64, Vec<Value>)> {
        self.stored.iter().filter(|(id, _)| self.down || self.fresh == Some(*id))
    }

    fn die(&mut self) {
        self.events.clear();
        self.fresh = None;
        self.last_id = self.stored.back().map_or(0, |(id, _)| *id);
        self.asleep = true;
        self.life += 1;
    }
}

/// Delivers to one service for as long as the fake lives.
pub(super) async fn deliver(shared: Arc<Shared>, index: usize) {
    let Some(sender) = shared.senders.get(index) else { return };
    let Some(url) = sender.registration.url.clone() else { return };
    let client = Client::builder().timeout(Duration::from_secs(60)).build().expect("an HTTP client");
    loop {
        let held = locked(&shared.knobs).hold_transactions;
        let Some(now) = (if held { None } else { sender.next() }) else {
            sender.wake.notified().await;
            continue;
        };
        let died = sender.died.notified();
        let arrived = tokio::select! {
            arrived = send(&shared, &client, &url, sender, &now) => arrived,
            () = died => false,
        };
        let lost = arrived && take(&mut locked(&shared.knobs).lose_ack_next);
        sender.settle(&now, arrived && !lost);
    }
}

async fn send(shared: &Shared, client: &Client, url: &str, sender: &Sender, now: &Try) -> bool {
    let twice = take(&mut locked(&shared.knobs).deliver_twice_next);
    let extras = now.first && take(&mut locked(&shared.knobs).extras_next);
    let body = body(&now.events, extras);
    let once = || async {
        let address = format!("{}/_matrix/app/v1/transactions/{}", url.trim_end_matches('/'), now.id);
        let request = client.put(address).bearer_auth(&sender.registration.hs_token).json(&body);
        request.send().await.is_ok_and(|response| response.status().is_success())
    };
    if !twice {
        return once().await;
    }
    let (first, second) = tokio::join!(once(), once());
    first && second
}

/// What is not stored comes along at the first try only.
fn body(events: &[Value], extras: bool) -> Value {
    if !extras {
        return json!({ "events": events });
    }
    let room = events.first().and_then(|event| event.get("room_id"));
    let typing = json!({ "type": "m.typing", "room_id": room, "content": { "user_ids": [] } });
    json!({
        "events": events,
        "ephemeral": [typing],
        "de.sorunome.msc2409.ephemeral": [typing],
        "de.sorunome.msc2409.to_device": [],
        "org.matrix.msc3202.device_lists": { "changed": [], "left": [] },
    })
}

fn compiled(namespaces: &[Namespace]) -> Vec<Regex> {
    namespaces.iter().map(|n| Regex::new(&n.regex).expect("a namespace is a regular expression")).collect()
}

/// Anchored at the start only, as Python's `re.match`.
fn matches_start(regex: &Regex, text: &str) -> bool {
    regex.find(text).is_some_and(|found| found.start() == 0)
}
