//! The homeserver crate against a real Synapse, under the configuration that `deploy/homeserver` ships.

#![expect(clippy::unwrap_used, reason = "a helper that cannot do its work fails the test")]

mod accounts;
mod fragment;
mod probes;
mod rooms;
mod synapse;
