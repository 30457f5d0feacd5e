//! Delivery of transactions as Synapse does it: one in flight per service, up to 100 events each; after a failure the
//! service is down and the oldest transaction is tried again after 2, 4, 8 … 512 seconds of the moved clock.
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
}

#[derive(Debug)]
struct Queue {
    /// Events that no transaction holds yet; lost when the homeserver dies.
    events: VecDeque<Value>,
    /// Stored transactions, oldest first.
    stored: VecDeque<(u64, Vec<Value>)>,
    last_id: u64,
    /// After a crash nothing is sent before an event comes.
    asleep: bool,
    down: bool,
    backoff: u32,
    now: Duration,
    retry_at: Duration,
}

impl Sender {
    pub(super) fn new(registration: Registration) -> Self {
        let users = compiled(&registration.namespaces.users);
        let aliases = compiled(&registration.namespaces.aliases);
        let queue = Queue {
            events: VecDeque::new(),
            stored: VecDeque::new(),
            last_id: 0,
            asleep: false,
            down: false,
            backoff: 1,
            now: Duration::ZERO,
            retry_at: Duration::ZERO,
        };
        Self { registration, users, aliases, queue: Mutex::new(queue), wake: Notify::new() }
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
        let mut queue = locked(&self.queue);
        queue.events.clear();
        queue.last_id = queue.stored.back().map_or(0, |(id, _)| *id);
        queue.asleep = true;
    }

    pub(super) fn is_down(&self) -> bool {
        locked(&self.queue).down
    }

    pub(super) fn undelivered(&self) -> usize {
        let queue = locked(&self.queue);
        queue.events.len() + queue.stored.iter().map(|(_, events)| events.len()).sum::<usize>()
    }

    /// The transaction to send now, if any.
    fn next(&self) -> Option<(u64, Vec<Value>)> {
        let mut queue = locked(&self.queue);
        queue.store();
        if queue.asleep || (queue.down && queue.now < queue.retry_at) {
            return None;
        }
        if queue.down && queue.stored.is_empty() {
            queue.down = false;
        }
        queue.stored.front().cloned()
    }

    fn settle(&self, delivered: bool) {
        let mut queue = locked(&self.queue);
        if delivered {
            queue.stored.pop_front();
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
        while !self.events.is_empty() && (self.down || self.stored.is_empty()) {
            let count = self.events.len().min(MOST);
            let events = self.events.drain(..count).collect();
            self.last_id += 1;
            self.stored.push_back((self.last_id, events));
        }
    }
}

/// Delivers to one service for as long as the fake lives.
pub(super) async fn deliver(shared: Arc<Shared>, index: usize) {
    let Some(sender) = shared.senders.get(index) else { return };
    let Some(url) = sender.registration.url.clone() else { return };
    let client = Client::builder().timeout(Duration::from_secs(60)).build().expect("an HTTP client");
    loop {
        let held = locked(&shared.knobs).hold_transactions;
        match if held { None } else { sender.next() } {
            None => sender.wake.notified().await,
            Some((id, events)) => {
                let body = json!({ "events": events });
                let arrived = send(&shared, &client, &url, sender, id, &body).await;
                let lost = arrived && take(&mut locked(&shared.knobs).lose_ack_next);
                sender.settle(arrived && !lost);
            }
        }
    }
}

async fn send(shared: &Shared, client: &Client, url: &str, sender: &Sender, id: u64, body: &Value) -> bool {
    let twice = take(&mut locked(&shared.knobs).deliver_twice_next);
    let once = || async {
        let address = format!("{}/_matrix/app/v1/transactions/{id}", url.trim_end_matches('/'));
        let request = client.put(address).bearer_auth(&sender.registration.hs_token).json(body);
        request.send().await.is_ok_and(|response| response.status().is_success())
    };
    if !twice {
        return once().await;
    }
    let (first, second) = tokio::join!(once(), once());
    first && second
}

fn compiled(namespaces: &[Namespace]) -> Vec<Regex> {
    namespaces.iter().map(|n| Regex::new(&n.regex).expect("a namespace is a regular expression")).collect()
}

/// Anchored at the start only, as Python's `re.match`.
fn matches_start(regex: &Regex, text: &str) -> bool {
    regex.find(text).is_some_and(|found| found.start() == 0)
}
