//! What the homeserver has: `rooms`, `room_members`.
//!
//! A membership is known from two sides. `membership` is what the event stream said last; `expected` is what a request of
//! our own must lead to, until its event comes by. Older events may still be under way when the request succeeds, so
//! while `expected` is set it is what the mirror shows.

mod change;

use std::collections::BTreeMap;

use kring_core::ids::PlaceKey;
use kring_policies::mirror::{Membership, Mirror, MirrorRoom, RoomState};
use ruma::{OwnedRoomId, OwnedUserId, RoomId};
use sqlx::any::AnyRow;

use crate::{
    error::StoreError,
    row::{Columns, word},
    session::Reader,
};

/// One row for each room instead of one for each member: 5,000 texts are read much faster than 800,000 rows. Neither
/// user ids nor memberships contain a space or a newline.
const MEMBERS: &str = "SELECT room_id, string_agg(coalesce(expected, membership) || ' ' || user_id, '\n' ORDER BY user_id) \
     AS members FROM room_members WHERE coalesce(expected, membership) <> 'leave'";

fn room(row: &AnyRow) -> Result<MirrorRoom, StoreError> {
    let columns = Columns::new(row, "rooms", "room_id");
    Ok(MirrorRoom {
        room_id: columns.parse("room_id")?,
        place: columns.opt_parse("place")?,
        filling: columns.flag("filling")?,
        state: columns.json("state")?,
        members: Vec::new(),
    })
}

fn members(row: &AnyRow) -> Result<(OwnedRoomId, Vec<(OwnedUserId, Membership)>), StoreError> {
    let columns = Columns::new(row, "room_members", "room_id");
    let one = |line: &str| {
        let (membership, user) = line.split_once(' ').ok_or_else(|| columns.bad("membership", "no word"))?;
        let membership = word(membership).ok_or_else(|| columns.bad("membership", "unknown word"))?;
        Ok((user.parse().map_err(|_| columns.bad("user_id", "wrong form"))?, membership))
    };
    let members = columns.str("members")?.lines().map(one).collect::<Result<_, StoreError>>()?;
    Ok((columns.parse("room_id")?, members))
}

fn nothing_known(room_id: OwnedRoomId) -> MirrorRoom {
    MirrorRoom { room_id, place: None, filling: false, state: RoomState::default(), members: Vec::new() }
}

impl Reader {
    /// Everything, rooms that Kring did not make included.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn mirror(&mut self) -> Result<Mirror, StoreError> {
        let rows = sqlx::query("SELECT room_id, place, filling, state FROM rooms")
            .fetch_all(self.connection())
            .await?;
        let mut rooms = BTreeMap::new();
        for row in &rows {
            let room = room(row)?;
            rooms.insert(room.room_id.clone(), room);
        }
        let sql = sqlx::AssertSqlSafe(format!("{MEMBERS} GROUP BY room_id"));
        for row in &sqlx::query(sql).fetch_all(self.connection()).await? {
            let (room_id, members) = members(row)?;
            rooms.entry(room_id.clone()).or_insert_with(|| nothing_known(room_id)).members = members;
        }
        Ok(Mirror { rooms: rooms.into_values().collect() })
    }

    /// One room with its people; `None` when nothing at all is known about it.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn mirror_room(&mut self, room_id: &RoomId) -> Result<Option<MirrorRoom>, StoreError> {
        let row = sqlx::query("SELECT room_id, place, filling, state FROM rooms WHERE room_id = $1")
            .bind(room_id.to_string())
            .fetch_optional(self.connection())
            .await?;
        let mut found = row.as_ref().map(room).transpose()?;
        let sql = sqlx::AssertSqlSafe(format!("{MEMBERS} AND room_id = $1 GROUP BY room_id"));
        let row = sqlx::query(sql).bind(room_id.to_string()).fetch_optional(self.connection()).await?;
        if let Some(row) = row {
            found.get_or_insert_with(|| nothing_known(room_id.to_owned())).members = members(&row)?.1;
        }
        Ok(found)
    }

    /// Every room with its state and without its people, in the order of the room ids: what a repair of one room's
    /// state needs of the others.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn mirror_heads(&mut self) -> Result<Vec<MirrorRoom>, StoreError> {
        let sql = "SELECT room_id, place, filling, state FROM rooms ORDER BY room_id";
        sqlx::query(sql).fetch_all(self.connection()).await?.iter().map(room).collect()
    }

    /// Whether the room is being filled for the first time; false for a room that is not known.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn is_filling(&mut self, room_id: &RoomId) -> Result<bool, StoreError> {
        let sql = "SELECT room_id, filling FROM rooms WHERE room_id = $1";
        let row = sqlx::query(sql).bind(room_id.to_string()).fetch_optional(self.connection()).await?;
        row.map_or(Ok(false), |r| Columns::new(&r, "rooms", "room_id").flag("filling"))
    }

    /// The state that is known of a room; `None` for a room that is not known.
    ///
    /// # Errors
    ///
    /// The database does not answer, or the row is not readable.
    pub async fn room_state(&mut self, room_id: &RoomId) -> Result<Option<RoomState>, StoreError> {
        let row = sqlx::query("SELECT room_id, state FROM rooms WHERE room_id = $1")
            .bind(room_id.to_string())
            .fetch_optional(self.connection())
            .await?;
        row.map(|r| Columns::new(&r, "rooms", "room_id").json("state")).transpose()
    }

    /// The room that serves as this place; `None` while there is none.
    ///
    /// # Errors
    ///
    /// The database does not answer, or the row is not readable.
    pub async fn room_of(&mut self, place: &PlaceKey) -> Result<Option<OwnedRoomId>, StoreError> {
        let row = sqlx::query("SELECT room_id FROM rooms WHERE place = $1")
            .bind(place.to_string())
            .fetch_optional(self.connection())
            .await?;
        row.map(|r| Columns::new(&r, "rooms", "room_id").parse("room_id")).transpose()
    }

    /// Every room that serves as a place.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn places(&mut self) -> Result<Vec<(OwnedRoomId, PlaceKey)>, StoreError> {
        let sql = "SELECT room_id, place FROM rooms WHERE place IS NOT NULL";
        let rows = sqlx::query(sql).fetch_all(self.connection()).await?;
        let columns = rows.iter().map(|row| Columns::new(row, "rooms", "room_id"));
        columns.map(|c| Ok((c.parse("room_id")?, c.parse("place")?))).collect()
    }

    /// What Kring uses the room for; `None` for a room that Kring did not make.
    ///
    /// # Errors
    ///
    /// The database does not answer, or the row is not readable.
    pub async fn place_of(&mut self, room_id: &RoomId) -> Result<Option<PlaceKey>, StoreError> {
        let row = sqlx::query("SELECT room_id, place FROM rooms WHERE room_id = $1")
            .bind(room_id.to_string())
            .fetch_optional(self.connection())
            .await?;
        Ok(row.map(|r| Columns::new(&r, "rooms", "room_id").opt_parse("place")).transpose()?.flatten())
    }
}
