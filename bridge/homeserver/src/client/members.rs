//! Who is in a room, and bringing people in and out.

use ruma::{
    OwnedUserId, RoomId, UserId,
    api::client::membership::{
        ban_user, get_member_events,
        invite_user::{self, v3::InviteUserId},
        kick_user, unban_user,
    },
    events::room::member::MembershipState,
};
use serde::Deserialize;

use super::{Homeserver, state::readable};
use crate::HomeserverError;

/// A person's standing in a room.
#[derive(Debug, Clone, PartialEq)]
pub struct RoomMember {
    /// Who.
    pub user_id: OwnedUserId,
    /// `join`, `invite`, `knock`, `ban`; never `leave`.
    pub membership: MembershipState,
}

#[derive(Deserialize)]
struct MemberContent {
    membership: MembershipState,
}

impl Homeserver {
    /// Everybody with a membership other than `leave`, sorted by user id.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.member.list", skip_all, fields(room.id = %room))]
    pub async fn members(&self, room: &RoomId) -> Result<Vec<RoomMember>, HomeserverError> {
        let mut request = get_member_events::v3::Request::new(room.to_owned());
        request.not_membership = Some(MembershipState::Leave);
        let chunk = self.call("list a room's members", request).await?.chunk;
        let mut members: Vec<_> = readable(&chunk).into_iter().filter_map(member).collect();
        members.sort_by(|a, b| a.user_id.cmp(&b.user_id));
        Ok(members)
    }

    /// Invites a person. Idempotent for somebody who is invited already. `reason` is seen by everybody in the room.
    ///
    /// # Errors
    ///
    /// [`Class::AlreadyInRoom`](crate::Class) for somebody who is in, [`Class::Forbidden`](crate::Class) for somebody
    /// who is banned, and as every request.
    #[tracing::instrument(name = "homeserver.invite", skip_all, fields(room.id = %room))]
    pub async fn invite(
        &self,
        room: &RoomId,
        user: &UserId,
        reason: Option<&str>,
    ) -> Result<(), HomeserverError> {
        let mut invitation = InviteUserId::new(user.to_owned());
        invitation.reason = reason.map(str::to_owned);
        let request = invite_user::v3::Request::new(room.to_owned(), invitation.into());
        self.call("invite", request).await.map(drop)
    }

    /// Takes a person out, or withdraws their invitation or knock.
    ///
    /// # Errors
    ///
    /// [`Class::NotInRoom`](crate::Class) for somebody who is out already, and as every request.
    #[tracing::instrument(name = "homeserver.kick", skip_all, fields(room.id = %room))]
    pub async fn kick(
        &self,
        room: &RoomId,
        user: &UserId,
        reason: Option<&str>,
    ) -> Result<(), HomeserverError> {
        let mut request = kick_user::v3::Request::new(room.to_owned(), user.to_owned());
        request.reason = reason.map(str::to_owned);
        self.call("kick", request).await.map(drop)
    }

    /// Takes a person out and keeps them out. Idempotent.
    ///
    /// # Errors
    ///
    /// As every request.
    #[tracing::instrument(name = "homeserver.ban", skip_all, fields(room.id = %room))]
    pub async fn ban(
        &self,
        room: &RoomId,
        user: &UserId,
        reason: Option<&str>,
    ) -> Result<(), HomeserverError> {
        let mut request = ban_user::v3::Request::new(room.to_owned(), user.to_owned());
        request.reason = reason.map(str::to_owned);
        self.call("ban", request).await.map(drop)
    }

    /// Lifts a ban; the person is then out of the room and may be invited.
    ///
    /// # Errors
    ///
    /// [`Class::Forbidden`](crate::Class) or [`Class::BadRequest`](crate::Class) for somebody who is not banned, and
    /// as every request.
    #[tracing::instrument(name = "homeserver.unban", skip_all, fields(room.id = %room))]
    pub async fn unban(&self, room: &RoomId, user: &UserId) -> Result<(), HomeserverError> {
        let request = unban_user::v3::Request::new(room.to_owned(), user.to_owned());
        self.call("unban", request).await.map(drop)
    }
}

fn member(event: super::RawEvent) -> Option<RoomMember> {
    let user_id = UserId::parse(event.state_key?).ok()?;
    let MemberContent { membership } = serde_json::from_value(event.content).ok()?;
    (membership != MembershipState::Leave).then_some(RoomMember { user_id, membership })
}
