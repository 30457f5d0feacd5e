//! The use cases: they ask the policy, write the store and enqueue effects. No SQL and no HTTP here.
//!
//! * [`Context`]: questions that need no homeserver: [`Context::plan`], `why`;
//! * [`App`]: the running bridge: [`App::apply`], reacting to events ([`lanes`]), carrying out effects ([`outbox`]),
//!   saying beforehand what would be undone ([`prevention`]);
//! * [`importing`]: a member administration into the store; [`provision`]: accounts in bulk.

mod alarms;
mod app;
mod apply;
mod arrears;
mod audit;
pub mod avatar;
mod compare;
mod context;
mod counted;
mod delivery;
mod ears;
pub mod effect;
mod error;
mod gaps;
pub mod grouping;
pub mod guard;
pub mod importing;
mod incoming;
mod ingest;
pub mod lanes;
pub mod observe;
pub mod outbox;
mod perform;
pub mod prevention;
pub mod provision;
mod react;
pub mod texts;
mod upgrade;
mod upkeep;

pub use app::{App, Inner, Shared};
pub use apply::{Applied, ApplyError, Progress};
pub use arrears::{Arrears, Waiting};
pub use audit::{By, OwnLine};
pub use compare::Compared;
pub use context::{Context, Planned, Snapshot};
pub use counted::counters;
pub use delivery::{Delivery, HEARTBEAT};
pub use error::Error;
pub use gaps::Gaps;
pub use upgrade::{UpgradeError, Upgraded};
