//! Whether the homeserver delivers events to us, which it may stop doing without a word.
//!
//! A restart of the homeserver may lose events, so its answers are watched beside: once it was away, all histories are
//! looked at. A ping makes Synapse try a transaction that failed again at once. After its own restart it retries nothing
//! until the next event that interests us, so we write a harmless one and look whether it comes back.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use kring_core::ids::PlaceKey;
use kring_homeserver::{
    StateContent,
    probe::{self, Finding},
};
use ruma::EventId;
use serde_json::{Value, json};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::App;

/// The harmless event, in the root space. Clients show nothing of it.
pub const HEARTBEAT: &str = "nl.kring.heartbeat";

/// How long the harmless event may take to come back.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often to look in the store whether it came to another process.
const GLANCE: Duration = Duration::from_millis(500);

/// How often to look while all is well, and while it is not.
const CALM: Duration = Duration::from_secs(300);
const WORRIED: Duration = Duration::from_secs(15);

/// How often the homeserver is asked whether it is there: more often than it can start anew.
const WATCH: Duration = Duration::from_secs(3);

/// What is known about the delivery of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Not looked yet.
    Unknown,
    /// The homeserver reaches us and its events arrive.
    Arrives,
    /// The homeserver reaches us, and there is no room yet in which an event could be tried.
    Reaches,
    /// The homeserver cannot reach us, or refuses the question.
    Fails(Finding),
    /// The homeserver reaches us and still delivers nothing: it thinks that we are down.
    Silent,
}

/// The state of delivery, shared by the loop that looks and whoever asks.
#[derive(Debug)]
pub struct Heartbeat {
    state: Mutex<Delivery>,
    awaited: Mutex<Option<String>>,
    seen: Notify,
    /// When the last harmless event was sent, by the homeserver's clock.
    beat_at: Mutex<Option<i64>>,
    suspicious: AtomicBool,
    suspected: Notify,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self {
            state: Mutex::new(Delivery::Unknown),
            awaited: Mutex::default(),
            seen: Notify::new(),
            beat_at: Mutex::default(),
            suspicious: AtomicBool::new(true),
            suspected: Notify::new(),
        }
    }
}

impl Heartbeat {
    /// What is known.
    pub fn state(&self) -> Delivery {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A harmless event came back; `event` is its JSON.
    pub(crate) fn beat(&self, event: &str) {
        let event: Value = serde_json::from_str(event).unwrap_or_default();
        let awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if awaited.is_some() && event.pointer("/content/beat").and_then(Value::as_str) == awaited.as_deref() {
            let at = event.get("origin_server_ts").and_then(Value::as_i64);
            *self.beat_at.lock().unwrap_or_else(PoisonError::into_inner) = at;
            self.seen.notify_one();
        }
    }

    /// Something says that the homeserver may have lost events: all histories are to be looked at.
    pub(crate) fn suspect(&self) {
        self.suspicious.store(true, Ordering::Release);
        self.suspected.notify_one();
    }

    fn set(&self, state: Delivery) {
        let mut current = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if *current != state {
            tracing::info!(?state, "delivery of events");
            *current = state;
        }
    }

    fn expect(&self, beat: Option<String>) {
        if beat.is_some() {
            // One that comes in to another process leaves no time here, and an older time would hide what came since.
            *self.beat_at.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        *self.awaited.lock().unwrap_or_else(PoisonError::into_inner) = beat;
    }
}

impl App {
    /// Pings and looks for events until `stop`: at start, then every five minutes, sooner while something is wrong or may
    /// be. Whenever events arrive, what was lost before is fetched.
    pub async fn serve_delivery(&self, stop: CancellationToken) {
        tokio::select! {
            () = self.look_again_and_again() => {}
            () = self.watch_homeserver() => {}
            () = stop.cancelled() => {}
        }
    }

    async fn look_again_and_again(&self) {
        let mut turn = 0;
        loop {
            let began = Instant::now();
            let suspicious = self.heartbeat.suspicious.swap(false, Ordering::AcqRel);
            let state = self.look().await;
            let well = matches!(state, Delivery::Arrives | Delivery::Reaches);
            if !(well && self.gaps_are_closed(suspicious, turn).await) {
                self.heartbeat.suspicious.store(true, Ordering::Release);
            }
            turn += 1;
            self.heartbeat.set(state);
            tokio::select! {
                () = tokio::time::sleep(if well { CALM } else { WORRIED }) => {}
                () = self.heartbeat.suspected.notified(), if well => {
                    // One look answers a suspicion that comes again and again.
                    tokio::time::sleep_until(began + WORRIED).await;
                }
            }
        }
    }

    /// Whether what was lost has been looked for.
    async fn gaps_are_closed(&self, suspicious: bool, turn: usize) -> bool {
        let looked = if suspicious {
            self.close_gaps().await
        } else {
            let before = *self.heartbeat.beat_at.lock().unwrap_or_else(PoisonError::into_inner);
            self.close_some_gaps(turn, before).await
        };
        looked.inspect_err(|error| tracing::error!(%error, "gaps could not be looked for")).is_ok()
    }

    /// Notices when the homeserver was away.
    async fn watch_homeserver(&self) {
        loop {
            tokio::time::sleep(WATCH).await;
            if self.homeserver.versions().await.is_err() {
                self.heartbeat.suspect();
            }
        }
    }

    async fn look(&self) -> Delivery {
        let beat = format!("{:016x}", rand::random::<u64>());
        match probe::delivery(&self.homeserver, beat.as_str().into()).await {
            Finding::Good => self.look_for(beat).await,
            trouble => Delivery::Fails(trouble),
        }
    }

    async fn look_for(&self, beat: String) -> Delivery {
        let Some(room) = self.root_room().await else { return Delivery::Reaches };
        self.heartbeat.expect(Some(beat.clone()));
        let event = StateContent::new(HEARTBEAT, "", json!({"beat": beat}));
        let sent = match self.homeserver.put_state(&room, &event).await {
            Ok(sent) => sent,
            Err(error) => {
                tracing::warn!(%error, "the harmless event could not be sent");
                return Delivery::Reaches;
            }
        };
        let came = tokio::time::timeout(PATIENCE, self.came_back(&sent)).await.is_ok();
        self.heartbeat.expect(None);
        if came { Delivery::Arrives } else { Delivery::Silent }
    }

    /// Waits until the event comes in, here or in another process on the same store.
    async fn came_back(&self, event: &EventId) {
        loop {
            tokio::select! {
                () = self.heartbeat.seen.notified() => return,
                () = tokio::time::sleep(GLANCE) => {}
            }
            let Ok(mut reader) = self.context.store.read().await else { continue };
            if reader.known_events(&[event.as_str()]).await.is_ok_and(|known| !known.is_empty()) {
                return;
            }
        }
    }

    async fn root_room(&self) -> Option<ruma::OwnedRoomId> {
        let root: PlaceKey = self.context.policy.root_place()?;
        self.context.store.read().await.ok()?.room_of(&root).await.ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_awaited_beat_counts() {
        let heartbeat = Heartbeat::default();
        heartbeat.expect(Some("1".to_owned()));
        heartbeat.beat(r#"{"content": {"beat": "0"}}"#);
        assert!(futures_util::FutureExt::now_or_never(heartbeat.seen.notified()).is_none());
        heartbeat.beat(r#"{"content": {"beat": "1"}}"#);
        assert!(futures_util::FutureExt::now_or_never(heartbeat.seen.notified()).is_some());
    }
}
