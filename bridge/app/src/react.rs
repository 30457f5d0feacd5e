//! What one event from the homeserver leads to: the mirror follows, and what breaks the policy is repaired.

mod repair;

use std::{sync::Arc, time::Duration};

use kring_core::{
    audit::{Actor as AuditActor, AuditEntry},
    group::{Grant, Role},
    ids::{PlaceKey, Shared},
};
use kring_policies::{
    decide::decide,
    facts::Request,
    mirror::{Membership, Mirror, MirrorRoom, RoomState},
    plan::{Action, ActionKind, Alarm, plan_alarms, plan_member, plan_power, plan_state},
};
use kring_store::{LeasedEvent, Writer};
use ruma::{OwnedRoomId, OwnedUserId, UserId};
use serde_json::Value;

use crate::{
    App, Error, Snapshot,
    alarms::{Cause, Found, Looked, POWERLESS},
    observe::{membership, observe_state},
    texts,
};

/// How often the facts are asked for after an event that changed them, and with which pause.
const RELOADS: u32 = 30;
const RELOAD_PAUSE: Duration = Duration::from_secs(1);

/// An event as far as we look at it.
struct Event<'a> {
    stored: &'a LeasedEvent,
    room: OwnedRoomId,
    sender: OwnedUserId,
    content: Value,
}

impl<'a> Event<'a> {
    /// `None` for something that no homeserver should send.
    fn read(stored: &'a LeasedEvent) -> Option<Self> {
        let json: Value = serde_json::from_str(&stored.json).ok()?;
        Some(Self {
            room: stored.room_id.as_str().try_into().ok()?,
            sender: stored.sender.as_str().try_into().ok()?,
            content: json.get("content")?.clone(),
            stored,
        })
    }

    fn cause(&self) -> Cause<'_> {
        Cause { event: &self.stored.event_id, sender: self.sender.as_str() }
    }

    fn subject(&self) -> Option<OwnedUserId> {
        self.stored.state_key.as_deref()?.try_into().ok()
    }
}

/// What an event led to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reaction {
    /// Effects were stored.
    pub(crate) enqueued: bool,
    /// A grant was given or ended.
    pub(crate) changed_facts: bool,
}

impl Reaction {
    fn enqueued(enqueued: bool) -> Self {
        Self { enqueued, changed_facts: false }
    }

    /// Both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            enqueued: self.enqueued || other.enqueued,
            changed_facts: self.changed_facts || other.changed_facts,
        }
    }
}

impl App {
    /// What one event leads to, in the caller's transaction, which also has to say that the event is handled.
    pub(crate) async fn react(&self, writer: &mut Writer, stored: &LeasedEvent) -> Result<Reaction, Error> {
        if stored.state_key.is_none() {
            return Ok(Reaction::default());
        }
        match Event::read(stored) {
            Some(event) => self.react_to_state(writer, &event).await,
            None => Err(Error::Unreadable),
        }
    }

    /// The events are handled, so nothing else asks for the facts again before the next settling.
    pub(crate) async fn reload_surely(&self) {
        for _ in 0..RELOADS {
            match self.reload().await {
                Ok(_) => return,
                Err(error) => tracing::warn!(%error, "the facts cannot be read; trying again"),
            }
            tokio::time::sleep(RELOAD_PAUSE).await;
        }
    }

    async fn react_to_state(&self, writer: &mut Writer, event: &Event<'_>) -> Result<Reaction, Error> {
        let Some(place) = self.place_of(writer, event).await? else { return Ok(Reaction::default()) };
        match event.stored.event_type.as_str() {
            "m.room.member" => self.react_to_member(writer, event, &place).await,
            _ => self.react_to_room_state(writer, event, &place).await.map(Reaction::enqueued),
        }
    }

