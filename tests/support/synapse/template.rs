//! An empty Synapse database on SQLite, made once: a server that starts with a copy saves half of its start.

use std::{fs, path::Path, path::PathBuf};

use tokio::sync::OnceCell;

use super::{Synapse, SynapseOptions};
use crate::venv;

/// Puts a copy of the empty database where the server in `folder` looks for its own.
pub(super) async fn copy_into(folder: &Path) {
    static TEMPLATE: OnceCell<PathBuf> = OnceCell::const_new();
    let template = TEMPLATE.get_or_init(make).await;
    fs::copy(template, folder.join("homeserver.db")).expect("the server's folder can be written to");
}

/// The template's path; runs an empty server once for every set of Python packages.
async fn make() -> PathBuf {
    let stamp = venv::find().and_then(|venv| fs::read_to_string(venv.join(".kring-stamp")).ok());
    let stamp: String = stamp.unwrap_or_else(|| "unknown".into()).chars().take(16).collect();
    let folder = venv::workspace().join("target/test-templates");
    let path = folder.join(format!("synapse-{}.db", stamp.trim()));
    if path.exists() {
        return path;
    }
    let mut server = Box::pin(Synapse::start_empty(SynapseOptions::default())).await;
    server.stop();
    fs::create_dir_all(&folder).expect("the target folder can be written to");
    // Two test processes may do this at once: each moves a whole file into place.
    let own = folder.join(format!("{}.tmp", std::process::id()));
    fs::copy(server.folder().join("homeserver.db"), &own).expect("the server had a database");
    fs::rename(&own, &path).expect("the target folder can be written to");
    path
}
