//! What the homeserver asks before it lets somebody do something: the second wall, in front of the repairs.
//!
//! Refused is what would be undone afterwards, and what no rule of the policy allows people among themselves. An answer
//! comes from the facts in memory and waits for nothing: neither for the database nor for the homeserver, which may be
//! asking in the middle of a request of ours.

use kring_core::{
    group::Role,
    ids::{Form, PlaceKey},
};
use kring_policies::{
    decide::decide,
    decision::Decision,
    desired::DesiredPlace,
    facts::{Actor, Facts, GroupFacts, Request},
    policy::Policy,
};
use ruma::{OwnedRoomAliasId, OwnedRoomId, OwnedUserId, RoomAliasId, UserId};

use crate::{App, Snapshot};

/// What somebody is about to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// Invite an account.
    Invite {
        /// Who invites.
        inviter: OwnedUserId,
        /// Whom.
        invitee: OwnedUserId,
        /// Into which room.
        room: OwnedRoomId,
    },
    /// Invite an e-mail address or a telephone number, which is nobody's account as far as the homeserver knows.
    InviteAddress {
        /// Who invites.
        inviter: OwnedUserId,
        /// Into which room.
        room: OwnedRoomId,
    },
    /// Come in.
    Join {
        /// Who comes in.
        user: OwnedUserId,
        /// Into which room.
        room: OwnedRoomId,
        /// Whether somebody has invited them.
        is_invited: bool,
    },
    /// Make a room. Nobody has been named yet with whom.
    CreateRoom {
        /// Who makes it.
        user: OwnedUserId,
    },
    /// Give a room an alias.
    NameRoom {
        /// Who gives it.
        user: OwnedUserId,
        /// The alias.
        alias: OwnedRoomAliasId,
    },
    /// List a room in the homeserver's directory, or take it out.
    ListRoom {
        /// Who lists it.
        user: OwnedUserId,
        /// Which room.
        room: OwnedRoomId,
    },
}

impl Attempt {
    /// Who is about to do it.
    pub fn by(&self) -> &UserId {
        match self {
            Self::Invite { inviter, .. } | Self::InviteAddress { inviter, .. } => inviter,
            Self::Join { user, .. }
            | Self::CreateRoom { user }
            | Self::NameRoom { user, .. }
            | Self::ListRoom { user, .. } => user,
        }
    }
}

impl App {
    /// The policy's refusal; `None` lets it happen. What the bridge and the bots do is never refused, and neither is what
    /// no rule speaks about.
    pub fn refuses(&self, attempt: &Attempt) -> Option<Decision> {
        let ours = |user: &UserId| self.context.is_own(user);
        // Who asks the bridge or a bot into a room of their own gets no answer, and that is all.
        let to_us = matches!(attempt, Attempt::Invite { invitee, .. } if ours(invitee));
        if ours(attempt.by()) || to_us {
            return None;
        }
        let (policy, snapshot) = (&*self.context.policy, self.snapshot());
        Wall { policy, facts: &snapshot }.refusal(attempt)
    }
}

/// The rules, and what they are asked about.
struct Wall<'a> {
    policy: &'a Policy,
    facts: &'a Snapshot,
}

