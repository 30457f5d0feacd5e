//! How the database is, as readiness tells it, and what is done when it works again.

use std::{
    sync::{
        Arc, Mutex as Lock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use kring_app::{App, Error};
use kring_homeserver::probe;
use kring_store::StoreError;
use kring_web::Part;
use tokio::sync::Mutex;

use super::{bad, good};
use crate::output::texts;

/// The database is asked at most this often, however often somebody asks us.
const FRESH: Duration = Duration::from_secs(2);

/// Longer, and whoever asks us would think that it is we who are gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// A homeserver sends a transaction that was not stored again within 512 s. What it did not send by then it has forgotten.
const LONGEST: Duration = Duration::from_secs(600);

const SILENT: &str = "database-silent";

/// The pauses between the looks whether the database works again.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// See the module.
pub(super) struct Database {
    app: App,
    probed: Mutex<Option<(Instant, Part)>>,
    /// What kept the newest transaction from being stored. A full disk may take a small change and not a large one.
    refused: Lock<Option<(Instant, Part)>>,
    healing: AtomicBool,
}

impl Database {
    pub(super) fn new(app: App) -> Self {
        Self { app, probed: Mutex::default(), refused: Lock::default(), healing: AtomicBool::default() }
    }

    pub(super) async fn part(&self) -> Part {
        let probed = self.probed().await;
        // A transaction, or whoever takes it apart, waited as long as it takes to know why.
        let silent = probed.code == SILENT;
        let trouble = self.app.trouble().filter(|_| silent).map(|(code, reason)| told(code, &reason));
        let vague = probed.good || silent;
        self.refused().filter(|_| vague).or(trouble).unwrap_or(probed)
    }

    /// Takes notice of a transaction that was stored, or was not for this reason.
    pub(super) fn took(self: &Arc<Self>, error: Option<&Error>) {
        let part = error.map(|error| match error {
            Error::Store(error) => of_error(error),
            other => told("database-refuses", &other.to_string()),
        });
        let failed = part.is_some();
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) =
            part.map(|part| (Instant::now(), part));
        if failed && !self.healing.swap(true, Ordering::AcqRel) {
            tokio::spawn(Arc::clone(self).heal());
        }
    }

    fn refused(&self) -> Option<Part> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.as_ref().filter(|(at, _)| at.elapsed() < LONGEST).map(|(_, part)| part.clone())
    }

    async fn probed(&self) -> Part {
        let mut last = self.probed.lock().await;
        match &*last {
            Some((at, part)) if at.elapsed() < FRESH => part.clone(),
            _ => {
                let part = self.probe().await;
                *last = Some((Instant::now(), part.clone()));
                part
            }
        }
    }

    async fn probe(&self) -> Part {
        let now = self.app.context.clock.now_ms();
        match tokio::time::timeout(PATIENCE, self.app.context.store.probe(now)).await {
            Ok(Ok(())) => good(),
            Ok(Err(error)) => of_error(&error),
            Err(_) => told(SILENT, &format!("{} s", PATIENCE.as_secs())),
        }
    }

    /// The homeserver takes us to be down and waits longer and longer; a ping makes it send again at once.
    async fn heal(self: Arc<Self>) {
        let (mut pause, longest) = PAUSES;
        while self.refused().is_some() {
            tokio::time::sleep(pause).await;
            if self.probed().await.good && self.refused().is_some() {
                let ping = format!("{:016x}", rand::random::<u64>());
                probe::delivery(&self.app.homeserver, ping.as_str().into()).await;
                pause = (pause * 2).min(longest);
            }
        }
        self.healing.store(false, Ordering::Release);
    }
}

fn of_error(error: &StoreError) -> Part {
    told(error.code(), &error.to_string())
}

fn told(code: &str, reason: &str) -> Part {
    tracing::warn!(policy.code = code, reason, "the database takes no changes");
    let sentence = match code {
        "database-locked" => "ready-database-locked",
        "database-full" => "ready-database-full",
        "database-read-only" => "ready-database-read-only",
        _ => "ready-database",
    };
    bad(code, texts().text(sentence, &[("reason", reason.into())]))
}
