//! What a decision is about: facts in, request in.

use jiff::{Timestamp, civil::Date};
use kring_core::{
    group::{Grant, GroupRecord, JoinWish, Role},
    member::Person,
};
use ruma::UserId;

/// Everything that [`decide`](crate::decide::decide) may look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Today in the association's zone.
    pub today: Date,
    /// Now.
    pub now: Timestamp,
    /// Whom it is about; `None` when Kring does not know them.
    pub subject: Option<&'a Person>,
    /// The subject's account, also where the person is unknown; decides on `leave_alone`.
    pub subject_account: Option<&'a UserId>,
    /// Who asks.
    pub actor: Actor<'a>,
    /// What the actor is in the group; `None` for nothing.
    pub actor_role: Option<Role>,
    /// What the subject is in the group; `None` for nothing.
    pub subject_role: Option<Role>,
    /// The highest that the actor is in the groups directly above the group; `None` for nothing, or where nobody looked.
    pub role_above: Option<Role>,
    /// Which group; `None` where the request is not about one.
    pub group: Option<GroupFacts<'a>>,
    /// Groups besides `group` below which a new one is to hang as well.
    pub also_under: &'a [Above<'a>],
    /// Grants, of anybody and any group: those of the subject in the group are picked out.
    pub grants: &'a [Grant],
    /// When the actor wants what they give to end; `None` for as late as the policy allows.
    pub until: Option<Timestamp>,
}

impl Facts<'_> {
    /// Nobody, nowhere, at one moment; to be filled with `..Facts::at(today, now)`.
    pub fn at(today: Date, now: Timestamp) -> Self {
        Self {
            today,
            now,
            subject: None,
            subject_account: None,
            actor: Actor::Unknown,
            actor_role: None,
            subject_role: None,
            role_above: None,
            group: None,
            also_under: &[],
            grants: &[],
            until: None,
        }
    }
}

/// A group above one that is to be made.
#[derive(Debug, Clone, Copy)]
pub struct Above<'a> {
    /// The group.
    pub group: GroupFacts<'a>,
    /// What the actor is in it.
    pub actor_role: Option<Role>,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub enum Actor<'a> {
    /// Kring itself.
    Kring,
    /// A person that Kring knows.
    Person(&'a Person),
    /// Somebody else, for example through another homeserver.
    Unknown,
}

/// The group that a request is about.
#[derive(Debug, Clone, Copy)]
pub struct GroupFacts<'a> {
    /// Its record.
    pub record: &'a GroupRecord,
    /// How many groups of the requested kind there are below it already.
    pub groups_below: usize,
    /// How many admins it has; `None` where nobody counted.
    pub admins: Option<usize>,
}

impl<'a> GroupFacts<'a> {
    /// The group with nothing below it.
    pub fn new(record: &'a GroupRecord) -> Self {
        Self { record, groups_below: 0, admins: None }
    }
}

/// What somebody wants to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Be in the group. The one question behind every plan: does the subject belong here, and as what?
    Join,
    /// Invite the subject.
    Invite,
    /// Invite the subject with a client of one's own, past the bridge.
    InviteNatively,
    /// Ask to be let in.
    Knock,
    /// Go out.
    Leave,
    /// Take the subject out.
    Kick,
    /// Keep the subject out.
    Ban,
    /// Make a group below `group`.
    CreateGroup {
        /// Of which kind.
        kind: String,
        /// With which name.
        name: String,
    },
    /// Change one of the group's own settings.
    ChangeSetting(Setting),
    /// Set the subject's power level.
    SetPower {
        /// The wanted level.
        level: i64,
    },
    /// Say something.
    Write,
    /// Read what was said before one came in.
    ReadBack,
    /// Find the group among those of the association.
    FindGroup,
    /// Send a state event.
    ChangeState {
        /// `m.room.name`
        event_type: String,
    },
    /// Replace the room by another.
    UpgradeRoom,
    /// List the room in the homeserver's directory.
    PublishInDirectory,
    /// Start a private chat with the subject.
    StartPrivateChat,
    /// See the association's section.
    SeeSection,
    /// See the subject's profile.
    SeeProfile,
}

/// A group's own setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// The user types it admits.
    Admits(Vec<kring_core::ids::UserType>),
    /// What it is for.
    Topic(String),
    /// What it is called.
    Name(String),
    /// Whether only admins and writers write.
    ReadOnly(bool),
    /// How somebody comes in.
    Join(JoinWish),
    /// The last day on which it is used; `None` takes the end away.
    EndsOn(Option<Date>),
}
