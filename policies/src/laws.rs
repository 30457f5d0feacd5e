//! What holds for every association, every history and every drift.

use jiff::{ToSpan, civil::date};
use kring_core::{
    group::{Grant, Role},
    ids::MemberId,
    member::{AddressStanding, Person, Source},
};
use proptest::{
    prelude::*,
    sample::{Index, select},
};
use serde_json::json;

use crate::{
    desired::{Desired, desired},
    explain::why,
    mirror::{JoinRule, Membership, Mirror, MirrorRoom, RoomState},
    plan::{ActionKind, Plan, plan, plan_member, plan_place},
    policy::Policy,
    sim::{apply, room_of, set_membership},
    testing::{With, group, ivn_with, key, person, user, world},
    world::World,
};

/// The shipped policy, which leaves `@klok…` alone and has small spaces.
fn policy() -> Policy {
    static POLICY: std::sync::LazyLock<Policy> =
        std::sync::LazyLock::new(|| ivn_with("leave_alone: []", "leave_alone: ['@klok*:*']\nfill_above: 2"));
    let mut policy = POLICY.clone();
    policy.max_children = 4;
    policy
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let one = (
        select(vec!["medewerker", "vrijwilliger", "vrijwilliger", "beheervrijwilliger", "extern"]),
        select(vec!["Zwolle", "Bergen", "Ommen", "Assen", "Emmen", "Hardenberg", "zwolle", ""]),
        select(vec!["Salland", "Drenthe", "Limburg", ""]),
        select(vec!["Overijssel", "Drenthe", "Limburg", ""]),
        select(vec!["", "", "websupport", "regio-communicatiepersoon", "projectleider intranet"]),
        select(vec![AddressStanding::Unique, AddressStanding::Shared, AddressStanding::Missing]),
        (any::<bool>(), 0u8..8, prop::bool::weighted(0.15)),
    );
    prop::collection::vec(one, 0..25).prop_map(|people| {
        let make = |(i, one): (usize, _)| {
            let (user_type, branch, region, province, function, address, more) = one;
            let (account, dates, invited): (bool, u8, bool) = more;
            let mut person = person(&format!("p{i}")).of(user_type).with("afdeling", branch);
            person = person.with("regio", region).with("provincie", province).with("functies", function);
            person.member.address = address;
            if invited {
                person = person.invited();
            }
            if !account {
                person.user_id = None;
            }
            let today = date(2026, 11, 23);
            match dates {
                0 => person.member.until = Some(today),
                1 => person.member.until = today.yesterday().ok(),
                2 => person.member.since = today.tomorrow().ok(),
                3 => person.removed_on = Some(today),
                _ => {}
            }
            person
        };
        people.into_iter().enumerate().map(make).collect()
    })
}

fn worlds() -> impl Strategy<Value = World> {
    let grants = (
        0usize..25,
        select(vec![
            "werkgroep/vogels",
            "projectgroep/bijen",
            "afdeling/zwolle",
            "landelijk/vereniging",
            "werkgroep/dicht",
        ]),
        any::<bool>(),
        0u8..4,
    );
    (people(), prop::collection::vec(grants, 0..15), any::<bool>()).prop_map(|(people, grants, open)| {
        let mut world = world(people);
        world.groups.push(group("werkgroep/vogels", "werkgroep", &["afdeling/zwolle", "intranet/ons-ivn"]));
        world.groups.push(group("projectgroep/bijen", "projectgroep", &["werkgroep/vogels"]));
        world.groups.push(group("werkgroep/dicht", "werkgroep", &["regio/salland"]));
        world.groups.push(group("oud/oud", "bestaat-niet-meer", &[]));
        world.groups[2].archived = true;
        if open {
            world.groups[0].settings.admits =
                Some(vec!["extern".into(), "vrijwilliger".into(), "onzin".into()]);
        }
        let make = |(who, group, admin, ends): (usize, &str, bool, u8)| Grant {
            group: key(group),
            member: MemberId::from(format!("p{who}").as_str()),
            role: if admin { Role::Admin } else { Role::Member },
            until: match ends {
                0 => Some(world.now),
                1 => world.now.checked_add(1.hour()).ok(),
                _ => None,
            },
            by: None,
        };
        world.grants = grants.into_iter().map(make).collect();
        world
    })
}

/// Something that somebody did to a room behind Kring's back.
#[derive(Debug, Clone)]
enum Drift {
    Name(String),
    Topic(Option<String>),
    Public,
    History,
    Guests,
    Alias,
    PowerTo(usize, i64),
    NoPowers,
    EventLevel(String, i64),
    Membership(usize, Option<Membership>),
    Orphan,
    Adopted,
    Filling,
}

