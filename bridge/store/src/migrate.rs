//! The numbered steps from an empty database to today's, for both engines.

use std::borrow::Cow;

use sqlx::{
    AnyConnection, Connection as _, Row as _, SqlSafeStr as _,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use crate::{error::OpenError, url::Engine};

struct Step {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Every step, oldest first. A step that was released never changes: sqlx compares checksums.
const STEPS: &[Step] = &[
    Step {
        version: 1,
        name: "first",
        sqlite: include_str!("../migrations/sqlite/0001_first.sql"),
        postgres: include_str!("../migrations/postgres/0001_first.sql"),
    },
    Step {
        version: 2,
        name: "whole",
        sqlite: include_str!("../migrations/sqlite/0002_whole.sql"),
        postgres: include_str!("../migrations/postgres/0002_whole.sql"),
    },
    Step {
        version: 3,
        name: "lanes",
        sqlite: include_str!("../migrations/sqlite/0003_lanes.sql"),
        postgres: include_str!("../migrations/postgres/0003_lanes.sql"),
    },
    Step {
        version: 4,
        name: "inbox",
        sqlite: include_str!("../migrations/sqlite/0004_inbox.sql"),
        postgres: include_str!("../migrations/postgres/0004_inbox.sql"),
    },
];

/// The schema this program works with.
pub(crate) fn latest() -> i64 {
    STEPS.iter().map(|s| s.version).max().unwrap_or_default()
}

fn migrator(engine: Engine) -> Migrator {
    let step = |s: &Step| {
        let sql = match engine {
            Engine::Sqlite => s.sqlite,
            Engine::Postgres => s.postgres,
        };
        Migration::new(s.version, Cow::Borrowed(s.name), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(STEPS.iter().map(step).collect())
}

/// Brings the schema up to date. Two processes that start at once do it once: the second waits and finds it done.
pub(crate) async fn run(connection: &mut AnyConnection, engine: Engine) -> Result<(), MigrateError> {
    let steps = migrator(engine);
    match engine {
        // sqlx takes an advisory lock for the whole of it.
        Engine::Postgres => steps.run_direct(None, connection, false).await,
        // SQLite knows no such lock, so all of it is one transaction that holds the write lock from the start.
        Engine::Sqlite => {
            let mut all = connection.begin_with("BEGIN IMMEDIATE").await?;
            steps.run_direct(None, &mut *all, false).await?;
            Ok(all.commit().await?)
        }
    }
}

/// Whether the schema is the one this program works with, without changing anything.
pub(crate) async fn check(connection: &mut AnyConnection) -> Result<Result<(), OpenError>, sqlx::Error> {
    let known = latest();
    let found =
        match sqlx::query("SELECT max(version) AS version FROM _sqlx_migrations").fetch_one(connection).await
        {
            Ok(row) => row.try_get::<Option<i64>, _>("version")?.unwrap_or_default(),
            // No such table: nothing was ever migrated.
            Err(sqlx::Error::Database(e))
                if ["1", "42P01"].contains(&e.code().as_deref().unwrap_or_default()) =>
            {
                0
            }
            Err(error) => return Err(error),
        };
    Ok(match found.cmp(&known) {
        std::cmp::Ordering::Less => Err(OpenError::OlderSchema { found, known }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(OpenError::NewerSchema { found, known }),
    })
}
