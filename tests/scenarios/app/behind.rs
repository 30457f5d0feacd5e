//! Behind the bridge's back: what another program may do to its database, and what the database itself saw.

use sqlx::{
    AnyConnection, AssertSqlSafe, ConnectOptions as _, Executor as _, Row as _,
    any::{AnyConnectOptions, AnyRow},
};

use crate::scene::Scene;

/// Writes down each event that is finished, in the transaction that finishes it.
const SEEN_SQLITE: &str = "
    CREATE TABLE finished (n INTEGER PRIMARY KEY, event_id TEXT NOT NULL, room_id TEXT NOT NULL, state BIGINT NOT NULL);
    CREATE TRIGGER finishing AFTER UPDATE OF state ON events WHEN old.state = 0 AND new.state <> 0 BEGIN
        INSERT INTO finished (event_id, room_id, state) VALUES (new.event_id, new.room_id, new.state);
    END;";

const SEEN_POSTGRES: &str = "
    CREATE TABLE finished (n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id TEXT NOT NULL, room_id TEXT NOT NULL, state BIGINT NOT NULL,
        seq BIGINT NOT NULL, txn BIGINT NOT NULL DEFAULT txid_current());
    CREATE FUNCTION finishing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO finished (event_id, room_id, state, seq) VALUES (new.event_id, new.room_id, new.state, new.seq);
        RETURN new;
    END $$;
    CREATE TRIGGER finishing AFTER UPDATE OF state ON events FOR EACH ROW
        WHEN (old.state = 0 AND new.state <> 0) EXECUTE FUNCTION finishing();";

const SQLITE_ORDER: &str = "SELECT event_id, room_id, state FROM finished ORDER BY n";

/// Several events of one transaction are finished by one statement, which PostgreSQL carries out in the order in which the
/// rows happen to lie: a row that was leased lies behind one that was not.
const POSTGRES_ORDER: &str =
    "SELECT event_id, room_id, state FROM finished ORDER BY min(n) OVER (PARTITION BY txn), seq";

/// Every connection to this database but our own.
const CUT: &str = "SELECT count(pg_terminate_backend(pid, 2000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// A connection that Kring knows nothing of.
pub(crate) struct Behind {
    connection: AnyConnection,
    sqlite: bool,
}

impl Behind {
    pub(crate) async fn of(scene: &Scene) -> Self {
        sqlx::any::install_default_drivers();
        let sqlite = scene.database.path();
        let address = match (sqlite, scene.database_address()) {
            (Some(path), _) => format!("sqlite://{}", path.display()),
            (None, Some(address)) => address.to_owned(),
            (None, None) => panic!("a database is one or the other"),
        };
        let options = AnyConnectOptions::from_url(&address.parse().expect("an address")).expect("an address");
        Self { connection: options.connect().await.expect("the database opens"), sqlite: sqlite.is_some() }
    }

    /// From now on the database writes down which events were finished, in which order.
    pub(crate) async fn watch(&mut self) {
        let sql = if self.sqlite { SEEN_SQLITE } else { SEEN_POSTGRES };
        self.execute(sql).await;
    }

    /// Takes the database away: on SQLite another program holds the write lock until [`Behind::give_back`], on PostgreSQL
    /// all connections end.
    pub(crate) async fn take_away(&mut self) {
        if !self.sqlite {
            return self.execute(CUT).await;
        }
        // A transaction of Kring's that is under way ends first.
        while self.connection.execute("BEGIN IMMEDIATE").await.is_err() {}
    }

    pub(crate) async fn give_back(&mut self) {
        if self.sqlite {
            self.execute("ROLLBACK").await;
        }
    }

    /// The events that were finished: id, room and whether they were handled (and not given up), in that order.
    pub(crate) async fn finished(&mut self) -> Vec<(String, String, bool)> {
        let order = if self.sqlite { SQLITE_ORDER } else { POSTGRES_ORDER };
        let rows = self.rows(order).await;
        rows.iter().map(|r| (r.get("event_id"), r.get("room_id"), r.get::<i64, _>("state") == 1)).collect()
    }

    /// Every effect that was ever asked for: kind and payload.
    pub(crate) async fn effects(&mut self) -> Vec<(String, serde_json::Value)> {
        let rows = self.rows("SELECT kind, payload FROM outbox ORDER BY id").await;
        let payload = |row: &AnyRow| serde_json::from_str(row.get("payload")).expect("JSON");
        rows.iter().map(|row| (row.get("kind"), payload(row))).collect()
    }

    /// From now on whoever asks for people waits (PostgreSQL).
    pub(crate) async fn hide_people(&mut self) {
        self.execute("BEGIN; LOCK TABLE people IN ACCESS EXCLUSIVE MODE").await;
    }

    pub(crate) async fn show_people(&mut self) {
        self.execute("ROLLBACK").await;
    }

    /// Whether a connection waits for a lock that another one holds (PostgreSQL).
    pub(crate) async fn somebody_waits(&mut self) -> bool {
        let waiting = "SELECT count(*) AS n FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        self.rows(waiting).await.iter().any(|row| row.get::<i64, _>("n") > 0)
    }

    pub(crate) async fn cut_who_waits(&mut self) {
        self.execute(
            "SELECT count(pg_terminate_backend(pid, 2000)) FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .await;
    }

    async fn rows(&mut self, sql: &'static str) -> Vec<AnyRow> {
        self.connection.fetch_all(sql).await.expect("a question that the database answers")
    }

    async fn execute(&mut self, sql: &'static str) {
        self.connection.execute(AssertSqlSafe(sql)).await.expect("a statement that the database takes");
    }
}
