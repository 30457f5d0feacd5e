//! A new administration: what it changes in the store at once, and in the rooms with the next apply.

use jiff::SignedDuration;
use kring_app::importing::ImportError;
use kring_core::{
    group::GroupRecord,
    ids::MemberId,
    import::Confirmation,
    member::{AddressStanding, Member, Person, Source},
    name::PersonName,
};
use kring_store::{AuditFilter, AuditRecord, ImportRecord};
use kring_tests::{Administration, Postgres};
use rstest::rstest;
use serde_json::json;

use crate::{
    association::{number, small, user},
    scene::{On, Scene},
};

/// Everything that an import may change.
#[derive(Debug, PartialEq)]
struct Kept {
    people: Vec<Person>,
    groups: Vec<GroupRecord>,
    last: Option<ImportRecord>,
    log: Vec<AuditRecord>,
}

impl Scene {
    async fn kept(&self) -> Kept {
        let mut reader = self.reader().await;
        Kept {
            people: reader.people().await.expect("people"),
            groups: reader.groups().await.expect("groups"),
            last: reader.last_import().await.expect("imports"),
            log: reader.audit(&AuditFilter::default()).await.expect("the log"),
        }
    }

    async fn refused(&self, administration: &Administration, token: Option<&str>) -> Confirmation {
        match self.app.context.import(administration.csv().as_bytes(), token).await {
            Err(ImportError::Unconfirmed(import)) => import.report.confirmation.expect("a question"),
            other => panic!("nobody was asked: {other:?}"),
        }
    }
}

fn without(people: impl Iterator<Item = usize>) -> Administration {
    people.fold(small(), |all, n| all.without(&number(n)))
}

#[tokio::test]
async fn a_renamed_branch_keeps_key_room_and_people_and_its_name_follows() {
    let scene = Scene::filled().await;
    let (room, people) = (scene.room("afdeling/assen"), scene.people_in("afdeling/assen"));
    let name = || scene.fake.world().room(&room).expect("a room").content("m.room.name", "");
    let renamed = [1, 6, 11, 16].into_iter().fold(small(), |all, n| {
        all.changed(&number(n), |row| *row = row.clone().of(("Assen en Eelde", "Noord", "Drenthe")))
    });
    scene.fake.reset_counts();
    scene.import(&renamed).await;
    assert_eq!((name(), scene.fake.requests()), (json!({ "name": "Assen" }), vec![]), "not yet");

    let applied = scene.apply().await;
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    scene.settled().await;
    assert_eq!(name(), json!({ "name": "Assen en Eelde" }));
    assert_eq!(scene.room("afdeling/assen"), room);
    assert_eq!(scene.people_in("afdeling/assen"), people);
    let changes = ["createRoom", "/invite", "/join", "/kick"].map(|kind| scene.fake.count_of(kind));
    assert_eq!(changes, [0; 4], "nobody came or went");
    scene.assert_right().await;
}

#[tokio::test]
async fn who_is_removed_loses_every_room_and_the_spaces_first() {
    let scene = Scene::filled().await;
    scene.import(&small().without(&number(16))).await;
    scene.fake.reset_counts();
    let applied = scene.apply().await;
    assert_eq!((applied.done, applied.failed, applied.left), (15, vec![], 0));
    let kicks: Vec<bool> = scene.fake.requests().iter().map(|request| is_space(&scene, request)).collect();
    assert_eq!(
        kicks,
        [vec![true; 4], vec![false; 11]].concat(),
        "each request is a removal, spaces go first"
    );
    scene.settled().await;
    let rooms = scene.fake.world().rooms.clone();
    let still_in = rooms.values().filter(|room| room.membership(&user(16)) != "leave").count();
    assert_eq!(still_in, 0);
    scene.assert_right().await;
}

/// Whether a request takes somebody out of a space or out of another room.
fn is_space(scene: &Scene, request: &str) -> bool {
    let path = request.strip_suffix("/kick").unwrap_or_else(|| panic!("no removal: {request}"));
    let id = path.rsplit('/').next().expect("a room").replace("%21", "!");
    let world = scene.fake.world();
    world.room(&id).expect("a room").content("m.room.create", "").get("type").is_some()
}

#[tokio::test]
async fn people_by_invitation_are_no_import_s_business() {
    let scene = Scene::filled().await;
    let guest = Person {
        member: Member {
            id: MemberId::new("gast"),
            source: Source::Invitation,
            number: None,
            name: PersonName::new("Gijs", "", "Gast"),
            // Somebody of the administration gets this very address below.
            email: Some("gast@example.org".into()),
            user_type: "extern".into(),
            attributes: Default::default(),
            since: None,
            until: None,
            address: AddressStanding::Missing,
        },
        user_id: Some("@gast:kring.test".try_into().expect("a user id")),
        removed_on: None,
    };
    scene.fake.add_account("gast", "");
    let mut writer = scene.app.context.store.write().await.expect("a writer");
    writer.put_person(&guest).await.expect("stored");
    writer.commit().await.expect("stored");
    scene.apply().await;
    scene.settled().await;
    let places = ["intranet/ons-ivn#space", "landelijk/help"];
    assert_eq!(places.map(|place| scene.is_in(place, "@gast:kring.test")), [true; 2]);

    let next = without(16..=16).changed(&number(20), |row| row.email = "gast@example.org".into());
    scene.import(&next).await;
    let applied = scene.apply().await;
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    let mut reader = scene.reader().await;
    assert_eq!(reader.person(&guest.member.id).await.expect("people"), Some(guest));
    drop(reader);
    scene.settled().await;
    assert_eq!(places.map(|place| scene.is_in(place, "@gast:kring.test")), [true; 2]);
    scene.assert_right().await;
}

