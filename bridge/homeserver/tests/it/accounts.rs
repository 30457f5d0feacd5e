//! What [`AccountProvider`] promises, on Synapse.

use http::Method;
use kring_homeserver::{
    Account, AccountError, AccountProvider, Class, Creation, HomeserverOptions, NewAccount, SynapseAdmin,
    create_admin, shared_secret_is_set,
};
use ruma::OwnedUserId;
use serde_json::json;

use crate::synapse::{ADMIN_PASSWORD, SHARED_SECRET, Synapse, password_of, synapse_or_skip};

fn new(synapse: &Synapse, localpart: &str, email: &str) -> NewAccount {
    NewAccount {
        user_id: synapse.user(localpart),
        display_name: "Kees van den Heuvel".to_owned(),
        email: Some(email.to_owned()),
        password: Some(password_of(localpart).into()),
    }
}

#[tokio::test]
async fn new_account_logs_in_with_address_and_password() {
    let synapse = synapse_or_skip!();
    let admin = synapse.admin().await;
    let kees = new(synapse, "reiger-wilg-88", "kees@example.org");
    assert_eq!(admin.create(&kees).await.unwrap(), Creation::Created);
    let expected = Account {
        user_id: kees.user_id.clone(),
        display_name: Some("Kees van den Heuvel".to_owned()),
        emails: vec!["kees@example.org".to_owned()],
        suspended: false,
        locked: false,
        deactivated: false,
        admin: false,
    };
    assert_eq!(admin.account(&kees.user_id).await.unwrap(), Some(expected));
    let by_address = json!({ "type": "m.id.thirdparty", "medium": "email", "address": "kees@example.org" });
    let (status, body) = synapse.log_in(by_address, &password_of("reiger-wilg-88")).await;
    assert_eq!((status, &body["user_id"]), (200, &json!(kees.user_id)), "{body}");
}

#[tokio::test]
async fn account_made_twice_is_one_account() {
    let synapse = synapse_or_skip!();
    let admin = synapse.admin().await;
    let uil = new(synapse, "uil-den-5", "uil@example.org");
    assert_eq!(admin.create(&uil).await.unwrap(), Creation::Created);
    let token = synapse.token_of(&uil.user_id).await;
    assert_eq!(admin.create(&uil).await.unwrap(), Creation::Existed);
    let (status, _) = synapse.client(Method::GET, "account/whoami", Some(&token), None).await;
    assert_eq!(status, 200, "the second attempt logged nobody out");

    let other = new(synapse, "uil-den-5", "iemand-anders@example.org");
    let error = admin.create(&other).await.unwrap_err();
    assert!(matches!(&error, AccountError::UserIdTaken(user) if *user == uil.user_id), "{error}");
    assert_eq!(admin.find_by_email("iemand-anders@example.org").await.unwrap(), None);
}

/// Synapse itself would move the address to the newcomer and say nothing.
#[tokio::test]
async fn address_is_not_taken_from_the_account_that_has_it() {
    let synapse = synapse_or_skip!();
    let admin = synapse.admin().await;
    let first = new(synapse, "gans-es-1", "gedeeld@example.org");
    admin.create(&first).await.unwrap();
    let second = new(synapse, "gans-es-2", "gedeeld@example.org");
    let taken =
        |error: AccountError| matches!(error, AccountError::AddressTaken { by } if by == first.user_id);

    assert!(taken(admin.create(&second).await.unwrap_err()));
    assert_eq!(admin.account(&second.user_id).await.unwrap(), None, "nothing was made");
    admin.create(&NewAccount { email: None, ..second.clone() }).await.unwrap();
    assert!(taken(admin.set_email(&second.user_id, Some("gedeeld@example.org")).await.unwrap_err()));
    assert_eq!(admin.find_by_email("gedeeld@example.org").await.unwrap(), Some(first.user_id.clone()));

    admin.set_email(&first.user_id, None).await.unwrap();
    admin.set_email(&second.user_id, Some("gedeeld@example.org")).await.unwrap();
    assert_eq!(admin.find_by_email("gedeeld@example.org").await.unwrap(), Some(second.user_id));
    assert_eq!(admin.account(&first.user_id).await.unwrap().unwrap().emails, [] as [&str; 0]);
}

#[tokio::test]
async fn suspended_person_reads_and_does_nothing_else() {
    let synapse = synapse_or_skip!();
    let admin = synapse.admin().await;
    let user = synapse.person("kievit-berk-9").await;
    let token = synapse.token_of(&user).await;
    let create = async || synapse.client(Method::POST, "createRoom", Some(&token), Some(json!({}))).await;
    for _ in 0..2 {
        admin.suspend(&user, true).await.unwrap();
    }
    assert!(admin.account(&user).await.unwrap().unwrap().suspended);
    let (status, body) = create().await;
    assert_eq!((status, &body["errcode"]), (403, &json!("M_USER_SUSPENDED")));
    assert_eq!(synapse.client(Method::GET, "joined_rooms", Some(&token), None).await.0, 200);
    admin.suspend(&user, false).await.unwrap();
    assert_eq!(create().await.0, 200);
}

