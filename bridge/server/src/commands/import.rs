//! `kring import`: what the export of a member administration would conclude.

mod report;

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use jiff::{civil::Date, tz::TimeZone};
use kring_app::{Context as Facts, importing::ImportError};
use kring_core::import::{
    self, Administration, Confirmation, Fatal, FatalReport, Import, ImportRules, Limits,
};
use kring_policies::policy::Policy;
use kring_store::Mode;
use serde::{Deserialize, Serialize};

use super::{
    changing::{Hands, hands},
    confirming,
};
use crate::{
    cli::Command,
    config::PolicySource,
    context::Context,
    exit::{Exit, Failure},
    policy_file, wiring,
};

/// `kring import …`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct ImportArgs {
    /// The export of the member administration (CSV)
    pub file: PathBuf,
    /// Only say what the import would conclude; change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The token that confirms an import which removes many people
    #[arg(long, value_name = "TOKEN", conflicts_with = "dry_run")]
    pub confirm: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    pub json: bool,
    /// The export that was accepted last; without it there is none to compare with
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    pub previous: Option<PathBuf>,
    /// The policy: the name of one that Kring ships, or a file [default: the configuration's, else ivn]
    #[arg(long, value_name = "NAME|FILE", requires = "dry_run")]
    pub policy: Option<String>,
    /// The day on which memberships are judged [default: today]
    #[arg(long, value_name = "DATE", requires = "dry_run")]
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
pub async fn run(args: &ImportArgs, context: &Context) -> Result<Exit, Failure> {
    answer(conclude(args, context).await, args.json, context)
}

/// Takes the administration in; the next plan follows it.
///
/// # Errors
/// As [`run`], and when the import removes many people and is not confirmed: then the report says which token does.
pub async fn accept(args: &ImportArgs, command: &Command, context: &Context) -> Result<Exit, Failure> {
    let failed = |e: &dyn std::fmt::Display| wiring::failure("store-failed", e);
    if let Some(app) = &context.app {
        let exit = take_in(args, &app.context, context).await?;
        app.reload().await.map_err(|e| failed(&e))?;
        return Ok(exit);
    }
    let config = context.config()?;
    match hands(context, &config, command, &[&args.file]).await? {
        Hands::Done(exit) => Ok(exit),
        Hands::Ours(_lock) => {
            let facts = wiring::facts(&config, Arc::clone(&context.clock), Mode::ReadWrite).await?;
            take_in(args, &facts, context).await
        }
    }
}

async fn take_in(args: &ImportArgs, facts: &Facts, context: &Context) -> Result<Exit, Failure> {
    let limit = Limits::default().bytes as u64;
    let imported = match context.read_up_to(&args.file, limit) {
        Ok(bytes) => facts.import(&bytes, args.confirm.as_deref()).await,
        Err(failure) => Err(ImportError::Fatal(Box::new(unreadable(failure)))),
    };
    match imported {
        Ok(import) => answer(Ok(import), args.json, context),
        Err(ImportError::Fatal(fatal)) => answer(Err(Stopped::Fatal(*fatal)), args.json, context),
        Err(ImportError::Unconfirmed(import)) => {
            let question = import.report.confirmation.clone();
            answer(Ok(*import), args.json, context)?;
            Err(question
                .map_or_else(|| Failure(Vec::new()), |question| unconfirmed(&question, args, facts, context)))
        }
        Err(ImportError::Error(error)) => Err(wiring::failure("store-failed", &error)),
    }
}

/// Says what was wrong with the token that was given, if one was, and which one it takes.
fn unconfirmed(question: &Confirmation, args: &ImportArgs, facts: &Facts, context: &Context) -> Failure {
    let now = context.clock.now();
    confirming::tell_stale(
        args.confirm.as_deref().map(|token| question.asked.answer(token, now)),
        &context.out,
    );
    let until = confirming::clock_time(question.until, &facts.zone());
    let file = ("file", args.file.display().to_string().into());
    Failure::new(
        "import-unconfirmed",
        &[file, ("token", question.token.clone().into()), ("until", until.into())],
    )
}

fn answer(concluded: Result<Import, Stopped>, json: bool, context: &Context) -> Result<Exit, Failure> {
    match (concluded, json) {
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

async fn conclude(args: &ImportArgs, context: &Context) -> Result<Import, Stopped> {
    let rules = rules(args, context).map_err(Stopped::Failure)?;
    let limit = rules.limits.bytes as u64;
    let read = |path: &PathBuf| context.read_up_to(path, limit).map_err(unreadable);
    let previous = args
        .previous
        .as_ref()
        .map(|path| Administration::from_previous(&read(path).map_err(Fatal::of_previous)?, &rules));
    let previous = match previous.transpose().map_err(Stopped::Fatal)? {
        None => stored(context).await.map_err(Stopped::Failure)?,
        given => given,
    };
    let bytes = read(&args.file).map_err(Stopped::Fatal)?;
    import::read(&bytes, &rules, previous.as_ref()).map_err(Stopped::Fatal)
}

/// The administration that the store has; none without a configuration or before the first import.
async fn stored(context: &Context) -> Result<Option<Administration>, Failure> {
    let Some(config) = context.optional_config()? else { return Ok(None) };
    let facts = match wiring::facts(&config, Arc::clone(&context.clock), Mode::ReadOnly).await {
        Ok(facts) => facts,
        Err(_) if !config.has_database() => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let failed = |e: kring_store::StoreError| wiring::failure("store-failed", &e);
    let people = facts.store.read().await.map_err(failed)?.people().await.map_err(failed)?;
    let administration = Administration::from_people(&people);
    Ok((!administration.records().is_empty()).then_some(administration))
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
    Ok(match args.today {
        // Another day has tokens of its own, so that the same question on it has the same answer.
        Some(day) => policy.import_rules(day),
        None => policy.import_rules(context.clock.today(&zone)).at(context.clock.now()),
    })
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