fn drift() -> impl Strategy<Value = Vec<(Index, Drift)>> {
    let memberships = select(vec![
        None,
        Some(Membership::Join),
        Some(Membership::Invite),
        Some(Membership::Knock),
        Some(Membership::Ban),
    ]);
    let one = prop_oneof![
        "[a-z]{0,8}".prop_map(Drift::Name),
        prop::option::of("[a-z]{0,8}").prop_map(Drift::Topic),
        select(vec![Drift::Public, Drift::History, Drift::Guests, Drift::Alias, Drift::NoPowers]),
        select(vec![Drift::Orphan, Drift::Adopted, Drift::Filling]),
        (0usize..28, -1i64..200).prop_map(|(who, level)| Drift::PowerTo(who, level)),
        ("m\\.[a-z]{1,6}", 0i64..101).prop_map(|(kind, level)| Drift::EventLevel(kind, level)),
        (0usize..28, memberships).prop_map(|(who, membership)| Drift::Membership(who, membership)),
    ];
    prop::collection::vec((any::<Index>(), one), 0..20)
}

fn wreck(room: &mut MirrorRoom, drift: &Drift) {
    let powers =
        |room: &mut MirrorRoom| room.state.power_levels.take().unwrap_or_else(|| json!({ "users": {} }));
    match drift {
        Drift::Name(name) => room.state.name = Some(name.clone()),
        Drift::Topic(topic) => room.state.topic.clone_from(topic),
        Drift::Public => room.state.join_rule = Some(JoinRule::Public),
        Drift::History => room.state.history_visibility = Some("world_readable".to_owned()),
        Drift::Guests => room.state.guest_access = None,
        Drift::Alias => room.state.canonical_alias = Some("#kaap:example.org".to_owned()),
        Drift::NoPowers => room.state.power_levels = None,
        Drift::PowerTo(who, level) => {
            let mut levels = powers(room);
            levels["users"][user(&format!("p{who}")).as_str()] = json!(level);
            room.state.power_levels = Some(levels);
        }
        Drift::EventLevel(kind, level) => {
            let mut levels = powers(room);
            levels["events"][kind] = json!(level);
            room.state.power_levels = Some(levels);
        }
        Drift::Membership(who, membership) => set_membership(room, &user(&format!("p{who}")), *membership),
        Drift::Orphan => room.state.parents.clear(),
        Drift::Adopted => drop(room.state.children.insert("!elders:example.org".try_into().unwrap())),
        Drift::Filling => room.filling = true,
    }
}

/// A conversation that is nobody's business, and a clock that the policy leaves alone.
fn private_room() -> MirrorRoom {
    MirrorRoom {
        room_id: "!prive:example.org".try_into().unwrap(),
        place: None,
        filling: false,
        state: RoomState { join_rule: Some(JoinRule::Public), ..RoomState::default() },
        members: vec![(user("kring"), Membership::Join), (user("wie-dan-ook"), Membership::Join)],
    }
}

fn settle(policy: &Policy, world: &mut World, mirror: &mut Mirror) -> (Desired, Plan) {
    let desired = desired(policy, world);
    world.groups.extend(desired.new_groups.iter().cloned());
    let first = plan(policy, world, &desired, mirror);
    apply(policy, world, mirror, &first);
    (desired, first)
}

/// What there is to do: that a group has too few admins stays true until somebody becomes one.
fn tasks(plan: Plan) -> Plan {
    Plan { shortages: Vec::new(), ..plan }
}

