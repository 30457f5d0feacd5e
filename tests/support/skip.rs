//! Tests that cannot run here say so by name, and fail where everything must run.

use std::{fs::OpenOptions, io::Write, thread};

use crate::venv;

/// Notes that the running test is skipped, with the reason, where `tests/run` collects it.
///
/// The line goes to standard output and, when `KRING_SKIP_FILE` names a file, to its end. The test returns after it.
///
/// # Panics
/// When `KRING_REQUIRE_ALL=1`: then a skipped test is a failed one.
pub fn skip(reason: &str) {
    let test = thread::current().name().unwrap_or("?").to_owned();
    assert!(!everything_is_required(), "{test} cannot run: {reason}");
    let line = format!("KRING-SKIP {test}: {reason}\n");
    if let Some(path) = std::env::var_os("KRING_SKIP_FILE") {
        let file = OpenOptions::new().create(true).append(true).open(&path);
        file.and_then(|mut f| f.write_all(line.as_bytes())).expect("KRING_SKIP_FILE can be appended to");
    }
    let _ = std::io::stdout().write_all(line.as_bytes());
}

/// Whether the servers from the Python environment are absent; if so, the running test has been noted as skipped.
///
/// ```no_run
/// # use kring_tests::skip::skipped_without_servers;
/// if skipped_without_servers() {
///     return;
/// }
/// ```
pub fn skipped_without_servers() -> bool {
    let absent = venv::find().is_none();
    if absent {
        skip("the Python environment with Synapse, PostgreSQL and matrix-nio is absent; tests/run makes it");
    }
    absent
}

/// As [`skipped_without_servers`], for tests in which Synapse loads `synapse-http-antispam`.
pub fn skipped_without_antispam() -> bool {
    if skipped_without_servers() {
        return true;
    }
    let absent = !venv::has_antispam();
    if absent {
        skip("the Python environment lacks synapse-http-antispam; tests/run makes one that has it");
    }
    absent
}

/// Whether the long form of the tests was asked for (`tests/run --long`, `KRING_LONG=1`).
pub fn long() -> bool {
    is_on("KRING_LONG")
}

fn everything_is_required() -> bool {
    is_on("KRING_REQUIRE_ALL")
}

fn is_on(name: &str) -> bool {
    std::env::var(name).is_ok_and(|v| v == "1")
}