#[tokio::test]
async fn locked_person_can_do_nothing_until_unlocked() {
    let synapse = synapse_or_skip!();
    let admin = synapse.admin().await;
    let user = synapse.person("ekster-vlier-4").await;
    let token = synapse.token_of(&user).await;
    let whoami = async || synapse.client(Method::GET, "account/whoami", Some(&token), None).await;
    for _ in 0..2 {
        admin.lock(&user, true).await.unwrap();
    }
    assert!(admin.account(&user).await.unwrap().unwrap().locked);
    let (status, body) = whoami().await;
    assert_eq!((status, &body["errcode"]), (401, &json!("M_USER_LOCKED")));
    admin.lock(&user, false).await.unwrap();
    assert_eq!(whoami().await.0, 200, "the session is still there");
}

#[tokio::test]
async fn sessions_end_at_once() {
    let synapse = synapse_or_skip!();
    let admin = synapse.admin().await;
    let user = synapse.person("roodborst-hazel-6").await;
    let token = synapse.token_of(&user).await;
    for _ in 0..2 {
        admin.end_sessions(&user).await.unwrap();
    }
    let (status, body) = synapse.client(Method::GET, "account/whoami", Some(&token), None).await;
    assert_eq!((status, &body["errcode"]), (401, &json!("M_UNKNOWN_TOKEN")));
    assert!(!synapse.token_of(&user).await.is_empty(), "the person can log in again");
}

#[tokio::test]
async fn new_password_replaces_the_old_one() {
    let synapse = synapse_or_skip!();
    let admin = synapse.admin().await;
    let user = synapse.person("spreeuw-spar-2").await;
    admin.set_password(&user, &"een ander wachtwoord".into(), true).await.unwrap();
    admin.set_display_name(&user, "Spreeuw").await.unwrap();
    let identifier = json!({ "type": "m.id.user", "user": user });
    assert_eq!(synapse.log_in(identifier.clone(), &password_of("spreeuw-spar-2")).await.0, 403);
    assert_eq!(synapse.log_in(identifier, "een ander wachtwoord").await.0, 200);
    let account = admin.account(&user).await.unwrap().unwrap();
    assert_eq!(account.display_name.as_deref(), Some("Spreeuw"));
}

#[tokio::test]
async fn ended_account_frees_its_address_and_keeps_its_user_id() {
    let synapse = synapse_or_skip!();
    let admin = synapse.admin().await;
    let gone = new(synapse, "zwaluw-iep-7", "weg@example.org");
    admin.create(&gone).await.unwrap();
    for _ in 0..2 {
        admin.deactivate(&gone.user_id, true).await.unwrap();
    }
    assert!(admin.account(&gone.user_id).await.unwrap().unwrap().deactivated);
    assert_eq!(admin.find_by_email("weg@example.org").await.unwrap(), None);
    let error = admin.create(&gone).await.unwrap_err();
    assert!(matches!(error, AccountError::UserIdTaken(_)), "{error}");
}

#[tokio::test]
async fn nobody_is_made_by_changing_somebody_who_is_not_there() {
    let synapse = synapse_or_skip!();
    let admin = synapse.admin().await;
    let user = synapse.user("niemand-hier-0");
    let results = [
        ("name", admin.set_display_name(&user, "Niemand").await),
        ("password", admin.set_password(&user, &"x".into(), false).await),
        ("address", admin.set_email(&user, Some("niemand@example.org")).await),
        ("suspend", admin.suspend(&user, true).await),
        ("lock", admin.lock(&user, true).await),
        ("deactivate", admin.deactivate(&user, false).await),
        ("sessions", admin.end_sessions(&user).await),
    ];
    for (what, result) in results {
        assert!(
            matches!(result, Err(AccountError::NoSuchAccount(ref u)) if *u == user),
            "{what}: {result:?}"
        );
    }
    assert_eq!(admin.account(&user).await.unwrap(), None);
}

#[tokio::test]
async fn admin_api_is_for_the_administrator_only() {
    let synapse = synapse_or_skip!();
    synapse.admin().await.check().await.unwrap();
    let person = synapse.person("koolmees-beuk-3").await;
    let cases = [
        ("nobody's token".to_owned(), Class::Unauthorized),
        (synapse.token_of(&person).await, Class::Forbidden),
    ];
    for (token, class) in cases {
        let admin = SynapseAdmin::new(&synapse.base, token.into(), &HomeserverOptions::default()).unwrap();
        assert_eq!(admin.check().await.unwrap_err().class(), class);
    }
}

#[tokio::test]
async fn administrator_is_made_once_and_only_with_the_shared_secret() {
    let synapse = synapse_or_skip!();
    let make = async |secret: &str| {
        let (secret, password) = (secret.into(), ADMIN_PASSWORD.into());
        create_admin(&synapse.base, &secret, "kring-admin", &password, &HomeserverOptions::default()).await
    };
    assert!(shared_secret_is_set(&synapse.base, &HomeserverOptions::default()).await.unwrap());
    assert_eq!(make("another secret").await.unwrap_err().class(), Class::Forbidden);
    let made = make(SHARED_SECRET).await.unwrap();
    let expected: OwnedUserId = synapse.user("kring-admin");
    assert_eq!(made.user_id, expected);
    assert!(synapse.admin().await.account(&expected).await.unwrap().unwrap().admin);
    assert_eq!(make(SHARED_SECRET).await.unwrap_err().class(), Class::InUse);
}
