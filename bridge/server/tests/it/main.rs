//! The built binary and the library's edges, from the outside.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod audit;
mod config;
mod control;
mod events;
mod import;
mod pages;
mod policy;
mod registration;
mod support;
mod texts;
