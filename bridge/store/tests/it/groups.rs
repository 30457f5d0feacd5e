use kring_core::{
    group::{Grant, GroupRecord, GroupSettings, Role},
    ids::GroupKey,
};
use kring_store::StoreError;

use crate::{
    cast::person,
    database::{Database, on_both},
};

on_both! {
    group_comes_back_as_stored_and_keeps_its_key,
    grant_is_replaced_and_taken_back,
    grant_needs_a_person,
}

fn key(text: &str) -> GroupKey {
    text.parse().unwrap()
}

async fn group_comes_back_as_stored_and_keeps_its_key(db: Database) {
    let store = db.open().await;
    let mut bergen = GroupRecord {
        key: key("afdeling/limburg/bergen"),
        template: "afdeling".into(),
        values: [("afdeling".into(), "Bergen".into()), ("regio".into(), "Limburg".into())].into(),
        name: "Bergen (L)".into(),
        parents: vec![key("regio/limburg"), key("provincie/limburg")],
        settings: GroupSettings {
            admits: Some(vec!["extern".into()]),
            topic: Some("Alles over 'n dassenburcht".into()),
            read_only: Some(true),
            join: Some(kring_core::group::JoinWish::Knock),
            ends_on: Some(jiff::civil::date(2027, 1, 31)),
        },
        archived: false,
    };
    let mut writer = store.write().await.unwrap();
    writer.put_group(&bergen).await.unwrap();
    bergen.name = "Bergen aan de Maas".into();
    bergen.archived = true;
    writer.put_group(&bergen).await.unwrap();
    writer.commit().await.unwrap();

    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.groups().await.unwrap(), std::slice::from_ref(&bergen));
    assert_eq!(reader.group(&bergen.key).await.unwrap(), Some(bergen));
    assert_eq!(reader.group(&key("afdeling/bergen")).await.unwrap(), None);
}

async fn grant_is_replaced_and_taken_back(db: Database) {
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    writer.put_people(&[person("m-1", "1"), person("m-2", "2")]).await.unwrap();
    let mut grant = Grant {
        group: key("werkgroep/paddenwacht"),
        member: "m-1".into(),
        role: Role::Admin,
        until: None,
        by: None,
    };
    writer.put_grant(&grant).await.unwrap();
    grant.until = Some("2026-12-31T23:00:00Z".parse().unwrap());
    grant.by = Some("m-2".into());
    writer.put_grant(&grant).await.unwrap();
    let member = Grant { role: Role::Member, ..grant.clone() };
    writer.put_grant(&member).await.unwrap();
    assert_eq!(writer.grants().await.unwrap(), [grant.clone(), member.clone()]);

    assert!(writer.remove_grant(&grant.group, &grant.member, Role::Admin).await.unwrap());
    assert!(!writer.remove_grant(&grant.group, &grant.member, Role::Admin).await.unwrap());
    assert_eq!(writer.grants().await.unwrap(), [member]);
}

async fn grant_needs_a_person(db: Database) {
    let store = db.open().await;
    let grant =
        Grant { group: key("werkgroep/x"), member: "m-9".into(), role: Role::Member, until: None, by: None };
    let error = store.write().await.unwrap().put_grant(&grant).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
}
