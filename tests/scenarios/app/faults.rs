//! Applying a plan while requests go wrong.

use std::sync::Arc;

use jiff::SignedDuration;
use kring_tests::{Administration, eventually, fake::Knobs};
use rstest::rstest;

use crate::{
    association::{BRANCHES, number, small, user},
    expectations::rooms,
    scene::{PATIENCE, Quiet, Scene},
};

/// 12 and 17 move from Rolde to Zwolle, 13 from Emmen to Assen, and 16 is no longer a member.
pub(crate) fn changed() -> Administration {
    let to = |n: usize| BRANCHES.get(n).copied().expect("a branch");
    small()
        .without(&number(16))
        .changed(&number(12), |row| *row = row.clone().of(to(3)))
        .changed(&number(17), |row| *row = row.clone().of(to(3)))
        .changed(&number(13), |row| *row = row.clone().of(to(0)))
}

/// Only 13 moves.
pub(crate) fn moved_13() -> Administration {
    small().changed(&number(13), |row| *row = row.clone().of(BRANCHES[0]))
}

#[rstest]
#[case::rooms_whose_answer_is_lost("createRoom", Knobs { lose_answer_next: 4, ..Knobs::default() })]
#[case::rooms_that_die_before_their_alias("createRoom", Knobs { create_without_alias_next: 4, ..Knobs::default() })]
#[case::rooms_that_are_not_made_at_first("createRoom", Knobs { fail_next: 4, ..Knobs::default() })]
#[case::joins_whose_answer_is_lost("/join", Knobs { lose_answer_next: 9, ..Knobs::default() })]
#[case::invitations_whose_answer_is_lost("/invite", Knobs { lose_answer_next: 9, ..Knobs::default() })]
#[case::state_whose_answer_is_lost("PUT /_matrix/client/v3/rooms/{room}/state", Knobs { lose_answer_next: 9, ..Knobs::default() })]
#[case::broken_connections("", Knobs { drop_next: 8, ..Knobs::default() })]
#[case::a_busy_homeserver("", Knobs { rate_limit_next: 8, retry_after_ms: 3000, ..Knobs::default() })]
#[tokio::test]
async fn an_association_is_filled_all_the_same(#[case] only: &str, #[case] knobs: Knobs) {
    let scene = Scene::start().await;
    scene.people(&small()).await;
    *scene.fake.knobs() = Knobs { only: only.to_owned(), ..knobs };
    let applied = scene.apply().await;
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    assert_spent(&scene);
    scene.settled().await;
    scene.assert_right().await;
}

#[rstest]
#[case::removals_whose_answer_is_lost("/kick", Knobs { lose_answer_next: 9, ..Knobs::default() })]
#[case::removals_that_fail_at_first("/kick", Knobs { fail_next: 3, ..Knobs::default() })]
#[case::invitations_whose_answer_is_lost("/invite", Knobs { lose_answer_next: 5, ..Knobs::default() })]
#[tokio::test]
async fn people_move_and_leave_all_the_same(#[case] only: &str, #[case] knobs: Knobs) {
    let scene = Scene::filled().await;
    scene.import(&changed()).await;
    *scene.fake.knobs() = Knobs { only: only.to_owned(), ..knobs };
    let applied = scene.apply().await;
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    assert_spent(&scene);
    scene.settled().await;
    assert_eq!(scene.people_in("afdeling/zwolle"), "lid-04 lid-09 lid-12 lid-14 lid-17");
    scene.assert_right().await;
}

/// The fault really happened.
fn assert_spent(scene: &Scene) {
    let knobs = scene.fake.knobs().clone();
    let left = [
        knobs.lose_answer_next,
        knobs.create_without_alias_next,
        knobs.fail_next,
        knobs.drop_next,
        knobs.rate_limit_next,
    ];
    assert_eq!(left, [0; 5], "every fault was met");
}

#[tokio::test]
async fn a_room_that_was_made_without_an_answer_is_not_asked_for_again() {
    let scene = Scene::start().await;
    scene.people(&small()).await;
    *scene.fake.knobs() = Knobs {
        only: "createRoom".into(),
        lose_answer_next: 5,
        create_without_alias_next: 2,
        ..Knobs::default()
    };
    scene.apply().await;
    let made = rooms(&scene.fake.world()).len();
    let world = scene.fake.world().rooms.len();
    let asked = scene.fake.count_of("createRoom");
    assert_eq!((world, asked), (made, made as u64), "one request and one room for each place");
}

