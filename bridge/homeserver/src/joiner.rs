//! The second registration: acting as a person, for three things only.

use ruma::{
    RoomId, UserId,
    api::client::membership::{join_room_by_id, leave_room},
};
use url::Url;

use crate::{
    HomeserverError, HomeserverOptions,
    client::{Caller, Identity},
    registration::Registration,
};

/// Accepts and declines invitations and leaves rooms *as* a local person.
///
/// Its token is everybody: with it one could read and write as any local person. So this type keeps it to itself and
/// offers these three requests and nothing else; it has no way to reach the token or to send another request.
#[derive(Clone)]
pub struct Joiner {
    caller: Caller,
}

impl std::fmt::Debug for Joiner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Joiner")
    }
}

impl Joiner {
    /// A client for the homeserver at `base`, with the token of the second `registration`.
    ///
    /// # Errors
    ///
    /// When the connection pool cannot be set up.
    pub fn new(
        base: &Url,
        registration: &Registration,
        options: &HomeserverOptions,
    ) -> Result<Self, HomeserverError> {
        Ok(Self { caller: Caller::new(base, registration.as_token.clone(), options)? })
    }

    /// Joins a room as `user`, by invitation or because the join rule lets them in. Idempotent.
    ///
    /// Synapse joins a locked or deactivated person without a word, so the caller must not ask for one.
    ///
    /// # Errors
    ///
    /// [`Class::Forbidden`](crate::Class) without an invitation, [`Class::AccountUnavailable`](crate::Class) for a
    /// suspended person, and as every request.
    #[tracing::instrument(name = "homeserver.join", skip_all, fields(room.id = %room))]
    pub async fn join(&self, room: &RoomId, user: &UserId) -> Result<(), HomeserverError> {
        let request = join_room_by_id::v3::Request::new(room.to_owned());
        self.caller.call("join", request, Identity::User(user)).await.map(drop)
    }

    /// Leaves a room as `user`. Idempotent.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.leave", skip_all, fields(room.id = %room))]
    pub async fn leave(&self, room: &RoomId, user: &UserId) -> Result<(), HomeserverError> {
        let request = leave_room::v3::Request::new(room.to_owned());
        self.caller.call("leave", request, Identity::User(user)).await.map(drop)
    }

    /// Declines an invitation, or takes back a knock, as `user`.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.decline", skip_all, fields(room.id = %room))]
    pub async fn decline(&self, room: &RoomId, user: &UserId) -> Result<(), HomeserverError> {
        let request = leave_room::v3::Request::new(room.to_owned());
        self.caller.call("decline", request, Identity::User(user)).await.map(drop)
    }
}
