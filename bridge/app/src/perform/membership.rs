//! Bringing people in and taking them out.

use kring_homeserver::Class;
use kring_policies::mirror::Membership;
use ruma::{OwnedRoomId, OwnedUserId, UserId};

use super::{Failure, Seen};
use crate::{App, texts};

impl App {
    /// Directly where the room is being filled, otherwise by an invitation that the joiner accepts.
    pub(super) async fn bring_in(&self, room: OwnedRoomId, user: &OwnedUserId) -> Result<Vec<Seen>, Failure> {
        let filling = self.context.store.read().await?.is_filling(&room).await?;
        if !(filling && self.joined_directly(&room, user).await?) {
            match self.homeserver.invite(&room, user, None).await {
                Ok(()) => self.joiner.join(&room, user).await?,
                Err(error) if error.class() == Class::AlreadyInRoom => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(vec![Seen::Member { room, user: user.clone(), membership: Some(Membership::Join) }])
    }

    /// One event instead of two. Refused when the person is not in the root space: then they are invited.
    async fn joined_directly(&self, room: &OwnedRoomId, user: &UserId) -> Result<bool, Failure> {
        match self.joiner.join(room, user).await {
            Ok(()) => Ok(true),
            Err(error) if error.class() == Class::Forbidden => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn take_out(
        &self,
        room: OwnedRoomId,
        user: &OwnedUserId,
        was: Membership,
    ) -> Result<Vec<Seen>, Failure> {
        if was != Membership::Ban {
            let reason = texts::CATALOGUE.text("kick-reason", &[]);
            match self.homeserver.kick(&room, user, Some(&self.context.said(&reason))).await {
                Ok(()) => {}
                Err(error) if error.class() == Class::NotInRoom => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(vec![Seen::Member { room, user: user.clone(), membership: None }])
    }

    pub(super) async fn unban(&self, room: OwnedRoomId, user: &OwnedUserId) -> Result<Vec<Seen>, Failure> {
        self.homeserver.unban(&room, user).await?;
        Ok(vec![Seen::Member { room, user: user.clone(), membership: None }])
    }
}
