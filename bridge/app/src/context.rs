//! What every use case stands on: the policy, the store and the clock.

use std::{collections::HashMap, sync::Arc};

use jiff::tz::TimeZone;
use kring_core::{clock::Clock, ids::PlaceKey, member::Person, text::Text};
use kring_policies::{
    desired::{Desired, desired},
    facts::{Actor, Facts, GroupFacts},
    mirror::Mirror,
    plan::{Plan, plan},
    policy::Policy,
    world::World,
};
use kring_store::Store;
use ruma::{OwnedRoomId, OwnedServerName, OwnedUserId, UserId};

use crate::Error;

/// Policy, store and clock: enough for every question that needs no homeserver. Clones are cheap.
#[derive(Clone)]
pub struct Context {
    /// The rules.
    pub policy: Arc<Policy>,
    /// What Kring keeps.
    pub store: Store,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// The bridge first, then the bots.
    pub own_users: Arc<[OwnedUserId]>,
    /// The server part of everybody's user id.
    pub server_name: OwnedServerName,
    /// The language in which Kring speaks in rooms, `nl` or `en`.
    pub language: Arc<str>,
}

/// The facts of one moment and what the policy makes of them.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// People, groups and grants.
    pub world: World,
    /// What should be.
    pub desired: Desired,
    /// What the rooms are for that Kring made; one that was made just now may be missing.
    pub rooms: HashMap<OwnedRoomId, PlaceKey>,
}

impl Snapshot {
    /// Whose account it is; `None` for one that is nobody's whom Kring knows.
    pub fn person(&self, user: &UserId) -> Option<&Person> {
        let index = usize::try_from(self.desired.account(user)?.1.person).ok()?;
        self.world.people.get(index)
    }

    /// What a decision needs about `actor` who wants something of `subject` in the group of `place`; `None` when there is
    /// no such group.
    pub(crate) fn facts<'a>(
        &'a self,
        place: &PlaceKey,
        actor: &UserId,
        subject: Option<&'a UserId>,
    ) -> Option<Facts<'a>> {
        let role = |user: &UserId| self.desired.seat(place, user).map(|seat| seat.role);
        Some(Facts {
            subject: subject.and_then(|user| self.person(user)),
            subject_account: subject,
            actor: self.person(actor).map_or(Actor::Unknown, Actor::Person),
            actor_role: role(actor),
            subject_role: subject.and_then(role),
            role_above: self.desired.role_above(&place.group, actor),
            group: Some(GroupFacts::new(self.desired.group(&place.group)?)),
            ..self.nowhere()
        })
    }

    /// The facts that are not about anybody.
    pub(crate) fn nowhere(&self) -> Facts<'_> {
        Facts { grants: &self.world.grants, ..Facts::at(self.world.today, self.world.now) }
    }
}

/// A plan with what it was made from.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The facts.
    pub snapshot: Snapshot,
    /// What the homeserver has.
    pub mirror: Mirror,
    /// The way from one to the other.
    pub plan: Plan,
}

impl Context {
    /// Reads the facts and computes what should be. Costs no request.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        let mut reader = self.store.read().await?;
        let mut world = World {
            today: self.clock.today(&self.zone()),
            now: self.clock.now(),
            people: reader.people().await?,
            groups: reader.groups().await?,
            grants: reader.grants().await?,
            own_users: self.own_users.to_vec(),
        };
        let rooms = reader.places().await?.into_iter().collect();
        drop(reader);
        self.policy.complete(&mut world.people);
        let desired = desired(&self.policy, &world);
        Ok(Snapshot { world, desired, rooms })
    }

    /// The plan as the store and the mirror stand. Costs no request.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn plan(&self) -> Result<Planned, Error> {
        let snapshot = self.snapshot().await?;
        let mirror = self.store.read().await?.mirror().await?;
        let plan = plan(&self.policy, &snapshot.world, &snapshot.desired, &mirror);
        Ok(Planned { snapshot, mirror, plan })
    }

    /// A text as it is said in rooms, where everybody reads the same one.
    pub fn said(&self, text: &Text) -> String {
        text.get(&self.language).to_owned()
    }

    /// The bridge's own user, creator of every managed room.
    pub fn bridge(&self) -> Option<&UserId> {
        self.own_users.first().map(|user| &**user)
    }

    /// Whether this is the bridge or one of the bots.
    pub fn is_own(&self, user: &UserId) -> bool {
        self.own_users.iter().any(|own| own == user)
    }

    /// The association's zone; UTC when the policy names one that the machine does not know.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.policy.timezone).unwrap_or(TimeZone::UTC)
    }
}
