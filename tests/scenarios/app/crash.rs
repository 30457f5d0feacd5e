//! The process dies in the middle of applying, again and again, while the homeserver has troubles of its own.

use kring_tests::{eventually, fake::Knobs, skip};
use proptest::{
    prelude::*,
    test_runner::{RngSeed, TestCaseResult},
};
use rstest::rstest;

use crate::{
    association::{BRANCHES, number, small, user},
    scene::{On, PATIENCE, Quiet, Scene},
};

/// One life of the process.
#[derive(Debug, Clone)]
struct Life {
    /// It dies at its request of this number.
    requests: u32,
    /// The requests of that moment are carried out, and only their answers are lost.
    carried_out: bool,
    trouble: Trouble,
    /// The administration changes before it starts.
    moves: Vec<(usize, usize)>,
}

#[derive(Debug, Clone, Copy)]
enum Trouble {
    None,
    LostAnswers(u32),
    Errors(u32),
    BrokenConnections(u32),
    RateLimits(u32),
    RoomsWithoutAlias(u32),
}

impl Trouble {
    fn knobs(self) -> Knobs {
        let knobs = Knobs::default();
        match self {
            Self::None => knobs,
            Self::LostAnswers(n) => Knobs { lose_answer_next: n, ..knobs },
            Self::Errors(n) => Knobs { fail_next: n, ..knobs },
            Self::BrokenConnections(n) => Knobs { drop_next: n, ..knobs },
            Self::RateLimits(n) => Knobs { rate_limit_next: n, retry_after_ms: 2000, ..knobs },
            Self::RoomsWithoutAlias(n) => Knobs { create_without_alias_next: n, ..knobs },
        }
    }
}

fn life() -> impl Strategy<Value = Life> {
    let trouble = prop_oneof![
        Just(Trouble::None),
        (1..9_u32).prop_map(Trouble::LostAnswers),
        (1..9_u32).prop_map(Trouble::Errors),
        (1..9_u32).prop_map(Trouble::BrokenConnections),
        (1..9_u32).prop_map(Trouble::RateLimits),
        (1..6_u32).prop_map(Trouble::RoomsWithoutAlias),
    ];
    let moves = prop::collection::vec((9..18_usize, 0..BRANCHES.len()), 0..3);
    (0..260_u32, any::<bool>(), trouble, moves).prop_map(|(requests, carried_out, trouble, moves)| Life {
        requests,
        carried_out,
        trouble,
        moves,
    })
}

fn law(on: On, cases: u32) {
    let config = ProptestConfig {
        cases: if skip::long() { cases * 10 } else { cases },
        rng_seed: RngSeed::Fixed(20_260_701),
        failure_persistence: None,
        max_shrink_iters: 8,
        ..ProptestConfig::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    proptest!(config, |(lives in prop::collection::vec(life(), 1..4))| {
        runtime.block_on(ends_right(on, &lives))?;
    });
}

async fn ends_right(on: On, lives: &[Life]) -> TestCaseResult {
    let Some(mut scene) = Scene::start_on(on).await else { return Ok(()) };
    let mut administration = small();
    scene.people(&administration).await;
    for life in lives {
        for (person, branch) in &life.moves {
            let branch = BRANCHES.get(*branch).copied().expect("a branch");
            administration = administration.changed(&number(*person), |row| *row = row.clone().of(branch));
        }
        scene.import(&administration).await;
        live(&mut scene, life).await;
    }
    let applied = scene.apply().await;
    prop_assert_eq!((&applied.failed, applied.left), (&vec![], 0));
    scene.forget_failed().await;
    // The homeserver thinks that we are down and delivers when its pause ends.
    tokio::select! { () = scene.settled() => {} () = scene.hurry() => {} }
    scene.assert_right().await;
    Ok(())
}

/// Applies until the homeserver has seen so many requests, and dies there. Or finishes before.
async fn live(scene: &mut Scene, life: &Life) {
    *scene.fake.knobs() =
        Knobs { freeze_after: Some(life.requests), freeze_answers: life.carried_out, ..life.trouble.knobs() };
    tokio::select! {
        applied = scene.app.apply(None, &Quiet) => drop(applied.expect("nothing to confirm")),
        () = scene.hurry() => {}
        () = frozen(scene) => {}
    }
    scene.crash().await;
    scene.fake.thaw();
    *scene.fake.knobs() = Knobs::default();
    scene.restart().await;
}

pub(crate) async fn frozen(scene: &Scene) {
    let held = || async {
        let stopped = scene.fake.knobs().freeze_after == Some(0);
        (stopped && scene.fake.under_way() > 0).then_some(())
    };
    eventually("a request is held", PATIENCE, held).await;
}

#[test]
fn whatever_dies_and_fails_the_end_state_is_the_desired_one() {
    law(On::Sqlite, 3);
}

#[test]
fn whatever_dies_and_fails_the_end_state_is_the_desired_one_on_postgres() {
    if !skip::skipped_without_servers() {
        law(On::Postgres, 2);
    }
}

#[rstest]
#[case::before_the_homeserver_did_it(false)]
#[case::after_the_homeserver_did_it(true)]
#[tokio::test]
async fn rooms_that_a_dead_process_asked_for_are_found_again(#[case] carried_out: bool) {
    let mut scene = Scene::start().await;
    scene.people(&small()).await;
    let knobs = Knobs {
        only: "createRoom".into(),
        freeze_after: Some(4),
        freeze_answers: carried_out,
        ..Knobs::default()
    };
    *scene.fake.knobs() = knobs;
    let held = || async { (scene.fake.under_way() == 10).then_some(()) };
    tokio::select! {
        applied = scene.app.apply(None, &Quiet) => panic!("it cannot end: {applied:?}"),
        () = eventually("ten are held", PATIENCE, held) => {}
    }
    let made = scene.fake.world().rooms.len();
    assert_eq!(made, if carried_out { 14 } else { 4 });
    scene.crash().await;
    scene.fake.thaw();
    scene.restart().await;
    let applied = scene.apply().await;
    assert_eq!((applied.failed, applied.left), (vec![], 0));
    scene.settled().await;
    scene.assert_right().await;
    assert!(scene.is_in("afdeling/assen", &user(1)));
}
