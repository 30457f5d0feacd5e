use kring_store::{Backlog, EffectState, NewEffect, Store};
use serde_json::json;

use crate::{
    cast::effect,
    database::{Database, on_both},
};

on_both! {
    effect_waits_runs_and_leaves_its_result,
    lane_gives_one_effect_at_a_time,
    waiting_effect_is_not_asked_for_twice,
    dedupe_key_is_free_while_its_effect_runs,
    client_transaction_id_is_used_once,
    failed_effect_lets_its_lane_go_on,
    ended_lease_is_given_to_another_worker,
    killed_worker_gives_back_its_effects,
    two_workers_share_the_lanes,
    backlog_counts_what_waits_and_what_was_given_up,
}

async fn enqueue(store: &Store, effects: &[NewEffect]) -> Vec<Option<i64>> {
    let mut writer = store.write().await.unwrap();
    let mut ids = Vec::new();
    for effect in effects {
        ids.push(writer.enqueue(effect).await.unwrap());
    }
    writer.commit().await.unwrap();
    ids
}

/// Leases at `now` for 100 ms; the client transaction ids.
async fn lease(store: &Store, now: i64) -> Vec<String> {
    let mut writer = store.write().await.unwrap();
    let leased = writer.lease_effects(now, 100, "worker", 10).await.unwrap();
    writer.commit().await.unwrap();
    leased.into_iter().map(|e| e.txn_id).collect()
}

async fn done(store: &Store, id: i64) -> bool {
    let mut writer = store.write().await.unwrap();
    let done = writer.effect_done(id, &json!({}), 2_000).await.unwrap();
    writer.commit().await.unwrap();
    done
}

fn keyed(lane: &str, txn: &str, key: &str) -> NewEffect {
    NewEffect { dedupe_key: Some(key.into()), ..effect(lane, txn) }
}

async fn effect_waits_runs_and_leaves_its_result(db: Database) {
    let store = db.open().await;
    let new = NewEffect { batch: Some("apply-1".into()), not_before_ms: 50, ..effect("!a", "t1") };
    let id = enqueue(&store, &[new]).await[0].unwrap();
    assert_eq!(lease(&store, 49).await, [""; 0]);
    let mut writer = store.write().await.unwrap();
    let leased = writer.lease_effects(50, 100, "worker", 10).await.unwrap().remove(0);
    writer.commit().await.unwrap();
    assert_eq!(
        (leased.id, leased.lane.as_str(), leased.kind.as_str(), leased.attempts),
        (id, "!a", "send", 1)
    );
    assert_eq!((&leased.payload, leased.batch.as_deref()), (&json!({"body": "t1"}), Some("apply-1")));

    let mut writer = store.write().await.unwrap();
    assert_eq!(writer.effect_state(id).await.unwrap(), Some(EffectState::Open));
    assert_eq!(writer.pending_effects(Some("apply-1")).await.unwrap(), 1);
    assert_eq!(writer.pending_effects(Some("apply-2")).await.unwrap(), 0);
    assert_eq!(writer.pending_effects(None).await.unwrap(), 1);
    assert!(writer.effect_done(id, &json!({"event_id": "$1"}), 2_000).await.unwrap());
    assert!(!writer.effect_done(id, &json!({}), 2_000).await.unwrap(), "somebody else finished it");
    assert_eq!(writer.effect_state(id).await.unwrap(), Some(EffectState::Done(json!({"event_id": "$1"}))));
    assert_eq!(writer.pending_effects(None).await.unwrap(), 0);
    assert_eq!(writer.sweep_effects(2_000).await.unwrap(), 0);
    assert_eq!(writer.sweep_effects(2_001).await.unwrap(), 1);
    assert_eq!(writer.effect_state(id).await.unwrap(), None);
}

