//! `kring config`

use clap::Subcommand;
use serde::{Deserialize, Serialize};

use crate::{
    check,
    config::reference,
    context::Context,
    exit::{Exit, Failure},
};

/// `kring config …`
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigCommand {
    /// Read the configuration and everything it names; say what is wrong, change nothing
    Check,
    /// Print every key with its meaning, as docs/configuration.md has it
    Reference,
}

/// Checks, or prints the reference.
///
/// # Errors
/// When there is no configuration or something is wrong with it.
pub fn run(args: &ConfigCommand, context: &Context) -> Result<Exit, Failure> {
    match args {
        ConfigCommand::Check => {
            let path = context.config_path();
            check::files(&context.config()?)?;
            context.out.answer("config-good", &[("path", path.display().to_string().into())]);
        }
        ConfigCommand::Reference => context.out.line(reference::markdown().trim_end()),
    }
    Ok(Exit::Done)
}
