//! Stories of the use cases against a homeserver of memory: what an association ends up with, whatever goes wrong on
//! the way. No story sleeps: it waits for conditions, or moves the clock.
#![expect(clippy::expect_used, clippy::panic, reason = "a helper of a test fails by panicking, too")]

mod alarms;
mod apply;
mod arrears;
mod association;
mod behind;
mod breath;
mod compare;
mod crash;
mod delivery;
mod events;
mod expectations;
mod faults;
mod gaps;
mod history;
mod importing;
mod native;
mod outdated;
mod patience;
mod prevention;
mod provisioning;
mod removal;
mod scene;
mod service;
mod upgrade;