async fn lane_gives_one_effect_at_a_time(db: Database) {
    let store = db.open().await;
    let ids = enqueue(&store, &[effect("!b", "b1"), effect("!a", "a1"), effect("!b", "b2")]).await;
    assert_eq!(lease(&store, 0).await, ["b1", "a1"]);
    assert_eq!(lease(&store, 0).await, [""; 0]);
    done(&store, ids[0].unwrap()).await;
    let mut writer = store.write().await.unwrap();
    assert!(writer.effect_retry(ids[1].unwrap(), 500, "M_LIMIT_EXCEEDED").await.unwrap());
    writer.commit().await.unwrap();
    assert_eq!(lease(&store, 0).await, ["b2"]);
    assert_eq!(lease(&store, 499).await, ["b2"], "its lease has ended, a1 still has to wait");
    assert_eq!(lease(&store, 500).await, ["a1"]);
}

async fn waiting_effect_is_not_asked_for_twice(db: Database) {
    let store = db.open().await;
    let same = [
        keyed("!a", "t1", "power"),
        keyed("!a", "t2", "power"),
        keyed("!a", "t3", "name"),
        effect("!a", "t4"),
    ];
    let ids = enqueue(&store, &same).await;
    assert_eq!(ids.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true, true]);
    assert_eq!(enqueue(&store, &[effect("!a", "t5")]).await.len(), 1, "no key is no equal key");
}

async fn dedupe_key_is_free_while_its_effect_runs(db: Database) {
    let store = db.open().await;
    let first = enqueue(&store, &[keyed("!a", "t1", "power")]).await[0].unwrap();
    lease(&store, 0).await;
    let second =
        enqueue(&store, &[keyed("!a", "t2", "power")]).await[0].expect("t1 may have begun with older facts");
    let mut writer = store.write().await.unwrap();
    assert!(writer.effect_retry(first, 0, "again").await.unwrap(), "though t2 has the key now");
    assert_eq!(writer.enqueue(&keyed("!a", "t3", "power")).await.unwrap(), None);
    writer.commit().await.unwrap();
    assert_eq!(lease(&store, 0).await, ["t1"]);
    done(&store, first).await;
    assert_eq!(lease(&store, 0).await, ["t2"]);
    let mut writer = store.write().await.unwrap();
    assert!(writer.effect_retry(second, 0, "again").await.unwrap());
    assert_eq!(
        writer.enqueue(&keyed("!a", "t4", "power")).await.unwrap(),
        None,
        "t2 waits again with its key"
    );
}

async fn client_transaction_id_is_used_once(db: Database) {
    let store = db.open().await;
    enqueue(&store, &[effect("!a", "t1")]).await;
    let mut writer = store.write().await.unwrap();
    assert_eq!(writer.enqueue(&effect("!b", "t1")).await.unwrap(), None, "the same cause asks again");
    assert!(writer.enqueue(&effect("!b", "t2")).await.unwrap().is_some());
}

async fn failed_effect_lets_its_lane_go_on(db: Database) {
    let store = db.open().await;
    let batch = |e: NewEffect| NewEffect { batch: Some("apply-1".into()), ..e };
    let ids = enqueue(&store, &[batch(effect("!a", "t1")), effect("!a", "t2")]).await;
    lease(&store, 0).await;
    let mut writer = store.write().await.unwrap();
    assert!(writer.effect_failed(ids[0].unwrap(), "M_FORBIDDEN", 2_000).await.unwrap());
    writer.commit().await.unwrap();
    assert_eq!(lease(&store, 0).await, ["t2"]);

    let mut writer = store.write().await.unwrap();
    let failed = writer.failed_effects(Some("apply-1")).await.unwrap();
    assert_eq!(
        (failed.len(), failed[0].effect.id, failed[0].error.as_str()),
        (1, ids[0].unwrap(), "M_FORBIDDEN")
    );
    assert_eq!(writer.failed_effects(None).await.unwrap(), failed);
    assert_eq!(writer.failed_effects(Some("apply-2")).await.unwrap(), []);
    assert_eq!(
        writer.effect_state(failed[0].effect.id).await.unwrap(),
        Some(EffectState::Failed("M_FORBIDDEN".into()))
    );
    assert_eq!(writer.sweep_effects(i64::MAX).await.unwrap(), 0, "somebody has to see it first");
    assert_eq!(writer.forget_failed(Some("apply-2")).await.unwrap(), 0);
    assert_eq!(writer.forget_failed(None).await.unwrap(), 1);
}

