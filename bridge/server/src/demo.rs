//! `kring demo`: the whole of Kring on one machine, with a homeserver of its own, and a short story on it.

mod person;
mod stage;
mod story;
mod synapse;

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use self::stage::Stage;
use crate::{
    context::Context,
    exit::{Exit, Failure},
    wiring,
};

/// The password of everybody in the demonstration. Known to everybody who reads this, so never anywhere else.
const PASSWORD: &str = "merel in de beuk";

/// `kring demo`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct DemoArgs {
    /// A Python that has Synapse
    #[arg(long, value_name = "FILE")]
    pub python: PathBuf,
    /// Play the story, stop, and end with 0 only if it held
    #[arg(long)]
    pub once: bool,
    /// Where everything is kept; removed at the end unless named
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
    /// The homeserver's port; a free one by default
    #[arg(long, default_value_t = 0)]
    pub port: u16,
}

/// Plays it.
///
/// # Errors
/// When a part does not start; the sentence names its log.
pub(crate) async fn run(args: &DemoArgs, context: &Context) -> Result<Exit, Failure> {
    let mut stage = Stage::build(args, context).await?;
    let result = play(args, &mut stage, context).await;
    stage.end().await;
    result
}

async fn play(args: &DemoArgs, stage: &mut Stage, context: &Context) -> Result<Exit, Failure> {
    let stop = crate::lifecycle::interrupted().map_err(|e| trouble(&e))?;
    tokio::pin!(stop);
    let held = tokio::select! {
        held = story::tell(stage, context) => held?,
        () = &mut stop => return Ok(Exit::CouldNot),
    };
    if !held {
        context.out.answer("demo-broken", &[]);
    }
    if args.once {
        return Ok(if held { Exit::Done } else { Exit::CouldNot });
    }
    stage.addresses(context);
    stop.await;
    Ok(Exit::Done)
}

fn trouble(error: &dyn std::fmt::Display) -> Failure {
    wiring::failure("demo-trouble", error)
}

fn told(id: &str) -> Failure {
    Failure::new(id, &[])
}
