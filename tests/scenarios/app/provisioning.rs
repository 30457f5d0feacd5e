//! Accounts in bulk, when an association moves over.

use std::collections::BTreeMap;

use kring_app::provision::{Provisioned, Skipped, sort};
use kring_core::member::Person;
use kring_tests::{
    Administration, cast,
    fake::{Account, Knobs},
};

use crate::{
    association::{number, person, small},
    scene::{PATIENCE, Scene},
};

const WRITE: &str = "PUT /_synapse/admin/v2/users/{user}";

fn addresses<const N: usize>(all: [&str; N]) -> Vec<(u64, String)> {
    (1..).zip(all.map(str::to_owned)).collect()
}

/// Line, why and what to do, one a line.
fn told(skipped: &[Skipped]) -> String {
    skipped.iter().map(|s| format!("{} {} {}: {}\n", s.line, s.why, s.address, s.text.nl)).collect()
}

#[tokio::test]
async fn each_address_goes_to_its_one_person_or_is_explained() {
    let scene = Scene::start().await;
    let [jan, joke] = cast::jan_and_joke();
    let shared_with_a_rejected_row = cast::Row { user_type: "konijn".into(), ..person(2) };
    let rejected = cast::Row { number: "0009999".into(), ..shared_with_a_rejected_row };
    let everybody = (1..=5).map(person).fold(Administration::new(), Administration::with);
    scene.import(&everybody.clone().with(jan.clone()).with(joke.clone())).await;
    let next = everybody.changed(&number(3), |row| row.until = "30-06-2026".into()).without(&number(4));
    scene.import(&next.with(jan.clone()).with(joke).with(rejected)).await;
    let mut people = people(&scene).await;
    let own = "@iemand:kring.test".try_into().expect("a user id");
    let bound = people.iter_mut().find(|p| p.member.email.as_deref() == Some("lid5@example.org"));
    bound.expect("person 5").user_id = Some(own);

    let asked = addresses([
        "  Lid1@Example.ORG ",
        "niemand@example.org",
        &jan.email,
        "lid2@example.org",
        "lid3@example.org",
        "lid4@example.org",
        "lid5@example.org",
        "geen adres",
        "",
        "lid1@example.org",
    ]);
    let (candidates, skipped) = sort(&scene.app.context, &people, &asked);
    let made: Vec<_> = candidates.iter().map(|c| (c.line, c.person.member.name.display())).collect();
    assert_eq!(made, [(1, "Voornaam1 Achternaam1".to_owned())]);
    insta::assert_snapshot!(told(&skipped), @r"
    2 nobody niemand@example.org: Niemand met een lopend lidmaatschap heeft dit adres in de ledenadministratie. Vraag het lid welk adres in de administratie staat.
    3 several jan.dekker@example.org: 2 mensen in de ledenadministratie delen dit adres. Vraag hen om ieder een eigen adres door te geven.
    4 several lid2@example.org: 2 mensen in de ledenadministratie delen dit adres. Vraag hen om ieder een eigen adres door te geven.
    5 ended lid3@example.org: Het lidmaatschap loopt niet. Kijk in de ledenadministratie.
    6 ended lid4@example.org: Het lidmaatschap loopt niet. Kijk in de ledenadministratie.
    7 has-account lid5@example.org: Deze persoon heeft al een inlog.
    8 invalid geen adres: Dit is geen e-mailadres. Verbeter het in het bestand.
    9 invalid : Dit is geen e-mailadres. Verbeter het in het bestand.
    10 repeated lid1@example.org: Dit adres staat eerder in het bestand.
    ");
}

async fn people(scene: &Scene) -> Vec<Person> {
    scene.reader().await.people().await.expect("people")
}

/// Accounts with an address, by address.
fn accounts(scene: &Scene) -> BTreeMap<String, Vec<(String, Account)>> {
    let mut all: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (user, account) in &scene.fake.world().accounts {
        for address in &account.emails {
            all.entry(address.clone()).or_default().push((user.clone(), account.clone()));
        }
    }
    all
}

async fn provision(scene: &Scene, asked: &[(u64, String)]) -> Provisioned {
    tokio::select! {
        made = tokio::time::timeout(PATIENCE, scene.app.provision(asked)) => {
            made.expect("it ends").expect("the store works")
        }
        () = scene.hurry() => unreachable!("hurrying never ends"),
    }
}

#[tokio::test]
async fn an_account_is_made_once_though_the_answer_is_lost() {
    let scene = Scene::start().await;
    scene.import(&small()).await;
    let asked: Vec<(u64, String)> = (1..=6).map(|n| (n, format!("lid{n}@example.org"))).collect();
    *scene.fake.knobs() = Knobs { only: WRITE.into(), lose_answer_next: 4, ..Knobs::default() };
    let provisioned = provision(&scene, &asked).await;
    assert_eq!(scene.fake.knobs().lose_answer_next, 0, "every answer was lost");
    assert_eq!((provisioned.made.len(), provisioned.skipped), (6, vec![]));
    let found = accounts(&scene);
    assert_eq!(found.values().map(Vec::len).collect::<Vec<_>>(), [1; 6]);
    let by_person: BTreeMap<_, _> =
        people(&scene).await.into_iter().map(|p| (p.member.id.clone(), p)).collect();
    for (member, user) in &provisioned.made {
        let person = by_person.get(member).expect("somebody of the administration");
        assert_eq!(person.user_id.as_ref(), Some(user));
        let address = person.member.email.as_deref().expect("an address");
        let [(owner, account)] = found.get(address).expect("an account").as_slice() else { panic!("one") };
        assert_eq!((owner.as_str(), &account.password), (user.as_str(), &None));
        assert_eq!(account.displayname, Some(person.member.name.display()));
    }

    scene.fake.reset_counts();
    let again = provision(&scene, &asked).await;
    assert_eq!(again.made, []);
    assert_eq!(again.skipped.iter().map(|s| s.why).collect::<Vec<_>>(), ["has-account"; 6]);
    assert_eq!(scene.fake.requests(), [""; 0]);
    let applied = scene.apply().await;
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    scene.settled().await;
    scene.assert_right().await;
}

#[tokio::test]
async fn an_address_that_another_account_has_is_told_and_that_account_is_left_alone() {
    let scene = Scene::start().await;
    scene.import(&small()).await;
    scene.fake.add_account("oudgast", "geheim");
    let theirs = {
        let mut world = scene.fake.world();
        let account = world.accounts.get_mut("@oudgast:kring.test").expect("an account");
        account.emails.insert("lid2@example.org".into());
        account.displayname = Some("Oude gast".into());
        account.clone()
    };
    let asked = addresses(["lid1@example.org", "lid2@example.org", "lid3@example.org"]);
    let provisioned = provision(&scene, &asked).await;
    insta::assert_snapshot!(told(&provisioned.skipped), @"2 failed lid2@example.org: De inlog kon niet worden gemaakt: the address belongs to another account, @oudgast:kring.test");
    assert_eq!(provisioned.made.len(), 2);
    let found = accounts(&scene);
    assert_eq!(found.get("lid2@example.org"), Some(&vec![("@oudgast:kring.test".to_owned(), theirs)]));
    assert_eq!(found.len(), 3);
    let two =
        people(&scene).await.into_iter().find(|p| p.member.email.as_deref() == Some("lid2@example.org"));
    assert_eq!(two.expect("person 2").user_id, None);
    // Told once: the next run asks again, and tells its own failure only.
    let again = provision(&scene, &asked).await;
    assert_eq!(
        again.skipped.iter().map(|s| (s.line, s.why)).collect::<Vec<_>>(),
        [(1, "has-account"), (3, "has-account"), (2, "failed"),]
    );
}
