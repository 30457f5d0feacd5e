//! A database for one story, and the macro that runs a story on both engines.

use std::sync::atomic::{AtomicU32, Ordering};

use kring_store::{Mode, Store, StoreUrl};
use sqlx::{AnyConnection, Connection as _, Executor as _};
use tempfile::TempDir;

use crate::postgres;

/// An empty database; it goes when this does.
pub(crate) struct Database {
    /// As an operator would write it.
    pub(crate) address: String,
    folder: Option<TempDir>,
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("kring.db").display());
        Self { address, folder: Some(folder) }
    }

    /// `None` where there is no PostgreSQL.
    pub(crate) async fn postgres(story: &str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let socket = postgres::socket(story)?;
        let address =
            |name: &str| format!("postgresql:///{name}?host={}&user=postgres", socket.replace('/', "%2F"));
        let name = format!("story_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut server = raw(&address("postgres")).await;
        server.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        Some(Self { address: address(&name), folder: None })
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.folder.is_some()
    }

    pub(crate) fn url(&self) -> StoreUrl {
        self.address.parse().unwrap()
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url(), Mode::ReadWrite).await.unwrap()
    }

    /// A connection behind Kring's back.
    pub(crate) async fn raw(&self) -> AnyConnection {
        raw(&self.address).await
    }

    /// Statements behind Kring's back.
    pub(crate) async fn execute(&self, sql: &str) -> Result<(), String> {
        Self::execute_on(self.raw().await, sql).await
    }

    /// The disk gives something else back for a large transaction in the inbox.
    pub(crate) async fn damage_inbox(&self) {
        let (address, bytes) = if self.is_sqlite() {
            (format!("{}-inbox", self.address), "x'00'")
        } else {
            (self.address.clone(), "'\\x00'")
        };
        let sql = format!("UPDATE inbox SET body = {bytes} WHERE size > 5000");
        Self::execute_on(raw(&address).await, &sql).await.unwrap();
    }

    async fn execute_on(mut connection: AnyConnection, sql: &str) -> Result<(), String> {
        connection.execute(sqlx::AssertSqlSafe(sql.to_owned())).await.map(drop).map_err(|e| e.to_string())
    }
}

async fn raw(address: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    let address = address.replacen("sqlite:/", "sqlite:///", 1);
    let address = if address.starts_with("sqlite") { format!("{address}?mode=rwc") } else { address };
    AnyConnection::connect(&address).await.unwrap()
}

/// Makes each story, an `async fn(Database)`, a test on SQLite and a test on PostgreSQL.
macro_rules! on_both {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(crate::database::Database::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let name = concat!(module_path!(), "::", stringify!($story));
                if let Some(database) = crate::database::Database::postgres(name).await {
                    super::$story(database).await;
                }
            })+
        }
    };
}
pub(crate) use on_both;
