//! On SQLite: a thread of its own ([`Thread`]) with prepared statements.
//!
//! It takes turns with the other writer of this process ([`crate::open::Store::turn`]), for SQLite has one at a time and
//! lets others ask again and again instead of queueing.

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::{Ingested, LYING_TRANSACTION, MANAGED, NEW_TRANSACTION, Seen, Transaction};
use crate::{
    checkpoint::Checkpointer,
    connect::{WRITING, pragmas},
    open::OpenOptions,
    thread::Thread,
};

const INSERT: &str = "INSERT INTO events (event_id, room_id, event_type, state_key, sender, json, received_at, state, error) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (event_id) DO NOTHING";

/// The thread that stores events.
pub(crate) fn thread(
    path: PathBuf,
    options: &OpenOptions,
    checkpointer: Arc<Checkpointer>,
) -> std::io::Result<Thread<Connection>> {
    let (settings, patience) = (pragmas(options, WRITING), options.patience);
    let open = move || {
        let connection = Connection::open(&path)?;
        connection.busy_timeout(patience)?;
        connection.execute_batch(&settings)?;
        Ok(connection)
    };
    Thread::start("kring-ingest", open, move || checkpointer.committed())
}

/// Stores transactions, all or none.
pub(super) fn store(
    connection: &mut Connection,
    transactions: &mut [Transaction],
) -> rusqlite::Result<Vec<Ingested>> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut all = Vec::with_capacity(transactions.len());
    for transaction in transactions {
        transaction.settle(&managed(&begun, transaction)?);
        let seen = note(&begun, transaction)?;
        let new = if seen == Seen::WithTheSame { 0 } else { insert(&begun, transaction)? };
        all.push(transaction.ingested(seen, new));
    }
    begun.commit()?;
    Ok(all)
}

fn managed(connection: &Connection, transaction: &Transaction) -> rusqlite::Result<HashSet<String>> {
    let mut statement = connection.prepare_cached(&numbered(MANAGED))?;
    let mut managed = HashSet::new();
    for room in transaction.doubtful_rooms() {
        if statement.query_row([room], |_| Ok(())).optional()?.is_some() {
            managed.insert(room.to_owned());
        }
    }
    Ok(managed)
}

/// SQLite itself numbers `$2` by where it occurs, and `?2` by its number.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn note(connection: &Connection, transaction: &Transaction) -> rusqlite::Result<Seen> {
    let Transaction { id, fingerprint, received_at_ms, .. } = transaction;
    let changes = |sql: &str| -> rusqlite::Result<bool> {
        Ok(connection.prepare_cached(&numbered(sql))?.execute(params![id, fingerprint, received_at_ms])? > 0)
    };
    if changes(NEW_TRANSACTION)? {
        return Ok(Seen::Never);
    }
    Ok(if changes(LYING_TRANSACTION)? { Seen::WithOthers } else { Seen::WithTheSame })
}

fn insert(connection: &Connection, transaction: &Transaction) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(INSERT)?;
    let mut new = 0;
    for event in &transaction.events {
        let (state, json, error) = event.standing();
        new += statement.execute(params![
            event.event_id,
            event.room_id,
            event.event_type,
            event.state_key,
            event.sender,
            json,
            event.received_at_ms,
            state,
            error
        ])?;
    }
    Ok(new)
}
