//! Commands that change something: done by the running `kring run`, or here with the writer's lock.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use kring_app::App;
use kring_homeserver::probe::{self, Finding};
use kring_store::LockError;
use tokio_util::sync::CancellationToken;

use crate::{
    check,
    cli::Command,
    config::Config,
    context::Context,
    control::{ControlError, MAX_FRAME, Request, Turn, WriterLock, hand_over},
    exit::{Exit, Failure},
    leading::{Leading, NotLeading},
    wiring,
};

/// How long a leader may be between two processes.
const PATIENCE: Duration = Duration::from_secs(5);

const AGAIN: Duration = Duration::from_millis(250);

/// Who does the work.
pub(super) enum Hands {
    /// Another process did it, with this result.
    Done(Exit),
    /// This process, which keeps the lock for as long.
    Ours(WriterLock),
}

/// Hands `command` over with the files it names, where a `kring run` is at work; else takes the lock.
pub(super) async fn hands(
    context: &Context,
    config: &Config,
    command: &Command,
    files: &[&Path],
) -> Result<Hands, Failure> {
    match Turn::take(&config.socket()).await.map_err(|e| busy(&e))? {
        Turn::Ours(lock) => Ok(Hands::Ours(lock)),
        Turn::Theirs(stream) => {
            let request = request(context, command, files)?;
            hand_over(stream, &request, &context.out).await.map(Hands::Done).map_err(|e| busy(&e))
        }
    }
}

fn busy(error: &ControlError) -> Failure {
    wiring::failure("control-failed", error)
}

fn request(context: &Context, command: &Command, files: &[&Path]) -> Result<Request, Failure> {
    let limit = MAX_FRAME as u64;
    let contents: Result<Vec<_>, _> = files.iter().map(|file| context.read(file, limit)).collect();
    Ok(Request {
        command: serde_json::to_value(command).map_err(|e| wiring::failure("no-json", &e))?,
        language: context.out.language().to_owned(),
        terminal: context.out.is_terminal(),
        names: files.iter().map(|file| file.display().to_string()).collect(),
        files: contents?,
    })
}

/// What became of asking for the lead.
enum Ours {
    /// Another process did the work, with this result.
    Theirs(Exit),
    /// This process leads, until these are dropped.
    Lead(WriterLock, Box<Leading>),
}

/// Hands the command over or takes the lead. A process that has just begun to lead may not listen yet, and one that has
/// just ended may still be heard of: so this has a little patience.
async fn turn(
    context: &Context,
    config: &Config,
    command: &Command,
    files: &[&Path],
) -> Result<Ours, Failure> {
    let (start, mut base) = (Instant::now(), None);
    loop {
        let lock = match hands(context, config, command, files).await? {
            Hands::Done(exit) => return Ok(Ours::Theirs(exit)),
            Hands::Ours(lock) => lock,
        };
        check::files(config)?;
        let base = match &mut base {
            Some(base) => base,
            none => none.insert(wiring::app(config, Arc::clone(&context.clock)).await?),
        };
        match Leading::take(config, base).await {
            Ok(leading) => return Ok(Ours::Lead(lock, Box::new(leading))),
            Err(NotLeading::Lock(LockError::Held { .. })) if start.elapsed() < PATIENCE => {}
            Err(why) => return Err(elsewhere(why)),
        }
        drop(lock);
        tokio::time::sleep(AGAIN).await;
    }
}

/// The bridge for one command: the running one, or one of our own with its outbox at work.
pub(super) async fn with_app<F>(
    context: &Context,
    command: &Command,
    files: &[&Path],
    work: impl FnOnce(App) -> F,
) -> Result<Exit, Failure>
where
    F: Future<Output = Result<Exit, Failure>>,
{
    if let Some(app) = &context.app {
        return work(app.clone()).await;
    }
    let config = context.config()?;
    let (_lock, leading) = match turn(context, &config, command, files).await? {
        Ours::Theirs(exit) => return Ok(exit),
        Ours::Lead(lock, leading) => (lock, leading),
    };
    let app = leading.app.clone();
    let stop = CancellationToken::new();
    let outbox = tokio::spawn({
        let (app, stop) = (app.clone(), stop.clone());
        async move { app.serve_outbox(stop).await }
    });
    let result = tokio::select! {
        result = work(app) => result,
        () = leading.lost.cancelled() => Err(Failure::new("leader-lost", &[])),
    };
    stop.cancel();
    _ = outbox.await;
    result
}

fn elsewhere(why: NotLeading) -> Failure {
    match why {
        NotLeading::Lock(LockError::Held { owner }) => {
            Failure::new("leader-elsewhere", &[("owner", owner.into())])
        }
        NotLeading::Lock(error) => wiring::failure("store-failed", &error),
        NotLeading::Failed(failure) => failure,
    }
}

/// Refuses with what to do, before anything is begun, where the homeserver would not answer or not know us: the outbox
/// would wait for it for hours, and whoever gave the command with it.
pub(super) async fn homeserver_answers(app: &App) -> Result<(), Failure> {
    match probe::homeserver(&app.homeserver).await {
        Finding::Good => Ok(()),
        trouble => Err(trouble.text().into()),
    }
}
