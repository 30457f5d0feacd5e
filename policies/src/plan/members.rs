//! Who must come in and who must go out of one room.

use std::{cell::OnceCell, cmp::Ordering, sync::Arc};

use kring_core::text::Text;
use ruma::UserId;

use super::{
    Action, ActionKind, Stages, keeps_own_power,
    look::{Look, action, because},
};
use crate::{
    decide::decide,
    decision::Decision,
    desired::{DesiredPlace, Seat},
    facts::{Actor, Facts, GroupFacts, Request},
    mirror::{Membership, MirrorRoom},
};

/// About how many actions [`push`] adds, and a few for the room itself: an upper bound in ordinary plans.
pub(super) fn at_most(place: &DesiredPlace, room: Option<&MirrorRoom>) -> usize {
    match room {
        None => place.seats.len() + place.children.len() + place.parents.len() + 2,
        Some(room) => place.seats.len().abs_diff(room.members.len()) + 1,
    }
}

/// Adds the membership actions of one room, walking its people and its seats side by side.
pub(super) fn push(look: &Look<'_>, place: &DesiredPlace, room: Option<&MirrorRoom>, stages: &mut Stages) {
    let people = Members::new(look, place, room);
    let members = room.map(|r| r.members.as_slice()).unwrap_or_default();
    let (mut seats, mut members) = (place.seats.iter().peekable(), members.iter().peekable());
    loop {
        let account = seats.peek().and_then(|s| look.desired.accounts.get(s.account as usize));
        let order = match (account, members.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(account), Some((member, _))) => account.user_id.cmp(member),
        };
        let seat = if order.is_le() { seats.next().copied() } else { None };
        let member = if order.is_ge() { members.next() } else { None };
        let current = member.map(|(_, membership)| *membership);
        let Some(user) =
            account.filter(|_| seat.is_some()).map(|a| &a.user_id).or(member.map(|(user, _)| user))
        else {
            return;
        };
        let Some(action) = people.member(user, current, seat) else { continue };
        // A ban is lifted before its person comes back in.
        let back = matches!(action.kind, ActionKind::Unban { .. }).then(|| people.member(user, None, seat));
        stages.push(action);
        back.flatten().into_iter().for_each(|entry| stages.push(entry));
    }
}

/// The people of one room, with what is the same for all of them worked out once.
pub(super) struct Members<'a> {
    look: &'a Look<'a>,
    place: &'a DesiredPlace,
    room: Option<&'a MirrorRoom>,
    /// The root space is filled first, because other rooms are filled from it.
    enters_in: u8,
    /// Whoever goes out of a space first cannot come back through a room that is restricted to it.
    leaves_in: u8,
    belongs: OnceCell<Arc<Text>>,
    invited: OnceCell<Arc<Text>>,
}

impl<'a> Members<'a> {
    pub(super) fn new(look: &'a Look<'a>, place: &'a DesiredPlace, room: Option<&'a MirrorRoom>) -> Self {
        let root = look.policy.root_place().is_some_and(|root| root == *place.key);
        Self {
            look,
            place,
            room,
            enters_in: if root { 1 } else { 2 },
            leaves_in: if place.key_is_room() { 2 } else { 1 },
            belongs: OnceCell::new(),
            invited: OnceCell::new(),
        }
    }

    /// What one person's membership needs.
    pub(super) fn member(
        &self,
        user: &UserId,
        current: Option<Membership>,
        seat: Option<Seat>,
    ) -> Option<Action> {
        match (seat, current) {
            (Some(_), Some(Membership::Join)) | (None, None | Some(Membership::Ban)) => None,
            _ if keeps_own_power(self.look.policy, self.look.world, user) => None,
            (Some(seat), Some(Membership::Ban)) => self.unban(seat),
            (Some(seat), _) => self.enter(seat),
            (None, Some(was)) => self.remove(user, was),
        }
    }

    fn unban(&self, seat: Seat) -> Option<Action> {
        let account = self.look.desired.accounts.get(seat.account as usize)?;
        let kind = ActionKind::Unban { user: account.user_id.clone(), member: account.member.clone() };
        let why = because("because-unban", &[("group", &self.place.name)]);
        Some(action(1, self.place, self.room, kind, why))
    }

    fn enter(&self, seat: Seat) -> Option<Action> {
        let account = self.look.desired.accounts.get(seat.account as usize)?;
        let kind = ActionKind::Join { user: account.user_id.clone(), member: account.member.clone() };
        let reason = self.look.desired.reasons.get(usize::from(seat.reason));
        let (cell, id) = match reason {
            Some(reason) if &*reason.code == "by-invitation" => (&self.invited, "because-invited"),
            _ => (&self.belongs, "because-belongs"),
        };
        let why = cell.get_or_init(|| because(id, &[("group", &self.place.name)])).clone();
        Some(action(self.enters_in, self.place, self.room, kind, why))
    }

    /// Out goes who does not belong; the decision says why. A knock that may be answered waits for the answer.
    fn remove(&self, user: &UserId, was: Membership) -> Option<Action> {
        let refusal = ask(self.look, self.place, user, &Request::Join)?;
        let may_knock = || ask(self.look, self.place, user, &Request::Knock).is_some_and(|d| d.allowed);
        if refusal.allowed || (was == Membership::Knock && may_knock()) {
            return None;
        }
        let kind = ActionKind::Remove {
            user: user.to_owned(),
            member: self.look.desired.account(user).map(|(_, account)| account.member.clone()),
            was,
            code: refusal.code.clone(),
        };
        Some(action(self.leaves_in, self.place, self.room, kind, Arc::new(refusal.text())))
    }
}

fn ask(look: &Look<'_>, place: &DesiredPlace, user: &UserId, request: &Request) -> Option<Decision> {
    let account = look.desired.account(user).map(|(_, account)| account);
    let person = account.and_then(|a| look.world.people.get(a.person as usize));
    let grants =
        account.map(|a| look.desired.grants_of(look.world, place.group, a.person)).unwrap_or_default();
    let grants: Vec<_> = grants.into_iter().cloned().collect();
    let facts = Facts {
        subject: person,
        subject_account: Some(user),
        actor: Actor::Kring,
        group: Some(GroupFacts::new(look.group(place)?)),
        grants: &grants,
        ..Facts::at(look.world.today, look.world.now)
    };
    Some(decide(look.policy, &facts, request))
}
