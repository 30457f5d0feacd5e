//! What the HTTP side asks of the bridge.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use kring_app::{App, Delivery};
use kring_core::text::Text;
use kring_homeserver::probe::{self, Finding};
use kring_store::{Aside, IncomingEvent as Stored};
use kring_web::{IncomingEvent, IngestError, IngestPort, Part, Readiness, ReadinessPort, Role};
use tokio::sync::Mutex;

use crate::output::texts;

/// Stores transactions and wakes the lanes.
pub struct Ingest(pub App);

#[async_trait]
impl IngestPort for Ingest {
    async fn ingest(&self, txn_id: &str, events: Vec<IncomingEvent>) -> Result<(), IngestError> {
        let now = self.0.context.clock.now_ms();
        let events: Vec<Stored> = events.into_iter().map(|event| stored(event, now)).collect();
        self.0.ingest(txn_id, events).await.map_err(|error| IngestError(error.to_string()))
    }
}

fn stored(event: IncomingEvent, received_at_ms: i64) -> Stored {
    Stored {
        event_id: event.event_id,
        room_id: event.room_id,
        event_type: event.event_type,
        state_key: event.state_key,
        sender: event.sender,
        json: Box::<str>::from(event.raw).into_string(),
        received_at_ms,
        aside: event.poison.map(Aside::Dead),
    }
}

/// The homeserver is asked at most this often, however often somebody asks us.
const FRESH: Duration = Duration::from_secs(10);

/// Tells what works and what does not.
pub struct Ready {
    app: App,
    leads: Box<dyn Fn() -> bool + Send + Sync>,
    last: Mutex<Option<(Instant, Finding)>>,
}

impl Ready {
    /// For this bridge; `leads` says whether it leads at this moment.
    pub fn new(app: App, leads: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { app, leads: Box::new(leads), last: Mutex::default() }
    }

    async fn finding(&self) -> Finding {
        let mut last = self.last.lock().await;
        match &*last {
            Some((at, finding)) if at.elapsed() < FRESH => finding.clone(),
            _ => {
                let finding = probe::homeserver(&self.app.homeserver).await;
                *last = Some((Instant::now(), finding.clone()));
                finding
            }
        }
    }

    async fn database(&self) -> Part {
        let asked = match self.app.context.store.read().await {
            Ok(mut reader) => reader.backlog().await,
            Err(error) => Err(error),
        };
        match asked {
            Ok(_) => good(),
            Err(error) => {
                tracing::warn!(%error, "the database does not answer");
                bad(
                    "database-silent",
                    texts().text("ready-database", &[("reason", error.to_string().into())]),
                )
            }
        }
    }
}

#[async_trait]
impl ReadinessPort for Ready {
    async fn readiness(&self) -> Readiness {
        let (database, finding) = tokio::join!(self.database(), self.finding());
        let is_token = matches!(finding, Finding::TokenUnknown | Finding::OtherSender { .. });
        let found = of_finding(&finding);
        Readiness {
            database,
            homeserver: if is_token { good() } else { found.clone() },
            token: if is_token { found } else { good() },
            role: if (self.leads)() { Role::Leads } else { Role::StandsBy },
            delivery: match self.app.heartbeat.state() {
                Delivery::Unknown | Delivery::Arrives | Delivery::Reaches => good(),
                Delivery::Fails(finding) => of_finding(&finding),
                Delivery::Silent => bad("homeserver-thinks-we-are-down", texts().text("ready-silent", &[])),
            },
        }
    }
}

fn of_finding(finding: &Finding) -> Part {
    match finding {
        Finding::Good => good(),
        other => bad(other.code(), other.text()),
    }
}

fn good() -> Part {
    Part { good: true, code: "ok".to_owned(), text: Text::default() }
}

fn bad(code: &str, text: Text) -> Part {
    Part { good: false, code: code.to_owned(), text }
}
