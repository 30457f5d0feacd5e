//! `kring plan`: what `apply` would do, and why.

use clap::Args;
use jiff::tz::TimeZone;
use kring_app::{App, Planned};
use serde::{Deserialize, Serialize};

use super::changing::{homeserver_answers, with_app};
use crate::{
    cli::Command,
    context::Context,
    exit::{Exit, Failure},
    wiring,
};

/// So many people are named per group; the others are counted.
const PEOPLE_SHOWN: usize = 5;

/// `kring plan`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct PlanArgs {
    /// Answer as JSON, with every action
    #[arg(long)]
    pub json: bool,
    /// Read every room from the homeserver first
    #[arg(long)]
    pub compare: bool,
}

/// Plans, beside a running `kring run` with the store open to read only; with `--compare` where the bridge is.
///
/// # Errors
/// When the store cannot be read.
pub async fn run(args: &PlanArgs, command: &Command, context: &Context) -> Result<Exit, Failure> {
    if args.compare {
        return with_app(context, command, &[], |app| compared(args, app, context)).await;
    }
    let facts = super::why::facts(context).await?;
    let planned = facts.plan().await.map_err(|e| wiring::failure("store-failed", &e))?;
    show(args, &planned, 0, &facts.zone(), context)
}

async fn compared(args: &PlanArgs, app: App, context: &Context) -> Result<Exit, Failure> {
    let failed = |e| wiring::failure("store-failed", &e);
    homeserver_answers(&app).await?;
    let compared = app.compare().await.map_err(failed)?;
    let planned = app.context.plan().await.map_err(failed)?;
    show(args, &planned, compared.calls as u64, &app.context.zone(), context)
}

/// Shows a plan. `homeserver_calls` is how many requests were made for it.
///
/// # Errors
/// When it has no JSON form.
fn show(
    args: &PlanArgs,
    planned: &Planned,
    homeserver_calls: u64,
    zone: &TimeZone,
    context: &Context,
) -> Result<Exit, Failure> {
    let plan = &planned.plan;
    if args.json {
        let view = plan.to_json_view(homeserver_calls);
        context.out.json(&view).map_err(|e| wiring::failure("no-json", &e))?;
    } else {
        plan.render(context.out.language(), PEOPLE_SHOWN).lines().for_each(|line| context.out.line(line));
    }
    if let Some(question) = &plan.confirmation {
        context.out.tell(&question.text);
        let until = super::confirming::clock_time(question.until, zone);
        context
            .out
            .say("apply-confirm", &[("token", question.token.clone().into()), ("until", until.into())]);
    }
    Ok(Exit::Done)
}
