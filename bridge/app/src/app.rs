//! The running bridge: the context, the homeserver, and what wakes the workers.

use std::{
    collections::HashMap,
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use kring_core::ids::PlaceKey;
use kring_homeserver::{AccountProvider, Homeserver, Joiner};
use kring_store::Store;
use tokio::sync::{Mutex as AsyncMutex, Notify, OwnedMutexGuard, watch};

use crate::{
    Error,
    context::{Context, Snapshot},
    delivery::Heartbeat,
    gaps::Touched,
};

const OWNER: &str = "leader";

/// Everything the bridge acts with. Clones share it.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// See [`App`].
pub struct Inner {
    /// Policy, store, clock.
    pub context: Context,
    /// The homeserver, with the bridge's token.
    pub homeserver: Homeserver,
    /// Accepts invitations as the invited person.
    pub joiner: Joiner,
    /// Makes accounts; `None` where Kring has no admin token and uses the accounts that exist.
    pub accounts: Option<Arc<dyn AccountProvider>>,
    /// Names the holder of the writer's lock in leases. A constant: whoever holds the lock inherits the leases of a
    /// process that died.
    pub owner: String,
    /// What the whole process has in common, whether it leads or not.
    shared: Arc<Shared>,
    /// Held while a plan is made and carried out: two at a time would ask for the same things.
    pub(crate) planning: AsyncMutex<()>,
    /// Held while what came is taken apart.
    pub(crate) unpacking: AsyncMutex<()>,
    /// Whether there may be events whose former owner died.
    pub(crate) suspects: AtomicBool,
    turns: Mutex<HashMap<PlaceKey, Arc<AsyncMutex<()>>>>,
}

/// See [`Inner`].
pub struct Shared {
    /// Whether the homeserver delivers.
    pub heartbeat: Heartbeat,
    /// Rung when events were stored.
    pub events_stored: Notify,
    /// Rung when effects were stored.
    pub effects_stored: Notify,
    /// Rung when the mirror was read anew and may show drift that no event told.
    pub drifted: Notify,
    /// Counts finished effects, so that whoever waits for some looks again.
    pub effects_finished: watch::Sender<u64>,
    /// What keeps events from being handled: a stable code of the store's and its words.
    pub(crate) trouble: Mutex<Option<(&'static str, String)>>,
    /// The rooms in which something happened since gaps were looked for.
    pub(crate) touched: Touched,
    snapshot: RwLock<Arc<Snapshot>>,
    reading: AsyncMutex<()>,
}

impl Deref for Inner {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Puts the bridge together and reads the facts once.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn new(
        context: Context,
        homeserver: Homeserver,
        joiner: Joiner,
        accounts: Option<Arc<dyn AccountProvider>>,
    ) -> Result<Self, Error> {
        let shared = Shared {
            heartbeat: Heartbeat::default(),
            events_stored: Notify::new(),
            effects_stored: Notify::new(),
            drifted: Notify::new(),
            effects_finished: watch::Sender::new(0),
            trouble: Mutex::default(),
            touched: Touched::default(),
            snapshot: RwLock::new(Arc::new(context.snapshot().await?)),
            reading: AsyncMutex::default(),
        };
        Ok(Self::with(context, homeserver, joiner, accounts, Arc::new(shared)))
    }

    /// The same bridge with the rights of a leader: its store says whose term it is, its clients may make requests for as
    /// long as it leads.
    pub fn leading(
        &self,
        store: Store,
        homeserver: Homeserver,
        joiner: Joiner,
        accounts: Option<Arc<dyn AccountProvider>>,
    ) -> Self {
        let context = Context { store, ..self.context.clone() };
        Self::with(context, homeserver, joiner, accounts, Arc::clone(&self.shared))
    }

    fn with(
        context: Context,
        homeserver: Homeserver,
        joiner: Joiner,
        accounts: Option<Arc<dyn AccountProvider>>,
        shared: Arc<Shared>,
    ) -> Self {
        Self(Arc::new(Inner {
            context,
            homeserver,
            joiner,
            accounts,
            owner: OWNER.to_owned(),
            shared,
            planning: AsyncMutex::default(),
            unpacking: AsyncMutex::default(),
            suspects: AtomicBool::new(true),
            turns: Mutex::default(),
        }))
    }
}

impl Inner {
    /// Frees what a leader that died was working on. To be called once, by its successor.
    ///
    /// # Errors
    ///
    /// When the store cannot be written.
    pub async fn inherit(&self) -> Result<(), Error> {
        let mut writer = self.context.store.write().await?;
        writer.release_leases(&self.owner).await?;
        writer.commit().await?;
        self.suspects.store(true, Ordering::Release);
        Ok(())
    }

    /// What keeps events from being handled at the moment, if it is the store: its code and its words.
    pub fn trouble(&self) -> Option<(&'static str, String)> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn note_trouble(&self, error: Option<&Error>) {
        let told = match error {
            Some(Error::Store(error)) => Some((error.code(), error.to_string())),
            _ => None,
        };
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = told;
    }

    /// The facts as they were last read, and what should be.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the facts again; to be called after every change of people, groups or grants.
    ///
    /// # Errors
    ///
    /// When the store cannot be read; the former facts stay.
    pub async fn reload(&self) -> Result<Arc<Snapshot>, Error> {
        // One reader at a time: facts that were read first must not be put in place last.
        let _turn = self.reading.lock().await;
        let fresh = Arc::new(self.context.snapshot().await?);
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }

    /// The one writer of a place: effects of different lanes that write its state take turns.
    pub(crate) async fn writing(&self, place: &PlaceKey) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(place.clone()).or_default())
        };
        turn.lock_owned().await
    }
}
