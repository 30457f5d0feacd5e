//! The way from the mirror to what is desired: a list of actions, each with its reason.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use kring_core::{
    confirm::Asked,
    ids::{GroupKey, MemberId, PlaceKey, Shared},
    text::Text,
};
use ruma::{OwnedRoomId, OwnedUserId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    desired::{Desired, DesiredPlace},
    mirror::{JoinRule, Membership, Mirror, MirrorRoom},
    policy::Policy,
    staffing::{Shortage, shortages},
    world::World,
};

mod alarms;
mod create;
mod diff;
mod guard;
mod look;
mod members;
mod orphans;
mod powers;
mod state;
mod view;

pub use view::{ActionView, PlanView, Summary};

use look::Look;

/// What has to be done, in stages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Sorted by stage, then by place. All actions of a stage have been tried before the next one starts; within
    /// a stage each place is an order of its own.
    pub actions: Vec<Action>,
    /// Rooms that the bridge sees and does not manage.
    pub unmanaged: usize,
    /// Set when the plan removes so many people that somebody must confirm the number first.
    pub confirmation: Option<Confirmation>,
    /// What no action can put right; a person must look at it.
    pub alarms: Vec<Alarm>,
    /// Groups with too few admins, and whom to propose.
    pub shortages: Vec<Shortage>,
}

/// Something that Kring cannot undo by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Where.
    pub place: PlaceKey,
    /// Stable: `encrypted`, `tombstone`, `server-acl`, `bridge-not-in-room`, `bridge-without-power`, `room-twice`.
    pub code: String,
    /// The sentence.
    pub text: Text,
}

/// A removal too large to be an ordinary day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// `mass-removal`
    pub code: String,
    /// The group whose threshold was passed; `None` for the total.
    pub group: Option<GroupKey>,
    /// How many people would be removed.
    pub removed: usize,
    /// Of how many.
    pub of: usize,
    /// What to give to `--confirm`: for exactly this list of removals, and until [`Confirmation::until`].
    pub token: String,
    /// From then on the token confirms nothing any more.
    pub until: Timestamp,
    /// What is asked: the same for the same list of removals, whenever it is asked.
    #[serde(skip)]
    pub asked: Asked,
    /// The sentence with the number.
    pub text: Text,
}

/// One thing to do in one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Counts from 1 within the plan.
    pub id: u32,
    /// 0 create; 1 state, powers, root-space joins, removals from spaces; 2 joins and removals; 3 finish filling.
    pub stage: u8,
    /// Where; shared by the actions of one place.
    pub place: Arc<PlaceKey>,
    /// The room; `None` while it has yet to be made.
    pub room: Option<OwnedRoomId>,
    /// What.
    pub kind: ActionKind,
    /// Why, in a sentence; shared by the actions of one place that have the same reason.
    pub because: Arc<Text>,
}

impl Action {
    /// The person whom this action takes out, where that is a removal to be counted and asked about: of somebody that Kring
    /// knows and who is in. Strangers and open invitations go without asking.
    pub fn counted_removal(&self) -> Option<&OwnedUserId> {
        match &self.kind {
            ActionKind::Remove { user, member: Some(_), was: Membership::Join, .. } => Some(user),
            _ => None,
        }
    }
}

/// What an action does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum ActionKind {
    /// Make the room (version 12, alias, creation marker) with its whole initial state.
    Create(Box<NewRoom>),
    /// Bring the person in: by invitation and acceptance, or directly where the room is being filled.
    Join {
        /// The account.
        user: OwnedUserId,
        /// The person.
        member: MemberId,
    },
    /// Take somebody out: kick, or withdraw an invitation or knock.
    Remove {
        /// The account.
        user: OwnedUserId,
        /// The person, where Kring knows them.
        member: Option<MemberId>,
        /// What they are in the room now.
        was: Membership,
        /// The stable code of the refusal (`branch-not-theirs`).
        code: Shared,
    },
    /// Lift a ban of somebody who belongs here.
    Unban {
        /// The account.
        user: OwnedUserId,
        /// The person.
        member: MemberId,
    },
    /// Bring the power levels to what is wanted, keeping unknown keys.
    Power(Arc<PowerLevels>),
    /// Write one state event: name, topic, avatar, history, guest access, alias, join rules, space relations.
    SetState {
        /// `m.room.name`
        event_type: Shared,
        /// Empty, or the room for `m.space.child` and `m.space.parent`.
        state_key: StateKey,
        /// The whole content; an empty object takes a space relation away. Boxed, as powers are, so that the many
        /// thousand joins of a first plan stay small.
        content: Box<Value>,
    },
    /// Set the policy's join rule and end the first filling.
    FinishFilling {
        /// The rule from now on.
        join_rule: JoinRule,
    },
}

