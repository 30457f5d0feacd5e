//! Our side of the homeserver's deliveries: Kring's own routes, with the bridge that is alive at the moment behind them.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use kring_app::App;
use kring_core::text::Text;
use kring_web::{Events, IngestError, IngestPort, Part, Readiness, ReadinessPort, Role, WebState};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::breath::Breath;

/// Leads to the bridge that is alive; to nobody while it is dead.
#[derive(Clone, Default)]
pub(crate) struct Door(Arc<Mutex<Option<(App, Breath)>>>);

impl Door {
    pub(crate) fn open(&self, alive: Option<(App, Breath)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = alive;
    }

    fn alive(&self) -> Option<(App, Breath)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves the routes on `listener` for as long as the task lives.
    pub(crate) fn serve(&self, listener: TcpListener, hs_token: &str) -> JoinHandle<()> {
        let port = Arc::new(self.clone());
        let router = kring_web::router(WebState::new(hs_token.into(), port.clone(), port));
        tokio::spawn(async move {
            kring_web::serve(listener, router, std::future::pending()).await.expect("the routes are served");
        })
    }
}

#[async_trait]
impl IngestPort for Door {
    async fn ingest(&self, txn_id: &str, events: Events) -> Result<(), IngestError> {
        let (app, breath) = self.alive().ok_or_else(|| IngestError("nobody is here".to_owned()))?;
        let ended = breath.of(app.receive(txn_id, events.count, &events.json)).await;
        ended
            .ok_or_else(|| IngestError("it died".to_owned()))?
            .map_err(|error| IngestError(error.to_string()))
    }
}

#[async_trait]
impl ReadinessPort for Door {
    async fn readiness(&self) -> Readiness {
        let good = Part { good: true, code: "good".to_owned(), text: Text::default() };
        Readiness {
            database: good.clone(),
            homeserver: good.clone(),
            token: good.clone(),
            delivery: good,
            role: Role::Leads,
        }
    }
}
