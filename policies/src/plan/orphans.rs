//! Managed rooms that nothing asks for any more: nobody who left the association stays behind in one.

use std::sync::Arc;

use ruma::UserId;

use super::{Action, ActionKind, Stages, keeps_own_power, look::Look};
use crate::{
    decide::decide,
    decision::Decision,
    facts::{Actor, Facts, Request},
    mirror::{Membership, MirrorRoom},
};

/// Takes out whom Kring does not know and whose membership has ended; others stay.
pub(super) fn push(look: &Look<'_>, room: &MirrorRoom, stages: &mut Stages) {
    let Some(place) = &room.place else { return };
    for (user, was) in room.members.iter().filter(|(_, m)| *m != Membership::Ban) {
        if keeps_own_power(look.policy, look.world, user) {
            continue;
        }
        let Some(refusal) = nowhere(look, user) else { continue };
        let kind = ActionKind::Remove {
            user: user.clone(),
            member: look.desired.account(user).map(|(_, account)| account.member.clone()),
            was: *was,
            code: refusal.code.clone(),
        };
        let because = Arc::new(refusal.text());
        let room = Some(room.room_id.clone());
        stages.push(Action { id: 0, stage: 1, place: place.clone().into(), room, kind, because });
    }
}

/// The refusal that would meet this person in every group.
fn nowhere(look: &Look<'_>, user: &UserId) -> Option<Decision> {
    let account = look.desired.account(user).map(|(_, account)| account);
    let facts = Facts {
        subject: account.and_then(|a| look.world.people.get(a.person as usize)),
        subject_account: Some(user),
        actor: Actor::Kring,
        ..Facts::at(look.world.today, look.world.now)
    };
    let decision = decide(look.policy, &facts, &Request::Join);
    (!decision.allowed && &*decision.code != "unknown-group").then_some(decision)
}
