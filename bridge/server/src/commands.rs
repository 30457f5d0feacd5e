//! The subcommands, one per file: its arguments and what it does.

pub mod config;
pub mod import;
pub mod policy;
pub mod registration;

use crate::{
    cli::Command,
    context::Context,
    exit::{Exit, Failure},
};

/// Does what was asked.
///
/// # Errors
/// When it could not be done, with the sentences to show.
pub async fn run(command: &Command, context: &Context) -> Result<Exit, Failure> {
    match command {
        Command::Config(args) => config::run(args, context),
        Command::Import(args) => import::run(args, context),
        Command::Policy(args) => policy::run(args, context),
        Command::Registration(args) => registration::run(args, context).await,
    }
}

/// As [`run`]; what could not be done is said on the context's output.
pub async fn run_and_tell(command: &Command, context: &Context) -> Exit {
    match run(command, context).await {
        Ok(exit) => exit,
        Err(Failure(sentences)) => {
            sentences.iter().for_each(|sentence| context.out.tell(sentence));
            Exit::CouldNot
        }
    }
}
