//! `kring run`: the bridge at work, until it is told to stop.
//!
//! On SQLite one process does everything. On PostgreSQL there may be several: each takes in what the homeserver sends and
//! serves pages, and one of them leads, which means that it handles events and carries out effects (`lead`).

mod lead;
mod listeners;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use clap::{Args, ValueEnum};
use kring_app::App;
use kring_store::Engine;
use serde::{Deserialize, Serialize};

use self::{lead::Candidate, listeners::Listeners};
use crate::{
    check,
    config::{Config, Database},
    context::Context,
    control::Listener,
    exit::{Exit, Failure},
    leading::{Leading, NotLeading},
    lifecycle::{Lifecycle, Stopped},
    logging, ports, wiring,
};

/// `kring run`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct RunArgs {
    /// Do a part of the work and leave the rest to other processes on the same PostgreSQL database
    #[arg(long, value_enum)]
    pub only: Option<Only>,
}

/// A part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Only {
    /// Take in what the homeserver sends, and lead when no other process does
    Bridge,
    /// The bots' private chats
    Bots,
    /// Take in what the homeserver sends, and serve pages; never lead
    Web,
}

/// Runs the bridge.
///
/// # Errors
/// When something it needs is wrong or in use, with what to do; nothing was started then.
pub async fn run(args: &RunArgs, context: &Context) -> Result<Exit, Failure> {
    let config = context.config()?;
    check::files(&config)?;
    possible(args, &config)?;
    logging::init(&config.log);
    let socket = match config.database() {
        Database::Sqlite(_) => {
            Some(Listener::bind(&config.socket()).map_err(|e| wiring::failure("run-twice", &e))?)
        }
        // Whoever leads will listen: several processes may share a machine.
        Database::Postgres(_) => None,
    };
    let listeners = Listeners::bind(&config).await?;
    let app = wiring::app(&config, Arc::clone(&context.clock)).await?;
    let life = Lifecycle::default();
    let leads = Arc::new(AtomicBool::new(false));
    let first = if args.only == Some(Only::Web) { None } else { first(&config, &app).await? };
    let leading = || {
        let leads = Arc::clone(&leads);
        move || leads.load(Ordering::Acquire)
    };
    let ports = ports::ports(&app, leading());
    let module = wiring::module_token(&config)?;
    let antispam = module.map(|token| (token, ports::Prevention::new(&app, leading())));
    listeners.serve(&life, wiring::registration(&config)?.hs_token, ports, antispam);
    if args.only != Some(Only::Web) {
        let candidate =
            Candidate { app: app.clone(), config: config.clone(), context: context.clone(), leads };
        life.tasks().spawn(candidate.lead(first, socket, life.clone()));
    }
    context.out.say("run-ready", &[("address", config.listen.address.to_string().into())]);
    life.ready();
    let stopped = life.run().await.map_err(|e| wiring::failure("no-signals", &e))?;
    app.context.store.close().await;
    Ok(if stopped == Stopped::Orderly { Exit::Done } else { Exit::CouldNot })
}

/// On SQLite there is one process, which does everything; and bots with private chats are not there yet.
fn possible(args: &RunArgs, config: &Config) -> Result<(), Failure> {
    match (args.only, config.database()) {
        (Some(_), Database::Sqlite(_)) => Err(Failure::new("run-only-sqlite", &[])),
        (Some(Only::Bots), _) => Err(Failure::new("run-no-bots", &[])),
        _ => Ok(()),
    }
}

/// Leads from the start where that is possible; on SQLite it has to be.
async fn first(config: &Config, app: &App) -> Result<Option<Leading>, Failure> {
    match (Leading::take(config, app).await, app.context.store.engine()) {
        (Ok(leading), _) => Ok(Some(leading)),
        (Err(NotLeading::Failed(failure)), _) => Err(failure),
        (Err(NotLeading::Lock(error)), Engine::Sqlite) => Err(wiring::failure("run-twice", &error)),
        // Somebody else leads, or it is tried again soon.
        (Err(NotLeading::Lock(_)), Engine::Postgres) => Ok(None),
    }
}