impl Wall<'_> {
    fn refusal(&self, attempt: &Attempt) -> Option<Decision> {
        match attempt {
            Attempt::Invite { inviter, invitee, room } => match self.facts.rooms.get(room) {
                Some(place) => self.invite(place, inviter, Some(invitee)),
                None => self.chat(inviter, invitee),
            },
            Attempt::InviteAddress { inviter, room } => match self.facts.rooms.get(room) {
                Some(place) => self.invite(place, inviter, None),
                None => self.chat(inviter, inviter),
            },
            Attempt::Join { user, room, is_invited } => {
                self.join(self.facts.rooms.get(room)?, user, *is_invited)
            }
            // With oneself everybody may talk who may talk with anybody.
            Attempt::CreateRoom { user } => self.chat(user, user),
            Attempt::NameRoom { user, alias } => self.name(user, alias),
            Attempt::ListRoom { user, room } => self.list(user, room),
        }
    }

    /// An invitation into a group: one that would become a grant may be made, and so may a superfluous one.
    fn invite(&self, place: &PlaceKey, inviter: &UserId, invitee: Option<&UserId>) -> Option<Decision> {
        let facts = self.at(place, inviter, invitee)?;
        let decision = self.refused(&facts, &Request::InviteNatively)?;
        self.refused(&facts, &Request::Join).map(|_| decision)
    }

    /// Who belongs in a group may come in. So may, once invited, whoever an invitation can bring in: the invitation was
    /// asked about when it was made, which may be so short ago that its grant is not among the facts yet.
    fn join(&self, place: &PlaceKey, user: &UserId, is_invited: bool) -> Option<Decision> {
        let facts = self.at(place, user, Some(user))?;
        let decision = self.refused(&facts, &Request::Join)?;
        let by_kring = Facts { actor: Actor::Kring, ..facts };
        let invitable = is_invited && self.refused(&by_kring, &Request::Invite).is_none();
        (!invitable).then_some(decision)
    }

    /// A room that is no group is a chat between its people. An account that is nobody's (an administrator's, one of
    /// another homeserver) is none of the policy's business.
    fn chat(&self, from: &UserId, to: &UserId) -> Option<Decision> {
        let (actor, subject) = (self.facts.person(from)?, self.facts.person(to)?);
        let shared = (from == to || self.share_a_room(from, to)).then_some(Role::Member);
        let facts = Facts {
            actor: Actor::Person(actor),
            subject: Some(subject),
            subject_account: Some(to),
            actor_role: shared,
            subject_role: shared,
            ..self.facts.nowhere()
        };
        self.refused(&facts, &Request::StartPrivateChat)
    }

    /// Only the bridge names rooms: this is about the group whose alias it would be, if any.
    fn name(&self, user: &UserId, alias: &RoomAliasId) -> Option<Decision> {
        let named = |place: &&DesiredPlace| place.alias_localpart == alias.alias();
        let place = self.facts.desired.places.iter().find(named).map(|place| &place.key.group);
        let group = place.and_then(|group| self.facts.desired.group(group)).map(GroupFacts::new);
        let facts = Facts { actor: self.actor(user), group, ..self.facts.nowhere() };
        self.refused(&facts, &Request::ChangeState { event_type: "m.room.canonical_alias".to_owned() })
    }

    /// Nobody lists rooms.
    fn list(&self, user: &UserId, room: &OwnedRoomId) -> Option<Decision> {
        let place = self.facts.rooms.get(room);
        let group = place.and_then(|place| self.facts.desired.group(&place.group)).map(GroupFacts::new);
        let facts = Facts { actor: self.actor(user), group, ..self.facts.nowhere() };
        self.refused(&facts, &Request::PublishInDirectory)
    }

    /// The facts about a place that should be there; `None` for one that should not, of which no rule speaks.
    fn at<'b>(&'b self, place: &PlaceKey, actor: &UserId, subject: Option<&'b UserId>) -> Option<Facts<'b>> {
        self.facts.desired.place(place)?;
        self.facts.facts(place, actor, subject)
    }

    fn actor(&self, user: &UserId) -> Actor<'_> {
        self.facts.person(user).map_or(Actor::Unknown, Actor::Person)
    }

    fn refused(&self, facts: &Facts<'_>, request: &Request) -> Option<Decision> {
        let decision = decide(self.policy, facts, request);
        (!decision.allowed).then_some(decision)
    }

    /// Whether both belong in the room of some group. In a space alone nobody meets anybody.
    fn share_a_room(&self, one: &UserId, other: &UserId) -> bool {
        let desired = &self.facts.desired;
        let (Some((one, _)), Some((other, _))) = (desired.account(one), desired.account(other)) else {
            return false;
        };
        let mut rooms = desired.places.iter().filter(|place| place.key.form == Form::Room);
        rooms.any(|room| room.seat(one).is_some() && room.seat(other).is_some())
    }
}