#[tokio::test]
async fn making_rooms_asks_for_no_list_of_rooms_unless_an_answer_was_lost() {
    let scene = Scene::start().await;
    scene.people(&small()).await;
    scene.apply().await;
    assert_eq!(scene.fake.count_of("joined_rooms"), 0);
}

#[tokio::test]
async fn a_busy_room_waits_as_long_as_it_was_told_and_the_others_go_on() {
    let scene = Scene::filled().await;
    scene.import(&changed()).await;
    let (busy, other) = (scene.room("afdeling/zwolle"), scene.room("afdeling/assen"));
    let address = busy.trim_start_matches('!').to_owned();
    *scene.fake.knobs() = Knobs {
        only_address: address.clone(),
        rate_limit_next: 1,
        retry_after_ms: 60_000,
        ..Knobs::default()
    };
    scene.fake.reset_counts();
    let app = scene.app.clone();
    let applying = tokio::spawn(async move { app.apply(None, &Quiet).await });
    let asked = || scene.fake.requests().iter().filter(|request| request.contains(&address)).count();
    // Two people are to come into the busy room; everything else gets done.
    let others = || async {
        let left = scene.reader().await.pending_effects(None).await.expect("effects");
        let elsewhere = scene.fake.world().membership(&other, &user(13)) == "join";
        (asked() == 1 && elsewhere && left == 2 && scene.fake.under_way() == 0).then_some(())
    };
    eventually("everything but the busy room", PATIENCE, others).await;

    scene.pass(SignedDuration::from_secs(59));
    let mut writer = scene.app.context.store.write().await.expect("a writer");
    let due = writer.lease_effects(scene.now_ms(), 1, "a test", 10).await.expect("effects");
    drop(writer);
    assert_eq!((due, asked()), (vec![], 1), "the minute is not over");

    scene.pass(SignedDuration::from_secs(2));
    let applied = applying.await.expect("no panic").expect("applied");
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    scene.settled().await;
    scene.assert_right().await;
}

#[tokio::test]
async fn ten_rooms_are_worked_on_at_once_and_never_more() {
    let scene = Arc::new(Scene::start().await);
    scene.people(&small()).await;
    *scene.fake.knobs() = Knobs { only: "createRoom".into(), freeze_after: Some(3), ..Knobs::default() };
    let applying = tokio::spawn({
        let scene = Arc::clone(&scene);
        async move { scene.apply().await }
    });
    let ten = || async { (scene.fake.under_way() == 10).then_some(()) };
    eventually("ten rooms under way", PATIENCE, ten).await;
    scene.fake.thaw();
    assert_eq!(applying.await.expect("no panic").failed, []);
    assert_eq!(scene.fake.most_under_way(), 10);
}

#[tokio::test]
async fn one_person_who_cannot_come_in_holds_nobody_up() {
    let scene = Scene::start().await;
    scene.people(&small()).await;
    let suspend = |on: bool| {
        scene.fake.world().accounts.get_mut(&user(12)).expect("an account").suspended = on;
    };
    suspend(true);
    let applied = scene.apply().await;
    // The place of the whole association, help, news, volunteers, the section's two and its four parts, Drenthe's two,
    // Noord's two, Rolde.
    assert_eq!((applied.failed.len(), applied.left), (15, 15), "{applied:#?}");
    assert!(
        applied
            .failed
            .iter()
            .all(|(what, why)| what.starts_with("join ") && why.contains("M_USER_SUSPENDED"))
    );
    scene.settled().await;
    assert_eq!(scene.people_in("afdeling/rolde"), "lid-02 lid-07 lid-17");
    assert_eq!(scene.people_in("afdeling/assen"), "lid-01 lid-06 lid-11 lid-16");

    suspend(false);
    let applied = scene.apply().await;
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    scene.forget_failed().await;
    scene.settled().await;
    scene.assert_right().await;
}
