//! `kring audit`: who did what to whom, and why.

use clap::Args;
use kring_core::ids::GroupKey;
use kring_store::{AuditFilter, AuditRecord};
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    exit::{Exit, Failure},
    wiring,
};

/// `kring audit`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct AuditArgs {
    /// Only what was done to this person: a membership number, an address or a user id
    #[arg(long)]
    pub member: Option<String>,
    /// Only what happened in this group
    #[arg(long)]
    pub group: Option<GroupKey>,
    /// At most so many lines, the newest
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
    /// Answer as JSON, one line each
    #[arg(long)]
    pub json: bool,
}

/// Shows the log, the newest line first.
///
/// # Errors
/// When the store cannot be read.
pub async fn run(args: &AuditArgs, context: &Context) -> Result<Exit, Failure> {
    let failed = |e: &dyn std::fmt::Display| wiring::failure("store-failed", e);
    let facts = super::why::facts(context).await?;
    let mut filter = AuditFilter::default().limit(args.limit);
    if let Some(text) = &args.member {
        let snapshot = facts.snapshot().await.map_err(|e| failed(&e))?;
        filter = filter.of_member(super::why::member(text, &snapshot)?);
    }
    if let Some(group) = &args.group {
        filter = filter.of_group(group.clone());
    }
    let mut reader = facts.store.read().await.map_err(|e| failed(&e))?;
    for record in reader.audit(&filter).await.map_err(|e| failed(&e))? {
        if args.json {
            context.out.json(&record.entry).map_err(|e| wiring::failure("no-json", &e))?;
        } else {
            context.out.line(&line(&record, context.out.language()));
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