/// The state key of an action, which may name a place that has no room yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateKey {
    /// As it is.
    Text(String),
    /// The room id of that place, once it exists.
    Place(PlaceKey),
}

/// Everything a new room gets at its creation. Space relations follow in stage 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewRoom {
    /// Whether it is a space.
    pub space: bool,
    /// `m.room.name`
    pub name: String,
    /// `m.room.topic`
    pub topic: Option<String>,
    /// The local part of its alias.
    pub alias_localpart: String,
    /// The rule after filling; while `filling`, `restricted` to the root space.
    pub join_rule: WantedJoinRule,
    /// Fill it with one event per person (see the design); only where several people are to come in.
    pub filling: bool,
    /// `m.room.history_visibility`
    pub history_visibility: String,
    /// `m.federate`
    pub federate: bool,
    /// Power levels from the start.
    pub power_levels: Arc<PowerLevels>,
    /// What the avatar is drawn from.
    pub avatar: Option<Avatar>,
}

/// A join rule that may name places which have no room yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "join_rule")]
pub enum WantedJoinRule {
    /// Only who is invited.
    Invite,
    /// Who asks may be let in.
    Knock,
    /// Members of these places may come in.
    Restricted {
        /// Their places.
        allow: Vec<PlaceKey>,
    },
}

/// A drawn avatar: letters on a colour, so that a hundred groups can be told apart at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Avatar {
    /// One to three letters.
    pub letters: String,
    /// `#rrggbb`
    pub colour: String,
}

/// The keys of `m.room.power_levels` that a policy manages. Others stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PowerLevels {
    /// Levels of the people that have one above the default. Other people Kring knows lose theirs.
    pub users: BTreeMap<OwnedUserId, i64>,
    /// Top-level keys: `ban`, `kick`, `invite`, `redact`, `state_default`, `events_default`, `users_default`.
    pub levels: Arc<BTreeMap<String, i64>>,
    /// Levels per event type. As `levels`, the same for all groups of a kind, and shared by them.
    pub events: Arc<BTreeMap<String, i64>>,
}

/// The way from `mirror` to `desired`. Empty when they agree; costs no request.
///
/// Rooms without a place are counted and left alone. A room whose place is no longer wanted keeps its looks and loses
/// only people who have no business anywhere any more.
pub fn plan(policy: &Policy, world: &World, desired: &Desired, mirror: &Mirror) -> Plan {
    let look = Look::new(policy, world, desired, mirror);
    let mut stages = Stages::default();
    // Room for everything at once: a list of a million entries must not be copied while it grows.
    stages.second.reserve_exact(look.pairs().map(|(place, room)| members::at_most(place, room)).sum());
    for (place, room) in look.pairs() {
        match room {
            None => {
                stages.create.push(create::create(&look, place));
                stages.first.extend(state::relations(&look, place));
            }
            Some(room) if look.bridge_is_in(room) => {
                stages.first.extend(state::state(&look, place, room));
                stages.first.extend(powers::powers(&look, place, room));
            }
            Some(_) => continue,
        }
        members::push(&look, place, room, &mut stages);
        stages.third.extend(create::finish(&look, place, room));
    }
    for room in look.orphans(mirror) {
        orphans::push(&look, room, &mut stages);
    }
    let actions = stages.into_actions();
    let confirmation = guard::confirmation(&look, &actions);
    let unmanaged = mirror.rooms.iter().filter(|r| r.place.is_none()).count();
    let alarms = alarms::alarms(&look, mirror);
    Plan { actions, unmanaged, confirmation, alarms, shortages: shortages(policy, world, desired) }
}

