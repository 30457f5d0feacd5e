use jiff::Timestamp;
use kring_core::{
    audit::{Actor, AuditEntry},
    text::Text,
};
use kring_store::{AuditChain, AuditFilter, Breach, BrokenLine, Store};
use sha2::{Digest as _, Sha256};

use crate::database::{Database, on_both};

on_both! {
    log_gives_the_newest_lines_that_match,
    log_is_asked_by_actor_verb_and_time,
    rows_are_what_the_hashes_are_about,
    log_refuses_to_be_changed,
    changed_log_shows,
    chain_that_was_written_anew_shows,
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

async fn log_is_asked_by_actor_verb_and_time(db: Database) {
    let store = db.open().await;
    let did = |n, actor, verb: &str| AuditEntry { actor, verb: verb.into(), ..line(n) };
    let (anna, bram) = (Actor::Member("m-anna".into()), Actor::Member("m-bram".into()));
    append(
        &store,
        &[
            did(1, anna.clone(), "invite"),
            did(2, bram.clone(), "invite"),
            did(3, Actor::Kring, "repair-remove"),
            did(4, Actor::Kring, "repair-join"),
            did(5, anna.clone(), "remove").with_member("m-bram".into()),
        ],
    )
    .await;
    let (all, at) = (AuditFilter::default, |n| Timestamp::from_second(n).unwrap());
    let cases = [
        ("an actor", all().by(anna.clone()), vec![5, 1]),
        ("who is done to is no actor", all().by(bram), vec![2]),
        ("a verb", all().of_verb("invite"), vec![2, 1]),
        ("no part of a verb", all().of_verb("invit"), vec![]),
        ("verbs that begin alike", all().of_verb("repair-*"), vec![4, 3]),
        ("the newest of them", all().of_verb("repair-*").limit(1), vec![4]),
        ("a time", all().since(at(2)).until(at(4)), vec![3, 2]),
        ("all of it", all().by(anna).of_verb("re*").of_member("m-bram".into()).since(at(5)), vec![5]),
    ];
    let mut reader = store.read().await.unwrap();
    for (story, filter, expected) in cases {
        let found: Vec<i64> = reader.audit(&filter).await.unwrap().iter().map(|r| r.seq).collect();
        assert_eq!(found, expected, "{story}");
    }
}

async fn rows_are_what_the_hashes_are_about(db: Database) {
    let store = db.open().await;
    append(&store, &[line(1), line(2), line(3)]).await;
    let mut reader = store.read().await.unwrap();
    let rows = reader.audit_rows(0).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(rows[0].previous, "");
    for pair in rows.windows(2) {
        assert_eq!(pair[1].previous, pair[0].hash);
    }
    let entry: AuditEntry = serde_json::from_str(&rows[1].entry).unwrap();
    assert_eq!(entry, line(2));
    assert_eq!(reader.audit_rows(2).await.unwrap(), rows[2..]);
    let chain = reader.walk_audit().await.unwrap();
    assert_eq!(chain, AuditChain { good: 3, last: rows[2].hash.clone(), broken: None });
    assert_eq!(reader.audit_hash(2).await.unwrap().as_ref(), Some(&rows[1].hash));
    assert_eq!(reader.audit_hash(4).await.unwrap(), None);
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
        ("the end was cut off", "DELETE FROM audit WHERE seq = 4", 4, Breach::Missing),
        (
            "a line was changed",
            "UPDATE audit SET entry = replace(entry, 'Kring', 'Kees'), hash = hash || '' WHERE seq = 3; \
          UPDATE audit SET entry = entry || ' ' WHERE seq = 3",
            3,
            Breach::Changed,
        ),
        ("a line was taken out", "DELETE FROM audit WHERE seq = 2", 2, Breach::Missing),
        (
            "a line was put before the first",
            "INSERT INTO audit (seq, at, entry, prev_hash, hash) VALUES (0, 0, '{}', '', '')",
            1,
            Breach::Added,
        ),
    ];
    for (story, sql, seq, what) in cases {
        db.execute(sql).await.unwrap();
        let mut reader = store.read().await.unwrap();
        assert_eq!(reader.walk_audit().await.unwrap().broken, Some(BrokenLine { seq, what }), "{story}");
        assert_eq!(reader.verify_audit().await.unwrap(), Some(seq), "{story}");
    }
}

/// Whoever can write the database can write a chain that follows; the head and a hash that was noted elsewhere show it.
async fn chain_that_was_written_anew_shows(db: Database) {
    let store = db.open().await;
    append(&store, &[line(1), line(2)]).await;
    let open = if db.is_sqlite() { "DROP TRIGGER audit_keeps" } else { "DROP TRIGGER audit_keeps ON audit" };
    db.execute(open).await.unwrap();
    let noted = store.read().await.unwrap().audit_hash(2).await.unwrap().unwrap();
    let forged = hex::encode(Sha256::digest(format!(
        "{}\n{{}}",
        store.read().await.unwrap().audit_hash(1).await.unwrap().unwrap()
    )));
    db.execute(&format!("UPDATE audit SET entry = '{{}}', hash = '{forged}' WHERE seq = 2")).await.unwrap();
    let chain = store.read().await.unwrap().walk_audit().await.unwrap();
    assert_eq!((chain.good, chain.broken), (2, Some(BrokenLine { seq: 2, what: Breach::Changed })));
    db.execute(&format!("UPDATE audit_head SET hash = '{forged}'")).await.unwrap();
    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.walk_audit().await.unwrap().broken, None, "the forger did it all");
    assert_ne!(reader.audit_hash(2).await.unwrap(), Some(noted), "what was noted elsewhere tells");
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
