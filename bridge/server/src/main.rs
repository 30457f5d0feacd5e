//! The `kring` binary: configuration, wiring, subcommands.
fn main() {}