#[tokio::test]
async fn a_mass_removal_is_taken_with_its_own_token_only() {
    let scene = Scene::filled().await;
    let before = scene.kept().await;
    let question = scene.refused(&without(9..=20), None).await;
    assert_eq!((question.code, question.removed, question.of), ("mass-removal", 12, 20));
    let other = scene.refused(&without(8..=20), Some(&question.token)).await;
    assert_eq!((other.removed, other.token == question.token), (13, false));
    assert_eq!(scene.refused(&without(9..=20), Some("")).await, question);
    assert_eq!(scene.kept().await, before, "a refused import changes nothing");

    let bytes = without(9..=20).csv();
    let taken = scene.app.context.import(bytes.as_bytes(), Some(&question.token)).await.expect("confirmed");
    assert_eq!((taken.report.removed, taken.report.accepted), (12, 8));
    let after = scene.kept().await;
    let removed = after.people.iter().filter(|person| person.removed_on.is_some());
    let removed: Vec<_> = removed.filter_map(|p| p.user_id.as_ref().map(ToString::to_string)).collect();
    let mut sorted = removed.clone();
    sorted.sort();
    assert_eq!(sorted, (9..=20).map(user).collect::<Vec<_>>());
    assert_eq!(after.log.len(), before.log.len() + 1);
    assert_ne!(after.last, before.last);
}

#[tokio::test]
async fn a_token_of_an_import_ends_with_its_quarter_of_an_hour() {
    let scene = Scene::filled().await;
    let next = without(9..=20);
    let question = scene.refused(&next, None).await;
    scene.clock.advance(SignedDuration::from_mins(21));
    let before = scene.kept().await;
    let again = scene.refused(&next, Some(&question.token)).await;
    assert_eq!((again.asked == question.asked, again.token == question.token), (true, false));
    assert_eq!(scene.kept().await, before, "a refused import changes nothing");
    scene.clock.advance(SignedDuration::from_mins(14));
    let context = &scene.app.context;
    let taken = context.import(next.csv().as_bytes(), Some(&again.token)).await.expect("in time");
    assert_eq!(taken.report.removed, 12);
    let line =
        scene.reader().await.audit(&AuditFilter::default().limit(1)).await.expect("the log").remove(0).entry;
    assert_eq!((&*line.verb, line.details.get("confirmed")), ("import", Some(&json!(true))));
    insta::assert_snapshot!(line.text.nl, @"De ledenadministratie is ingelezen: 0 nieuw, 0 veranderd, 12 weg.");
}

#[rstest]
#[case::no_text(b"PK\x03\x04\x00", "not-csv")]
#[case::nothing(b"", "empty")]
#[case::another_table(b"naam;kleur\nAap;groen\n", "column-missing")]
#[tokio::test]
async fn a_file_that_is_no_administration_changes_nothing(#[case] bytes: &[u8], #[case] why: &str) {
    let scene = Scene::start().await;
    scene.people(&small()).await;
    let before = scene.kept().await;
    match scene.app.context.import(bytes, None).await {
        Err(ImportError::Fatal(fatal)) => assert_eq!(fatal.why, why),
        other => panic!("that is no administration: {other:?}"),
    }
    assert_eq!(scene.kept().await, before);
}

#[tokio::test]
async fn an_import_that_the_database_refuses_half_way_changes_nothing() {
    let Some(scene) = Scene::start_on(On::Postgres).await else { return };
    scene.people(&small()).await;
    let before = scene.kept().await;
    // People and groups have been written by then.
    let (postgres, name) = (Postgres::shared().await, scene.database_name());
    postgres.sql(
        &name,
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'the disk is full'; end $$; \
         create trigger refuse before insert on imports for each row execute function refuse()",
    );
    let next = crate::faults::changed().csv();
    match scene.app.context.import(next.as_bytes(), None).await {
        Err(ImportError::Error(error)) => assert!(error.to_string().contains("the disk is full"), "{error}"),
        other => panic!("the database refused: {other:?}"),
    }
    assert_eq!(scene.kept().await, before);
    postgres.sql(&name, "drop trigger refuse on imports");
    let taken = scene.app.context.import(next.as_bytes(), None).await.expect("accepted");
    assert_eq!((taken.report.changed, taken.report.removed), (3, 1));
}
