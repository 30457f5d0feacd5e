//! `kring audit`: who did what to whom, and why.

mod export;
mod verify;

use clap::{Args, Subcommand};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use kring_app::{By, Context as Facts, OwnLine, Snapshot};
use kring_core::{
    audit::{Actor, AuditEntry},
    ids::{GroupKey, MemberId},
};
use kring_store::{AuditFilter, AuditRecord};
use serde::{Deserialize, Serialize};

use self::{
    export::{ExportArgs, export},
    verify::{VerifyArgs, verify},
};
use crate::{
    context::Context,
    exit::{Exit, Failure},
    output::texts,
    wiring,
};

/// `kring audit`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AuditArgs {
    /// What else to do with the log than to show it
    #[command(subcommand)]
    pub command: Option<AuditCommand>,
    /// Only what was done to this person: a membership number, an address or a user id
    #[arg(long)]
    pub member: Option<String>,
    /// Only what happened in this group
    #[arg(long)]
    pub group: Option<GroupKey>,
    /// Only from this day or instant on: 2026-07-01, 2026-07-01T10:00:00Z
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only up to and with this day, or before this instant
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only what this one did: kring, operator, or a person as for --member
    #[arg(long, value_name = "WHO")]
    pub actor: Option<String>,
    /// Only this verb; with a * at its end all that begin like it: repair-*
    #[arg(long)]
    pub verb: Option<String>,
    /// At most so many lines, the newest
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
    /// As this member may see the lines about themself: without names of others and without details
    #[arg(long, requires = "member", conflicts_with_all = ["group", "since", "until", "actor", "verb"])]
    pub as_member: bool,
    /// Answer as JSON, one line each
    #[arg(long)]
    pub json: bool,
}

/// `kring audit …`
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditCommand {
    /// Look whether every line is as it was written; exit code 1 when one is not
    Verify(VerifyArgs),
    /// Write out the whole log, the oldest line first, so that somebody else can look whether it is whole
    Export(ExportArgs),
}

/// Shows the log, the newest line first, or what else was asked.
///
/// # Errors
/// When the store cannot be read, or an argument means nothing.
pub async fn run(args: &AuditArgs, context: &Context) -> Result<Exit, Failure> {
    let facts = super::why::facts(context).await?;
    match &args.command {
        Some(AuditCommand::Verify(args)) => return verify(args, &facts, context).await,
        Some(AuditCommand::Export(args)) => return export(args, &facts, context).await,
        None => {}
    }
    let snapshot = match (&args.member, &args.actor) {
        (None, None) => None,
        _ => Some(facts.snapshot().await.map_err(|e| failed(&e))?),
    };
    match (args.as_member, &args.member, &snapshot) {
        (true, Some(member), Some(snapshot)) => {
            show_own(&super::why::member(member, snapshot)?, args, &facts, context).await
        }
        _ => show(&filter(args, snapshot.as_ref(), &facts.zone())?, args, &facts, context).await,
    }
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    wiring::failure("store-failed", error)
}

fn filter(args: &AuditArgs, snapshot: Option<&Snapshot>, zone: &TimeZone) -> Result<AuditFilter, Failure> {
    let mut filter = AuditFilter::default().limit(args.limit);
    if let (Some(text), Some(snapshot)) = (&args.member, snapshot) {
        filter = filter.of_member(super::why::member(text, snapshot)?);
    }
    if let Some(group) = &args.group {
        filter = filter.of_group(group.clone());
    }
    if let (Some(text), Some(snapshot)) = (&args.actor, snapshot) {
        filter = filter.by(actor(text, snapshot)?);
    }
    if let Some(verb) = &args.verb {
        filter = filter.of_verb(verb);
    }
    if let Some(text) = &args.since {
        filter = filter.since(instant(text, zone, Ok)?);
    }
    if let Some(text) = &args.until {
        filter = filter.until(instant(text, zone, Date::tomorrow)?);
    }
    Ok(filter)
}

fn actor(text: &str, snapshot: &Snapshot) -> Result<Actor, Failure> {
    Ok(match text {
        "kring" => Actor::Kring,
        "operator" => Actor::Operator,
        person => Actor::Member(super::why::member(person, snapshot)?),
    })
}

/// An instant as it stands there, or the beginning of the day that `of` makes of a day.
fn instant(
    text: &str,
    zone: &TimeZone,
    of: impl Fn(Date) -> Result<Date, jiff::Error>,
) -> Result<Timestamp, Failure> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let day = text.parse::<Date>().and_then(of).and_then(|day| day.to_zoned(zone.clone()));
    day.map(|start| start.timestamp())
        .map_err(|_| Failure::new("audit-time", &[("text", text.to_owned().into())]))
}

/// A line with its number, in the shape of `--json`.
#[derive(Serialize)]
struct Numbered<'r> {
    #[serde(flatten)]
    entry: &'r AuditEntry,
    seq: i64,
}

async fn show(
    filter: &AuditFilter,
    args: &AuditArgs,
    facts: &Facts,
    context: &Context,
) -> Result<Exit, Failure> {
    let mut reader = facts.store.read().await.map_err(|e| failed(&e))?;
    for record in reader.audit(filter).await.map_err(|e| failed(&e))? {
        if args.json {
            let numbered = Numbered { entry: &record.entry, seq: record.seq };
            context.out.json(&numbered).map_err(|e| wiring::failure("no-json", &e))?;
        } else {
            context.out.line(&line(&record, context.out.language()));
        }
    }
    Ok(Exit::Done)
}

async fn show_own(
    member: &MemberId,
    args: &AuditArgs,
    facts: &Facts,
    context: &Context,
) -> Result<Exit, Failure> {
    for line in facts.lines_about(member, args.limit).await.map_err(|e| failed(&e))? {
        if args.json {
            context.out.json(&line).map_err(|e| wiring::failure("no-json", &e))?;
        } else {
            context.out.line(&own_line(&line, context.out.language()));
        }
    }
    Ok(Exit::Done)
}

fn line(record: &AuditRecord, language: &str) -> String {
    let entry = &record.entry;
    let group = entry.group.as_ref().map_or("-", GroupKey::as_str);
    let at = entry.at.strftime("%Y-%m-%d %H:%M:%S");
    format!("{at}  {}  {group}  {}  {}", entry.verb, entry.code, entry.text.get(language))
}

fn own_line(line: &OwnLine, language: &str) -> String {
    let by = match line.by {
        By::Kring => "audit-by-kring",
        By::You => "audit-by-you",
        By::Person => "audit-by-person",
        By::Operator => "audit-by-operator",
    };
    let by = texts().text(by, &[]);
    let name = line.group_name.as_deref();
    let group = name.or(line.group.as_ref().map(GroupKey::as_str)).unwrap_or("-");
    let at = line.at.strftime("%Y-%m-%d %H:%M");
    format!("{at}  {}  {group}  {}", by.get(language), line.text.get(language))
}
