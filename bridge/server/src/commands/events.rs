//! `kring events …`: events that could not be handled, and what to do with them.

use clap::Subcommand;
use kring_app::App;
use kring_store::{DeadEvent, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::changing::with_app;
use crate::{
    cli::Command,
    context::Context,
    exit::{Exit, Failure},
    wiring,
};

/// `kring events …`
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventsCommand {
    /// Show the events that were given up, and how many wait
    List {
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one of them whole; it may hold a message's text
    Show {
        /// Its number
        number: i64,
    },
    /// Handle one of them again, or all of them
    Replay {
        /// Its number; all of them without one
        number: Option<i64>,
    },
    /// Forget one of them
    Drop {
        /// Its number
        number: i64,
    },
}

/// Does it.
///
/// # Errors
/// When there is no such event, or the store fails.
pub async fn run(args: &EventsCommand, command: &Command, context: &Context) -> Result<Exit, Failure> {
    match args {
        EventsCommand::List { json } => list(*json, context).await,
        EventsCommand::Show { number } => show(*number, context).await,
        EventsCommand::Replay { number } => {
            with_app(context, command, &[], |app| replay(*number, app, context)).await
        }
        EventsCommand::Drop { number } => {
            with_app(context, command, &[], |app| forget(*number, app, context)).await
        }
    }
}

fn failed(error: &StoreError) -> Failure {
    wiring::failure("store-failed", error)
}

async fn dead(context: &Context) -> Result<(Vec<DeadEvent>, u64), Failure> {
    let facts = super::why::facts(context).await?;
    let mut reader = facts.store.read().await.map_err(|e| failed(&e))?;
    let waiting = reader.backlog().await.map_err(|e| failed(&e))?.pending;
    Ok((reader.dead_events().await.map_err(|e| failed(&e))?, waiting))
}

async fn list(json: bool, context: &Context) -> Result<Exit, Failure> {
    let (dead, waiting) = dead(context).await?;
    if json {
        let lines: Vec<Value> = dead.iter().map(summary).collect();
        let answer = json!({"waiting": waiting, "dead": lines});
        context.out.json(&answer).map_err(|e| wiring::failure("no-json", &e))?;
        return Ok(Exit::Done);
    }
    context.out.answer("events-count", &[("waiting", waiting.into()), ("dead", dead.len().into())]);
    for event in &dead {
        context.out.line(&format!("{}  {}  {}  {}", event.seq, event.event_type, event.room_id, event.error));
    }
    Ok(Exit::Done)
}

fn summary(event: &DeadEvent) -> Value {
    json!({
        "number": event.seq, "event_id": event.event_id, "room": event.room_id, "type": event.event_type,
        "received_ms": event.received_at_ms, "attempts": event.attempts, "error": event.error,
    })
}

async fn show(number: i64, context: &Context) -> Result<Exit, Failure> {
    let (dead, _) = dead(context).await?;
    let event = dead.iter().find(|event| event.seq == number).ok_or_else(|| unknown(number))?;
    let mut whole = summary(event);
    if let Some(object) = whole.as_object_mut() {
        let json = serde_json::from_str(&event.json).unwrap_or_else(|_| Value::from(event.json.as_str()));
        object.insert("event".to_owned(), json);
    }
    context.out.json(&whole).map_err(|e| wiring::failure("no-json", &e))?;
    Ok(Exit::Done)
}

fn unknown(number: i64) -> Failure {
    Failure::new("events-unknown", &[("number", number.to_string().into())])
}

async fn replay(number: Option<i64>, app: App, context: &Context) -> Result<Exit, Failure> {
    let mut writer = app.context.store.write().await.map_err(|e| failed(&e))?;
    let numbers = match number {
        Some(number) => vec![number],
        None => writer.dead_events().await.map_err(|e| failed(&e))?.iter().map(|event| event.seq).collect(),
    };
    for number in &numbers {
        if !writer.replay_event(*number).await.map_err(|e| failed(&e))? {
            return Err(unknown(*number));
        }
    }
    writer.commit().await.map_err(|e| failed(&e))?;
    app.events_stored.notify_one();
    context.out.answer("events-replayed", &[("count", numbers.len().into())]);
    Ok(Exit::Done)
}

async fn forget(number: i64, app: App, context: &Context) -> Result<Exit, Failure> {
    let mut writer = app.context.store.write().await.map_err(|e| failed(&e))?;
    if !writer.drop_event(number).await.map_err(|e| failed(&e))? {
        return Err(unknown(number));
    }
    writer.commit().await.map_err(|e| failed(&e))?;
    context.out.answer("events-dropped", &[("number", number.to_string().into())]);
    Ok(Exit::Done)
}
