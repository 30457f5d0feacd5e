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

impl Reader {
    /// For each managed room, by room id, the event up to which nothing is missing; `None` where nobody has looked yet.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn histories(&mut self) -> Result<Vec<(OwnedRoomId, Option<String>)>, StoreError> {
        let sql = "SELECT room_id, whole FROM rooms WHERE place IS NOT NULL ORDER BY room_id";
        let rows = sqlx::query(sql).fetch_all(self.connection()).await?;
        let history = |row| {
            let columns = Columns::new(row, "rooms", "room_id");
            Ok((columns.parse("room_id")?, columns.opt_text("whole")?))
        };
        rows.iter().map(history).collect()
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
