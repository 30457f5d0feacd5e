//! Effects that waited, while the facts went on.

use jiff::SignedDuration;
use kring_app::{Applied, ApplyError};
use kring_store::AuditFilter;
use kring_tests::{Administration, eventually, fake::Knobs};
use tokio::task::JoinHandle;

use crate::{
    association::{number, small, user},
    faults::moved_13,
    scene::{PATIENCE, Quiet, Scene},
};

impl Scene {
    /// Applies `next` while the homeserver puts off every request of `kind` by a minute; comes back when it has put off
    /// so many.
    async fn put_off(
        &self,
        next: &Administration,
        kind: &str,
        times: u32,
    ) -> JoinHandle<Result<Applied, ApplyError>> {
        self.import(next).await;
        let rate_limit_next = times;
        *self.fake.knobs() =
            Knobs { only: kind.into(), rate_limit_next, retry_after_ms: 60_000, ..Knobs::default() };
        let app = self.app.clone();
        let applying = tokio::spawn(async move { app.apply(None, &Quiet).await });
        let all = || async {
            let left = self.reader().await.pending_effects(None).await.expect("effects");
            let quiet = self.fake.knobs().rate_limit_next == 0 && self.fake.under_way() == 0;
            (quiet && left == u64::from(times)).then_some(())
        };
        eventually("all are put off", PATIENCE, all).await;
        applying
    }

    async fn lines(&self) -> usize {
        self.reader().await.audit(&AuditFilter::default()).await.expect("the log").len()
    }

    /// The minute ends.
    async fn go_on(&self, applying: JoinHandle<Result<Applied, ApplyError>>) {
        self.pass(SignedDuration::from_secs(61));
        let applied = tokio::time::timeout(PATIENCE, applying).await.expect("it ends");
        let applied = applied.expect("no panic").expect("applied");
        assert_eq!((applied.failed, applied.left), (vec![], 0));
        self.settled().await;
    }
}

#[tokio::test]
async fn who_is_back_before_they_were_removed_stays_and_nothing_is_written_down() {
    let scene = Scene::filled().await;
    // Four spaces come first; the six rooms would follow.
    let applying = scene.put_off(&small().without(&number(16)), "/kick", 4).await;
    scene.import(&small()).await;
    scene.fake.reset_counts();
    let lines = scene.lines().await;
    scene.go_on(applying).await;
    // The stage that was planned after the spaces is dropped as well.
    assert_eq!((scene.fake.requests(), scene.lines().await), (vec![], lines));
    assert!(scene.is_in("afdeling/assen", &user(16)));
    scene.assert_right().await;
}

#[tokio::test]
async fn who_no_longer_belongs_before_they_came_in_stays_out_and_nothing_is_written_down() {
    let scene = Scene::filled().await;
    // Into two spaces and rooms of Noord and into Assen; the spaces of the plan's first stage are joined in the second.
    let applying = scene.put_off(&moved_13(), "/invite", 3).await;
    scene.import(&small()).await;
    scene.fake.reset_counts();
    let log = scene.lines().await;
    scene.go_on(applying).await;
    let noord = ["regio/noord", "regio/noord#space", "afdeling/assen"];
    let ids = noord.map(|place| scene.room(place));
    let asked = scene.fake.requests();
    let about = asked.iter().filter(|r| ids.iter().any(|id| r.contains(id.trim_start_matches('!')))).count();
    assert_eq!((about, noord.map(|place| scene.is_in(place, &user(13)))), (0, [false; 3]), "{asked:#?}");
    // Zuid and Emmen, which 13 had left already, are joined again, and that is written down.
    let written = scene.reader().await.audit(&AuditFilter::default()).await.expect("the log");
    let mut new: Vec<_> =
        written.iter().take(written.len() - log).map(|r| r.entry.verb.to_string()).collect();
    new.sort();
    assert_eq!(new, ["import", "join", "join", "join"][1..]);
    scene.assert_right().await;
}
