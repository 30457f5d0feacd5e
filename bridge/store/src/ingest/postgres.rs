//! On PostgreSQL: all rows of a transaction in one statement.

use std::collections::HashSet;

use serde::Serialize;

use super::{IncomingEvent, Ingested, LYING_TRANSACTION, MANAGED, NEW_TRANSACTION, Seen, Transaction};
use crate::{error::StoreError, open::Store, row::to_json, session::Writer};

/// One parameter for all rows, so that it stays prepared whatever their number. The rows keep their order.
const INSERT: &str = "INSERT INTO events (event_id, room_id, event_type, state_key, sender, json, received_at, state, error) \
    SELECT e.* FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS r (row, n), \
    jsonb_to_record(r.row) AS e (event_id text, room_id text, event_type text, state_key text, sender text, json text, \
    received_at bigint, state bigint, error text) ORDER BY r.n ON CONFLICT (event_id) DO NOTHING";

#[derive(Serialize)]
struct Row<'a> {
    event_id: &'a str,
    room_id: &'a str,
    event_type: &'a str,
    state_key: Option<&'a str>,
    sender: &'a str,
    json: &'a str,
    received_at: i64,
    state: i64,
    error: Option<&'a str>,
}

impl<'a> From<&'a IncomingEvent> for Row<'a> {
    fn from(event: &'a IncomingEvent) -> Self {
        let (state, json, error) = event.standing();
        Self {
            event_id: &event.event_id,
            room_id: &event.room_id,
            event_type: &event.event_type,
            state_key: event.state_key.as_deref(),
            sender: &event.sender,
            json,
            received_at: event.received_at_ms,
            state,
            error,
        }
    }
}

impl Store {
    pub(super) async fn ingest_postgres(
        &self,
        transactions: Vec<Transaction>,
    ) -> Result<Vec<Ingested>, StoreError> {
        let mut writer = self.write().await?;
        let mut all = Vec::with_capacity(transactions.len());
        for mut transaction in transactions {
            transaction.settle(&writer.managed(&transaction).await?);
            let seen = writer.note_transaction(&transaction).await?;
            let new =
                if seen == Seen::WithTheSame { 0 } else { writer.insert_events(&transaction.events).await? };
            all.push(transaction.ingested(seen, new));
        }
        writer.commit().await?;
        Ok(all)
    }
}

impl Writer {
    async fn managed(&mut self, transaction: &Transaction) -> Result<HashSet<String>, StoreError> {
        let mut managed = HashSet::new();
        for room in transaction.doubtful_rooms() {
            let query = sqlx::query(MANAGED).bind(room.to_owned());
            if query.fetch_optional(self.connection()).await?.is_some() {
                managed.insert(room.to_owned());
            }
        }
        Ok(managed)
    }

    async fn note_transaction(&mut self, transaction: &Transaction) -> Result<Seen, StoreError> {
        if self.changes(NEW_TRANSACTION, transaction).await? {
            return Ok(Seen::Never);
        }
        let lied = self.changes(LYING_TRANSACTION, transaction).await?;
        Ok(if lied { Seen::WithOthers } else { Seen::WithTheSame })
    }

    async fn changes(&mut self, sql: &'static str, transaction: &Transaction) -> Result<bool, StoreError> {
        let Transaction { id, fingerprint, received_at_ms, .. } = transaction;
        let query = sqlx::query(sql).bind(id.clone()).bind(fingerprint.clone()).bind(*received_at_ms);
        Ok(query.execute(self.connection()).await?.rows_affected() > 0)
    }

    async fn insert_events(&mut self, events: &[IncomingEvent]) -> Result<usize, StoreError> {
        let rows: Vec<Row<'_>> = events.iter().map(Row::from).collect();
        let query = sqlx::query(INSERT).bind(to_json("events", &rows)?);
        let new = query.execute(self.connection()).await?.rows_affected();
        Ok(usize::try_from(new).unwrap_or(usize::MAX))
    }
}
