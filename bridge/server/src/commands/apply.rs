//! `kring apply`: brings the homeserver to what is desired.

use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use kring_app::{App, ApplyError, Progress};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    context::Context,
    exit::{Exit, Failure},
    output::Output,
    wiring,
};

/// `kring apply`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct ApplyArgs {
    /// The token that confirms a plan which removes many people
    #[arg(long, value_name = "TOKEN")]
    pub confirm: Option<String>,
    /// Read every room from the homeserver first
    #[arg(long)]
    pub compare: bool,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Applies the plan.
///
/// # Errors
/// When the homeserver does not answer, a removal needs a confirmation, or the store fails.
pub async fn run(args: &ApplyArgs, app: App, context: &Context) -> Result<Exit, Failure> {
    super::changing::homeserver_answers(&app).await?;
    if args.compare {
        app.compare().await.map_err(|e| wiring::failure("store-failed", &e))?;
    }
    let progress = Bar::new(context.out.clone());
    let applied = match app.apply(args.confirm.as_deref(), &progress).await {
        Ok(applied) => applied,
        Err(ApplyError::Unconfirmed(question)) => {
            let now = context.clock.now();
            let answer = args.confirm.as_deref().map(|token| question.asked.answer(token, now));
            super::confirming::tell_stale(answer, &context.out);
            context.out.tell(&question.text);
            let until = super::confirming::clock_time(question.until, &app.context.zone());
            let how = [("token", question.token.clone().into()), ("until", until.into())];
            return Err(Failure::new("apply-confirm", &how));
        }
        Err(ApplyError::Error(error)) => return Err(wiring::failure("store-failed", &error)),
    };
    context.out.progress_ends();
    for (what, why) in &applied.failed {
        context.out.say("apply-failed", &[("what", what.as_str().into()), ("why", why.as_str().into())]);
    }
    if args.json {
        let failed: Vec<_> =
            applied.failed.iter().map(|(what, why)| json!({"what": what, "why": why})).collect();
        let answer = json!({"done": applied.done, "failed": failed, "left": applied.left});
        context.out.json(&answer).map_err(|e| wiring::failure("no-json", &e))?;
    } else {
        context
            .out
            .answer("apply-done", &[("done", applied.done.into()), ("failed", applied.failed.len().into())]);
    }
    Ok(if applied.left == 0 { Exit::Done } else { Exit::CouldNot })
}

/// How far an apply is, where standard error is a terminal.
pub(super) struct Bar {
    out: Output,
    total: AtomicUsize,
}

impl Bar {
    pub(super) fn new(out: Output) -> Self {
        Self { out, total: AtomicUsize::new(0) }
    }
}

impl Progress for Bar {
    fn begins(&self, actions: usize) {
        self.total.store(actions, Ordering::Relaxed);
    }

    fn done(&self, actions: usize) {
        self.out.progress(actions, self.total.load(Ordering::Relaxed));
    }
}
