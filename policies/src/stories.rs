//! What should be and how to get there, told for single situations.

use insta::assert_snapshot;
use jiff::SignedDuration;
use kring_core::{confirm::Answer, group::Role, ids::PlaceKey};

use crate::{
    desired::{Desired, desired},
    explain::why,
    mirror::{JoinRule, Membership, Mirror},
    plan::{ActionKind, Plan, plan, plan_member},
    policy::Policy,
    sim::{apply, room_of, set_membership},
    testing::{With, grant, group, ivn, ivn_with, key, person, user, world},
    world::World,
};

/// The world after its plan has been carried out.
fn settled(policy: &Policy, world: &mut World) -> (Desired, Mirror) {
    let desired = desired(policy, world);
    world.groups.extend(desired.new_groups.iter().cloned());
    let mut mirror = Mirror::default();
    let first = plan(policy, world, &desired, &mirror);
    apply(policy, world, &mut mirror, &first);
    (desired, mirror)
}

fn place(text: &str) -> PlaceKey {
    text.parse().unwrap()
}

fn room_mut<'m>(mirror: &'m mut Mirror, key: &str) -> &'m mut crate::mirror::MirrorRoom {
    mirror.rooms.iter_mut().find(|r| r.place.as_ref() == Some(&place(key))).unwrap()
}

fn member_actions(plan: &Plan) -> Vec<String> {
    let line = |a: &crate::plan::Action| match &a.kind {
        ActionKind::Join { user, .. } => Some(format!("{} + {} {}", a.stage, user.localpart(), a.place)),
        ActionKind::Unban { user, .. } => Some(format!("{} u {} {}", a.stage, user.localpart(), a.place)),
        ActionKind::Remove { user, code, .. } => {
            Some(format!("{} - {} {} {code}", a.stage, user.localpart(), a.place))
        }
        _ => None,
    };
    plan.actions.iter().filter_map(line).collect()
}

