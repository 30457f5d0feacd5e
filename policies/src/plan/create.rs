//! New rooms: made whole, filled, and then closed.

use super::{
    Action, ActionKind, NewRoom, WantedJoinRule,
    look::{Look, action, because},
};
use crate::{
    desired::DesiredPlace,
    mirror::{JoinRule, MirrorRoom},
};

pub(super) fn create(look: &Look<'_>, place: &DesiredPlace) -> Action {
    action(
        0,
        place,
        None,
        ActionKind::Create(Box::new(new_room(look, place))),
        because("because-create", &[("group", &place.name)]),
    )
}

pub(super) fn new_room(look: &Look<'_>, place: &DesiredPlace) -> NewRoom {
    NewRoom {
        space: !place.key_is_room(),
        name: place.name.clone(),
        topic: place.topic.clone(),
        alias_localpart: place.alias_localpart.clone(),
        join_rule: known_rule(look, place),
        filling: is_filled(look, place),
        history_visibility: place.history_visibility.to_string(),
        federate: place.federate,
        power_levels: place.power_levels.clone(),
        avatar: place.avatar.clone(),
    }
}

/// A restricted rule can only name rooms that exist; until then the room is by invitation.
fn known_rule(look: &Look<'_>, place: &DesiredPlace) -> WantedJoinRule {
    match &place.join_rule {
        WantedJoinRule::Restricted { allow } if allow.iter().any(|p| look.room_id(p).is_none()) => {
            WantedJoinRule::Invite
        }
        rule => rule.clone(),
    }
}

/// Filling by one event per person is for rooms with several people, all of whom are in the root space.
fn is_filled(look: &Look<'_>, place: &DesiredPlace) -> bool {
    let root = look.policy.root_place().and_then(|key| look.desired.place(&key));
    let Some(root) = root.filter(|root| root.key != place.key) else { return false };
    place.seats.len() > look.policy.fill_above
        && !matches!(place.join_rule, WantedJoinRule::Restricted { .. })
        && all_within(place, root)
}

fn all_within(place: &DesiredPlace, root: &DesiredPlace) -> bool {
    let mut accounts = root.seats.iter().map(|s| s.account);
    place.seats.iter().all(|seat| accounts.by_ref().any(|account| account == seat.account))
}

/// Ends the first filling: of a room made in this plan, or of one that a crash left open.
pub(super) fn finish(look: &Look<'_>, place: &DesiredPlace, room: Option<&MirrorRoom>) -> Option<Action> {
    let filling = room.map_or_else(|| is_filled(look, place), |room| room.filling);
    let kind = ActionKind::FinishFilling { join_rule: resolved(look, &place.join_rule) };
    filling.then(|| action(3, place, room, kind, because("because-filled", &[])))
}

/// The rule with the rooms that exist.
pub(super) fn resolved(look: &Look<'_>, rule: &WantedJoinRule) -> JoinRule {
    match rule {
        WantedJoinRule::Invite => JoinRule::Invite,
        WantedJoinRule::Knock => JoinRule::Knock,
        WantedJoinRule::Restricted { allow } => {
            let allow: std::collections::BTreeSet<_> =
                allow.iter().filter_map(|p| look.room_id(p)).map(ToOwned::to_owned).collect();
            if allow.is_empty() { JoinRule::Invite } else { JoinRule::Restricted { allow } }
        }
    }
}
