use kring_store::{LockError, StoreError};

use crate::{
    cast::kees,
    database::{Database, on_both},
};

on_both! {
    second_process_is_refused_until_the_first_ends,
}

async fn second_process_is_refused_until_the_first_ends(db: Database) {
    let (first, second) = (db.open().await, db.open().await);
    let mut lock = first.lock("pid 1").await.unwrap();
    let error = second.lock("pid 2").await.unwrap_err();
    assert!(matches!(&error, LockError::Held { owner } if owner == "pid 1"), "{error:?}");
    insta::allow_duplicates! {
        insta::assert_snapshot!(error, @"another kring runs on this database already (pid 1); stop that one first");
    }
    lock.beat().await.unwrap();
    let mut writer = first.under(&lock).write().await.unwrap();
    writer.put_person(&kees()).await.unwrap();
    writer.commit().await.unwrap();

    drop(lock);
    // PostgreSQL frees a lock when it has noticed that the connection is gone.
    let mut lock = second.lock("pid 2").await;
    while let Err(LockError::Held { .. }) = lock {
        tokio::task::yield_now().await;
        lock = second.lock("pid 2").await;
    }
    lock.unwrap().beat().await.unwrap();
}

#[tokio::test]
async fn paused_leader_is_succeeded_and_does_no_harm_when_it_wakes_up() {
    let story = "lock::paused_leader_is_succeeded_and_does_no_harm_when_it_wakes_up";
    let Some(db) = Database::postgres(story).await else { return };
    let (first, second) = (db.open().await, db.open().await);
    let mut paused = first.lock("first").await.unwrap();
    let old = first.under(&paused);
    paused.beat().await.unwrap();
    let refused = second.lock("second").await.unwrap_err();
    assert!(matches!(refused, LockError::Held { .. }), "it was heard of less than 4 s ago: {refused:?}");
    db.execute("UPDATE leader SET seen_at = seen_at - 4000").await.unwrap();
    let mut leader = second.lock("second").await.unwrap();

    let error = old.write().await.err().unwrap();
    assert!(matches!(error, StoreError::Fenced { ours: 1, current: 2 }), "{error:?}");
    let lost = paused.beat().await.unwrap_err();
    assert!(lost.heals() || matches!(lost, StoreError::Fenced { .. }), "{lost:?}");

    let mut writer = second.under(&leader).write().await.unwrap();
    leader.beat().await.expect("a beat does not wait for the leader's own transaction");
    writer.put_person(&kees()).await.unwrap();
    writer.commit().await.unwrap();
    let mut ingesting = first.write().await.expect("a store without a term takes events in as before");
    assert_eq!(ingesting.people().await.unwrap(), [kees()]);
}