#[test]
fn volunteer_lands_in_the_four_groups_and_those_for_everybody() {
    let policy = ivn();
    let desired = desired(&policy, &world(vec![person("anna")]));
    let places: Vec<_> = desired
        .places
        .iter()
        .map(|p| format!("{} | {} | {} | {}", p.key, p.name, p.seats.len(), p.children.len()))
        .collect();
    assert_snapshot!(places.join("\n"), @r"
    afdeling/zwolle | Zwolle | 1 | 0
    intranet/ons-ivn#space | Ons IVN | 1 | 6
    landelijk/help | Help voor Ons IVN | 1 | 0
    landelijk/nieuws | Nieuws van IVN | 1 | 0
    landelijk/vereniging | Vereniging | 1 | 0
    landelijk/vereniging#space | Vereniging | 1 | 5
    landelijk/vrijwilligers | Alle vrijwilligers | 1 | 0
    provincie/overijssel | Provincie Overijssel | 1 | 0
    provincie/overijssel#space | Provincie Overijssel | 1 | 2
    regio/salland | Regio Salland | 1 | 0
    regio/salland#space | Regio Salland | 1 | 2
    team/websupport | Websupport | 0 | 0
    vereniging/campagnes | Campagnes | 1 | 0
    vereniging/cursussen | Cursussen | 1 | 0
    vereniging/handleidingen | Handleidingen | 1 | 0
    vereniging/huisstijl | Huisstijl | 1 | 0
    ");
    assert_eq!(desired.new_groups.len(), desired.groups.len());
}

#[test]
fn branches_of_one_name_in_two_regions_are_two_groups() {
    let policy = ivn();
    let people = vec![
        person("anna").with("afdeling", "Bergen").with("regio", "Limburg"),
        person("bram").with("afdeling", "Bergen").with("regio", "Kennemerland"),
    ];
    let desired = desired(&policy, &world(people));
    let branches: Vec<_> = desired.groups.iter().filter(|g| &*g.template == "afdeling").collect();
    let shown: Vec<_> = branches.iter().map(|g| format!("{} = {}", g.key, g.name)).collect();
    assert_snapshot!(shown.join("\n"), @r"
    afdeling/kennemerland/bergen = Bergen (Kennemerland)
    afdeling/limburg/bergen = Bergen (Limburg)
    ");
    assert!(desired.seat(&place("afdeling/limburg/bergen"), &user("anna")).is_some());
    assert!(desired.seat(&place("afdeling/limburg/bergen"), &user("bram")).is_none());
}

#[test]
fn row_without_a_region_does_not_make_a_second_branch() {
    let policy = ivn();
    let people = vec![person("anna"), person("bram").with("regio", "")];
    let desired = desired(&policy, &world(people));
    assert_eq!(desired.groups.iter().filter(|g| &*g.template == "afdeling").count(), 1);
    assert!(desired.seat(&place("afdeling/zwolle"), &user("bram")).is_some());
}

#[test]
fn key_of_a_group_stays_when_a_second_of_its_name_appears() {
    let policy = ivn();
    let mut world = world(vec![person("anna")]);
    world.groups = desired(&policy, &world).new_groups;
    world.people.push(person("bram").with("regio", "Elders"));
    let desired = desired(&policy, &world);
    let keys: Vec<_> = desired.new_groups.iter().map(|g| g.key.as_str()).collect();
    assert_eq!(keys, ["afdeling/elders/zwolle", "regio/elders"]);
    assert_eq!(desired.group(&key("afdeling/zwolle")).unwrap().name, "Zwolle (Salland)");
}

#[test]
fn branch_gets_a_space_when_a_work_group_hangs_below_it() {
    let policy = ivn();
    let mut world = world(vec![person("anna")]);
    assert!(desired(&policy, &world).place(&place("afdeling/zwolle#space")).is_none());
    world.groups.push(group("werkgroep/vogels", "werkgroep", &["afdeling/zwolle"]));
    let desired = desired(&policy, &world);
    let space = desired.place(&place("afdeling/zwolle#space")).unwrap();
    assert_eq!(space.children, [place("afdeling/zwolle"), place("werkgroep/vogels")]);
    assert_eq!(space.parents, [place("regio/salland#space")]);
}

#[test]
fn move_to_another_branch_takes_out_of_the_old_one_and_into_the_new_one() {
    let policy = ivn();
    let mut world = world(vec![person("anna"), person("bram"), person("cees").with("afdeling", "Ommen")]);
    let (_, mirror) = settled(&policy, &mut world);
    world.people[1] = person("bram").with("afdeling", "Ommen");
    let next = plan(&policy, &world, &desired(&policy, &world), &mirror);
    assert_eq!(
        member_actions(&next),
        ["2 + bram afdeling/ommen", "2 - bram afdeling/zwolle branch-not-theirs"]
    );
}

#[test]
fn person_with_an_invitation_stays_after_a_move() {
    let policy = ivn();
    let mut world = world(vec![person("anna"), person("cees").with("afdeling", "Ommen")]);
    let (_, mirror) = settled(&policy, &mut world);
    world.people[0] = person("anna").with("afdeling", "Ommen");
    world.grants.push(grant("afdeling/zwolle", "anna", Role::Member));
    let next = plan(&policy, &world, &desired(&policy, &world), &mirror);
    assert_eq!(member_actions(&next), ["2 + anna afdeling/ommen"]);
}

#[test]
fn spaces_lose_people_before_rooms_do() {
    let policy = ivn();
    let mut world = world(vec![person("anna"), person("bram")]);
    let (_, mirror) = settled(&policy, &mut world);
    world.people[1].removed_on = Some(world.today);
    let next = plan(&policy, &world, &desired(&policy, &world), &mirror);
    let stages: Vec<_> = member_actions(&next).iter().map(|l| l.starts_with('1')).collect();
    assert!(stages.is_sorted_by(|a, b| a >= b) && stages.contains(&true) && stages.contains(&false));
    assert!(next.actions.iter().all(|a| matches!(&a.kind,
        ActionKind::Remove { code, .. } if &**code == "removed-from-administration")));
}

#[test]
fn stranger_and_open_invitation_and_knock_are_taken_out() {
    let policy = ivn();
    let mut world = world(vec![person("anna"), person("bram").with("afdeling", "Ommen")]);
    let (desired, mut mirror) = settled(&policy, &mut world);
    let room = room_mut(&mut mirror, "afdeling/zwolle");
    set_membership(room, &user("niemand"), Some(Membership::Join));
    set_membership(room, &user("bram"), Some(Membership::Invite));
    set_membership(room, &user("vreemd"), Some(Membership::Knock));
    set_membership(room, &user("kring-help"), Some(Membership::Join));
    let next = plan(&policy, &world, &desired, &mirror);
    assert_eq!(
        member_actions(&next),
        [
            "2 - bram afdeling/zwolle branch-not-theirs",
            "2 - niemand afdeling/zwolle unknown-person",
            "2 - vreemd afdeling/zwolle unknown-person"
        ]
    );
}

#[test]
fn banned_member_who_belongs_comes_back() {
    let policy = ivn();
    let mut world = world(vec![person("anna")]);
    let (desired, mut mirror) = settled(&policy, &mut world);
    set_membership(room_mut(&mut mirror, "afdeling/zwolle"), &user("anna"), Some(Membership::Ban));
    let next = plan(&policy, &world, &desired, &mirror);
    assert_eq!(member_actions(&next), ["1 u anna afdeling/zwolle", "2 + anna afdeling/zwolle"]);
    let room = room_of(&mirror, &place("afdeling/zwolle")).unwrap();
    let place = desired.place(&place("afdeling/zwolle")).unwrap();
    let action = plan_member(&policy, &world, &desired, place, room, &user("anna")).unwrap();
    assert!(matches!(action.kind, ActionKind::Unban { .. }));
}

#[test]
fn knock_that_an_admin_may_answer_waits() {
    let policy = ivn_with("    native_invites: true\n", "    join: knock\n");
    let mut world = world(vec![person("anna"), person("bram"), person("gast").invited()]);
    world.groups.push(group("projectgroep/vogels", "projectgroep", &["afdeling/zwolle"]));
    world.grants.push(grant("projectgroep/vogels", "anna", Role::Admin));
    let (desired, mut mirror) = settled(&policy, &mut world);
    assert_eq!(room_mut(&mut mirror, "projectgroep/vogels").state.join_rule, Some(JoinRule::Knock));
    for who in ["bram", "gast"] {
        set_membership(room_mut(&mut mirror, "projectgroep/vogels"), &user(who), Some(Membership::Knock));
    }
    let next = plan(&policy, &world, &desired, &mirror);
    assert_eq!(member_actions(&next), ["2 - gast projectgroep/vogels type-not-admitted"]);
}

#[test]
fn large_room_is_filled_with_one_event_per_person_and_then_closed() {
    let policy = ivn();
    let mut world = world((0..8).map(|i| person(&format!("p{i}"))).collect());
    let desired = desired(&policy, &world);
    let first = plan(&policy, &world, &desired, &Mirror::default());
    let created = first.actions.iter().find_map(|a| match &a.kind {
        ActionKind::Create(new) if *a.place == place("afdeling/zwolle") => Some(new),
        _ => None,
    });
    assert!(created.unwrap().filling);
    let mut mirror = Mirror::default();
    // A crash before the last stage leaves the room open for the root space only.
    let mut half = first.clone();
    half.actions.retain(|a| a.stage < 3);
    apply(&policy, &world, &mut mirror, &half);
    world.groups.clone_from(&desired.groups);
    set_membership(room_mut(&mut mirror, "afdeling/zwolle"), &user("indringer"), Some(Membership::Join));
    let rest = plan(&policy, &world, &desired, &mirror);
    assert_eq!(member_actions(&rest), ["2 - indringer afdeling/zwolle unknown-person"]);
    assert!(rest.actions.iter().any(|a| a.stage == 3 && *a.place == place("afdeling/zwolle")));
    apply(&policy, &world, &mut mirror, &rest);
    assert_eq!(room_mut(&mut mirror, "afdeling/zwolle").state.join_rule, Some(JoinRule::Invite));
    assert_eq!(plan(&policy, &world, &desired, &mirror).actions, []);
}

#[test]
fn many_removals_ask_for_the_number_and_the_token_follows_the_list() {
    let policy = ivn();
    let mut world = world((0..40).map(|i| person(&format!("p{i:02}"))).collect());
    let (_, mirror) = settled(&policy, &mut world);
    for person in world.people.iter_mut().take(12) {
        person.removed_on = Some(world.today);
    }
    let ask = |world: &World| plan(&policy, world, &desired(&policy, world), &mirror).confirmation;
    let first = ask(&world).unwrap();
    assert_eq!((first.code.as_str(), first.removed, first.of, &first.group), ("mass-removal", 12, 40, &None));
    assert_snapshot!(first.text.nl, @"Dit haalt 12 van de 40 mensen uit een groep. Klopt dat?");
    assert_eq!(ask(&world).unwrap().token, first.token);
    assert_eq!(first.asked.answer(&first.token, world.now), Answer::Good);
    // An hour later it is the same question, and the token of then is no answer to it any more.
    let then = world.now;
    world.now += SignedDuration::from_hours(1);
    let again = ask(&world).unwrap();
    assert!(again.asked == first.asked && again.token != first.token && again.until > first.until);
    assert_eq!(again.asked.answer(&first.token, world.now), Answer::Expired);
    world.now = then;
    world.people[12].removed_on = Some(world.today);
    assert_ne!(ask(&world).unwrap().token, first.token);
    for person in world.people.iter_mut().skip(5) {
        person.removed_on = None;
    }
    assert_eq!(ask(&world), None);
}

/// The measure of a group and the one of all people are each their own.
#[test]
fn a_group_and_the_whole_have_thresholds_of_their_own() {
    let gone = |own: &str, leave: usize| {
        let policy = ivn_with("  percent: 20\n  at_least: 10\n", own);
        let mut world = world((0..40).map(|i| person(&format!("p{i:02}"))).collect());
        let (_, mirror) = settled(&policy, &mut world);
        for person in world.people.iter_mut().take(leave) {
            person.removed_on = Some(world.today);
        }
        let question = plan(&policy, &world, &desired(&policy, &world), &mirror).confirmation;
        question.map(|q| (q.group.map(|group| group.to_string()), q.removed, q.of))
    };
    let (zwolle, both) = (Some("afdeling/zwolle".to_owned()), "  percent: 20\n  at_least: 10\n");
    assert_eq!(gone(both, 9), None);
    assert_eq!(gone(both, 10), Some((None, 10, 40)));
    // Less in a group is asked about sooner, and about that group.
    let strict = "  percent: 50\n  at_least: 30\n  in_group: { percent: 5, at_least: 3 }\n";
    assert_eq!(gone(strict, 2), None);
    assert_eq!(gone(strict, 3), Some((zwolle, 3, 40)));
    // And more in a group is let through, while the whole still asks.
    let loose = "  percent: 10\n  at_least: 5\n  in_group: { percent: 50, at_least: 1000 }\n";
    assert_eq!((gone(loose, 4), gone(loose, 5)), (None, Some((None, 5, 40))));
}

#[test]
fn what_cannot_be_undone_raises_an_alarm() {
    let policy = ivn();
    let mut world = world(vec![person("anna")]);
    let (desired, mut mirror) = settled(&policy, &mut world);
    room_mut(&mut mirror, "afdeling/zwolle").state.encrypted = true;
    room_mut(&mut mirror, "regio/salland").state.tombstone = Some("!x:example.org".to_owned());
    set_membership(room_mut(&mut mirror, "provincie/overijssel"), &user("kring"), None);
    let next = plan(&policy, &world, &desired, &mirror);
    let alarms: Vec<_> = next.alarms.iter().map(|a| format!("{} {}", a.place, a.code)).collect();
    assert_eq!(
        alarms,
        ["afdeling/zwolle encrypted", "provincie/overijssel bridge-not-in-room", "regio/salland tombstone"]
    );
    assert_eq!(next.actions, []);
}

/// Who has the level of an admin in the room of a place.
fn admins(mirror: &Mirror, key: &str) -> Vec<String> {
    let levels = room_of(mirror, &place(key)).unwrap().state.power_levels.clone().unwrap_or_default();
    let users = levels.get("users").and_then(serde_json::Value::as_object).cloned().unwrap_or_default();
    users.into_iter().filter(|(_, level)| level.as_i64() >= Some(50)).map(|(user, _)| user).collect()
}

/// Carries the plan out and gives the groups with too few admins, and who is proposed.
fn after_plan(policy: &Policy, world: &World, mirror: &mut Mirror) -> Vec<String> {
    let next = plan(policy, world, &desired(policy, world), mirror);
    apply(policy, world, mirror, &next);
    let told = |s: &crate::staffing::Shortage| {
        let proposed = s.proposed.as_ref().map_or("nobody", |member| member.as_str());
        format!("{} {} of {}, {proposed}", s.group, s.has, s.wants)
    };
    next.shortages.iter().map(told).collect()
}

#[test]
fn the_last_admin_who_leaves_makes_nobody_an_admin_and_a_successor_is_proposed() {
    let policy = ivn();
    let since = |name, year| {
        let mut person = person(name);
        person.member.since = Some(jiff::civil::date(year, 1, 1));
        person
    };
    let mut world =
        world(vec![since("anna", 2020), since("bram", 2015), person("cato").of("beheervrijwilliger")]);
    let (_, mut mirror) = settled(&policy, &mut world);
    assert_eq!(admins(&mirror, "afdeling/zwolle"), ["@cato:example.org"]);
    world.people[2].removed_on = Some(world.today);
    assert_eq!(after_plan(&policy, &world, &mut mirror), ["afdeling/zwolle 0 of 2, bram"]);
    let without: Vec<_> = mirror.rooms.iter().filter_map(|room| room.place.as_ref()).collect();
    let anybody: Vec<_> = without.iter().flat_map(|place| admins(&mirror, &place.to_string())).collect();
    assert_eq!(anybody, [""; 0], "nobody is promoted, anywhere");
    // Leaving by oneself is the same: the group stays without until a person decides.
    assert_eq!(after_plan(&policy, &world, &mut mirror), ["afdeling/zwolle 0 of 2, bram"]);
}

#[test]
fn the_last_admin_s_grant_that_ends_makes_nobody_an_admin_and_a_successor_is_proposed() {
    let policy = ivn();
    let mut world = world(vec![person("anna"), person("bram"), person("dirk")]);
    world.people[1].member.since = Some(jiff::civil::date(2015, 1, 1));
    let key = "werkgroep/vogels";
    world.groups.push(group(key, "werkgroep", &["afdeling/zwolle"]));
    let until = world.now + SignedDuration::from_hours(1);
    world.grants.push(kring_core::group::Grant { until: Some(until), ..grant(key, "anna", Role::Admin) });
    world.grants.extend(["anna", "bram"].map(|who| grant(key, who, Role::Member)));
    let (_, mut mirror) = settled(&policy, &mut world);
    let of_key =
        |told: Vec<String>| told.into_iter().filter(|line| line.starts_with(key)).collect::<Vec<_>>();
    assert_eq!(admins(&mirror, key), ["@anna:example.org"]);
    assert_eq!(of_key(after_plan(&policy, &world, &mut mirror)), [""; 0]);
    world.now = until;
    let told = of_key(after_plan(&policy, &world, &mut mirror));
    assert_eq!(
        told,
        ["werkgroep/vogels 0 of 1, bram"],
        "who is in the group longest, and not dirk from outside it"
    );
    assert_eq!(admins(&mirror, key), [""; 0]);
    let people = &room_of(&mirror, &place(key)).unwrap().members;
    assert!([user("anna"), user("bram")].iter().all(|u| people.iter().any(|(member, _)| member == u)));
}

/// A room of a version before 12: the bridge's power is a number, which it must not take from itself.
#[test]
fn bridge_keeps_its_number_in_an_older_room_and_its_loss_is_an_alarm() {
    let policy = ivn();
    let mut world = world(vec![person("anna")]);
    let (desired, mut mirror) = settled(&policy, &mut world);
    let room = room_mut(&mut mirror, "afdeling/zwolle");
    room.state.version = Some("11".to_owned());
    let mut levels = room.state.power_levels.clone().unwrap();
    levels["users"]["@kring:example.org"] = 100.into();
    room.state.power_levels = Some(levels.clone());
    let next = plan(&policy, &world, &desired, &mirror);
    assert_eq!((next.actions, next.alarms), (vec![], vec![]));
    levels["users"]["@kring:example.org"] = 50.into();
    room_mut(&mut mirror, "afdeling/zwolle").state.power_levels = Some(levels);
    let alarms = plan(&policy, &world, &desired, &mirror).alarms;
    let alarms: Vec<_> = alarms.iter().map(|a| format!("{} {}", a.place, a.code)).collect();
    assert_eq!(alarms, ["afdeling/zwolle bridge-without-power"]);
}

#[test]
fn plan_reads_as_a_diff() {
    let policy = ivn();
    let mut world = world(vec![person("anna"), person("bram")]);
    let (_, mut mirror) = settled(&policy, &mut world);
    world.people.push(person("cato").of("beheervrijwilliger"));
    room_mut(&mut mirror, "afdeling/zwolle").state.name = Some("Hallo".to_owned());
    set_membership(room_mut(&mut mirror, "afdeling/zwolle"), &user("niemand"), Some(Membership::Join));
    let next = plan(&policy, &world, &desired(&policy, &world), &mirror);
    assert_snapshot!(next.render("nl", 3), @r"
    afdeling/zwolle
      ~ De naam is anders dan hij hoort te zijn.
      ~ De rechten in Zwolle kloppen niet.
      + @cato:example.org: Hoort bij Zwolle.
      - @niemand:example.org: Deze persoon kennen we niet.
    intranet/ons-ivn#space
      + @cato:example.org: Hoort bij Ons IVN.
    landelijk/help
      + @cato:example.org: Hoort bij Help voor Ons IVN.
    landelijk/nieuws
      + @cato:example.org: Hoort bij Nieuws van IVN.
    landelijk/vereniging
      + @cato:example.org: Hoort bij Vereniging.
    landelijk/vereniging#space
      + @cato:example.org: Hoort bij Vereniging.
    landelijk/vrijwilligers
      + @cato:example.org: Hoort bij Alle vrijwilligers.
    provincie/overijssel
      + @cato:example.org: Hoort bij Provincie Overijssel.
    provincie/overijssel#space
      + @cato:example.org: Hoort bij Provincie Overijssel.
    regio/salland
      + @cato:example.org: Hoort bij Regio Salland.
    regio/salland#space
      + @cato:example.org: Hoort bij Regio Salland.
    vereniging/campagnes
      + @cato:example.org: Hoort bij Campagnes.
    vereniging/cursussen
      + @cato:example.org: Hoort bij Cursussen.
    vereniging/handleidingen
      + @cato:example.org: Hoort bij Handleidingen.
    vereniging/huisstijl
      + @cato:example.org: Hoort bij Huisstijl.
    ! afdeling/zwolle: Zwolle heeft één beheerder en hoort er 2 te hebben. Voorstel: anna.
    Te doen: 0 groepen maken, 15 mensen erin, 1 mensen eruit, 1 keer rechten, 1 andere dingen.
    ");
}

#[test]
fn why_names_the_line_of_the_policy() {
    let policy = ivn();
    let mut people = vec![person("anna"), person("gast").invited()];
    people[0].member.address = kring_core::member::AddressStanding::Shared;
    let world = world(people);
    let desired = desired(&policy, &world);
    let ask = |who: &str, group: &str| {
        let answer = why(&policy, &world, &desired, &who.into(), &key(group));
        format!("{}\n{}\n{:?}", answer.text.nl, answer.next.nl, answer.rules)
    };
    assert_snapshot!(ask("anna", "landelijk/vereniging"), @r#"
    Het e-mailadres van anna hoort bij meer dan één persoon in de ledenadministratie.
    Geef de ledenadministratie een eigen e-mailadres door. Daarna gaat het vanzelf.
    [RuleRef { file: "ivn", line: 55, says: "- address: unique" }, RuleRef { file: "ivn", line: 144, says: "- is: met-eigen-adres" }]
    "#);
    assert_snapshot!(ask("anna", "afdeling/zwolle"), @r#"
    anna hoort bij Zwolle.

    [RuleRef { file: "ivn", line: 251, says: "- type: [medewerker, vrijwilliger]" }]
    "#);
    assert_snapshot!(ask("gast", "afdeling/zwolle"), @r#"
    In Zwolle kunnen geen mensen van het type extern.
    Een beheerder van de groep kan dit soms aanpassen. Vraag het daar.
    [RuleRef { file: "ivn", line: 248, says: "admits: [medewerker, vrijwilliger, beheervrijwilliger]" }]
    "#);
}

#[test]
fn nobody_who_left_stays_behind_in_a_space_that_is_no_longer_needed() {
    let policy = ivn();
    let mut world = world(vec![person("anna"), person("bram")]);
    world.groups.push(group("werkgroep/vogels", "werkgroep", &["afdeling/zwolle"]));
    let (_, mut mirror) = settled(&policy, &mut world);
    world.groups.retain(|g| &*g.template != "werkgroep");
    world.people[1].member.until = Some(world.today.yesterday().unwrap());
    set_membership(room_mut(&mut mirror, "werkgroep/vogels"), &user("vreemd"), Some(Membership::Invite));
    let wanted = desired(&policy, &world);
    let next = plan(&policy, &world, &wanted, &mirror);
    let left: Vec<_> =
        member_actions(&next).into_iter().filter(|l| l.contains("zwolle#") || l.contains("vogels")).collect();
    assert_eq!(
        left,
        ["1 - bram afdeling/zwolle#space membership-ended", "1 - vreemd werkgroep/vogels unknown-person"]
    );
    apply(&policy, &world, &mut mirror, &next);
    assert_eq!(plan(&policy, &world, &wanted, &mirror).actions, []);
}

#[test]
fn person_without_a_login_hears_that_it_is_still_to_come() {
    let policy = ivn();
    let mut without = person("anna");
    without.user_id = None;
    let world = world(vec![without]);
    let desired = desired(&policy, &world);
    let answer = why(&policy, &world, &desired, &"anna".into(), &key("afdeling/zwolle"));
    assert!(answer.allowed && desired.place(&place("afdeling/zwolle")).unwrap().seats.is_empty());
    assert_snapshot!(answer.next.nl, @"Deze persoon heeft nog geen inlog. Na het activeren van de uitnodiging gaat het vanzelf.");
}

/// The shape that `kring why` and `kring plan --json` promise.
#[test]
fn answers_keep_the_shape_of_their_contract() {
    let policy = ivn();
    let mut world = world(vec![person("anna")]);
    let (desired, mut mirror) = settled(&policy, &mut world);
    set_membership(room_mut(&mut mirror, "afdeling/zwolle"), &user("vreemd"), Some(Membership::Join));
    let plan = plan(&policy, &world, &desired, &mirror);
    let json = serde_json::to_value(plan.to_json_view(0)).unwrap();
    assert_snapshot!(serde_json::to_string(&json["summary"]).unwrap(), @r#"{"create":0,"join":0,"other":0,"power":0,"remove":1}"#);
    let first = json["actions"][0].as_object().unwrap();
    for key in ["id", "kind", "group", "room", "member", "because"] {
        assert!(first.contains_key(key), "{key}");
    }
    assert_eq!((&first["kind"], &first["group"]), (&"remove".into(), &"afdeling/zwolle".into()));
    assert_eq!((&json["unmanaged"], &json["homeserver_calls"]), (&0.into(), &0.into()));
    let why = why(&policy, &world, &desired, &"anna".into(), &key("afdeling/zwolle"));
    let why = serde_json::to_value(why).unwrap();
    let keys: Vec<_> = why.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["allowed", "code", "next", "rules", "text"]);
}