/// The actions of each stage, each in the order of the places.
#[derive(Default)]
struct Stages {
    create: Vec<Action>,
    first: Vec<Action>,
    second: Vec<Action>,
    third: Vec<Action>,
}

impl Stages {
    fn push(&mut self, action: Action) {
        if action.stage == 1 { self.first.push(action) } else { self.second.push(action) }
    }

    /// All in one list, numbered. The second stage is by far the longest, so the others go into its list.
    fn into_actions(self) -> Vec<Action> {
        let mut actions = self.second;
        actions.splice(0..0, self.create.into_iter().chain(self.first));
        actions.extend(self.third);
        for (action, id) in actions.iter_mut().zip(1..) {
            action.id = id;
        }
        actions
    }
}

/// The room that this place would get if it had none: also for one that is to take over from the room that it has.
pub fn new_room(
    policy: &Policy,
    world: &World,
    desired: &Desired,
    mirror: &Mirror,
    place: &DesiredPlace,
) -> NewRoom {
    create::new_room(&Look::new(policy, world, desired, mirror), place)
}

/// What one existing room needs, sorted by stage; for reacting to an event in it, and for comparing one room.
pub fn plan_place(
    policy: &Policy,
    world: &World,
    desired: &Desired,
    mirror: &Mirror,
    place: &DesiredPlace,
    room: &MirrorRoom,
) -> Vec<Action> {
    let look = Look::new(policy, world, desired, mirror);
    if !look.bridge_is_in(room) {
        return Vec::new();
    }
    let mut stages = Stages { first: state::state(&look, place, room), ..Stages::default() };
    stages.first.extend(powers::powers(&look, place, room));
    members::push(&look, place, Some(room), &mut stages);
    stages.third.extend(create::finish(&look, place, Some(room)));
    stages.into_actions()
}

/// What one person's membership of one room needs; `None` when it is as it should be.
///
/// The same answer as [`plan`] gives for this person. A ban of somebody who belongs is lifted first; bringing them in
/// follows from the event of the lifting.
pub fn plan_member(
    policy: &Policy,
    world: &World,
    desired: &Desired,
    place: &DesiredPlace,
    room: &MirrorRoom,
    user: &UserId,
) -> Option<Action> {
    let look = Look::alone(policy, world, desired);
    let current = room.members.binary_search_by(|(u, _)| (**u).cmp(user)).ok();
    let current = current.and_then(|i| room.members.get(i)).map(|(_, m)| *m);
    let seat = desired.account(user).and_then(|(account, _)| place.seat(account));
    members::Members::new(&look, place, Some(room)).member(user, current, seat)
}

/// What the power levels of one room need.
pub fn plan_power(
    policy: &Policy,
    world: &World,
    desired: &Desired,
    place: &DesiredPlace,
    room: &MirrorRoom,
) -> Option<Action> {
    powers::powers(&Look::alone(policy, world, desired), place, room)
}

/// What the state of one room needs: name, topic, join rule, space relations and so on, without powers and people.
pub fn plan_state(
    policy: &Policy,
    world: &World,
    desired: &Desired,
    mirror: &Mirror,
    place: &DesiredPlace,
    room: &MirrorRoom,
) -> Vec<Action> {
    state::state(&Look::new(policy, world, desired, mirror), place, room)
}

/// What needs a person's eye in one room, whether or not anything can be done.
pub fn plan_alarms(
    policy: &Policy,
    world: &World,
    desired: &Desired,
    place: &DesiredPlace,
    room: &MirrorRoom,
) -> Vec<Alarm> {
    alarms::of_room(&Look::alone(policy, world, desired), place, room)
}

/// Whether `user` may have powers of their own choosing: the bridge's own users and those that the policy leaves alone.
/// For [`power::merge`](crate::power::merge), whose `managed` is the opposite.
pub fn keeps_own_power(policy: &Policy, world: &World, user: &UserId) -> bool {
    world.own_users.iter().any(|own| *own == user) || policy.leaves_alone(user)
}
