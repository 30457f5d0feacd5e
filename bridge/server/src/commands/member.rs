//! `kring member …`: people and their accounts.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use kring_app::{App, provision};
use kring_core::{ids::MembershipNumber, import::read_addresses};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::changing::{homeserver_answers, with_app};
use crate::{
    cli::Command,
    context::Context,
    exit::{Exit, Failure},
    wiring,
};

/// The largest list of addresses, in bytes.
const MAX_LIST: u64 = 16 * 1024 * 1024;

/// `kring member …`
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberCommand {
    /// Make accounts for the addresses of a file, when an association moves over
    Provision {
        /// A table with a column `email`
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show everybody who has an account
    List {
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Does it.
///
/// # Errors
/// When the file cannot be read, there is no admin token, or the store fails.
pub async fn run(args: &MemberCommand, command: &Command, context: &Context) -> Result<Exit, Failure> {
    match args {
        MemberCommand::Provision { from, json } => {
            with_app(context, command, &[from], |app| provision_from(from, *json, app, context)).await
        }
        MemberCommand::List { json } => list(*json, context).await,
    }
}

async fn list(json: bool, context: &Context) -> Result<Exit, Failure> {
    let snapshot = super::why::facts(context).await?.snapshot().await;
    let snapshot = snapshot.map_err(|e| wiring::failure("store-failed", &e))?;
    let mut people: Vec<_> = snapshot.world.people.iter().filter(|person| person.user_id.is_some()).collect();
    people.sort_by_key(|person| person.member.name.sort_key());
    if json {
        let members: Vec<_> = people
            .iter()
            .map(
                |p| json!({"number": p.member.number, "name": p.member.name.display(), "user_id": p.user_id}),
            )
            .collect();
        context.out.json(&json!({"members": members})).map_err(|e| wiring::failure("no-json", &e))?;
        return Ok(Exit::Done);
    }
    for person in people {
        let number = person.member.number.as_ref().map_or("-", MembershipNumber::as_str);
        let user = person.user_id.as_ref().map(|user| user.as_str()).unwrap_or_default();
        context.out.line(&format!("{number}  {user}  {}", person.member.name.sorted()));
    }
    Ok(Exit::Done)
}

async fn provision_from(from: &Path, json: bool, app: App, context: &Context) -> Result<Exit, Failure> {
    if app.accounts.is_none() {
        return Err(Failure::new("provision-no-admin", &[]));
    }
    let list = read_addresses(&context.read(from, MAX_LIST)?, provision::MOST);
    let addresses = list.map_err(|fatal| Failure::from(fatal.text))?;
    homeserver_answers(&app).await?;
    let provisioned = app.provision(&addresses).await.map_err(|e| wiring::failure("store-failed", &e))?;
    if json {
        context.out.json(&provisioned).map_err(|e| wiring::failure("no-json", &e))?;
        return Ok(Exit::Done);
    }
    let counts = [("made", provisioned.made.len().into()), ("skipped", provisioned.skipped.len().into())];
    context.out.answer("provision-done", &counts);
    for skipped in &provisioned.skipped {
        let why = skipped.text.get(context.out.language());
        context.out.line(&format!("{}: {}: {why}", skipped.line, skipped.address));
    }
    Ok(Exit::Done)
}
