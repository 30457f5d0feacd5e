use std::path::PathBuf;

use kring_core::audit::{Actor, AuditEntry};
use kring_core::text::Text;
use kring_store::{Backlog, Mode, OpenError, Store};
use sqlx::{Row as _, migrate::Migrator};

use crate::{
    cast::kees,
    database::{Database, on_both},
    filled::ROWS,
};

on_both! {
    every_schema_filled_with_rows_comes_up_to_date,
    processes_that_start_at_once_migrate_once,
    newer_schema_is_refused_and_left_alone,
    older_schema_is_not_read,
    changed_step_is_refused,
}

/// The folder itself, so that a file that the program forgot to name is noticed.
async fn steps(db: &Database) -> Migrator {
    let engine = if db.is_sqlite() { "sqlite" } else { "postgres" };
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
    Migrator::new(folder).await.unwrap()
}

async fn again(db: &Database, story: &str) -> Option<Database> {
    if db.is_sqlite() { Some(Database::sqlite()) } else { Database::postgres(story).await }
}

async fn every_schema_filled_with_rows_comes_up_to_date(first: Database) {
    let steps = steps(&first).await;
    let versions: Vec<i64> = steps.iter().map(|s| s.version).collect();
    assert_eq!(versions, ROWS.iter().map(|(version, _)| *version).collect::<Vec<_>>(), "rows for every step");
    for version in versions {
        let db = again(&first, "migrations").await.unwrap();
        for (filled, rows) in ROWS.iter().take_while(|(filled, _)| *filled <= version) {
            steps.run_to(*filled, &mut db.raw().await).await.unwrap();
            for sql in *rows {
                db.execute(sql).await.unwrap();
            }
        }
        everything_is_readable(&db.open().await).await;
    }
}

async fn everything_is_readable(store: &Store) {
    let backlog = store.backlog().await.unwrap();
    assert_eq!(backlog, Backlog { pending: 1, oldest_ms: Some(3), dead: 1 });
    let mut writer = store.write().await.unwrap();
    assert_eq!(writer.people().await.unwrap()[0].member.name, kees().member.name);
    assert_eq!(writer.groups().await.unwrap()[0].name, "Zwolle");
    assert_eq!(writer.grants().await.unwrap().len(), 1);
    assert_eq!(writer.mirror().await.unwrap().rooms[0].members.len(), 1);
    assert_eq!(writer.known_events(&["$1", "$9"]).await.unwrap().len(), 1);
    assert_eq!(writer.histories().await.unwrap().len(), 1);
    assert_eq!(writer.lease_events(9, 9, "w", 9).await.unwrap()[0].event_id, "$3");
    assert_eq!(writer.failed_effects(None).await.unwrap().len(), 1);
    assert_eq!(writer.lease_effects(9, 9, "w", 9).await.unwrap()[0].txn_id, "t1");
    assert!(writer.last_import().await.unwrap().is_some());
    assert_eq!(writer.setting("root").await.unwrap().as_deref(), Some("!root"));
    let text = Text { nl: "nl".into(), en: "en".into() };
    writer
        .append_audit(&AuditEntry::new(jiff::Timestamp::UNIX_EPOCH, Actor::Kring, "v", "c", text))
        .await
        .unwrap();
    assert_eq!(writer.verify_audit().await.unwrap(), None);
    writer.commit().await.unwrap();
}

async fn processes_that_start_at_once_migrate_once(db: Database) {
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let url = db.url();
            tokio::spawn(async move { Store::open(&url, Mode::ReadWrite).await.map(drop) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let sql = "SELECT count(*) FROM _sqlx_migrations";
    let count: i64 = sqlx::query(sql).fetch_one(&mut db.raw().await).await.unwrap().get(0);
    assert_eq!(count, i64::try_from(ROWS.len()).unwrap());
}

async fn newer_schema_is_refused_and_left_alone(db: Database) {
    db.open().await.close().await;
    db.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
    )
    .await
    .unwrap();
    let known = ROWS.last().unwrap().0;
    for mode in [Mode::ReadWrite, Mode::ReadOnly] {
        let error = Store::open(&db.url(), mode).await.unwrap_err();
        assert!(
            matches!(error, OpenError::NewerSchema { found: 9_999, known: k } if k == known),
            "{mode:?}: {error:?}"
        );
    }
    db.execute("DELETE FROM _sqlx_migrations WHERE version = 9999").await.unwrap();
    db.open().await;
}

async fn older_schema_is_not_read(db: Database) {
    db.execute("CREATE TABLE nothing_of_kring (id BIGINT)").await.unwrap();
    let error = Store::open(&db.url(), Mode::ReadOnly).await.unwrap_err();
    assert!(matches!(error, OpenError::OlderSchema { found: 0, .. }), "{error:?}");
}

async fn changed_step_is_refused(db: Database) {
    db.open().await.close().await;
    let other = if db.is_sqlite() { "x'00'" } else { "'\\x00'::bytea" };
    db.execute(&format!("UPDATE _sqlx_migrations SET checksum = {other}")).await.unwrap();
    let error = Store::open(&db.url(), Mode::ReadWrite).await.unwrap_err();
    assert_eq!(error.code(), "store-migration");
    assert!(error.to_string().contains("has been modified"), "{error}");
}
