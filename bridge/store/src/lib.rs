//! What Kring keeps: SQLite or PostgreSQL, one set of queries, one conformance suite.
//!
//! ```text
//! Store ── read()  ──► Reader             every question
//!       └─ write() ──► Writer ─ commit()  every question and every change, as one transaction
//! ```
//!
//! There is one concrete [`Store`] and no trait per table. Both engines are spoken to through `sqlx::Any` with `$1`
//! placeholders, so the same statement runs on either, and a trait would have had a single implementation. What
//! differs (migrations, how a transaction begins, how the writer's lock is held) sits in `connect`, `migrate` and `lock`, and
//! the two paths on which every microsecond counts have a way for each engine: `inbox` and `ingest`.
//!
//! # Where to look
//!
//! | table | methods |
//! |---|---|
//! | `people` | [`Reader::people`], [`Writer::put_person`], [`Writer::bind_account`] |
//! | `groups`, `grants` | [`Reader::groups`], [`Writer::put_grant`] |
//! | `rooms`, `room_members` | [`Reader::mirror`], [`Writer::observe_member`], [`Writer::expect_member`] |
//! | `inbox` | [`Store::receive`], [`Store::unpack`] |
//! | `events`, `transactions` | [`Store::ingest`], [`Writer::lease_events`], [`Writer::events_done`] |
//! | `outbox` | [`Writer::enqueue`], [`Writer::lease_effects`], [`Writer::effect_done`] |
//! | `audit` | [`Writer::append_audit`], [`Reader::audit`], [`Reader::audit_rows`], [`Reader::walk_audit`] |
//! | `imports`, `settings`, `repairs` | [`Writer::put_import`], [`Writer::put_setting`], [`Writer::note_repair`] |
//!
//! # How to add a table
//!
//! Add the next numbered file to `migrations/sqlite` and to `migrations/postgres`, name both in `migrate.rs`, give the
//! table a module here with a private row function and methods on [`Reader`] and [`Writer`], a story in `tests/it`, and
//! rows for it in `tests/it/filled.rs`, so that every later migration is tried on a filled database.
//!
//! Rules for a statement: `$1` placeholders; columns `TEXT`, `BIGINT` or nothing else (but for the inbox' bytes) (`sqlx::Any` knows no dates, no JSON
//! and reads no SQLite booleans); instants are milliseconds since the Unix epoch; JSON is text; text columns that are
//! sorted have collation `"C"` on PostgreSQL, so that both engines sort by bytes.

mod audit;
mod checkpoint;
mod connect;
mod error;
mod events;
mod groups;
mod histories;
mod imports;
mod inbox;
mod ingest;
mod lanes;
mod lock;
mod migrate;
mod mirror;
mod open;
mod outbox;
mod patient;
mod people;
mod probe;
mod repairs;
mod row;
mod session;
mod settings;
mod thread;
mod url;
mod wake;

pub use audit::{AuditChain, AuditFilter, AuditRecord, AuditRow, Breach, BrokenLine};
pub use error::{OpenError, StoreError};
pub use events::{Backlog, DeadEvent};
pub use imports::ImportRecord;
pub use inbox::{Arrival, Unpacked};
pub use ingest::{Aside, IncomingEvent, Ingested};
pub use lanes::{LeasedEvent, Replay};
pub use lock::{LockError, WriterLock};
pub use open::{Mode, OpenOptions, Store, Synchronous};
pub use outbox::{Effect, EffectState, FailedEffect, NewEffect};
pub use row::BadRow;
pub use session::{Reader, Writer};
pub use url::{Engine, StoreUrl};
