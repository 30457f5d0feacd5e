//! `kring group …`: groups that people make, made by the operator.

use clap::Subcommand;
use kring_app::{
    App, ApplyError, UpgradeError, Upgraded,
    grouping::{GroupError, NewGroup},
};
use kring_core::ids::{GroupKey, PlaceKey};
use kring_policies::facts::Actor;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::apply::Bar;
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
    /// Give a group another room: for a newer room version, or where something cannot be undone in the one it has
    Upgrade {
        /// The group, `afdeling/utrecht`
        #[arg(value_name = "GROUP")]
        group: GroupKey,
        /// Its space instead of its room
        #[arg(long)]
        space: bool,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Does it.
///
/// # Errors
/// When the policy refuses it, an admin or the group is not known, or the store or the homeserver fails.
pub async fn run(args: &GroupCommand, app: App, context: &Context) -> Result<Exit, Failure> {
    match args {
        GroupCommand::Create { kind, name, under, admin, json } => {
            let snapshot = app.snapshot();
            let admins: Result<Vec<_>, _> =
                admin.iter().map(|text| super::why::member(text, &snapshot)).collect();
            let new =
                NewGroup { kind: kind.clone(), name: name.clone(), under: under.clone(), admins: admins? };
            create(&new, &app, *json, context).await
        }
        GroupCommand::Upgrade { group, space, json } => {
            let form = if *space { PlaceKey::space } else { PlaceKey::room };
            upgrade(&form(group.clone()), &app, *json, context).await
        }
    }
}

async fn create(new: &NewGroup, app: &App, json: bool, context: &Context) -> Result<Exit, Failure> {
    let record = match app.create_group(new, Actor::Kring).await {
        Ok(record) => record,
        Err(GroupError::Refused(decision)) => return Err(Failure(vec![decision.text(), decision.next()])),
        Err(GroupError::Kind(error)) => return Err(wiring::failure("no-group", &error)),
        Err(GroupError::Error(error)) => return Err(wiring::failure("store-failed", &error)),
    };
    if json {
        let answer = json!({"group": record.key, "name": record.name});
        context.out.json(&answer).map_err(|e| wiring::failure("no-json", &e))?;
    } else {
        context.out.answer("group-made", &[("group", record.key.as_str().to_owned().into())]);
    }
    Ok(Exit::Done)
}

async fn upgrade(place: &PlaceKey, app: &App, json: bool, context: &Context) -> Result<Exit, Failure> {
    super::changing::homeserver_answers(app).await?;
    let progress = Bar::new(context.out.clone());
    let upgraded = app.upgrade(place, Actor::Kring, &progress).await;
    context.out.progress_ends();
    let Upgraded { from, to, applied } = upgraded.map_err(|error| not_upgraded(place, error, context))?;
    for (what, why) in &applied.failed {
        context.out.say("apply-failed", &[("what", what.as_str().into()), ("why", why.as_str().into())]);
    }
    if json {
        let answer =
            json!({"place": place, "from": from, "to": to, "done": applied.done, "left": applied.left});
        context.out.json(&answer).map_err(|e| wiring::failure("no-json", &e))?;
    } else {
        let group = ("group", place.to_string().into());
        context.out.answer("group-upgraded", &[group, ("done", applied.done.into())]);
    }
    Ok(if applied.left == 0 { Exit::Done } else { Exit::CouldNot })
}

fn not_upgraded(place: &PlaceKey, error: UpgradeError, context: &Context) -> Failure {
    match error {
        UpgradeError::Refused(decision) => Failure(vec![decision.text(), decision.next()]),
        UpgradeError::NoRoom(_) => Failure::new("group-no-room", &[("group", place.to_string().into())]),
        UpgradeError::Failed(why) => {
            let group = ("group", place.to_string().into());
            Failure::new("group-not-upgraded", &[group, ("reason", why.into())])
        }
        UpgradeError::Unfinished(ApplyError::Unconfirmed(question)) => {
            context.out.tell(&question.text);
            Failure::new("apply-confirm", &[("token", question.token.into())])
        }
        UpgradeError::Unfinished(ApplyError::Error(error)) | UpgradeError::Error(error) => {
            wiring::failure("store-failed", &error)
        }
    }
}
