//! From an import to stored people.

use super::*;
use crate::{
    ids::MemberId,
    member::{Person, Source},
};

fn apply(stored: &[Person], import: &Import) -> (Vec<Person>, PeopleChange) {
    let mut next = stored.len();
    let change = reconcile(stored, import, TODAY, &mut || {
        next += 1;
        MemberId::new(format!("m{next}"))
    });
    let mut people: Vec<Person> = stored
        .iter()
        .filter(|old| change.put.iter().all(|new| new.member.id != old.member.id))
        .cloned()
        .collect();
    people.extend(change.put.iter().cloned());
    people.sort_by(|a, b| a.member.number.cmp(&b.member.number));
    (people, change)
}

fn with_account(mut people: Vec<Person>) -> Vec<Person> {
    for person in &mut people {
        person.user_id = Some("@merel-beuk-482:example.nl".try_into().unwrap());
    }
    people
}

#[test]
fn first_import_stores_everybody_whose_membership_has_not_ended() {
    let (people, change) = apply(&[], &import(&[jan(&[]), els(&[("lid_tot", "1-1-2026")])]));
    assert_eq!((people.len(), change.added.len()), (1, 1));
    let member = &people[0].member;
    assert_eq!((member.source, member.address), (Source::Administration, AddressStanding::Unique));
    assert_eq!((member.email.as_deref(), people[0].removed_on), (Some("jan@example.nl"), None));
}

#[test]
fn second_import_of_the_same_file_writes_nothing() {
    let import = import(&[jan(&[]), els(&[])]);
    let (people, _) = apply(&[], &import);
    assert_eq!(apply(&people, &import).1, PeopleChange::default());
}

#[test]
fn absent_member_is_removed_once_and_keeps_the_account() {
    let (people, _) = apply(&[], &import(&[jan(&[]), els(&[])]));
    let (people, change) = apply(&with_account(people), &import(&[els(&[])]));
    assert_eq!(change.removed, [people[0].member.id.clone()]);
    assert_eq!(people[0].removed_on, Some(TODAY));
    assert!(people[0].user_id.is_some());
    assert_eq!(apply(&people, &import(&[els(&[])])).1, PeopleChange::default());
}

#[test]
fn ended_member_is_removed_and_comes_back_with_the_same_id_and_account() {
    let (people, _) = apply(&[], &import(&[jan(&[])]));
    let (people, change) = apply(&with_account(people), &import(&[jan(&[("lid_tot", "1-1-2026")])]));
    assert_eq!((change.removed.len(), people[0].removed_on), (1, Some(TODAY)));
    let (people, change) = apply(&people, &import(&[jan(&[])]));
    assert_eq!(change.returned, [MemberId::from("m1")]);
    assert_eq!((people[0].removed_on, people[0].user_id.is_some()), (None, true));
}

#[test]
fn people_by_invitation_are_left_alone() {
    let (mut people, _) = apply(&[], &import(&[jan(&[])]));
    people[0].member.source = Source::Invitation;
    let change = apply(&people, &import(&[els(&[])])).1;
    assert_eq!((change.added.len(), change.removed.len(), change.put.len()), (1, 0, 1));
}

#[test]
fn rejected_row_leaves_its_person_as_they_are() {
    let (people, _) = apply(&[], &import(&[jan(&[]), els(&[])]));
    let change = apply(&people, &import(&[jan(&[("email", "x")]), els(&[])])).1;
    assert_eq!(change, PeopleChange::default());
}

#[test]
fn rejected_row_whose_address_another_takes_is_no_longer_alone_with_it() {
    let (people, _) = apply(&[], &import(&[jan(&[])]));
    let now = import(&[jan(&[("lid_tot", "ooit")]), els(&[("email", "jan@example.nl")])]);
    let (people, change) = apply(&people, &now);
    assert_eq!((change.changed.len(), change.added.len(), change.removed.len()), (1, 1, 0));
    assert!(people.iter().all(|person| person.member.address == AddressStanding::Shared));
}

#[test]
fn moving_to_another_branch_changes_the_person() {
    let (people, _) = apply(&[], &import(&[jan(&[])]));
    let (people, change) = apply(&people, &import(&[jan(&[("afdeling", "Emmen")])]));
    assert_eq!(change.changed.len(), 1);
    assert_eq!(&*people[0].member.attributes.get("afdeling")[0], "Emmen");
}

#[test]
fn stored_people_are_a_previous_administration() {
    let rows = [row("0001001", "Jan", "jan@example.nl", &[]), els(&[])];
    let (people, _) = apply(&[], &import(&rows));
    let stored = Administration::from_people(&people);
    let now = read(file(&[jan(&[])]).as_bytes(), &rules(), Some(&stored)).unwrap();
    assert_eq!((now.report.added, now.report.changed, now.report.removed), (0, 0, 1));
    let (people, change) = apply(&people, &now);
    assert_eq!((change.added.len(), change.removed.len(), people.len()), (0, 1, 2));
}

#[test]
fn membership_that_ends_between_two_imports_is_a_removal() {
    let soon = [jan(&[("lid_tot", "30-6-2026")])];
    let june = ImportRules::new(date(2026, 6, 15));
    let (people, _) = apply(&[], &read(file(&soon).as_bytes(), &june, None).unwrap());
    assert_eq!(people.len(), 1);
    let july = read(file(&soon).as_bytes(), &rules(), Some(&Administration::from_people(&people))).unwrap();
    assert_eq!(july.report.removed, 1);
    assert_eq!(apply(&people, &july).1.removed.len(), 1);
}
