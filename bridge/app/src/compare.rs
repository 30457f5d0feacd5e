//! The slow full compare: what events missed, read room by room and never person by person.

use futures_util::{StreamExt, stream};
use kring_core::ids::PlaceKey;
use kring_store::Writer;
use ruma::OwnedRoomId;

use crate::{App, Error, perform::ReadRoom};

/// A room in which people do not stop is read so often.
const TRIES: u32 = 5;

/// What a compare found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compared {
    /// Rooms that were read.
    pub rooms: usize,
    /// Rooms that could not be read.
    pub unreadable: usize,
    /// Requests made.
    pub calls: usize,
}

impl App {
    /// Reads every managed room from the homeserver into the mirror: one request per room, four at a time.
    ///
    /// # Errors
    ///
    /// When the store fails. A room that cannot be read is counted and left as it is.
    pub async fn compare(&self) -> Result<Compared, Error> {
        let heads = self.context.store.read().await?.mirror_heads().await?;
        let managed = heads.into_iter().filter_map(|room| Some((room.room_id, room.place?)));
        let mut reads =
            stream::iter(managed.map(|(room, place)| self.compare_room(room, place))).buffer_unordered(4);
        let mut compared = Compared::default();
        while let Some(read) = reads.next().await {
            compared.calls += 1;
            if read? { compared.rooms += 1 } else { compared.unreadable += 1 }
        }
        Ok(compared)
    }

    /// As [`App::compare`], for one room; whether it could be read.
    pub(crate) async fn compare_one(&self, room: &OwnedRoomId) -> Result<bool, Error> {
        match self.context.store.read().await?.place_of(room).await? {
            Some(place) => self.compare_room(room.clone(), place).await,
            None => Ok(false),
        }
    }

    /// Reads a room in which nothing happens meanwhile, as far as that can be had: what was handled while it was read would
    /// be lost from the mirror. Gives the transaction in which to say so.
    async fn read_quietly(&self, room: &OwnedRoomId) -> Result<Option<(Writer, ReadRoom)>, Error> {
        let mut tries = 0;
        loop {
            let before = self.touched.times(room.as_str());
            let read = match self.read_room(room).await {
                Ok(read) => read,
                Err(failure) => {
                    tracing::error!(room.id = %room, "a managed room cannot be read");
                    if failure.is_refusal() {
                        self.is_out_of(room).await?;
                    }
                    return Ok(None);
                }
            };
            let writer = self.context.store.write().await?;
            tries += 1;
            if tries == TRIES || self.touched.times(room.as_str()) == before {
                return Ok(Some((writer, read)));
            }
        }
    }

    async fn compare_room(&self, room: OwnedRoomId, place: PlaceKey) -> Result<bool, Error> {
        let Some((mut writer, ReadRoom { state, members, .. })) = self.read_quietly(&room).await? else {
            return Ok(false);
        };
        // Asked here and not before: a filling may have ended while the room was read.
        let filling = writer.is_filling(&room).await?;
        writer.put_room(&room, Some(&place), filling).await?;
        writer.set_room_state(&room, &state).await?;
        writer.replace_members(&room, &members).await?;
        writer.commit().await?;
        Ok(true)
    }

    /// Whoever is in a room may read it: the bridge is not, or the room is no more. No event of it may ever come.
    async fn is_out_of(&self, room: &OwnedRoomId) -> Result<(), Error> {
        let Some(bridge) = self.context.bridge() else { return Ok(()) };
        let mut writer = self.context.store.write().await?;
        writer.observe_member(room, bridge, None).await?;
        Ok(writer.commit().await?)
    }
}
