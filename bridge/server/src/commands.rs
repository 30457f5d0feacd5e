//! The subcommands, one per file: its arguments and what it does.

pub mod apply;
pub mod audit;
mod changing;
pub mod config;
mod confirming;
pub mod doctor;
pub mod events;
pub mod group;
pub mod import;
pub mod member;
pub mod plan;
pub mod policy;
pub mod registration;
pub mod run;
pub mod why;

use self::changing::with_app;
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
        Command::Import(args) if args.dry_run => import::run(args, context).await,
        Command::Import(args) => import::accept(args, command, context).await,
        Command::Run(args) => run::run(args, context).await,
        Command::Plan(args) => plan::run(args, command, context).await,
        Command::Apply(args) => with_app(context, command, &[], |app| apply::run(args, app, context)).await,
        Command::Why(args) => why::run(args, context).await,
        Command::Group(args) => with_app(context, command, &[], |app| group::run(args, app, context)).await,
        Command::Member(args) => member::run(args, command, context).await,
        Command::Audit(args) => audit::run(args, context).await,
        Command::Events(args) => events::run(args, command, context).await,
        Command::Doctor(args) => doctor::run(args, context).await,
        Command::Demo(args) => crate::demo::run(args, context).await,
        Command::Policy(args) => policy::run(args, context).await,
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
