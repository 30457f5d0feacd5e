//! Who looks after each group: groups with too few admins and whom to propose, and the profile that a group shows.

use kring_core::{
    group::{GroupRecord, JoinWish, Role},
    ids::{GroupKey, MemberId, UserType},
    member::Person,
    text::{Arg, Text},
};
use serde::{Deserialize, Serialize};

use crate::{
    decide::{holding, person_name, standing},
    desired::{Desired, DesiredPlace, Seat},
    policy::{Kind, LeastAdmins, MemberRule, Phase, Policy},
    texts,
    world::World,
};

/// A group with fewer admins than its policy asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortage {
    /// The group.
    pub group: GroupKey,
    /// How many admins with an account it has.
    pub has: usize,
    /// How many it should have.
    pub wants: usize,
    /// Who could become admin; `None` where nobody in the group may. Nobody is made admin by this: a person decides.
    pub proposed: Option<MemberId>,
    /// The sentence for whoever hears of alarms.
    pub text: Text,
}

/// All groups in use that have people and too few admins, in the order of their keys.
pub fn shortages(policy: &Policy, world: &World, desired: &Desired) -> Vec<Shortage> {
    let fronts = desired.fronts();
    fronts.filter_map(|place| shortage(policy, world, desired, place)).collect()
}

fn shortage(policy: &Policy, world: &World, desired: &Desired, place: &DesiredPlace) -> Option<Shortage> {
    let record = desired.groups.get(place.group as usize)?;
    let kind = policy.kind_of(record)?;
    let least = kind.least_admins.as_ref()?;
    let has = place.seats.iter().filter(|seat| seat.role == Role::Admin).count();
    let wants = usize::from(least.count);
    let lacks = has < wants && !place.seats.is_empty() && kind.phase(record, world.today) == Phase::Open;
    lacks.then(|| {
        let proposed = successor(policy, world, desired, least, &place.seats);
        Shortage {
            group: record.key.clone(),
            has,
            wants,
            proposed: proposed.map(|person| person.member.id.clone()),
            text: sentence(record, has, wants, proposed),
        }
    })
}

/// Of the members who may be proposed the one who has been with the association longest; nobody from outside.
fn successor<'w>(
    policy: &Policy,
    world: &'w World,
    desired: &Desired,
    least: &LeastAdmins,
    seats: &[Seat],
) -> Option<&'w Person> {
    let person = |seat: &Seat| {
        let account = desired.accounts.get(seat.account as usize)?;
        world.people.get(account.person as usize)
    };
    let inside = |p: &&Person| policy.user_type(&p.member.user_type).is_some_and(|t| !t.outsider);
    let named =
        |p: &&Person| least.successors.is_empty() || least.successors.iter().any(|c| c.holds(&p.member));
    let members = seats.iter().filter(|seat| seat.role == Role::Member).filter_map(person);
    members
        .filter(inside)
        .filter(named)
        .min_by_key(|p| (p.member.since.is_none(), p.member.since, p.member.id.clone()))
}

fn sentence(record: &GroupRecord, has: usize, wants: usize, proposed: Option<&Person>) -> Text {
    let name = proposed.map(|person| person_name(&person.member));
    let id = if name.is_some() { "too-few-admins" } else { "too-few-admins-nobody" };
    let args = [
        ("group", Arg::from(record.name.as_str())),
        ("has", Arg::from(has)),
        ("wants", Arg::from(wants)),
        ("person", Arg::from(name.as_deref().unwrap_or_default())),
    ];
    texts::plain(id, &args)
}

/// What a group tells about itself: what it is for, and whom to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupProfile {
    /// What people see.
    pub name: String,
    /// What it is for.
    pub topic: Option<String>,
    /// The types that it admits now.
    pub admits: Vec<UserType>,
    /// How somebody comes in.
    pub join: JoinWish,
    /// Whether only admins and writers write.
    pub read_only: bool,
    /// Who runs it, by member id.
    pub admins: Vec<MemberId>,
    /// Whom its people turn to, as the policy says: the fixed contact person. By member id.
    pub contacts: Vec<MemberId>,
}

/// The profile of a group; `None` where there is no such group. The names of people are the reader's to look up, since
/// the profile of a person is another question.
pub fn profile(policy: &Policy, world: &World, desired: &Desired, group: &GroupKey) -> Option<GroupProfile> {
    let place = desired.front(group)?;
    let record = desired.group(group)?;
    let kind = policy.kind_of(record)?;
    let admins = place.seats.iter().filter(|seat| seat.role == Role::Admin);
    let member = |seat: &Seat| Some(desired.accounts.get(seat.account as usize)?.member.clone());
    Some(GroupProfile {
        name: record.name.clone(),
        topic: place.topic.clone(),
        admits: policy
            .types
            .iter()
            .map(|t| &t.id)
            .filter(|t| policy.admits(kind, Some(record), t))
            .cloned()
            .collect(),
        join: kind.join_of(record),
        read_only: kind.is_read_only(record),
        admins: admins.filter_map(member).collect(),
        contacts: contacts(policy, world, kind, record).map(|p| p.member.id.clone()).collect(),
    })
}

/// The people whom the kind's `contacts` name for this group and who take part today.
pub fn contacts<'w>(
    policy: &'w Policy,
    world: &'w World,
    kind: &'w Kind,
    record: &'w GroupRecord,
) -> impl Iterator<Item = &'w Person> {
    let rules: &[MemberRule] = &kind.contacts;
    let here = move |person: &&Person| {
        holding(rules, kind, record, &person.member).is_some()
            && standing(person, world.today).within(policy.grace(Some(kind))).is_ok()
    };
    world.people.iter().filter(here)
}