async fn ended_lease_is_given_to_another_worker(db: Database) {
    let store = db.open().await;
    let id = enqueue(&store, &[effect("!a", "t1")]).await[0].unwrap();
    assert_eq!(lease(&store, 0).await, ["t1"]);
    assert_eq!(lease(&store, 99).await, [""; 0]);
    let mut writer = store.write().await.unwrap();
    let again = writer.lease_effects(100, 100, "other", 10).await.unwrap().remove(0);
    writer.commit().await.unwrap();
    assert_eq!((again.txn_id.as_str(), again.attempts), ("t1", 2), "with the same transaction id");
    assert!(done(&store, id).await);
    assert!(!done(&store, id).await);
}

async fn killed_worker_gives_back_its_effects(db: Database) {
    let store = db.open().await;
    enqueue(&store, &[keyed("!a", "t1", "k"), keyed("!b", "t2", "l")]).await;
    lease(&store, 0).await;
    enqueue(&store, &[keyed("!c", "t3", "k")]).await;
    let mut writer = store.write().await.unwrap();
    assert_eq!(writer.release_leases("other").await.unwrap(), 0);
    assert_eq!(writer.release_leases("worker").await.unwrap(), 2);
    assert_eq!(writer.enqueue(&keyed("!d", "t4", "l")).await.unwrap(), None);
    writer.commit().await.unwrap();
    assert_eq!(lease(&store, 0).await, ["t1", "t2", "t3"]);
}

async fn two_workers_share_the_lanes(db: Database) {
    let store = db.open().await;
    let effects: Vec<_> = (0..200).map(|n| effect(&format!("!{}", n % 20), &format!("t{n}"))).collect();
    enqueue(&store, &effects).await;
    let work = |store: Store, owner: &'static str| async move {
        let mut count = 0;
        while store.read().await.unwrap().pending_effects(None).await.unwrap() > 0 {
            let mut writer = store.write().await.unwrap();
            let leased = writer.lease_effects(0, 100, owner, 3).await.unwrap();
            writer.commit().await.unwrap();
            for effect in leased {
                assert!(done(&store, effect.id).await, "somebody else had it too");
                count += 1;
            }
        }
        count
    };
    let one = tokio::spawn(work(store.clone(), "one"));
    let two = tokio::spawn(work(store.clone(), "two"));
    assert_eq!(one.await.unwrap() + two.await.unwrap(), 200);
}

async fn backlog_counts_what_waits_and_what_was_given_up(db: Database) {
    let store = db.open().await;
    let backlog = async || store.read().await.unwrap().outbox_backlog().await.unwrap();
    assert_eq!(backlog().await, Backlog::default());
    let at = |created_at_ms, e: NewEffect| NewEffect { created_at_ms, ..e };
    let new = [at(10, effect("!a", "t1")), at(20, effect("!b", "t2")), at(30, effect("!c", "t3"))];
    let ids: Vec<_> = enqueue(&store, &new).await.into_iter().map(Option::unwrap).collect();
    lease(&store, 0).await;
    assert_eq!(
        backlog().await,
        Backlog { pending: 3, oldest_ms: Some(10), dead: 0 },
        "under way is not done"
    );
    assert!(done(&store, ids[0]).await);
    let mut writer = store.write().await.unwrap();
    assert!(writer.effect_failed(ids[1], "M_FORBIDDEN", 2_000).await.unwrap());
    assert!(writer.effect_retry(ids[2], 9_000, "M_UNKNOWN").await.unwrap());
    writer.commit().await.unwrap();
    assert_eq!(backlog().await, Backlog { pending: 1, oldest_ms: Some(30), dead: 1 });
    assert!(done(&store, ids[2]).await);
    assert_eq!(backlog().await, Backlog { pending: 0, oldest_ms: None, dead: 1 });
}
