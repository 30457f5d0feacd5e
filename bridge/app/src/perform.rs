//! Carries out one effect. Every step may have been done already by an attempt that crashed, and then is done again
//! without harm.

mod create;
mod fill;
mod membership;
mod provision;
mod state;
mod upgrade;

use std::time::Duration;

use kring_core::ids::PlaceKey;
use kring_homeserver::{AccountError, Class, HomeserverError};
use kring_policies::{
    mirror::{Membership, RoomState},
    plan::{Action, ActionKind},
};
use kring_store::{Effect as Stored, Writer};
use ruma::{OwnedEventId, OwnedRoomId, OwnedUserId};
use serde_json::{Value, json};

use crate::{App, Error, effect::Effect, observe::observe_state};

/// What the homeserver now has, as far as this effect changed it. Goes into the mirror with the effect's result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Seen {
    /// A room was made, or found again.
    Room {
        room: OwnedRoomId,
        place: PlaceKey,
        filling: bool,
        read: Box<ReadRoom>,
        /// It was not made just now: people may have come and gone since it was read.
        again: bool,
    },
    /// Somebody's membership.
    Member { room: OwnedRoomId, user: OwnedUserId, membership: Option<Membership> },
    /// A state event.
    State { room: OwnedRoomId, event_type: String, state_key: String, content: Value },
    /// Everybody in a room, as just read; the room counts as filled.
    Filled { room: OwnedRoomId, place: PlaceKey, members: Members },
    /// Nothing was done: since it was planned, it stopped being right.
    Outdated,
    /// A person got an account.
    Account { member: kring_core::ids::MemberId, user: OwnedUserId },
}

pub(crate) type Members = Vec<(OwnedUserId, Membership)>;

/// A room as the homeserver has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReadRoom {
    pub(crate) state: RoomState,
    pub(crate) members: Members,
    /// Its `m.room.create`, with which its history begins.
    pub(crate) created: Option<OwnedEventId>,
}

/// Why an effect did not succeed.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// Try again, not before `after` where the homeserver said so, and at most so many times.
    Later { after: Option<Duration>, error: String, tries: u32 },
    /// Trying again does not help. `refused` when the homeserver does not let us, or knows no such room.
    Final { error: String, refused: bool },
}

/// For troubles that are not this effect's own (no connection, a busy or misconfigured homeserver): wait for hours.
pub(crate) const PATIENT: u32 = 200;

/// For troubles that may be this effect's own: its lane must not wait for it long, and the next plan asks again.
const BRISK: u32 = 5;

/// Facts that were read so long after an effect was asked for know everything that was stored with it: no transaction
/// takes longer.
const SETTLED_MS: i64 = 60_000;

impl Failure {
    /// Trying again soon may help.
    pub(crate) fn soon(error: impl Into<String>) -> Self {
        Self::Later { after: None, error: error.into(), tries: BRISK }
    }

    /// Trying again does not help.
    pub(crate) fn last(error: impl Into<String>) -> Self {
        Self::Final { error: error.into(), refused: false }
    }

    /// Whether the homeserver says that we may not, which is so for everything in a room that we lost.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Final { refused: true, .. })
    }
}

impl From<HomeserverError> for Failure {
    fn from(error: HomeserverError) -> Self {
        let text = error.to_string();
        let restarting = matches!(error.status(), Some(502..=504));
        match error.class() {
            Class::Retry { after: None } if !restarting => Self::soon(text),
            Class::Retry { after } => Self::Later { after, error: text, tries: PATIENT },
            // A bad token is the operator's to mend; the effect waits for it. Whoever leads now carries it out anyway.
            Class::Unreachable | Class::NotMatrix | Class::Unauthorized | Class::Fenced => {
                Self::Later { after: None, error: text, tries: PATIENT }
            }
            class => {
                let refused = matches!(class, Class::Forbidden | Class::NotFound);
                Self::Final { error: text, refused }
            }
        }
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Homeserver(error) => error.into(),
            other => Self::last(other.to_string()),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Later { after: None, error: error.to_string(), tries: PATIENT }
    }
}

impl From<kring_store::StoreError> for Failure {
    fn from(error: kring_store::StoreError) -> Self {
        Self::Later { after: None, error: error.to_string(), tries: PATIENT }
    }
}

impl App {
    /// Carries out one effect.
    pub(crate) async fn perform(&self, effect: &Effect, stored: &Stored) -> Result<Vec<Seen>, Failure> {
        match effect {
            Effect::Act { action, .. } => {
                if self.is_outdated(action, stored.created_at_ms).await? {
                    return Ok(vec![Seen::Outdated]);
                }
                self.act(action, stored.attempts).await
            }
            Effect::Notify { room, text } => self.notify(room, text, &stored.txn_id).await,
            Effect::Upgrade { place, from, new } => {
                self.upgrade_room(place, from, new, stored.attempts).await
            }
            Effect::Provision { member, user, with_address } => {
                self.provision_one(member, user, *with_address).await
            }
        }
    }

