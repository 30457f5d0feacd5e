//! `kring import`: what the export of a member administration would conclude.

mod report;

use std::path::PathBuf;

use clap::Args;
use jiff::{civil::Date, tz::TimeZone};
use kring_core::import::{self, Administration, Fatal, FatalReport, Import, ImportRules};
use kring_policies::policy::Policy;
use serde::{Deserialize, Serialize};

use crate::{
    config::PolicySource,
    context::Context,
    exit::{Exit, Failure},
    import_rules::import_rules,
    policy_file,
};

/// `kring import …`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct ImportArgs {
    /// The export of the member administration (CSV)
    pub file: PathBuf,
    /// Only say what the import would conclude; change nothing
    #[arg(long, required = true)]
    pub dry_run: bool,
    /// Answer in JSON
    #[arg(long)]
    pub json: bool,
    /// The export that was accepted last; without it there is none to compare with
    #[arg(long, value_name = "FILE")]
    pub previous: Option<PathBuf>,
    /// The policy: the name of one that Kring ships, or a file [default: the configuration's, else ivn]
    #[arg(long, value_name = "NAME|FILE")]
    pub policy: Option<String>,
    /// The day on which memberships are judged [default: today]
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
}

/// Why there is no report.
enum Stopped {
    /// A file is no administration.
    Fatal(Fatal),
    /// Something around it is wrong.
    Failure(Failure),
}

/// Says what the import would conclude.
///
/// # Errors
/// When the policy cannot be read, or the file is no administration (with `--json` that is said on standard output).
pub fn run(args: &ImportArgs, context: &Context) -> Result<Exit, Failure> {
    match (conclude(args, context), args.json) {
        (Ok(import), true) => said(context.out.json(&import.report), Exit::Done),
        (Ok(import), false) => {
            report::tell(&import.report, &context.out);
            Ok(Exit::Done)
        }
        (Err(Stopped::Fatal(fatal)), true) => {
            said(context.out.json(&FatalReport::from(fatal)), Exit::CouldNot)
        }
        (Err(Stopped::Fatal(fatal)), false) => Err(fatal.text.into()),
        (Err(Stopped::Failure(failure)), _) => Err(failure),
    }
}

fn conclude(args: &ImportArgs, context: &Context) -> Result<Import, Stopped> {
    let rules = rules(args, context).map_err(Stopped::Failure)?;
    let limit = rules.limits.bytes as u64;
    let read = |path: &PathBuf| context.read_up_to(path, limit).map_err(unreadable);
    let previous = args
        .previous
        .as_ref()
        .map(|path| Administration::from_previous(&read(path).map_err(Fatal::of_previous)?, &rules));
    let previous = previous.transpose().map_err(Stopped::Fatal)?;
    let bytes = read(&args.file).map_err(Stopped::Fatal)?;
    import::read(&bytes, &rules, previous.as_ref()).map_err(Stopped::Fatal)
}

/// The rules of the policy for this day.
fn rules(args: &ImportArgs, context: &Context) -> Result<ImportRules, Failure> {
    let config = context.optional_config()?;
    let source = match (&args.policy, &config) {
        (Some(named), _) => named_policy(named),
        (None, Some(config)) => config.policy.source.clone(),
        (None, None) => PolicySource::default(),
    };
    let policy = policy_file::load(&source)?;
    let zone = config.map(|config| config.association.time_zone);
    let zone = zone.or_else(|| TimeZone::get(&policy.timezone).ok()).unwrap_or(TimeZone::UTC);
    Ok(import_rules(&policy, args.today.unwrap_or_else(|| context.clock.today(&zone))))
}

fn named_policy(named: &str) -> PolicySource {
    let shipped = Policy::shipped(named).is_some();
    if shipped { PolicySource::Shipped(named.to_owned()) } else { PolicySource::from(named) }
}

/// A file that cannot be opened is no administration either.
fn unreadable(Failure(sentences): Failure) -> Fatal {
    Fatal { why: "file-unreadable".to_owned(), text: sentences.into_iter().next().unwrap_or_default() }
}

fn said(printed: serde_json::Result<()>, exit: Exit) -> Result<Exit, Failure> {
    printed.map(|()| exit).map_err(|error| Failure::new("no-json", &[("reason", error.to_string().into())]))
}
