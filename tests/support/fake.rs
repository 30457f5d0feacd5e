//! A homeserver made of memory: rooms, people and accounts with state, the endpoints that Kring uses, and Synapse's way
//! of delivering transactions, on a clock that the test moves.
//!
//! It follows Synapse 1.163 where Kring could tell the difference, and the authorisation rules of room version 12 as
//! far as Kring's rooms go. A test acts as a person through [`FakeHomeserver::acting`], turns [`Knobs`] to make things
//! go wrong, and counts requests to prove that none were made.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

use crate::registration::Registration;

mod accounts;
mod caller;
mod content;
mod directory;
mod events;
mod knobs;
mod membership;
mod model;
mod people;
mod power;
mod refusal;
mod room;
mod rooms;
mod router;
mod rules;
mod sender;
mod traffic;

pub use knobs::Knobs;
pub use model::{Account, Event, World};
pub use people::Acting;
pub use refusal::Refused;
pub use room::Room;

use sender::Sender;
use traffic::Traffic;

/// The name behind the colon of every id.
pub const SERVER_NAME: &str = crate::synapse::SERVER_NAME;

/// A running fake; stops on drop.
#[derive(Debug)]
pub struct FakeHomeserver {
    shared: Arc<Shared>,
    url: String,
    tasks: Vec<JoinHandle<()>>,
}

/// What the endpoints, the senders and the test have in common.
#[derive(Debug)]
struct Shared {
    world: Mutex<World>,
    knobs: Mutex<Knobs>,
    counts: Mutex<BTreeMap<String, u64>>,
    log: Mutex<Vec<String>>,
    traffic: Traffic,
    thawed: Notify,
    senders: Vec<Sender>,
}

impl FakeHomeserver {
    /// Starts one that knows these application services.
    ///
    /// # Panics
    /// When the loopback interface has no free port.
    pub async fn start(registrations: Vec<Registration>) -> Self {
        let senders: Vec<Sender> = registrations.into_iter().map(Sender::new).collect();
        let shared = Arc::new(Shared {
            world: Mutex::default(),
            knobs: Mutex::default(),
            counts: Mutex::default(),
            log: Mutex::default(),
            traffic: Traffic::default(),
            thawed: Notify::new(),
            senders,
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket"));
        let router = router::router(Arc::clone(&shared));
        let mut tasks = vec![tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        })];
        for index in 0..shared.senders.len() {
            tasks.push(tokio::spawn(sender::deliver(Arc::clone(&shared), index)));
        }
        Self { shared, url, tasks }
    }

