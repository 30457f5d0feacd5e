//! The law of delivery: whatever dies, is lost, comes twice or stands still, in the end each event of a managed room was
//! handled once and in its room's order, and nothing is left over.
//!
//! Histories are drawn at random and shrink to a short one that reads like a story. The homeserver keeps and forgets what
//! Synapse does (`tests/support/fake/sender.rs`); Kring dies at any breath, which is any point at which it waits.

mod law;
mod play;
mod step;

use std::cell::RefCell;

use kring_tests::skip;
use proptest::{
    prelude::*,
    test_runner::{RngSeed, TestCaseResult},
};

use self::{
    play::Stage,
    step::{Deed, How, Step, Trouble, history},
};
use crate::scene::On;

/// The same histories every time; `KRING_SEED=…` draws others.
fn seed() -> u64 {
    std::env::var("KRING_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_701)
}

fn law(on: On, cases: u32) {
    law::count_panics();
    let config = ProptestConfig {
        cases: if skip::long() { cases * 30 } else { cases },
        rng_seed: RngSeed::Fixed(seed()),
        failure_persistence: None,
        max_shrink_iters: 200,
        max_shrink_time: 240_000,
        ..ProptestConfig::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    // A history that ends well leaves the stage as it found it.
    let stage = RefCell::new(None);
    let most = if skip::long() { 40 } else { 24 };
    proptest!(config, |(steps in history(most))| {
        let found = stage.take();
        let (left, result) = runtime.block_on(ends_right(on, found, &steps));
        stage.replace(left);
        result?;
    });
}

async fn ends_right(on: On, found: Option<Stage>, steps: &[Step]) -> (Option<Stage>, TestCaseResult) {
    let stage = match found {
        None => Stage::start(on).await,
        found => found,
    };
    let Some(mut stage) = stage else { return (None, Ok(())) };
    for step in steps {
        stage.play(*step).await;
    }
    stage.ends().await;
    match stage.judge().await {
        Ok(()) => (Some(stage.again().await), Ok(())),
        failed => (None, failed),
    }
}

#[test]
fn whatever_goes_wrong_each_event_is_handled_once_and_in_order() {
    law(On::Sqlite, 12);
}

#[test]
fn whatever_goes_wrong_each_event_is_handled_once_and_in_order_on_postgres() {
    if !skip::skipped_without_servers() {
        law(On::Postgres, 12);
    }
}

#[test]
fn a_history_reads_like_a_story() {
    let steps = [
        Step::Happens(Deed::Leaves(16, step::ASSEN)),
        Step::Delivers(How::TwiceAtOnce, Some((14, Trouble::KringDies))),
        Step::TimePasses(2),
    ];
    insta::assert_snapshot!(format!("{steps:#?}"), @r"
    [
        @lid-16:kring.test leaves afdeling/assen,
        the homeserver delivers, once twice at once; at Kring's breath 14 Kring dies,
        2 seconds pass,
    ]
    ");
}
