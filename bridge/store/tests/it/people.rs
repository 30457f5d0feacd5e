use std::sync::Arc;

use kring_store::StoreError;

use crate::{
    cast::{attributes, kees, person, user},
    database::{Database, on_both},
};

on_both! {
    person_comes_back_as_stored,
    changed_person_replaces_the_old_one_and_keeps_the_account,
    account_belongs_to_one_person,
    people_who_share_an_address_are_all_found,
    twenty_six_hundred_people_share_equal_texts,
    unreadable_row_is_named,
}

async fn person_comes_back_as_stored(db: Database) {
    let store = db.open().await;
    let (kees, nobody) = (kees(), person("m-2", "43"));
    let mut writer = store.write().await.unwrap();
    writer.put_person(&kees).await.unwrap();
    writer.put_person(&nobody).await.unwrap();
    writer.commit().await.unwrap();

    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.people().await.unwrap(), [nobody.clone(), kees.clone()]);
    assert_eq!(reader.person(&kees.member.id).await.unwrap(), Some(kees.clone()));
    assert_eq!(reader.person_by_number(&"0042".into()).await.unwrap(), Some(kees.clone()));
    assert_eq!(reader.person_by_number(&"42".into()).await.unwrap(), None, "leading zeros count");
    assert_eq!(reader.people_by_email("kees@example.org").await.unwrap(), std::slice::from_ref(&kees));
    assert_eq!(reader.person_by_user_id(&user("@merel-beuk-482:example.org")).await.unwrap(), Some(kees));
    assert_eq!(reader.person(&"m-3".into()).await.unwrap(), None);
}

async fn changed_person_replaces_the_old_one_and_keeps_the_account(db: Database) {
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    writer.put_person(&kees()).await.unwrap();
    let mut moved = kees();
    moved.member.attributes = attributes(&[("afdeling", &["Bergen"])]);
    moved.member.email = None;
    moved.removed_on = Some("2026-07-01".parse().unwrap());
    let mut as_imported = moved.clone();
    as_imported.user_id = None;
    writer.put_person(&as_imported).await.unwrap();
    assert_eq!(writer.people().await.unwrap(), [moved]);
    assert!(writer.unbind_account(&kees().member.id).await.unwrap());
    assert_eq!(writer.people().await.unwrap(), [as_imported]);
}

async fn account_belongs_to_one_person(db: Database) {
    let store = db.open().await;
    let account = user("@merel-beuk-482:example.org");
    let mut writer = store.write().await.unwrap();
    writer.put_people(&[person("m-1", "1"), person("m-2", "2")]).await.unwrap();
    assert!(writer.bind_account(&"m-1".into(), &account).await.unwrap());
    assert!(!writer.bind_account(&"m-9".into(), &user("@das-eik-1:example.org")).await.unwrap(), "nobody");
    writer.commit().await.unwrap();

    let mut writer = store.write().await.unwrap();
    let error = writer.bind_account(&"m-2".into(), &account).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
    assert!(!error.heals());
    drop(writer);

    let mut reader = store.read().await.unwrap();
    assert_eq!(reader.person_by_user_id(&account).await.unwrap().unwrap().member.id, "m-1".into());
}

async fn people_who_share_an_address_are_all_found(db: Database) {
    let store = db.open().await;
    let mut couple = [person("m-2", "2"), person("m-1", "1")];
    for person in &mut couple {
        person.member.email = Some("samen@example.org".into());
    }
    let mut writer = store.write().await.unwrap();
    writer.put_people(&couple).await.unwrap();
    let found = writer.people_by_email("samen@example.org").await.unwrap();
    assert_eq!(found.iter().map(|p| p.member.id.as_str()).collect::<Vec<_>>(), ["m-1", "m-2"]);
}

async fn twenty_six_hundred_people_share_equal_texts(db: Database) {
    let store = db.open().await;
    let many: Vec<_> = (0..2_600)
        .map(|n| {
            let mut person = person(&format!("m-{n:05}"), &n.to_string());
            person.member.attributes =
                attributes(&[("afdeling", &["Zwolle"]), ("functies", &[&format!("f{}", n % 7)])]);
            person
        })
        .collect();
    let mut writer = store.write().await.unwrap();
    writer.put_people(&many).await.unwrap();
    writer.commit().await.unwrap();

    let people = store.read().await.unwrap().people().await.unwrap();
    assert_eq!(people, many);
    let branch = |n: usize| Arc::clone(&people[n].member.attributes.get("afdeling")[0]);
    assert!(Arc::ptr_eq(&branch(0), &branch(1)), "also between people whose other attributes differ");
}

async fn unreadable_row_is_named(db: Database) {
    let store = db.open().await;
    let mut writer = store.write().await.unwrap();
    writer.put_person(&kees()).await.unwrap();
    writer.commit().await.unwrap();
    let cases = [
        ("attributes = '{'", "column attributes is not readable (wrong JSON)"),
        ("attributes = '[]', source = 'kees@example.org'", "column source is not readable (unknown word)"),
        ("source = 'invitation', since = 'kees@example.org'", "column since is not readable (wrong form)"),
    ];
    for (change, reason) in cases {
        db.execute(&format!("UPDATE people SET {change}")).await.unwrap();
        let error = store.read().await.unwrap().people().await.unwrap_err().to_string();
        assert!(error.starts_with("table people, row m-kees: ") && error.contains(reason), "{error}");
        assert!(!error.contains("example.org"), "no personal data: {error}");
    }
}
