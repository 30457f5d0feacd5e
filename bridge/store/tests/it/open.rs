use std::path::Path;

use kring_store::{Mode, OpenError, Store, StoreUrl};

use crate::{cast::kees, database::Database};

async fn refused(url: &StoreUrl, mode: Mode) -> OpenError {
    Store::open(url, mode).await.expect_err("it must not open")
}

#[tokio::test]
async fn wrong_sqlite_paths_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("letter.txt"), "Beste Kees,\n".repeat(500)).unwrap();
    let cases: [(&str, &Path, Mode, &str); 5] = [
        ("a folder", folder.path(), Mode::ReadWrite, "store-cannot-open"),
        ("no folder", &at("none/kring.db"), Mode::ReadWrite, "store-cannot-open"),
        ("nothing to read", &at("none.db"), Mode::ReadOnly, "store-missing"),
        ("a letter", &at("letter.txt"), Mode::ReadWrite, "store-not-a-database"),
        ("a letter to read", &at("letter.txt"), Mode::ReadOnly, "store-not-a-database"),
    ];
    for (story, path, mode, code) in cases {
        let error = refused(&StoreUrl::sqlite(path), mode).await;
        assert_eq!(error.code(), code, "{story}: {error}");
        assert!(error.to_string().contains(&path.display().to_string()), "{story}: {error}");
    }
    assert!(!at("none.db").exists(), "a refused opening makes nothing");
    assert_eq!(
        std::fs::read_to_string(at("letter.txt")).unwrap().lines().count(),
        500,
        "and changes nothing"
    );
}

#[tokio::test]
async fn database_of_somebody_else_is_left_alone() {
    let db = Database::sqlite();
    db.execute("CREATE TABLE people (name TEXT)").await.unwrap();
    let error = refused(&db.url(), Mode::ReadWrite).await;
    assert_eq!(error.code(), "store-migration", "{error}");
    db.execute("INSERT INTO people VALUES ('Kees')").await.unwrap();
    assert!(db.execute("SELECT * FROM grants").await.is_err(), "nothing was added");
}

#[tokio::test]
async fn file_is_for_this_user_alone_and_odd_names_work() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Ons IVN 100% #1 é.db");
    let store = Store::open(&StoreUrl::sqlite(&path), Mode::ReadWrite).await.unwrap();
    let mut writer = store.write().await.unwrap();
    writer.put_person(&kees()).await.unwrap();
    writer.commit().await.unwrap();
    store.receive("1", 1, 1, "{}").await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
    assert_eq!(
        files.len(),
        6,
        "the database and the inbox, each with its log and the log's index: {files:?}"
    );
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
    store.close().await;
    assert!(store.read().await.is_err_and(|e| e.heals()));
    let again = Store::open(&StoreUrl::sqlite(&path), Mode::ReadOnly).await.unwrap();
    assert_eq!(again.read().await.unwrap().people().await.unwrap(), [kees()]);
}

#[tokio::test]
async fn unreachable_server_is_named_without_its_password() {
    let cases = [
        "postgres://kring:geheim@127.0.0.1:1/kring",
        "postgres:///kring?host=%2Fnowhere&user=kring&password=geheim",
        "postgres://kring:geheim@127.0.0.1:1/kring?sslmode=geheim",
    ];
    for text in cases {
        let error = refused(&text.parse().unwrap(), Mode::ReadWrite).await;
        assert_eq!(error.code(), "store-cannot-connect", "{error}");
        assert!(!format!("{error} {error:?}").contains("kring:geheim"), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("password=geheim"), "{error:?}");
    }
}

#[tokio::test]
async fn wrong_database_name_is_said() {
    let Some(db) = Database::postgres("open::wrong_database_name_is_said").await else { return };
    let wrong = db.address.replace("/story_", "/nowhere_");
    let error = refused(&wrong.parse().unwrap(), Mode::ReadWrite).await;
    assert_eq!(error.code(), "store-cannot-connect");
    assert!(error.to_string().contains("does not exist"), "{error}");
}
