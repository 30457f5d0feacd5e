use jiff::Timestamp;
use kring_core::{
    audit::{Actor, AuditEntry},
    text::Text,
};
use kring_store::{AuditFilter, Store};

use crate::database::{Database, on_both};

on_both! {
    log_gives_the_newest_lines_that_match,
    log_refuses_to_be_changed,
    changed_log_shows,
    lines_added_at_once_make_one_chain,
}

fn line(n: i64) -> AuditEntry {
    let text = Text { nl: "Weg uit de groep.".into(), en: "Out of the group.".into() };
    AuditEntry::new(
        Timestamp::from_second(n).unwrap(),
        Actor::Kring,
        "member.removed",
        "membership-ended",
        text,
    )
}

async fn append(store: &Store, entries: &[AuditEntry]) {
    let mut writer = store.write().await.unwrap();
    for entry in entries {
        writer.append_audit(entry).await.unwrap();
    }
    writer.commit().await.unwrap();
}

async fn log_gives_the_newest_lines_that_match(db: Database) {
    let store = db.open().await;
    let (kees, utrecht) = ("m-kees", "afdeling/utrecht");
    append(
        &store,
        &[
            line(1).with_member(kees.into()).with_group(utrecht.parse().unwrap()).with_detail("rooms", 4),
            line(2).with_member("m-2".into()).with_place("afdeling/utrecht#space".parse().unwrap()),
            line(3).with_member(kees.into()),
            line(4),
        ],
    )
    .await;
    let all = AuditFilter::default;
    let cases = [
        ("everything", all(), vec![4, 3, 2, 1]),
        ("a person", all().of_member(kees.into()), vec![3, 1]),
        ("a group", all().of_group(utrecht.parse().unwrap()), vec![2, 1]),
        ("both", all().of_member(kees.into()).of_group(utrecht.parse().unwrap()).limit(1), vec![1]),
        ("lately", all().since(Timestamp::from_second(3).unwrap()), vec![4, 3]),
        ("the last two", all().limit(2), vec![4, 3]),
        ("nobody", all().of_member("m-9".into()), vec![]),
    ];
    let mut reader = store.read().await.unwrap();
    for (story, filter, expected) in cases {
        let found: Vec<i64> = reader.audit(&filter).await.unwrap().iter().map(|r| r.seq).collect();
        assert_eq!(found, expected, "{story}");
    }
    let first = reader.audit(&all().of_member(kees.into())).await.unwrap().remove(1).entry;
    assert_eq!(
        first,
        line(1).with_member(kees.into()).with_group(utrecht.parse().unwrap()).with_detail("rooms", 4)
    );
}

async fn log_refuses_to_be_changed(db: Database) {
    let store = db.open().await;
    append(&store, &[line(1)]).await;
    for sql in ["UPDATE audit SET entry = '{}'", "DELETE FROM audit"] {
        let error = db.execute(sql).await.unwrap_err();
        assert!(error.contains("the audit log is append-only"), "{error}");
    }
    assert_eq!(store.read().await.unwrap().verify_audit().await.unwrap(), None);
}

async fn changed_log_shows(db: Database) {
    let store = db.open().await;
    append(&store, &[line(1), line(2), line(3), line(4)]).await;
    let open = if db.is_sqlite() {
        "DROP TRIGGER audit_keeps; DROP TRIGGER audit_stays"
    } else {
        "DROP TRIGGER audit_keeps ON audit"
    };
    db.execute(open).await.unwrap();
    let cases = [
        ("the end was cut off", "DELETE FROM audit WHERE seq = 4", 4),
        (
            "a line was changed",
            "UPDATE audit SET entry = replace(entry, 'Kring', 'Kees'), hash = hash || '' WHERE seq = 3; \
          UPDATE audit SET entry = entry || ' ' WHERE seq = 3",
            3,
        ),
        ("a line was taken out", "DELETE FROM audit WHERE seq = 2", 2),
    ];
    for (story, sql, broken) in cases {
        db.execute(sql).await.unwrap();
        assert_eq!(store.read().await.unwrap().verify_audit().await.unwrap(), Some(broken), "{story}");
    }
}

async fn lines_added_at_once_make_one_chain(db: Database) {
    let store = db.open().await;
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { append(&store, &[line(n)]).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.verify_audit().await.unwrap(), None);
    assert_eq!(reader.audit(&AuditFilter::default()).await.unwrap().len(), 20);
}
