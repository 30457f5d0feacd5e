//! The `kring` binary: configuration, wiring, subcommands.

pub mod check;
pub mod cli;
pub mod commands;
pub mod config;
pub mod context;
pub mod control;
mod demo;
pub mod exit;
pub mod language;
pub mod leading;
pub mod lifecycle;
pub mod logging;
pub mod output;
pub mod policy_file;
pub mod ports;
pub mod secret_file;
pub mod wiring;

use std::{process::ExitCode, sync::Arc};

use clap::Parser as _;
use kring_core::clock::SystemClock;

use crate::{cli::Cli, context::Context, exit::Exit, output::Output};

/// At least two workers: what comes in is put on the disk by one of them, which waits when the disk stalls.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    tokio::runtime::Builder::new_multi_thread().worker_threads(cores.max(2)).enable_all().build()
}

/// Reads the command line, does what it asks and says how that ended.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let language = language::choose(&cli.global, &|name| std::env::var(name).ok());
    let context = Context {
        out: Output::process(language.tag()),
        clock: Arc::new(SystemClock),
        config_path: cli.global.config.clone(),
        request: None,
        app: None,
    };
    match runtime() {
        Ok(runtime) => runtime.block_on(commands::run_and_tell(&cli.command, &context)).into(),
        Err(error) => {
            context.out.say("no-runtime", &[("reason", error.to_string().into())]);
            Exit::CouldNot.into()
        }
    }
}
