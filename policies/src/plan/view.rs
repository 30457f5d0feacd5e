//! The plan in the shape of its contract (`kring plan --json`).

use kring_core::{
    ids::{GroupKey, MemberId, PlaceKey},
    text::Text,
};
use ruma::{OwnedRoomId, OwnedUserId};
use serde::Serialize;

use super::{Action, ActionKind, Alarm, Confirmation, Plan};
use crate::staffing::Shortage;

/// What `kring plan --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanView<'p> {
    /// In order.
    pub actions: Vec<ActionView<'p>>,
    /// Counts by kind.
    pub summary: Summary,
    /// Rooms that are not Kring's.
    pub unmanaged: usize,
    /// What must be confirmed first.
    pub confirmation: Option<&'p Confirmation>,
    /// What a person must look at.
    pub alarms: &'p [Alarm],
    /// Groups with too few admins.
    pub shortages: &'p [Shortage],
    /// Requests that making the plan took.
    pub homeserver_calls: u64,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActionView<'p> {
    /// From 1.
    pub id: u32,
    /// `create`, `join`, `remove`, `unban`, `power`, `state`, `finish`.
    pub kind: &'static str,
    /// The group.
    pub group: &'p GroupKey,
    /// The group's room or space.
    pub place: &'p PlaceKey,
    /// The room; `None` while it has yet to be made.
    pub room: Option<&'p OwnedRoomId>,
    /// The person, where one is meant and known.
    pub member: Option<&'p MemberId>,
    /// The account, where one is meant.
    pub user: Option<&'p OwnedUserId>,
    /// The stable code of a removal.
    pub code: Option<&'p str>,
    /// Why, in Dutch.
    pub because: &'p str,
    /// Why, in both languages.
    pub text: &'p Text,
}

/// How many actions of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rooms to make.
    pub create: usize,
    /// People to bring in.
    pub join: usize,
    /// People to take out.
    pub remove: usize,
    /// Rooms whose power levels change.
    pub power: usize,
    /// Everything else.
    pub other: usize,
}

impl Plan {
    /// The plan as the command line prints it.
    pub fn to_json_view(&self, homeserver_calls: u64) -> PlanView<'_> {
        PlanView {
            actions: self.actions.iter().map(ActionView::from).collect(),
            summary: self.summary(),
            unmanaged: self.unmanaged,
            confirmation: self.confirmation.as_ref(),
            alarms: &self.alarms,
            shortages: &self.shortages,
            homeserver_calls,
        }
    }

    /// Counts by kind.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for action in &self.actions {
            let count = match &action.kind {
                ActionKind::Create(_) => &mut summary.create,
                ActionKind::Join { .. } => &mut summary.join,
                ActionKind::Remove { .. } => &mut summary.remove,
                ActionKind::Power(_) => &mut summary.power,
                _ => &mut summary.other,
            };
            *count += 1;
        }
        summary
    }
}

impl<'p> From<&'p Action> for ActionView<'p> {
    fn from(action: &'p Action) -> Self {
        let (kind, user, member, code) = parts(&action.kind);
        Self {
            id: action.id,
            kind,
            group: &action.place.group,
            place: &action.place,
            room: action.room.as_ref(),
            member,
            user,
            code,
            because: &action.because.nl,
            text: &action.because,
        }
    }
}

type Parts<'p> = (&'static str, Option<&'p OwnedUserId>, Option<&'p MemberId>, Option<&'p str>);

fn parts(kind: &ActionKind) -> Parts<'_> {
    match kind {
        ActionKind::Create(_) => ("create", None, None, None),
        ActionKind::Join { user, member } => ("join", Some(user), Some(member), None),
        ActionKind::Remove { user, member, code, .. } => ("remove", Some(user), member.as_ref(), Some(code)),
        ActionKind::Unban { user, member } => ("unban", Some(user), Some(member), None),
        ActionKind::Power(_) => ("power", None, None, None),
        ActionKind::SetState { .. } => ("state", None, None, None),
        ActionKind::FinishFilling { .. } => ("finish", None, None, None),
    }
}
