//! How often the same thing was repaired of late, so that the bridge never fights a person in a loop: `repairs`.

use jiff::{SignedDuration, Timestamp};
use ruma::{RoomId, UserId};
use sqlx::Row as _;

use crate::{error::StoreError, session::Writer};

impl Writer {
    /// Notes that something `user` did in `room` was repaired at `at`, and says how many such repairs there were within
    /// `window` up to now, this one included. Older notes of the pair are removed.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn note_repair(
        &mut self,
        room: &RoomId,
        user: &UserId,
        at: Timestamp,
        window: SignedDuration,
    ) -> Result<u64, StoreError> {
        let now = at.as_millisecond();
        let since = now.saturating_sub(i64::try_from(window.as_millis()).unwrap_or(i64::MAX));
        sqlx::query("DELETE FROM repairs WHERE room_id = $1 AND user_id = $2 AND at < $3")
            .bind(room.to_string())
            .bind(user.to_string())
            .bind(since)
            .execute(self.connection())
            .await?;
        sqlx::query("INSERT INTO repairs (room_id, user_id, at) VALUES ($1, $2, $3)")
            .bind(room.to_string())
            .bind(user.to_string())
            .bind(now)
            .execute(self.connection())
            .await?;
        let row = sqlx::query("SELECT count(*) AS n FROM repairs WHERE room_id = $1 AND user_id = $2")
            .bind(room.to_string())
            .bind(user.to_string())
            .fetch_one(self.connection())
            .await?;
        Ok(row.try_get::<i64, _>("n")?.unsigned_abs())
    }
}
