use jiff::{SignedDuration, Timestamp};
use kring_store::ImportRecord;
use serde_json::json;

use crate::{
    cast::{room, user},
    database::{Database, on_both},
};

on_both! {
    last_import_is_remembered,
    setting_is_replaced_and_removed,
    repairs_are_counted_within_the_window,
}

async fn last_import_is_remembered(db: Database) {
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    assert_eq!(writer.last_import().await.unwrap(), None);
    let import = |n: i64| ImportRecord {
        at: Timestamp::from_second(n).unwrap(),
        sha256: format!("{n:064}"),
        counts: json!({"rows": n}),
        records: Some(json!(["line"])),
    };
    for n in [2, 1] {
        writer.put_import(&import(n)).await.unwrap();
        assert_eq!(
            writer.last_import().await.unwrap(),
            Some(import(n)),
            "the last one accepted, not the newest"
        );
    }
}

async fn setting_is_replaced_and_removed(db: Database) {
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    assert_eq!(writer.setting("root").await.unwrap(), None);
    for value in ["!a", "!b"] {
        writer.put_setting("root", value).await.unwrap();
        assert_eq!(writer.setting("root").await.unwrap().as_deref(), Some(value));
    }
    assert!(writer.remove_setting("root").await.unwrap());
    assert!(!writer.remove_setting("root").await.unwrap());
    assert_eq!(writer.setting("root").await.unwrap(), None);
}

async fn repairs_are_counted_within_the_window(db: Database) {
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    let (kees, das) = (user("@merel-beuk-482:example.org"), user("@das-eik-1:example.org"));
    let minute = SignedDuration::from_mins(1);
    let cases =
        [(&kees, 0, 1), (&kees, 30, 2), (&das, 40, 1), (&kees, 60, 3), (&kees, 61, 3), (&kees, 200, 1)];
    for (who, second, count) in cases {
        let at = Timestamp::from_second(second).unwrap();
        assert_eq!(
            writer.note_repair(&room("!a"), who, at, minute).await.unwrap(),
            count,
            "{who} at {second} s"
        );
    }
    let at = Timestamp::from_second(200).unwrap();
    assert_eq!(writer.note_repair(&room("!b"), &kees, at, minute).await.unwrap(), 1, "another room");
}
