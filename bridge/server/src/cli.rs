//! The command line: what can be asked, and with which arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use serde::{Deserialize, Serialize};

use crate::{
    commands::{
        apply::ApplyArgs, audit::AuditArgs, config::ConfigCommand, doctor::DoctorArgs, events::EventsCommand,
        group::GroupCommand, import::ImportArgs, member::MemberCommand, plan::PlanArgs,
        policy::PolicyCommand, registration::RegistrationArgs, run::RunArgs, why::WhyArgs,
    },
    config::InterfaceLanguage,
    demo::DemoArgs,
};

/// An association's social intranet on Matrix.
#[derive(Debug, Parser)]
#[command(name = "kring", version, max_term_width = 100)]
pub struct Cli {
    /// For every subcommand.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Arguments of every subcommand.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The configuration file [default: /etc/kring/kring.yaml]
    #[arg(long, global = true, env = "KRING_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The language to answer in [default: the configuration's, else the one of LANG]
    #[arg(long, global = true, env = "KRING_LANGUAGE", value_enum, ignore_case = true)]
    pub language: Option<InterfaceLanguage>,
}

/// A subcommand with its arguments. Serialised, it is what the control socket carries.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Check the configuration, or print its reference
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Run the bridge
    Run(RunArgs),
    /// Take the export of a member administration in, or say what it would change
    Import(ImportArgs),
    /// Show what has to be done on the homeserver, and why
    Plan(PlanArgs),
    /// Do it
    Apply(ApplyArgs),
    /// Say why somebody is or is not in a group
    Why(WhyArgs),
    /// Make groups
    #[command(subcommand)]
    Group(GroupCommand),
    /// Make accounts
    #[command(subcommand)]
    Member(MemberCommand),
    /// Show who did what to whom, and why
    Audit(AuditArgs),
    /// Show the events that could not be handled, and handle them again
    #[command(subcommand)]
    Events(EventsCommand),
    /// Find the usual mistakes in the whole set-up, and say the remedy
    Doctor(DoctorArgs),
    /// Play the whole of Kring on this machine, with a homeserver of its own
    Demo(DemoArgs),
    /// Check a policy, or run its case tables
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Write the files that make the homeserver know Kring
    Registration(RegistrationArgs),
}
