//! The power levels of one room.

use super::{
    Action, ActionKind, keeps_own_power,
    look::{Look, action, because},
};
use crate::{
    desired::DesiredPlace,
    mirror::MirrorRoom,
    power::{is_above_numbers, merge},
};

pub(super) fn powers(look: &Look<'_>, place: &DesiredPlace, room: &MirrorRoom) -> Option<Action> {
    let managed = |user: &ruma::UserId| !keeps_own_power(look.policy, look.world, user);
    let above = is_above_numbers(room.state.version.as_deref());
    let creators: Vec<_> = look.bridge().filter(|_| above).cloned().into_iter().collect();
    merge(room.state.power_levels.as_ref(), &place.power_levels, managed, &creators)?;
    let kind = ActionKind::Power(place.power_levels.clone());
    Some(action(1, place, Some(room), kind, because("because-power", &[("group", &place.name)])))
}
