//! How long `desired` and `plan` take for a large association, and how much memory:
//! `cargo run --release -p kring-policies --features sim --example scale`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and stops where its input is wrong"
)]

use std::time::Duration;

use jiff::{Timestamp, civil::date};
use kring_core::{
    group::{Grant, GroupRecord, GroupSettings, Role},
    ids::{MemberId, MembershipNumber, Shared, UserType},
    member::{AddressStanding, Attributes, Member, Person, Source},
    name::PersonName,
};
use kring_policies::{
    decide::decide,
    desired::desired,
    facts::{Actor, Facts, GroupFacts, Request},
    mirror::Mirror,
    plan::plan,
    policy::Policy,
    read::read_policy,
    sim::apply,
    world::World,
};

const PEOPLE: usize = 100_000;
const BRANCHES: usize = 1_000;
const REGIONS: usize = 20;
const PROVINCES: usize = 12;
const WORK_GROUPS: usize = 4 * BRANCHES;

/// Resident memory now and at its highest, in MiB (Linux).
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find(|l| l.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    (field("VmRSS:").unwrap_or(0) / 1024, field("VmHWM:").unwrap_or(0) / 1024)
}

/// Time this process has spent on a processor, which other work on the machine does not lengthen (Linux).
fn processor() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|n| n.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

fn main() {
    let policy = read_policy("ivn", Policy::shipped("ivn").unwrap()).unwrap();
    let mut world = association();
    let (before, _) = memory();
    println!("{PEOPLE} people, {} grants: {before} MiB resident", world.grants.len());

    let start = processor();
    let wanted = desired(&policy, &world);
    let after_desired = processor() - start;
    let first = plan(&policy, &world, &wanted, &Mirror::default());
    let seats: usize = wanted.places.iter().map(|p| p.seats.len()).sum();
    println!(
        "first plan: desired {after_desired:?}, both {:?}; {} groups, {} places, {seats} seats, {} actions; {} MiB more at the peak",
        processor() - start,
        wanted.groups.len(),
        wanted.places.len(),
        first.actions.len(),
        memory().1 - before,
    );

    let mut mirror = Mirror::default();
    apply(&policy, &world, &mut mirror, &first);
    world.groups = wanted.groups.clone();
    drop((wanted, first));
    let start = processor();
    let wanted = desired(&policy, &world);
    let after_desired = processor() - start;
    let second = plan(&policy, &world, &wanted, &mirror);
    println!(
        "second plan: desired {after_desired:?}, both {:?}; {} actions",
        processor() - start,
        second.actions.len()
    );

    let start = processor();
    let mut allowed = 0usize;
    for (i, person) in world.people.iter().cycle().take(1_000_000).enumerate() {
        let record = &wanted.groups[i % wanted.groups.len()];
        let facts = Facts {
            subject: Some(person),
            subject_account: person.user_id.as_deref(),
            actor: Actor::Kring,
            group: Some(GroupFacts::new(record)),
            ..Facts::at(world.today, world.now)
        };
        allowed += usize::from(decide(&policy, &facts, &Request::Join).allowed);
    }
    println!("1,000,000 decisions: {:?} each; {allowed} allowed", (processor() - start) / 1_000_000);
}

fn association() -> World {
    let share = |text: String| Shared::from(text);
    let branches: Vec<_> = (0..BRANCHES).map(|i| share(format!("Afdeling {i}"))).collect();
    let regions: Vec<_> = (0..REGIONS).map(|i| share(format!("Streek {i}"))).collect();
    let provinces: Vec<_> = (0..PROVINCES).map(|i| share(format!("Gewest {i}"))).collect();
    let people = (0..PEOPLE).map(|i| {
        let branch = i % BRANCHES;
        let region = branch % REGIONS;
        let mut attributes = Attributes::default();
        attributes.set("afdeling".into(), vec![branches[branch].clone()]);
        attributes.set("regio".into(), vec![regions[region].clone()]);
        attributes.set("provincie".into(), vec![provinces[region % PROVINCES].clone()]);
        Person {
            member: Member {
                id: MemberId::new(format!("{i:032x}")),
                source: Source::Administration,
                number: Some(MembershipNumber::new(format!("{i:07}"))),
                name: PersonName {
                    given: format!("Voornaam{i}"),
                    infix: "van".into(),
                    family: format!("Naam{i}"),
                },
                email: Some(format!("voornaam{i}.naam{i}@example.org")),
                user_type: UserType::from(if i % 50 < 2 { "beheervrijwilliger" } else { "vrijwilliger" }),
                attributes,
                since: Some(date(2001, 5, 1)),
                until: None,
                address: if i % 9 == 0 { AddressStanding::Shared } else { AddressStanding::Unique },
            },
            user_id: Some(format!("@merel-beuk-{i}:example.org").try_into().unwrap()),
            removed_on: None,
        }
    });
    let groups = (0..WORK_GROUPS).map(|i| GroupRecord {
        key: format!("werkgroep/groep-{i}").parse().unwrap(),
        template: "werkgroep".into(),
        values: Default::default(),
        name: format!("Werkgroep {i}"),
        parents: vec![format!("afdeling/afdeling-{}", i / 4).parse().unwrap()],
        settings: GroupSettings::default(),
        archived: false,
    });
    let grants = (0..PEOPLE).step_by(2).map(|i| Grant {
        group: format!("werkgroep/groep-{}", (i % BRANCHES) * 4 + (i / BRANCHES) % 4).parse().unwrap(),
        member: MemberId::new(format!("{i:032x}")),
        role: if i % 40 == 0 { Role::Admin } else { Role::Member },
        until: None,
        by: None,
    });
    World {
        today: date(2026, 11, 23),
        now: "2026-11-23T09:00:00Z".parse::<Timestamp>().unwrap(),
        people: people.collect(),
        groups: groups.collect(),
        grants: grants.collect(),
        own_users: vec!["@kring:example.org".try_into().unwrap()],
    }
}
