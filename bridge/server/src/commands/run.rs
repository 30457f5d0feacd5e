//! `kring run`: the bridge at work, until it is told to stop.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use kring_app::App;
use kring_store::WriterLock;
use kring_web::WebState;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    check,
    config::Config,
    context::Context,
    control::{self, Listener},
    exit::{Exit, Failure},
    lifecycle::{Lifecycle, Stopped},
    logging, ports, wiring,
};

/// How often a leader says that it is alive; a third of what makes it stale.
const BEAT: Duration = Duration::from_secs(1);

/// How often everything is compared with the homeserver, beside the events.
const COMPARE: Duration = Duration::from_secs(6 * 3600);

/// Handled events and finished effects are kept so long.
const KEEP_DAYS: i64 = 30;

/// Runs the bridge.
///
/// # Errors
/// When something it needs is wrong or in use, with what to do; nothing was started then.
pub async fn run(context: &Context) -> Result<Exit, Failure> {
    let config = context.config()?;
    check::files(&config)?;
    logging::init(&config.log);
    let socket = Listener::bind(&config.socket()).map_err(|e| wiring::failure("run-twice", &e))?;
    let http = TcpListener::bind(config.listen.address).await.map_err(|e| {
        let address = ("address", config.listen.address.to_string().into());
        Failure::new("listen-failed", &[address, ("reason", e.to_string().into())])
    })?;
    let (app, lock) = wiring::leader(&config, context).await?;
    let life = Lifecycle::default();
    serve(&life, &app, &config, http)?;
    life.tasks().spawn(control::serve(
        socket,
        handler(app.clone(), context.clone()),
        life.tasks().clone(),
        life.stopping().clone(),
    ));
    life.tasks().spawn(beat(app.clone(), lock, life.stopping().clone()));
    context.out.say("run-ready", &[("address", config.listen.address.to_string().into())]);
    life.ready();
    let stopped = life.run().await.map_err(|e| wiring::failure("no-signals", &e))?;
    app.context.store.close().await;
    Ok(if stopped == Stopped::Orderly { Exit::Done } else { Exit::CouldNot })
}

fn serve(life: &Lifecycle, app: &App, config: &Config, http: TcpListener) -> Result<(), Failure> {
    let hs_token = wiring::registration(config)?.hs_token;
    let (ingest, ready) = ports::ports(app);
    let state = WebState::new(hs_token, Arc::new(ingest), Arc::new(ready));
    let stop = life.stopping();
    let stopping = stop.clone().cancelled_owned();
    let fatal = stop.clone();
    life.tasks().spawn(async move {
        if let Err(error) = kring_web::serve(http, kring_web::router(state), stopping).await {
            tracing::error!(%error, "the web server ended");
            fatal.cancel();
        }
    });
    work(life, app);
    Ok(())
}

fn work(life: &Lifecycle, app: &App) {
    let each = || (app.clone(), life.stopping().clone());
    let (app, stop) = each();
    watched(life, "outbox", async move { app.serve_outbox(stop).await });
    let (app, stop) = each();
    watched(life, "lanes", async move { app.serve_lanes(stop).await });
    let (app, stop) = each();
    watched(life, "delivery", async move { app.serve_delivery(stop).await });
    let (app, stop) = each();
    watched(life, "upkeep", async move { app.serve_upkeep(COMPARE, KEEP_DAYS, stop).await });
}

/// A worker that must not end before the others: a process that only looks alive is worse than one that is restarted.
fn watched(life: &Lifecycle, name: &'static str, worker: impl Future<Output = ()> + Send + 'static) {
    let stop = life.stopping().clone();
    life.tasks().spawn(async move {
        let ended = AssertUnwindSafe(worker).catch_unwind().await;
        if ended.is_err() || !stop.is_cancelled() {
            tracing::error!(worker = name, "a worker ended; stopping");
            stop.cancel();
        }
    });
}

/// Carries out the commands that other processes hand over.
fn handler(app: App, context: Context) -> control::Handler {
    Arc::new(move |request, out| {
        let (app, context) = (app.clone(), context.clone());
        Box::pin(async move {
            let Ok(command) = serde_json::from_value(request.command.clone()) else {
                out.say("control-other-version", &[]);
                return Exit::CouldNot;
            };
            let context = Context { out, request: Some(Arc::new(request)), app: Some(app), ..context };
            super::run_and_tell(&command, &context).await
        })
    })
}

/// Says that we live; a leader that was overtaken stops.
async fn beat(app: App, mut lock: WriterLock, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = lock.beat(app.context.clock.now_ms()).await {
            tracing::error!(%error, "another kring has taken over");
            stop.cancel();
        }
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            () = stop.cancelled() => {}
        }
    }
}
