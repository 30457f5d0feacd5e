//! Taking many people out asks first.

use jiff::SignedDuration;
use kring_app::ApplyError;
use kring_core::{
    audit::{Actor, AuditEntry},
    confirm::Answer,
};
use kring_policies::plan::Confirmation;
use kring_store::AuditFilter;
use kring_tests::Administration;

use crate::{
    association::{number, small},
    scene::Scene,
};

fn without(people: impl Iterator<Item = usize>) -> Administration {
    people.fold(small(), |all, n| all.without(&number(n)))
}

async fn refused(scene: &Scene, token: Option<&str>) -> Confirmation {
    match scene.apply_confirmed(token).await {
        Err(ApplyError::Unconfirmed(question)) => *question,
        other => panic!("nobody was asked: {other:?}"),
    }
}

#[tokio::test]
async fn a_mass_removal_runs_with_the_token_of_this_very_plan_only() {
    let scene = Scene::filled().await;
    scene.fake.reset_counts();
    scene.import(&without(9..=20)).await;
    let first = refused(&scene, None).await;
    assert_eq!((first.removed, first.of, first.group.clone()), (12, 20, None));
    insta::assert_snapshot!(first.text.nl, @"Dit haalt 12 van de 20 mensen uit een groep. Klopt dat?");

    scene.import(&without(8..=20)).await;
    let second = refused(&scene, Some(&first.token)).await;
    assert_eq!((second.removed, second.of), (13, 20));
    assert_ne!(first.token, second.token);
    assert_eq!(scene.fake.requests(), [""; 0], "nothing was done before somebody confirmed");

    let applied = scene.apply_confirmed(Some(&second.token)).await.expect("confirmed");
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    scene.settled().await;
    assert_eq!(scene.people_in("intranet/ons-ivn#space"), "lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07");
    scene.assert_right().await;
}

#[tokio::test]
async fn a_mass_removal_that_shows_only_when_rooms_were_found_again_asks_then() {
    let scene = Scene::filled().await;
    scene.import(&without(9..=20)).await;
    // An old backup was put back: the rooms are there, and the mirror knows none of them.
    let rooms = scene.reader().await.mirror_heads().await.expect("rooms");
    let mut writer = scene.app.context.store.write().await.expect("a writer");
    for room in &rooms {
        writer.forget_room(&room.room_id).await.expect("forgotten");
    }
    writer.commit().await.expect("stored");
    assert_eq!(scene.app.context.plan().await.expect("a plan").plan.confirmation, None, "nothing to ask yet");

    let question = refused(&scene, None).await;
    assert_eq!((question.removed, question.of), (12, 20));
    assert_eq!(scene.reader().await.mirror_heads().await.expect("rooms").len(), rooms.len(), "found again");
    assert_eq!(scene.fake.count_of("/kick"), 0, "nobody was taken out");

    let applied = scene.apply_confirmed(Some(&question.token)).await.expect("confirmed");
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    scene.settled().await;
    assert_eq!(
        scene.people_in("intranet/ons-ivn#space"),
        "lid-01 lid-02 lid-03 lid-04 lid-05 lid-06 lid-07 lid-08"
    );
    scene.assert_right().await;
}

#[tokio::test]
async fn a_token_of_an_hour_ago_confirms_nothing_and_a_confirmation_is_written_down() {
    let scene = Scene::filled().await;
    scene.import(&without(9..=20)).await;
    let question = refused(&scene, None).await;
    scene.fake.reset_counts();
    scene.clock.advance(SignedDuration::from_hours(1));
    let again = refused(&scene, Some(&question.token)).await;
    assert_eq!((again.removed, again.asked == question.asked), (12, true));
    assert!(again.token != question.token && again.until > question.until);
    let now = scene.app.context.clock.now();
    assert_eq!(again.asked.answer(&question.token, now), Answer::Expired, "and that can be said");
    assert_eq!((scene.fake.requests(), scene.confirmed().await), (vec![], vec![]), "nothing was done");

    // A quarter of an hour is long enough to look.
    scene.clock.advance(SignedDuration::from_mins(14));
    let applied = scene.apply_confirmed(Some(&again.token)).await.expect("in time");
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    let written = scene.confirmed().await;
    let [entry] = written.as_slice() else { panic!("once, though a plan has rounds: {written:?}") };
    assert_eq!((&entry.actor, &*entry.code), (&Actor::Operator, "mass-removal"));
    assert_eq!(entry.details.get("removed"), Some(&serde_json::json!(12)));
    scene.settled().await;
    scene.assert_right().await;
}

/// The admins hear of a removal that waits once, however often the bridge looks and however long it waits.
#[tokio::test]
async fn a_removal_that_waits_is_told_once_though_its_token_changes() {
    let scene = Scene::filled().await;
    scene.app.settle().await.expect("settled");
    let before = scene.notices().len();
    scene.import(&without(9..=20)).await;
    for _ in 0..3 {
        scene.app.settle().await.expect("settled");
        scene.clock.advance(SignedDuration::from_hours(1));
    }
    scene.settled().await;
    let asked: Vec<_> = scene.notices().split_off(before);
    let asked: Vec<_> = asked.iter().filter(|body| body.contains("Klopt dat?")).collect();
    assert_eq!(asked, ["Dit haalt 12 van de 20 mensen uit een groep. Klopt dat?"]);
}

impl Scene {
    async fn confirmed(&self) -> Vec<AuditEntry> {
        let filter = AuditFilter::default().of_verb("confirm");
        let lines = self.reader().await.audit(&filter).await.expect("the log");
        lines.into_iter().map(|record| record.entry).collect()
    }
}