    /// The place of a managed room.
    async fn place_of(&self, writer: &mut Writer, event: &Event<'_>) -> Result<Option<PlaceKey>, Error> {
        if let Some(place) = writer.place_of(&event.room).await? {
            return Ok(Some(place));
        }
        let stranger = !self.context.is_own(&event.sender);
        if stranger && event.subject().is_some_and(|user| self.context.is_own(&user)) {
            // Somebody asked the bridge into a room of their own: seen, counted, never touched.
            writer.see_room(&event.room).await?;
        }
        // The executor that made the room stores it with its whole state; until then there is nothing to repair.
        Ok(None)
    }

    async fn react_to_member(
        &self,
        writer: &mut Writer,
        event: &Event<'_>,
        place: &PlaceKey,
    ) -> Result<Reaction, Error> {
        let Some(user) = event.subject() else { return Ok(Reaction::default()) };
        let now = membership(&event.content);
        writer.observe_member(&event.room, &user, now).await?;
        if self.context.is_own(&user) {
            return self.react_to_own_membership(writer, event, place, now).await.map(Reaction::enqueued);
        }
        let ours = self.context.is_own(&event.sender);
        // A homeserver's admin API invites in our name, too: those whom we invite belong, others are taken out.
        if ours && now != Some(Membership::Invite) {
            return Ok(Reaction::default());
        }
        let native = match ours {
            true => None,
            false => self.after_native_change(writer, event, place, &user, now).await?,
        };
        let changed_facts = native.is_some();
        let snapshot = native.unwrap_or_else(|| self.snapshot());
        let room = MirrorRoom {
            room_id: event.room.clone(),
            place: Some(place.clone()),
            filling: false,
            state: Default::default(),
            members: now.map(|membership| (user.clone(), membership)).into_iter().collect(),
        };
        let (policy, desired) = (&self.context.policy, &snapshot.desired);
        let Some(wanted) = desired.place(place) else {
            return Ok(Reaction { changed_facts, enqueued: false });
        };
        let action = plan_member(policy, &snapshot.world, desired, wanted, &room, &user);
        // Our own invitation is on its way to a join already.
        let needed = |action: &Action| !ours || matches!(action.kind, ActionKind::Remove { .. });
        let mut actions: Vec<Action> = action.into_iter().filter(needed).collect();
        if matches!(actions.as_slice(), [Action { kind: ActionKind::Unban { .. }, .. }]) {
            // Lifting a ban is our own event, to which nothing follows; so coming back in is asked for now.
            let lifted = MirrorRoom { members: Vec::new(), ..room };
            actions.extend(plan_member(policy, &snapshot.world, desired, wanted, &lifted, &user));
        }
        let enqueued = self.repair(writer, event, actions).await?;
        Ok(Reaction { changed_facts, enqueued })
    }

    /// In a group that allows it, an admin's own invitation or removal is a decision that stands: it becomes a grant,
    /// or ends one, before anything is compared. Gives the facts with that change, which are read again once it is
    /// committed.
    async fn after_native_change(
        &self,
        writer: &mut Writer,
        event: &Event<'_>,
        place: &PlaceKey,
        user: &UserId,
        now: Option<Membership>,
    ) -> Result<Option<Arc<Snapshot>>, Error> {
        let snapshot = self.snapshot();
        let Some(request) = request_of(event, user, now) else { return Ok(None) };
        let Some((grant, code)) = self.allowed(&snapshot, event, place, user, &request) else {
            return Ok(None);
        };
        self.note_native(writer, event, place, &grant, &request, &code).await?;
        match request {
            Request::InviteNatively => writer.put_grant(&grant).await?,
            // Whoever runs a group may give that back as well.
            _ => {
                for role in [Role::Member, Role::Admin] {
                    writer.remove_grant(&grant.group, &grant.member, role).await?;
                }
            }
        }
        // The change is not committed yet, so it is added to the facts by hand.
        let ends = request != Request::InviteNatively;
        let mut fresh = (*snapshot).clone();
        fresh.world.grants.retain(|g| {
            !(g.group == grant.group && g.member == grant.member && (ends || g.role == grant.role))
        });
        if request == Request::InviteNatively {
            fresh.world.grants.push(grant);
        }
        fresh.desired = kring_policies::desired::desired(&self.context.policy, &fresh.world);
        Ok(Some(Arc::new(fresh)))
    }