    async fn act(&self, action: &Action, attempts: u32) -> Result<Vec<Seen>, Failure> {
        if let ActionKind::Create(new) = &action.kind {
            return self.create(&action.place, new, attempts).await;
        }
        let room = self.room_of(action).await?;
        let _turn = self.writing(&action.place).await;
        match &action.kind {
            ActionKind::Create(_) => Ok(Vec::new()),
            ActionKind::Join { user, .. } => self.bring_in(room, user).await,
            ActionKind::Remove { user, was, .. } => self.take_out(room, user, *was).await,
            ActionKind::Unban { user, .. } => self.unban(room, user).await,
            ActionKind::Power(planned) => {
                // The powers of now, not of then: somebody may have been appointed or dismissed meanwhile.
                let snapshot = self.snapshot();
                let place = snapshot.desired.place(&action.place);
                self.set_powers(room, place.map_or(planned, |place| &place.power_levels)).await
            }
            ActionKind::SetState { event_type, state_key, content } => {
                self.set_state(&action.place, room, event_type, state_key, content).await
            }
            ActionKind::FinishFilling { join_rule } => {
                self.finish_filling(&action.place, room, join_rule).await
            }
        }
    }

    /// Whether somebody who was to come in no longer belongs there, or who was to go does now: an effect may wait for
    /// an hour, and the facts do not. `asked_ms` is when it was asked for.
    async fn is_outdated(&self, action: &Action, asked_ms: i64) -> Result<bool, Failure> {
        if !self.seems_outdated(action) {
            return Ok(false);
        }
        // It may be the facts that are old: a grant is stored together with what it leads to, and read again after that.
        let known = self.snapshot().world.now.as_millisecond().saturating_sub(asked_ms) > SETTLED_MS;
        if !known {
            self.reload().await?;
        }
        Ok(known || self.seems_outdated(action))
    }

    fn seems_outdated(&self, action: &Action) -> bool {
        let belongs = |user| self.snapshot().desired.seat(&action.place, user).is_some();
        match &action.kind {
            ActionKind::Join { user, .. } | ActionKind::Unban { user, .. } => !belongs(user),
            ActionKind::Remove { user, .. } => belongs(user),
            _ => false,
        }
    }

    /// The room of the action's place, which may have been made since the plan was.
    async fn room_of(&self, action: &Action) -> Result<OwnedRoomId, Failure> {
        if let Some(room) = &action.room {
            return Ok(room.clone());
        }
        self.place_room(&action.place).await
    }

    pub(crate) async fn place_room(&self, place: &PlaceKey) -> Result<OwnedRoomId, Failure> {
        let room = self.context.store.read().await?.room_of(place).await?;
        room.ok_or_else(|| Failure::last(format!("{place} has no room yet")))
    }

    async fn notify(&self, room: &OwnedRoomId, text: &str, txn_id: &str) -> Result<Vec<Seen>, Failure> {
        let content = json!({"msgtype": "m.notice", "body": text});
        let bridge = self.context.bridge().ok_or_else(|| Failure::last("no bridge user"))?;
        // With a device the transaction id stays idempotent over a restart of the homeserver.
        let sender = (bridge, ruma::device_id!("KRING"));
        self.homeserver.ensure_device(bridge, sender.1).await?;
        self.homeserver.send_message(sender, room, txn_id.into(), "m.room.message", &content).await?;
        Ok(Vec::new())
    }
}

/// Takes what an effect changed into the mirror.
pub(crate) async fn remember(writer: &mut Writer, seen: &[Seen]) -> Result<(), Error> {
    for change in seen {
        match change {
            Seen::Room { room, place, filling, read, .. } => {
                writer.put_room(room, Some(place), *filling).await?;
                writer.set_room_state(room, &read.state).await?;
                writer.replace_members(room, &read.members).await?;
                if let Some(created) = &read.created {
                    // Its whole history is still to come.
                    writer.note_whole(room, created.as_str()).await?;
                }
            }
            Seen::Member { room, user, membership } => writer.expect_member(room, user, *membership).await?,
            Seen::State { room, event_type, state_key, content } => {
                let mut state = writer.room_state(room).await?.unwrap_or_default();
                observe_state(&mut state, event_type, state_key, content);
                writer.set_room_state(room, &state).await?;
            }
            Seen::Filled { room, place, members } => {
                writer.put_room(room, Some(place), false).await?;
                writer.replace_members(room, members).await?;
            }
            Seen::Outdated => {}
            Seen::Account { member, user } => drop(writer.bind_account(member, user).await?),
        }
    }
    Ok(())
}
