//! What the HTTP side asks of the bridge.

mod database;
mod prevention;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use kring_app::{App, Delivery};
use kring_core::text::Text;
use kring_homeserver::probe::{self, Finding};
use kring_web::{
    Arrears, ArrearsPort, Events, IngestError, IngestPort, Part, Readiness, ReadinessPort, Role, Waiting,
};
use tokio::sync::Mutex;

use self::database::Database;
pub use self::prevention::Prevention;
use crate::output::texts;

/// The two ports of this bridge, which know of each other's trouble with the database.
///
/// `leads` says whether this process leads at the moment.
pub fn ports(app: &App, leads: impl Fn() -> bool + Send + Sync + 'static) -> (Ingest, Ready) {
    let database = Arc::new(Database::new(app.clone()));
    let ready = Ready {
        app: app.clone(),
        leads: Box::new(leads),
        last: Mutex::default(),
        database: Arc::clone(&database),
    };
    (Ingest { app: app.clone(), database }, ready)
}

/// Stores transactions and wakes the lanes.
pub struct Ingest {
    app: App,
    database: Arc<Database>,
}

#[async_trait]
impl IngestPort for Ingest {
    async fn ingest(&self, txn_id: &str, events: Events) -> Result<(), IngestError> {
        let stored = self.app.receive(txn_id, events.count, &events.json).await;
        self.database.took(stored.as_ref().err());
        stored.map_err(|error| IngestError(error.to_string()))
    }
}

/// The homeserver is asked at most this often, however often somebody asks us.
const FRESH: Duration = Duration::from_secs(10);

/// As for the database's readiness: who collects numbers gives up after some seconds too.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tells what works and what does not, and how far it is behind.
pub struct Ready {
    app: App,
    leads: Box<dyn Fn() -> bool + Send + Sync>,
    last: Mutex<Option<(Instant, Finding)>>,
    database: Arc<Database>,
}

impl Ready {
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
}

#[async_trait]
impl ReadinessPort for Ready {
    async fn readiness(&self) -> Readiness {
        let (database, finding) = tokio::join!(self.database.part(), self.finding());
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

#[async_trait]
impl ArrearsPort for Ready {
    async fn arrears(&self) -> Option<Arrears> {
        match tokio::time::timeout(PATIENCE, self.app.context.arrears()).await {
            Ok(Ok(found)) => {
                Some(Arrears { events: waiting(&found.events), effects: waiting(&found.effects) })
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "nobody can tell how much waits");
                None
            }
            Err(_) => {
                tracing::warn!(seconds = PATIENCE.as_secs(), "the database does not say how much waits");
                None
            }
        }
    }
}

fn waiting(found: &kring_app::Waiting) -> Waiting {
    Waiting { waiting: found.waiting, oldest: found.oldest, given_up: found.given_up }
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
