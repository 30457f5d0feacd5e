//! `kring group …`: groups that people make, made by the operator.

use clap::Subcommand;
use kring_app::{
    App,
    grouping::{GroupError, NewGroup},
};
use kring_core::ids::GroupKey;
use kring_policies::facts::Actor;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    context::Context,
    exit::{Exit, Failure},
    wiring,
};

/// `kring group …`
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupCommand {
    /// Make a group; `kring apply` makes its room
    Create {
        /// A kind of the policy, `werkgroep`
        #[arg(long)]
        kind: String,
        /// What people see
        #[arg(long)]
        name: String,
        /// The group above it, `afdeling/utrecht`
        #[arg(long)]
        under: GroupKey,
        /// Who runs it: membership numbers, addresses or user ids
        #[arg(long, required = true, value_name = "MEMBER")]
        admin: Vec<String>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Does it.
///
/// # Errors
/// When the policy refuses it, an admin is not known, or the store fails.
pub async fn run(args: &GroupCommand, app: App, context: &Context) -> Result<Exit, Failure> {
    let GroupCommand::Create { kind, name, under, admin, json } = args;
    let snapshot = app.snapshot();
    let admins: Result<Vec<_>, _> = admin.iter().map(|text| super::why::member(text, &snapshot)).collect();
    let new = NewGroup { kind: kind.clone(), name: name.clone(), under: under.clone(), admins: admins? };
    let record = match app.create_group(&new, Actor::Kring).await {
        Ok(record) => record,
        Err(GroupError::Refused(decision)) => return Err(Failure(vec![decision.text(), decision.next()])),
        Err(GroupError::Kind(error)) => return Err(wiring::failure("no-group", &error)),
        Err(GroupError::Error(error)) => return Err(wiring::failure("store-failed", &error)),
    };
    if *json {
        let answer = json!({"group": record.key, "name": record.name});
        context.out.json(&answer).map_err(|e| wiring::failure("no-json", &e))?;
    } else {
        context.out.answer("group-made", &[("group", record.key.as_str().to_owned().into())]);
    }
    Ok(Exit::Done)
}
