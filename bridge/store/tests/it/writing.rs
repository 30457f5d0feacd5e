use std::time::Duration;

use kring_store::{Mode, OpenOptions, Store, StoreError};

use crate::{
    cast::{event, kees, person},
    database::{Database, on_both},
};

on_both! {
    dropped_transaction_leaves_nothing,
    uncommitted_changes_are_seen_by_nobody_else,
    writers_take_their_turn,
    store_for_reading_refuses_to_write,
    failed_statement_leaves_a_store_that_works,
    ingest_that_is_cancelled_anywhere_is_whole_or_absent,
}

async fn dropped_transaction_leaves_nothing(db: Database) {
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    writer.put_person(&kees()).await.unwrap();
    writer.put_setting("half", "done").await.unwrap();
    drop(writer);
    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.people().await.unwrap(), []);
    assert_eq!(reader.setting("half").await.unwrap(), None);
    let mut writer = store.write().await.unwrap();
    writer.put_person(&kees()).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(reader.people().await.unwrap(), [kees()]);
}

async fn uncommitted_changes_are_seen_by_nobody_else(db: Database) {
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    writer.put_person(&kees()).await.unwrap();
    assert_eq!(writer.people().await.unwrap(), [kees()]);
    assert_eq!(store.read().await.unwrap().people().await.unwrap(), []);
    writer.commit().await.unwrap();
    assert_eq!(store.read().await.unwrap().people().await.unwrap(), [kees()]);
}

async fn writers_take_their_turn(db: Database) {
    let store = db.open().await;
    let other = db.open().await;
    let tasks: Vec<_> = (0..40)
        .map(|n| {
            let store = if n % 2 == 0 { store.clone() } else { other.clone() };
            tokio::spawn(async move {
                let mut writer = store.write().await.unwrap();
                writer.put_person(&person(&format!("m-{n}"), &n.to_string())).await.unwrap();
                writer.commit().await.unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(store.read().await.unwrap().people().await.unwrap().len(), 40);
}

async fn store_for_reading_refuses_to_write(db: Database) {
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    writer.put_person(&kees()).await.unwrap();
    writer.commit().await.unwrap();
    let reading = Store::open(&db.url(), Mode::ReadOnly).await.unwrap();
    assert_eq!(reading.read().await.unwrap().people().await.unwrap(), [kees()], "beside the one that writes");
    assert!(matches!(reading.write().await.err(), Some(StoreError::ReadOnly)));
    assert!(matches!(reading.ingest("1", &[event("1", "a")]).await, Err(StoreError::ReadOnly)));
}

async fn failed_statement_leaves_a_store_that_works(db: Database) {
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    writer.put_person(&person("m-1", "1")).await.unwrap();
    let error = writer.put_person(&person("m-2", "1")).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
    drop(writer);
    let mut writer = store.write().await.unwrap();
    writer.put_person(&person("m-2", "1")).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(store.read().await.unwrap().people().await.unwrap(), [person("m-2", "1")]);
}

async fn ingest_that_is_cancelled_anywhere_is_whole_or_absent(db: Database) {
    let store = db.open().await;
    let events: Vec<_> = (0..30).map(|n| event(&n.to_string(), "a")).collect();
    let mut micros = 1;
    loop {
        let cut = tokio::time::timeout(Duration::from_micros(micros), store.ingest("1", &events)).await;
        let stored = store.backlog().await.unwrap().pending;
        assert!([0, 30].contains(&stored), "{stored} of 30 after {micros} µs");
        if cut.is_ok() {
            break;
        }
        micros *= 2;
    }
    assert_eq!(store.backlog().await.unwrap().pending, 30);
}

#[tokio::test]
async fn connection_that_is_cut_in_the_middle_heals() {
    let Some(db) = Database::postgres("writing::connection_that_is_cut_in_the_middle_heals").await else {
        return;
    };
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    writer.put_person(&kees()).await.unwrap();
    db.execute("SELECT pg_terminate_backend(pid, 2000)::text FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        .await
        .unwrap();
    let error = writer.put_person(&person("m-2", "2")).await.unwrap_err();
    assert!(error.heals(), "{error:?}");
    drop(writer);
    let mut writer = store.write().await.unwrap();
    assert_eq!(writer.people().await.unwrap(), []);
    writer.put_person(&kees()).await.unwrap();
    writer.commit().await.unwrap();
}

#[tokio::test]
async fn file_that_another_process_locks_is_an_error_that_heals() {
    let db = Database::sqlite();
    let options = OpenOptions { patience: Duration::from_millis(50), ..OpenOptions::default() };
    let store = Store::open_with(&db.url(), &options).await.unwrap();
    let mut other = db.raw().await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let error = store.ingest("1", &[event("1", "a")]).await.unwrap_err();
    assert!(error.heals(), "{error:?}");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert_eq!(store.ingest("1", &[event("1", "a")]).await.unwrap().new, 1);
}
