//! What changes the mirror: the event stream, our own requests, the slow full compare.

use kring_core::ids::PlaceKey;
use kring_policies::mirror::{Membership, RoomState};
use ruma::{OwnedUserId, RoomId, UserId};

use crate::{
    error::StoreError,
    row::{as_word, placeholders, to_json},
    session::Writer,
};

const LEAVE: &str = "leave";
/// Rows of one statement.
const CHUNK: usize = 1_000;

fn membership_text(membership: Option<Membership>) -> Result<String, StoreError> {
    membership.map_or_else(|| Ok(LEAVE.to_owned()), |m| as_word(&m))
}

impl Writer {
    /// Says what a room is used for. A place has one room: one that served before (an upgraded room) loses it.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn put_room(
        &mut self,
        room_id: &RoomId,
        place: Option<&PlaceKey>,
        filling: bool,
    ) -> Result<(), StoreError> {
        let place = place.map(ToString::to_string);
        if place.is_some() {
            sqlx::query("UPDATE rooms SET place = NULL WHERE place = $1 AND room_id <> $2")
                .bind(place.clone())
                .bind(room_id.to_string())
                .execute(self.connection())
                .await?;
        }
        let sql = "INSERT INTO rooms (room_id, place, filling, state) VALUES ($1, $2, $3, '{}') \
                   ON CONFLICT (room_id) DO UPDATE SET place = excluded.place, filling = excluded.filling";
        let query = sqlx::query(sql).bind(room_id.to_string()).bind(place).bind(i64::from(filling));
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Notes that there is such a room. Changes nothing where it is known, also when another transaction is just about
    /// to say what it is used for.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn see_room(&mut self, room_id: &RoomId) -> Result<(), StoreError> {
        let sql = "INSERT INTO rooms (room_id, place, filling, state) VALUES ($1, NULL, 0, '{}') \
                   ON CONFLICT (room_id) DO NOTHING";
        sqlx::query(sql).bind(room_id.to_string()).execute(self.connection()).await?;
        Ok(())
    }

    /// Stores the state of a room, known or not.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn set_room_state(&mut self, room_id: &RoomId, state: &RoomState) -> Result<(), StoreError> {
        let sql = "INSERT INTO rooms (room_id, place, filling, state) VALUES ($1, NULL, 0, $2) \
                   ON CONFLICT (room_id) DO UPDATE SET state = excluded.state";
        let query = sqlx::query(sql).bind(room_id.to_string()).bind(to_json("the state of a room", state)?);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Removes everything known about a room.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn forget_room(&mut self, room_id: &RoomId) -> Result<(), StoreError> {
        for sql in ["DELETE FROM room_members WHERE room_id = $1", "DELETE FROM rooms WHERE room_id = $1"] {
            sqlx::query(sql).bind(room_id.to_string()).execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Stores what the event stream says about a person in a room; `None` is `leave`. An expectation that it meets is
    /// fulfilled; another one stays, for its event is still to come.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn observe_member(
        &mut self,
        room_id: &RoomId,
        user_id: &UserId,
        membership: Option<Membership>,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO room_members (room_id, user_id, membership) VALUES ($1, $2, $3) \
                   ON CONFLICT (room_id, user_id) DO UPDATE SET membership = excluded.membership, \
                   expected = nullif(room_members.expected, excluded.membership)";
        self.member(sql, room_id, user_id, membership).await?;
        if membership.is_none() {
            let sql = "DELETE FROM room_members WHERE room_id = $1 AND user_id = $2 AND membership = $3 \
                       AND expected IS NULL";
            self.member(sql, room_id, user_id, None).await?;
        }
        Ok(())
    }

    /// Stores what a request of our own has led to (`None`: the person is out), before its event comes by. Changes nothing
    /// where the mirror says so already.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn expect_member(
        &mut self,
        room_id: &RoomId,
        user_id: &UserId,
        membership: Option<Membership>,
    ) -> Result<(), StoreError> {
        let sql = if membership.is_some() {
            "INSERT INTO room_members (room_id, user_id, membership, expected) VALUES ($1, $2, 'leave', $3) \
             ON CONFLICT (room_id, user_id) DO UPDATE SET expected = excluded.expected \
             WHERE coalesce(room_members.expected, room_members.membership) <> excluded.expected"
        } else {
            "UPDATE room_members SET expected = $3 WHERE room_id = $1 AND user_id = $2 \
             AND coalesce(expected, membership) <> $3"
        };
        self.member(sql, room_id, user_id, membership).await
    }

    async fn member(
        &mut self,
        sql: &'static str,
        room_id: &RoomId,
        user_id: &UserId,
        membership: Option<Membership>,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(sql).bind(room_id.to_string()).bind(user_id.to_string());
        query.bind(membership_text(membership)?).execute(self.connection()).await?;
        Ok(())
    }

    /// Replaces everybody in a room by what the homeserver answered just now (the slow full compare). Expectations end:
    /// the answer is newer than the requests they came from. No user may occur twice.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn replace_members(
        &mut self,
        room_id: &RoomId,
        members: &[(OwnedUserId, Membership)],
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM room_members WHERE room_id = $1";
        sqlx::query(sql).bind(room_id.to_string()).execute(self.connection()).await?;
        for chunk in members.chunks(CHUNK) {
            let sql = format!(
                "INSERT INTO room_members (room_id, user_id, membership) VALUES {}",
                placeholders(chunk.len(), 3)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(chunk.len() == CHUNK);
            for (user, membership) in chunk {
                query = query.bind(room_id.to_string()).bind(user.to_string()).bind(as_word(membership)?);
            }
            query.execute(self.connection()).await?;
        }
        Ok(())
    }
}
