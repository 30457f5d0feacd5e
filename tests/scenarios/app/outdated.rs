//! Effects that waited, while the facts went on.

use jiff::SignedDuration;
use kring_app::{
    Applied, ApplyError,
    effect::{Effect, Origin},
};
use kring_core::group::{Grant, Role};
use kring_policies::plan::ActionKind;
use kring_store::AuditFilter;
use kring_tests::{Administration, eventually, fake::Knobs};
use tokio::task::JoinHandle;

use crate::{
    association::{number, small, user},
    faults::moved_13,
    native::{person, project},
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

/// Between the commit of a grant and the moment in which the facts are read again an effect may be carried out.
#[tokio::test]
async fn who_belongs_by_facts_that_were_not_read_again_yet_comes_in_all_the_same() {
    let scene = Scene::filled().await;
    let group = project(&scene).await;
    let grant = Grant {
        group: group.parse().expect("a key"),
        member: person(&scene, 12).await.member.id,
        role: Role::Member,
        until: None,
        by: None,
    };
    let mut writer = scene.app.context.store.write().await.expect("a writer");
    writer.put_grant(&grant).await.expect("granted");
    writer.commit().await.expect("stored");
    let plan = scene.app.context.plan().await.expect("a plan").plan;
    let [action] = plan.actions.as_slice() else { panic!("one action: {:?}", plan.actions) };
    assert!(matches!(action.kind, ActionKind::Join { .. }), "{action:?}");
    let effect = Effect::Act { action: action.clone(), origin: Origin::Plan };
    scene.app.enqueue(&[effect], None).await.expect("stored");
    scene.settled().await;
    assert!(scene.is_in(&group, &user(12)));
    scene.assert_right().await;
}