fn members(room: &MirrorRoom, of: &Desired) -> Vec<u32> {
    let joined = room.members.iter().filter(|(_, m)| *m == Membership::Join);
    joined.filter_map(|(u, _)| of.account(u)).map(|(index, _)| index).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn seat_and_decision_agree_for_everybody(world in worlds()) {
        let policy = policy();
        let desired = desired(&policy, &world);
        for place in &desired.places {
            let group = &desired.groups[place.group as usize];
            for account in &desired.accounts {
                let answer = why(&policy, &world, &desired, &account.member, &group.key);
                let seat = desired.seat(&place.key, &account.user_id);
                prop_assert_eq!(seat.is_some(), answer.allowed, "{} {} {}", &place.key, &account.user_id, &answer.code);
                if let Some(seat) = seat {
                    prop_assert_eq!(&*desired.reasons[usize::from(seat.reason)].code, answer.code.as_str());
                }
            }
        }
    }

    #[test]
    fn carried_out_plan_reaches_what_is_desired_and_a_second_is_empty(mut world in worlds()) {
        let policy = policy();
        let mut mirror = Mirror { rooms: vec![private_room()] };
        let (wanted, _) = settle(&policy, &mut world, &mut mirror);
        for place in &wanted.places {
            let room = room_of(&mirror, &place.key).unwrap();
            let seats: Vec<u32> = place.seats.iter().map(|s| s.account).collect();
            prop_assert_eq!(members(room, &wanted), seats);
            prop_assert!(!room.filling);
        }
        let again = desired(&policy, &world);
        prop_assert_eq!(&again.new_groups, &Vec::new());
        prop_assert_eq!(&again.places, &wanted.places);
        let second = plan(&policy, &world, &again, &mirror);
        prop_assert_eq!(tasks(second), Plan { unmanaged: 1, ..Plan::default() });
    }

    #[test]
    fn drift_is_repaired_and_nothing_else_is_touched(
        mut world in worlds(), later in people(), drift in drift(), clock in any::<Index>(),
    ) {
        let policy = policy();
        let mut mirror = Mirror { rooms: vec![private_room()] };
        settle(&policy, &mut world, &mut mirror);
        for (room, drift) in &drift {
            let room = room.get(&mirror.rooms).room_id.clone();
            let room = mirror.rooms.iter_mut().find(|r| r.room_id == room && r.place.is_some());
            if let Some(room) = room { wreck(room, drift); }
        }
        let index = clock.index(mirror.rooms.len());
        let with_clock = mirror.rooms[index].room_id.clone();
        if mirror.rooms[index].place.is_some() {
            let room = &mut mirror.rooms[index];
            set_membership(room, &user("klok-1"), Some(Membership::Join));
            let mut levels = room.state.power_levels.take().unwrap_or_else(|| json!({}));
            levels["users"][user("klok-1").as_str()] = json!(7);
            levels["notifications"] = json!({ "room": 33 });
            room.state.power_levels = Some(levels);
        }
        // Meanwhile the administration changed as well.
        for (person, new) in world.people.iter_mut().zip(later) {
            person.member.attributes = new.member.attributes;
            person.removed_on = new.removed_on;
        }
        let private = mirror.rooms.iter().find(|r| r.place.is_none()).cloned();
        let (wanted, repairs) = settle(&policy, &mut world, &mut mirror);
        for action in &repairs.actions {
            if let ActionKind::Remove { member: Some(member), code, .. } = &action.kind {
                let answer = why(&policy, &world, &wanted, member, &action.place.group);
                prop_assert!(!answer.allowed, "removed in spite of a claim");
                prop_assert_eq!(&*answer.code, &**code);
            }
        }
        prop_assert_eq!(mirror.rooms.iter().find(|r| r.place.is_none()).cloned(), private);
        let room = mirror.rooms.iter().find(|r| r.room_id == with_clock).unwrap();
        if room.place.is_some() {
            let levels = room.state.power_levels.as_ref().unwrap();
            prop_assert_eq!(&levels["users"][user("klok-1").as_str()], &json!(7));
            prop_assert_eq!(&levels["notifications"], &json!({ "room": 33 }));
            prop_assert!(room.members.contains(&(user("klok-1"), Membership::Join)));
        }
        let second = plan(&policy, &world, &desired(&policy, &world), &mirror);
        prop_assert_eq!(tasks(second), Plan { unmanaged: 1, ..Plan::default() });
        for room in wanted.places.iter().filter_map(|p| room_of(&mirror, &p.key)) {
            let levels = room.state.power_levels.as_ref().unwrap();
            prop_assert!(levels["users"].get("@kring:example.org").is_none());
        }
    }

    #[test]
    fn reaction_and_plan_agree(mut world in worlds(), drift in drift()) {
        let policy = policy();
        let mut mirror = Mirror::default();
        let (wanted, _) = settle(&policy, &mut world, &mut mirror);
        for (room, drift) in &drift {
            let index = room.index(mirror.rooms.len());
            wreck(&mut mirror.rooms[index], drift);
        }
        let all = plan(&policy, &world, &wanted, &mirror);
        for place in &wanted.places {
            let room = room_of(&mirror, &place.key).unwrap();
            let strip = |mut a: crate::plan::Action| { a.id = 0; a };
            let planned: Vec<_> = all.actions.iter().filter(|a| a.place == place.key).cloned().map(strip).collect();
            let one_room = plan_place(&policy, &world, &wanted, &mirror, place, room);
            prop_assert_eq!(one_room.into_iter().map(strip).collect::<Vec<_>>(), planned.clone());
            let everybody = room.members.iter().map(|(u, _)| u).chain(wanted.accounts.iter().map(|a| &a.user_id));
            for who in everybody {
                let reaction = plan_member(&policy, &world, &wanted, place, room, who);
                let of_who = planned.iter().find(|a| match &a.kind {
                    ActionKind::Join { user, .. } | ActionKind::Remove { user, .. }
                    | ActionKind::Unban { user, .. } => user == who,
                    _ => false,
                });
                prop_assert_eq!(reaction.as_ref(), of_who);
            }
        }
    }

    #[test]
    fn source_decides_who_may_be_brought_in_by_rule(people in people()) {
        let policy = policy();
        let desired = desired(&policy, &world(people.clone()));
        for person in people.iter().filter(|p| p.member.source == Source::Invitation) {
            let Some(user) = &person.user_id else { continue };
            for place in &desired.places {
                let open = ["intranet/ons-ivn", "landelijk/help"].contains(&place.key.group.as_str());
                prop_assert!(open || desired.seat(&place.key, user).is_none());
            }
        }
    }
}
