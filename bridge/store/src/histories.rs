//! How far a room's history is known to be whole: `rooms.whole`.

use std::collections::HashSet;

use ruma::{OwnedRoomId, RoomId};

use crate::{
    error::StoreError,
    row::Columns,
    session::{Reader, Writer},
};

/// Ids of one statement.
const CHUNK: usize = 100;

/// What is known of a managed room's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The room.
    pub room_id: OwnedRoomId,
    /// Nothing up to this event is missing. `None` where nobody has looked yet, and nothing was ever delivered.
    pub whole: Option<String>,
    /// The newest event that came in; `None` where nothing ever did.
    pub newest: Option<String>,
}

/// By state, so that each minimum is one step in the index. Dropped and dead events may be older than what was swept.
const OLDEST: &str = "SELECT seq, event_id FROM events WHERE seq = (SELECT min(s) FROM (\
                      SELECT min(seq) AS s FROM events WHERE state = 0 AND room_id = $1 UNION ALL \
                      SELECT min(seq) FROM events WHERE state = 1 AND room_id = $1) AS oldest)";

impl Reader {
    /// The histories of all managed rooms, by room id. Where nobody has looked yet, what came first counts as whole.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn histories(&mut self) -> Result<Vec<History>, StoreError> {
        let sql = "SELECT room_id, whole FROM rooms WHERE place IS NOT NULL ORDER BY room_id";
        let rows = sqlx::query(sql).fetch_all(self.connection()).await?;
        let mut histories = Vec::with_capacity(rows.len());
        for row in &rows {
            let columns = Columns::new(row, "rooms", "room_id");
            let room_id: OwnedRoomId = columns.parse("room_id")?;
            let whole = match columns.opt_text("whole")? {
                None => self.oldest_event(&room_id).await?,
                whole => whole,
            };
            let newest = self.last_event(room_id.as_str()).await?.map(|(event, _)| event);
            histories.push(History { room_id, whole, newest });
        }
        Ok(histories)
    }

    async fn oldest_event(&mut self, room_id: &RoomId) -> Result<Option<String>, StoreError> {
        let row = sqlx::query(OLDEST).bind(room_id.to_string()).fetch_optional(self.connection()).await?;
        row.map(|row| Columns::new(&row, "events", "seq").text("event_id")).transpose()
    }

    /// Which of these events came in before.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn known_events(&mut self, event_ids: &[&str]) -> Result<HashSet<String>, StoreError> {
        let mut known = HashSet::new();
        for chunk in event_ids.chunks(CHUNK) {
            let places: Vec<String> = (1..=chunk.len()).map(|n| format!("${n}")).collect();
            let sql = format!("SELECT seq, event_id FROM events WHERE event_id IN ({})", places.join(","));
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(chunk.len() == CHUNK);
            for id in chunk {
                query = query.bind((*id).to_owned());
            }
            for row in &query.fetch_all(self.connection()).await? {
                known.insert(Columns::new(row, "events", "seq").text("event_id")?);
            }
        }
        Ok(known)
    }
}

impl Writer {
    /// Notes that nothing of a room's history up to `event_id` is missing.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn note_whole(&mut self, room_id: &RoomId, event_id: &str) -> Result<(), StoreError> {
        let sql = "UPDATE rooms SET whole = $2 WHERE room_id = $1";
        let query = sqlx::query(sql).bind(room_id.to_string()).bind(event_id.to_owned());
        query.execute(self.connection()).await?;
        Ok(())
    }
}
