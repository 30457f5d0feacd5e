//! Leading, or waiting for it: one process of many works.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt as _;
use kring_app::App;
use kring_store::LockError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    context::Context,
    control::{self, Listener},
    exit::Exit,
    leading::{Leading, NotLeading},
    lifecycle::Lifecycle,
};

/// How often a process that does not lead tries to.
const AGAIN: Duration = Duration::from_secs(1);

/// How often everything is compared with the homeserver, beside the events.
const COMPARE: Duration = Duration::from_secs(6 * 3600);

/// Handled events and finished effects are kept so long.
const KEEP_DAYS: i64 = 30;

/// A process that would lead.
pub(super) struct Candidate {
    pub(super) app: App,
    pub(super) config: Config,
    pub(super) context: Context,
    /// Whether it leads at this moment, for `/ready`.
    pub(super) leads: Arc<AtomicBool>,
}

impl Candidate {
    /// Leads whenever no other process does, until the process stops. `first`: it leads already, and has this socket.
    pub(super) async fn lead(self, first: Option<Leading>, socket: Option<Listener>, life: Lifecycle) {
        let stop = life.stopping().clone();
        let (mut socket, mut next) = (socket, first);
        while !stop.is_cancelled() {
            match next.take() {
                Some(leading) => self.work(leading, socket.take(), &life).await,
                None => next = self.try_to_lead().await,
            }
            if next.is_none() {
                tokio::select! {
                    () = tokio::time::sleep(AGAIN) => {}
                    () = stop.cancelled() => {}
                }
            }
        }
    }

    async fn try_to_lead(&self) -> Option<Leading> {
        match Leading::take(&self.config, &self.app).await {
            Ok(leading) => {
                tracing::info!("this process leads");
                return Some(leading);
            }
            Err(NotLeading::Lock(LockError::Held { .. })) => {}
            Err(NotLeading::Lock(error)) => tracing::warn!(%error, "nobody can be asked who leads"),
            Err(NotLeading::Failed(failure)) => {
                let why: Vec<&str> = failure.0.iter().map(|text| text.en.as_str()).collect();
                tracing::error!(why = why.join(" "), "cannot lead");
            }
        }
        None
    }

    /// Works for as long as it leads and nobody says stop.
    async fn work(&self, leading: Leading, socket: Option<Listener>, life: &Lifecycle) {
        self.leads.store(true, Ordering::Release);
        let stop = life.stopping().child_token();
        let mut workers = workers(&leading.app, &stop);
        workers.spawn(self.clone_for(&leading).listen(socket, life.clone(), stop.clone()));
        tokio::select! {
            () = life.stopping().cancelled() => while workers.join_next().await.is_some() {},
            () = leading.lost.cancelled() => {
                // What is under way is the successor's now; its results could not be stored anyway.
                stop.cancel();
                workers.shutdown().await;
            }
            _ = ended(&mut workers) => {
                tracing::error!("a worker ended; stopping");
                life.stopping().cancel();
                while workers.join_next().await.is_some() {}
            }
        }
        self.leads.store(false, Ordering::Release);
    }

    fn clone_for(&self, leading: &Leading) -> Hearing {
        Hearing { app: leading.app.clone(), config: self.config.clone(), context: self.context.clone() }
    }
}

/// The first worker that ends although nobody asked it to: a process that only looks alive is worse than one that is
/// started anew.
async fn ended(workers: &mut JoinSet<()>) {
    if workers.join_next().await.is_none() {
        std::future::pending::<()>().await;
    }
}

fn workers(app: &App, stop: &CancellationToken) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    let each = || (app.clone(), stop.clone());
    let (app, stop) = each();
    workers.spawn(named("outbox", async move { app.serve_outbox(stop).await }));
    let (app, stop) = each();
    workers.spawn(named("lanes", async move { app.serve_lanes(stop).await }));
    let (app, stop) = each();
    workers.spawn(named("delivery", async move { app.serve_delivery(stop).await }));
    let (app, stop) = each();
    workers.spawn(named("upkeep", async move { app.serve_upkeep(COMPARE, KEEP_DAYS, stop).await }));
    let (app, stop) = each();
    workers.spawn(named("ears", async move { app.hear_of_events(stop).await }));
    workers
}

async fn named(name: &'static str, worker: impl Future<Output = ()>) {
    if AssertUnwindSafe(worker).catch_unwind().await.is_err() {
        tracing::error!(worker = name, "a worker panicked");
    }
}

/// What it takes to hear commands that other processes hand over.
struct Hearing {
    app: App,
    config: Config,
    context: Context,
}

impl Hearing {
    /// Carries out commands until `stop`. Where another process of this machine still has the socket, waits for it.
    async fn listen(self, socket: Option<Listener>, life: Lifecycle, stop: CancellationToken) {
        let mut socket = socket;
        while !stop.is_cancelled() {
            match socket.take().map_or_else(|| Listener::bind(&self.config.socket()), Ok) {
                Ok(listener) => {
                    let handler = handler(self.app.clone(), self.context.clone());
                    return control::serve(listener, handler, life.tasks().clone(), stop).await;
                }
                Err(error) => tracing::warn!(%error, "commands cannot be handed over yet"),
            }
            tokio::select! {
                () = tokio::time::sleep(AGAIN) => {}
                () = stop.cancelled() => {}
            }
        }
    }
}

fn handler(app: App, context: Context) -> control::Handler {
    Arc::new(move |request, out| {
        let (app, context) = (app.clone(), context.clone());
        Box::pin(async move {
            let Ok(command) = serde_json::from_value(request.command.clone()) else {
                out.say("control-other-version", &[]);
                return Exit::CouldNot;
            };
            let context = Context { out, request: Some(Arc::new(request)), app: Some(app), ..context };
            super::super::run_and_tell(&command, &context).await
        })
    })
}
