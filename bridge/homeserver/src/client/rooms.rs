//! Aliases and the list of rooms.

use ruma::{
    OwnedRoomId, RoomAliasId, RoomId,
    api::client::{
        alias::{create_alias, delete_alias, get_alias},
        membership::joined_rooms,
    },
};

use super::Homeserver;
use crate::{Class, HomeserverError};

impl Homeserver {
    /// The rooms that `@kring` is in, managed or not.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.room.list", skip_all)]
    pub async fn joined_rooms(&self) -> Result<Vec<OwnedRoomId>, HomeserverError> {
        Ok(self.call("list our rooms", joined_rooms::v3::Request::new()).await?.joined_rooms)
    }

    /// The room behind an alias; `None` when nobody has it.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.alias.resolve", skip_all, fields(alias = %alias))]
    pub async fn resolve_alias(&self, alias: &RoomAliasId) -> Result<Option<OwnedRoomId>, HomeserverError> {
        match self.call("resolve an alias", get_alias::v3::Request::new(alias.to_owned())).await {
            Ok(response) => Ok(Some(response.room_id)),
            Err(error) if error.class() == Class::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives a room an alias in the directory; the room's `m.room.canonical_alias` is another matter.
    ///
    /// # Errors
    ///
    /// [`Class::InUse`] when a room has it already, this one included, and as every request.
    #[tracing::instrument(name = "homeserver.alias.create", skip_all, fields(alias = %alias, room.id = %room))]
    pub async fn create_alias(&self, alias: &RoomAliasId, room: &RoomId) -> Result<(), HomeserverError> {
        let request = create_alias::v3::Request::new(alias.to_owned(), room.to_owned());
        self.call("create an alias", request).await.map(drop)
    }

    /// Takes an alias out of the directory. An alias that nobody has is no error.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.alias.delete", skip_all, fields(alias = %alias))]
    pub async fn delete_alias(&self, alias: &RoomAliasId) -> Result<(), HomeserverError> {
        match self.call("delete an alias", delete_alias::v3::Request::new(alias.to_owned())).await {
            Ok(_) => Ok(()),
            Err(error) if error.class() == Class::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}
