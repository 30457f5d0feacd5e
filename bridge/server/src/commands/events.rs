//! `kring events …`: events that could not be handled, and what to do with them.

use std::time::Duration;

use clap::Subcommand;
use kring_app::{App, Context as Facts, Waiting};
use kring_store::{DeadEvent, Replay, StoreError};
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

async fn dead(facts: &Facts) -> Result<Vec<DeadEvent>, Failure> {
    let mut reader = facts.store.read().await.map_err(|e| failed(&e))?;
    reader.dead_events().await.map_err(|e| failed(&e))
}

async fn list(json: bool, context: &Context) -> Result<Exit, Failure> {
    let facts = super::why::facts(context).await?;
    let Waiting { waiting, oldest, .. } =
        facts.arrears().await.map_err(|e| wiring::failure("store-failed", &e))?.events;
    let dead = dead(&facts).await?;
    if json {
        let lines: Vec<Value> = dead.iter().map(summary).collect();
        let oldest = oldest.map(|age| age.as_secs());
        let answer = json!({"waiting": waiting, "oldest_seconds": oldest, "dead": lines});
        context.out.json(&answer).map_err(|e| wiring::failure("no-json", &e))?;
        return Ok(Exit::Done);
    }
    context.out.answer("events-count", &[("waiting", waiting.into()), ("dead", dead.len().into())]);
    if let Some((count, unit)) = oldest.map(rounded) {
        context.out.answer("events-oldest", &[("count", count.into()), ("unit", unit.into())]);
    }
    for event in &dead {
        context.out.line(&format!("{}  {}  {}  {}", event.seq, event.event_type, event.room_id, event.error));
    }
    Ok(Exit::Done)
}

/// An age as one would say it: whole units, at least two of all but the smallest.
fn rounded(age: Duration) -> (u64, &'static str) {
    let seconds = age.as_secs();
    let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
    let fits = units.into_iter().find(|(length, _)| seconds >= 2 * length);
    fits.map_or((seconds, "seconds"), |(length, unit)| (seconds / length, unit))
}

fn summary(event: &DeadEvent) -> Value {
    json!({
        "number": event.seq, "event_id": event.event_id, "room": event.room_id, "type": event.event_type,
        "received_ms": event.received_at_ms, "attempts": event.attempts, "error": event.error,
    })
}

async fn show(number: i64, context: &Context) -> Result<Exit, Failure> {
    let dead = dead(&super::why::facts(context).await?).await?;
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
    let mut replayed = 0_usize;
    for number in &numbers {
        match writer.replay_event(*number).await.map_err(|e| failed(&e))? {
            Replay::Again => replayed += 1,
            Replay::Superseded => {
                context.out.say("events-superseded", &[("number", number.to_string().into())]);
            }
            Replay::NotDead => return Err(unknown(*number)),
        }
    }
    writer.commit().await.map_err(|e| failed(&e))?;
    app.events_stored.notify_one();
    context.out.answer("events-replayed", &[("count", replayed.into())]);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_units_of_which_there_are_at_least_two() {
        let cases = [
            (0, (0, "seconds")),
            (119, (119, "seconds")),
            (120, (2, "minutes")),
            (7_199, (119, "minutes")),
            (7_200, (2, "hours")),
            (172_799, (47, "hours")),
            (172_800, (2, "days")),
        ];
        for (seconds, told) in cases {
            assert_eq!(rounded(Duration::from_secs(seconds)), told, "{seconds}");
        }
    }
}