    /// The base address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A look at everything it holds. Do not keep it over an `await`.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world()
    }

    /// The knobs. Do not keep them over an `await`.
    pub fn knobs(&self) -> MutexGuard<'_, Knobs> {
        locked(&self.shared.knobs)
    }

    /// Acts as a local person or service, past the endpoints but not past the rules.
    pub fn acting(&self, user: &str) -> Acting {
        Acting::new(Arc::clone(&self.shared), user)
    }

    /// Makes an account with a password; answers its user id.
    pub fn add_account(&self, localpart: &str, password: &str) -> String {
        let user = format!("@{localpart}:{SERVER_NAME}");
        self.world().accounts.insert(user.clone(), Account::with_password(password));
        user
    }

    /// Makes a server admin; answers its access token.
    pub fn add_admin(&self, localpart: &str) -> String {
        let user = self.add_account(localpart, "");
        let mut world = self.world();
        if let Some(account) = world.accounts.get_mut(&user) {
            account.admin = true;
        }
        world.log_in(&user)
    }

    /// How often each kind of request came, `PUT /_matrix/client/v3/rooms/{room}/state/{type}/{key}`.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        locked(&self.shared.counts).clone()
    }

    /// How many requests came whose kind contains `part`; all of them for an empty `part`.
    pub fn count_of(&self, part: &str) -> u64 {
        locked(&self.shared.counts).iter().filter(|(kind, _)| kind.contains(part)).map(|(_, n)| n).sum()
    }

    /// Method and address of every request, in the order in which they came.
    pub fn requests(&self) -> Vec<String> {
        locked(&self.shared.log).clone()
    }

    /// Forgets the counts and the requests.
    pub fn reset_counts(&self) {
        locked(&self.shared.counts).clear();
        locked(&self.shared.log).clear();
    }

    /// Requests that have come and not yet been answered, held ones included.
    pub fn under_way(&self) -> usize {
        self.shared.traffic.now()
    }

    /// The most requests that were ever under way at once.
    pub fn most_under_way(&self) -> usize {
        self.shared.traffic.most()
    }

    /// Lets the requests go on that [`Knobs::freeze_after`] holds, and holds no more.
    pub fn thaw(&self) {
        self.knobs().freeze_after = None;
        self.shared.thawed.notify_waiters();
    }

    /// Delivers again what [`Knobs::hold_transactions`] kept back.
    pub fn deliver(&self) {
        self.knobs().hold_transactions = false;
        self.advance(Duration::ZERO);
    }

    /// Moves the clock that transactions are retried by.
    pub fn advance(&self, by: Duration) {
        for sender in &self.shared.senders {
            sender.advance(by);
        }
    }

    /// What Synapse on SQLite does when it dies and starts again: events that no transaction holds yet are forgotten,
    /// counting goes on behind what is stored (at 1 where nothing is), and nothing is sent before the next interesting
    /// event. A transaction that was under way stays stored, and is sent again only when the service was down since.
    pub fn crash(&self) {
        for sender in &self.shared.senders {
            sender.crash();
        }
    }

    /// What is left when its table of transactions is lost: as after [`FakeHomeserver::crash`], and nothing is stored.
    pub fn lose_transactions(&self) {
        for sender in &self.shared.senders {
            sender.lose_transactions();
        }
    }

    /// Whether a transaction for the service `id` is under way.
    ///
    /// # Panics
    /// When there is no such service.
    pub fn is_delivering(&self, id: &str) -> bool {
        self.sender(id).is_delivering()
    }

    /// How long the homeserver still waits before it tries the service `id` again; `None` while it takes the service to
    /// be up, or waits for an event.
    ///
    /// # Panics
    /// When there is no such service.
    pub fn retries_in(&self, id: &str) -> Option<Duration> {
        self.sender(id).waits()
    }

    /// Whether the homeserver thinks that the service `id` is down.
    ///
    /// # Panics
    /// When there is no such service.
    pub fn thinks_down(&self, id: &str) -> bool {
        self.sender(id).is_down()
    }

    /// Events for the service `id` that wait and will be delivered when nothing else goes wrong.
    ///
    /// # Panics
    /// When there is no such service.
    pub fn undelivered(&self, id: &str) -> usize {
        self.sender(id).undelivered()
    }

    fn sender(&self, id: &str) -> &Sender {
        let found = self.shared.senders.iter().find(|s| s.registration.id == id);
        found.unwrap_or_else(|| panic!("no application service {id}"))
    }
}

impl Drop for FakeHomeserver {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        locked(&self.world)
    }

    /// Waits for the thaw.
    async fn held(&self) {
        loop {
            let thawed = self.thawed.notified();
            if locked(&self.knobs).freeze_after.is_none() {
                return;
            }
            thawed.await;
        }
    }

    /// Checks an event against the rules, keeps it and hands it to the services that are interested.
    fn emit(
        &self,
        room: &str,
        sender: &str,
        event_type: &str,
        state_key: Option<&str>,
        content: Value,
    ) -> Result<String, Refused> {
        let mut world = self.world();
        let event = Event::new(sender, event_type, state_key, content);
        let sent = world.room_mut(room)?.add(event)?;
        let Some(event) = sent.new else { return Ok(sent.event_id) };
        let Some(target) = world.rooms.get(room) else { return Ok(sent.event_id) };
        for service in &self.senders {
            if service.is_interested(target, &world.aliases, &event) {
                service.enqueue(json!(event));
            }
        }
        Ok(sent.event_id)
    }
}

/// A lock whose holder panicked still guards values that are whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
