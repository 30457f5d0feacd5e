//! Who must come in and who must go out of one room.

use std::{cell::OnceCell, cmp::Ordering, sync::Arc};

use kring_core::{ids::PlaceKey, text::Text};
use ruma::UserId;

use super::{
    Action, ActionKind, keeps_own_power,
    look::{Look, action, because},
};
use crate::{
    decide::decide,
    decision::Decision,
    desired::{DesiredPlace, Seat},
    facts::{Actor, Facts, GroupFacts, Request},
    mirror::{Membership, MirrorRoom},
};

/// Upper bound of the actions that [`push`] adds for stage 2.
pub(super) fn at_most(place: &DesiredPlace, room: Option<&MirrorRoom>) -> usize {
    let Some(room) = room else { return place.seats.len() };
    place.seats.len().abs_diff(room.members.len())
}

/// Adds the membership actions of one stage: in the first, the root space fills and spaces lose people; in the second,
/// the rest. Whoever goes out of a space first cannot come back through a room that is restricted to it.
pub(super) fn push(
    look: &Look<'_>,
    place: &DesiredPlace,
    room: Option<&MirrorRoom>,
    stage: u8,
    actions: &mut Vec<Action>,
) {
    let reasons = Reasons::default();
    let members = room.map(|r| r.members.as_slice()).unwrap_or_default();
    let (mut seats, mut members) = (place.seats.iter().peekable(), members.iter().peekable());
    loop {
        let seat =
            seats.peek().and_then(|s| Some((*s, &look.desired.accounts.get(s.account as usize)?.user_id)));
        let order = match (seat, members.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((_, user)), Some((member, _))) => user.cmp(member),
        };
        let seat = if order.is_le() { seats.next() } else { None };
        let member = if order.is_ge() { members.next() } else { None };
        let user = member.map(|(user, _)| &**user);
        let user = user.or_else(|| Some(&*look.desired.accounts.get(seat?.account as usize)?.user_id));
        let current = member.map(|(_, membership)| *membership);
        let settled = seat.is_some() && current == Some(Membership::Join);
        if let Some(user) = user.filter(|_| !settled) {
            both(look, place, room, user, current, seat.copied(), &reasons, stage, actions);
        }
    }
}

/// The person's action if it is of this stage, and the entry behind a lifted ban.
#[expect(clippy::too_many_arguments, reason = "the loop's body, kept apart for reading")]
fn both(
    look: &Look<'_>,
    place: &DesiredPlace,
    room: Option<&MirrorRoom>,
    user: &UserId,
    current: Option<Membership>,
    seat: Option<Seat>,
    reasons: &Reasons,
    stage: u8,
    actions: &mut Vec<Action>,
) {
    let joins_in = if is_root(look, &place.key) { 1 } else { 2 };
    if let Some(seat) = seat {
        if stage == 1 && current == Some(Membership::Ban) {
            actions.extend(member_with(look, place, room, user, current, Some(seat), reasons));
        }
        if stage == joins_in {
            actions.extend(member_with(look, place, room, user, None, Some(seat), reasons));
        }
    } else if stage == leaves_in(&place.key) {
        actions.extend(member_with(look, place, room, user, current, None, reasons));
    }
}

fn leaves_in(place: &PlaceKey) -> u8 {
    if place.form == kring_core::ids::Form::Space { 1 } else { 2 }
}

fn is_root(look: &Look<'_>, place: &PlaceKey) -> bool {
    look.policy.root_place().is_some_and(|root| root == *place)
}

/// One person in one room.
pub(super) fn member(
    look: &Look<'_>,
    place: &DesiredPlace,
    room: Option<&MirrorRoom>,
    user: &UserId,
    current: Option<Membership>,
    seat: Option<Seat>,
) -> Option<Action> {
    member_with(look, place, room, user, current, seat, &Reasons::default())
}

fn member_with(
    look: &Look<'_>,
    place: &DesiredPlace,
    room: Option<&MirrorRoom>,
    user: &UserId,
    current: Option<Membership>,
    seat: Option<Seat>,
    reasons: &Reasons,
) -> Option<Action> {
    if keeps_own_power(look.policy, look.world, user) {
        return None;
    }
    match (seat, current) {
        (Some(_), Some(Membership::Join)) | (None, None | Some(Membership::Ban)) => None,
        (Some(seat), current) => enter(look, place, room, seat, current == Some(Membership::Ban), reasons),
        (None, Some(was)) => remove(look, place, room, user, was),
    }
}

fn enter(
    look: &Look<'_>,
    place: &DesiredPlace,
    room: Option<&MirrorRoom>,
    seat: Seat,
    banned: bool,
    reasons: &Reasons,
) -> Option<Action> {
    let account = look.desired.accounts.get(seat.account as usize)?;
    let (user, member) = (account.user_id.clone(), account.member.clone());
    if banned {
        let why = because("because-unban", &[("group", &place.name)]);
        return Some(action(1, place, room, ActionKind::Unban { user, member }, why));
    }
    let granted =
        look.desired.reasons.get(usize::from(seat.reason)).is_some_and(|r| &*r.code == "by-invitation");
    let stage = if is_root(look, &place.key) { 1 } else { 2 };
    Some(action(stage, place, room, ActionKind::Join { user, member }, reasons.entering(place, granted)))
}

/// Out goes who does not belong; the decision says why. A knock that may be answered waits for the answer.
fn remove(
    look: &Look<'_>,
    place: &DesiredPlace,
    room: Option<&MirrorRoom>,
    user: &UserId,
    was: Membership,
) -> Option<Action> {
    let refusal = ask(look, place, user, &Request::Join)?;
    if refusal.allowed || (was == Membership::Knock && ask(look, place, user, &Request::Knock)?.allowed) {
        return None;
    }
    let kind = ActionKind::Remove {
        user: user.to_owned(),
        member: look.desired.account(user).map(|(_, account)| account.member.clone()),
        was,
        code: refusal.code.to_string(),
    };
    Some(action(leaves_in(&place.key), place, room, kind, Arc::new(refusal.text())))
}

fn ask(look: &Look<'_>, place: &DesiredPlace, user: &UserId, request: &Request) -> Option<Decision> {
    let account = look.desired.account(user).map(|(_, account)| account);
    let person = account.and_then(|a| look.world.people.get(a.person as usize));
    let grants =
        account.map(|a| look.desired.grants_of(look.world, place.group, a.person)).unwrap_or_default();
    let grants: Vec<_> = grants.into_iter().cloned().collect();
    let facts = Facts {
        today: look.world.today,
        now: look.world.now,
        subject: person,
        subject_account: Some(user),
        actor: Actor::Kring,
        actor_role: None,
        subject_role: None,
        group: Some(GroupFacts::new(look.group(place)?)),
        grants: &grants,
    };
    Some(decide(look.policy, &facts, request))
}

/// The sentences of one place, made once.
#[derive(Default)]
struct Reasons {
    belongs: OnceCell<Arc<Text>>,
    invited: OnceCell<Arc<Text>>,
}

impl Reasons {
    fn entering(&self, place: &DesiredPlace, granted: bool) -> Arc<Text> {
        let (cell, id) =
            if granted { (&self.invited, "because-invited") } else { (&self.belongs, "because-belongs") };
        cell.get_or_init(|| because(id, &[("group", &place.name)])).clone()
    }
}
