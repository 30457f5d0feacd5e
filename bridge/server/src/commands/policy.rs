//! `kring policy`: check, test, explain and compare policies.

mod check;
mod diff;
mod explain;
mod test;

use clap::Subcommand;
use kring_policies::policy::Policy;
use serde::{Deserialize, Serialize};

use crate::{
    config::PolicySource,
    context::Context,
    exit::{Exit, Failure},
    policy_file, wiring,
};

/// `kring policy …`
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyCommand {
    /// Read a policy and say what is wrong with it
    Check(check::CheckArgs),
    /// Run every cases/*.yaml under a folder against the policies they name
    Test(test::TestArgs),
    /// Say in sentences what a policy means: who belongs where, who may do what
    Explain(explain::ExplainArgs),
    /// Say what an edit would change, and for how many people
    Diff(diff::DiffArgs),
}

/// Checks, tests, explains or compares.
///
/// # Errors
/// When a policy, the cases or the people cannot be read.
pub async fn run(args: &PolicyCommand, context: &Context) -> Result<Exit, Failure> {
    match args {
        PolicyCommand::Check(args) => check::run(args, context),
        PolicyCommand::Test(args) => test::run(args, context),
        PolicyCommand::Explain(args) => explain::run(args, context),
        PolicyCommand::Diff(args) => diff::run(args, context).await,
    }
}

/// A policy by the name of one that Kring ships, or by the path of a file.
fn source(named: &str) -> PolicySource {
    match Policy::shipped(named) {
        Some(_) => PolicySource::Shipped(named.to_owned()),
        None => PolicySource::File(named.into()),
    }
}

fn load(named: &str) -> Result<Policy, Failure> {
    policy_file::load(&source(named))
}

/// Prints a value, and ends as said.
fn printed(context: &Context, value: &impl Serialize, exit: Exit) -> Result<Exit, Failure> {
    context.out.json(value).map(|()| exit).map_err(|error| wiring::failure("no-json", &error))
}