    /// What an admin does with a client of their own is theirs, and stands in the log as theirs.
    async fn note_native(
        &self,
        writer: &mut Writer,
        event: &Event<'_>,
        place: &PlaceKey,
        grant: &Grant,
        request: &Request,
        code: &str,
    ) -> Result<(), Error> {
        let (verb, text) = match request {
            Request::InviteNatively => ("invite", "audit-invited"),
            Request::Leave => ("leave", "audit-left"),
            Request::Ban => ("ban", "audit-banned"),
            _ => ("remove", "audit-removed"),
        };
        let snapshot = self.snapshot();
        let group = snapshot.desired.place(place).map_or(place.group.as_str(), |wanted| wanted.name.as_str());
        let text = texts::CATALOGUE.text(text, &[("group", group.into())]);
        let actor = grant.by.clone().map_or(AuditActor::Kring, AuditActor::Member);
        let entry = AuditEntry::new(self.context.clock.now(), actor, verb, code, text)
            .with_place(place.clone())
            .with_member(grant.member.clone())
            .with_detail("from", "client")
            .with_detail("room", event.room.as_str())
            .with_detail("event", event.stored.event_id.as_str());
        writer.append_audit(&entry).await?;
        Ok(())
    }

    /// The grant that the policy lets the sender give or take with this event, with the code of that; `None` when it does
    /// not.
    fn allowed(
        &self,
        snapshot: &Snapshot,
        event: &Event<'_>,
        place: &PlaceKey,
        user: &UserId,
        request: &Request,
    ) -> Option<(Grant, Shared)> {
        let facts = snapshot.facts(place, &event.sender, Some(user))?;
        let subject = facts.subject?;
        let decision = decide(&self.context.policy, &facts, request);
        let grant = Grant {
            group: place.group.clone(),
            member: subject.member.id.clone(),
            role: Role::Member,
            until: decision.until,
            by: snapshot.person(&event.sender).map(|actor| actor.member.id.clone()),
        };
        decision.allowed.then_some((grant, decision.code))
    }

    async fn react_to_own_membership(
        &self,
        writer: &mut Writer,
        event: &Event<'_>,
        place: &PlaceKey,
        now: Option<Membership>,
    ) -> Result<bool, Error> {
        if self.context.bridge() != event.subject().as_deref() {
            return Ok(false);
        }
        let [out, _] = POWERLESS;
        let mut found = Vec::new();
        if now != Some(Membership::Join) {
            let group = place.group.to_string();
            let text = texts::CATALOGUE.text("alarm-bridge-out", &[("group", group.as_str().into())]);
            found.push(Alarm { place: place.clone(), code: out.to_owned(), text }.into());
        }
        self.follow_alarms(writer, Looked::At(place, &[out]), &found, Some(event.cause())).await
    }

    async fn react_to_room_state(
        &self,
        writer: &mut Writer,
        event: &Event<'_>,
        place: &PlaceKey,
    ) -> Result<bool, Error> {
        // What we wrote ourselves went into the mirror with the effect; a late echo must not set it back.
        if self.context.is_own(&event.sender) {
            return match event.stored.event_type.as_str() {
                "m.room.power_levels" => self.doubt_powers(writer, event, place).await,
                _ => Ok(false),
            };
        }
        let mut state = writer.room_state(&event.room).await?.unwrap_or_default();
        let key = event.stored.state_key.as_deref().unwrap_or_default();
        if !observe_state(&mut state, &event.stored.event_type, key, &event.content) {
            return Ok(false);
        }
        writer.set_room_state(&event.room, &state).await?;
        let alarmed = self.alarm_state(writer, event, place, &state).await?;
        let rooms = Mirror { rooms: writer.mirror_heads().await? };
        let actions = self.state_repairs(&rooms, event, place);
        Ok(self.repair(writer, event, actions).await? || alarmed)
    }

