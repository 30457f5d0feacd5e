//! Stories about the whole, and laws about the house.
#![expect(clippy::expect_used, clippy::panic, reason = "a helper of a test fails by panicking, too")]

mod fake;
mod likeness;
mod rings;
mod servers;
mod tidy;
