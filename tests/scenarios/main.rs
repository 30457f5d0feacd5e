//! Stories about the whole, and laws about the house.
#![expect(clippy::expect_used, clippy::panic, reason = "a helper of a test fails by panicking, too")]

mod antispam;
mod away;
mod bad_input;
mod chaos;
mod crashes;
mod fake;
mod filling;
mod life;
mod likeness;
mod links;
mod loops;
mod moving;
mod numbers;
mod operating;
mod rings;
mod servers;
mod several;
mod stress;
mod tidy;
mod violations;