    /// What cannot be undone is told to the admins and written down.
    async fn alarm_state(
        &self,
        writer: &mut Writer,
        event: &Event<'_>,
        place: &PlaceKey,
        state: &RoomState,
    ) -> Result<bool, Error> {
        let Some(code) = lasting(&event.stored.event_type) else { return Ok(false) };
        let snapshot = self.snapshot();
        let Some(wanted) = snapshot.desired.place(place) else { return Ok(false) };
        let room = MirrorRoom {
            room_id: event.room.clone(),
            place: Some(place.clone()),
            filling: false,
            state: state.clone(),
            // Only whoever is in a room hears what happens there.
            members: self
                .context
                .bridge()
                .map(|bridge| (bridge.to_owned(), Membership::Join))
                .into_iter()
                .collect(),
        };
        let alarms = plan_alarms(&self.context.policy, &snapshot.world, &snapshot.desired, wanted, &room);
        let found: Vec<Found> =
            alarms.into_iter().filter(|alarm| alarm.code == code).map(Found::from).collect();
        self.follow_alarms(writer, Looked::At(place, &[code]), &found, Some(event.cause())).await
    }

    /// Powers that were given away in our name: by a homeserver's admin API, which writes as the room's creator, or in an
    /// echo of ours that came late. The mirror does not follow; the repair reads the powers again before it writes.
    async fn doubt_powers(
        &self,
        writer: &mut Writer,
        event: &Event<'_>,
        place: &PlaceKey,
    ) -> Result<bool, Error> {
        let snapshot = self.snapshot();
        let Some(wanted) = snapshot.desired.place(place) else { return Ok(false) };
        let version = writer.room_state(&event.room).await?.and_then(|state| state.version);
        let state = RoomState { power_levels: Some(event.content.clone()), version, ..RoomState::default() };
        let room = MirrorRoom {
            room_id: event.room.clone(),
            place: Some(place.clone()),
            filling: false,
            state,
            members: Vec::new(),
        };
        let action = plan_power(&self.context.policy, &snapshot.world, &snapshot.desired, wanted, &room);
        self.repair(writer, event, action.into_iter().collect()).await
    }

    fn state_repairs(&self, rooms: &Mirror, event: &Event<'_>, place: &PlaceKey) -> Vec<Action> {
        let snapshot = self.snapshot();
        let (policy, world, desired) = (&self.context.policy, &snapshot.world, &snapshot.desired);
        let Some(wanted) = desired.place(place) else { return Vec::new() };
        let Some(room) = rooms.rooms.iter().find(|room| room.room_id == event.room) else {
            return Vec::new();
        };
        let mut actions = plan_state(policy, world, desired, rooms, wanted, room);
        actions.extend(plan_power(policy, world, desired, wanted, room));
        // While a room is being filled its join rule is ours to choose.
        actions.retain(|action| !(room.filling && is_join_rule(action)));
        actions
    }
}

/// The code of the alarm for an event that no repair can take back.
fn lasting(event_type: &str) -> Option<&'static str> {
    match event_type {
        "m.room.encryption" => Some("encrypted"),
        "m.room.tombstone" => Some("tombstone"),
        "m.room.server_acl" => Some("server-acl"),
        // In a room of a version before 12, where the bridge's power is a number as anybody's.
        "m.room.power_levels" => Some("bridge-without-power"),
        _ => None,
    }
}

fn is_join_rule(action: &Action) -> bool {
    matches!(&action.kind, ActionKind::SetState { event_type, .. } if **event_type == *"m.room.join_rules")
}

/// What the sender did to somebody else, or by leaving to themselves, as a question for the policy.
fn request_of(event: &Event<'_>, user: &UserId, now: Option<Membership>) -> Option<Request> {
    match (event.sender == user, now) {
        (false, Some(Membership::Invite)) => Some(Request::InviteNatively),
        (false, None) => Some(Request::Kick),
        (false, Some(Membership::Ban)) => Some(Request::Ban),
        (true, None) => Some(Request::Leave),
        _ => None,
    }
}
