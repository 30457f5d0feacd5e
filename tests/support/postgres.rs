//! A real PostgreSQL on the loopback interface, also for root.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::process::{Signal, geteuid};
use tempfile::TempDir;

use crate::{
    process::{Process, free_port},
    venv,
};

/// Debian's `nobody`, as whom PostgreSQL runs when we are root: it refuses root.
const NOBODY: u32 = 65534;

/// How the folder of the shared server begins; the id of the test process follows.
const SHARED: &str = "kring-pg-shared-";

/// How long it may take to come up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server. Durable against its own death; against the machine's only after [`Postgres::durable`].
#[derive(Debug)]
pub struct Postgres {
    process: Process,
    port: u16,
    fsync: bool,
    folder: TempDir,
}

impl Postgres {
    /// Makes a cluster and starts it; about a second.
    ///
    /// # Panics
    /// When the Python environment is absent or the server does not come up.
    pub async fn start() -> Self {
        Self::start_in("kring-pg-", false).await
    }

    /// As [`Postgres::start`], and a commit waits for the disk (`fsync=on`), as it does for an association.
    ///
    /// # Panics
    /// As [`Postgres::start`].
    pub async fn durable() -> Self {
        Self::start_in("kring-pg-", true).await
    }

    async fn start_in(prefix: &str, fsync: bool) -> Self {
        let folder = tempfile::Builder::new().prefix(prefix).tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        fs::create_dir(&data).expect("the data folder can be made");
        if geteuid().is_root() {
            chown(&data, Some(NOBODY), Some(NOBODY)).expect("root gives a folder away");
            fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("own folder");
        }
        initdb(&data);
        let port = free_port();
        let process = launch(folder.path(), port, fsync);
        let mut server = Self { process, port, fsync, folder };
        server.wait().await;
        server
    }

    /// The one server that all tests of this process share; each makes its own database in it.
    ///
    /// # Panics
    /// As [`Postgres::start`].
    pub async fn shared() -> &'static Self {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let _turn = TURN.lock().await;
        if let Some(server) = SERVER.get() {
            return server;
        }
        sweep();
        let server = Self::start_in(&format!("{SHARED}{}-", std::process::id()), false).await;
        SERVER.get_or_init(|| server)
    }

    /// Where it listens.
    pub fn socket(&self) -> std::net::SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// The address of a database on this server.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs pgbench with `script` on `database` through one connection for `seconds`; answers what it prints.
    ///
    /// # Panics
    /// When it fails.
    pub fn pgbench(&self, database: &str, script: &Path, seconds: u64) -> String {
        let output = Command::new(program("pgbench"))
            .args(["-n", "-M", "prepared", "-c", "1", "-j", "1", "-T", &seconds.to_string(), "-f"])
            .arg(script)
            .arg(self.url(database))
            .output()
            .expect("pgbench can be started");
        assert!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Makes an empty database with a name of its own; answers its address.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn create_database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("kring_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("create database {name} template template0"));
        self.url(&name)
    }

    /// Runs `statement` and answers what it gives, unaligned, one row a line.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn sql(&self, database: &str, statement: &str) -> String {
        let output = Command::new(program("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, &self.url(database)])
            .output()
            .expect("psql can be started");
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Ends it as a crash would; the data stays for [`Postgres::restart`].
    pub fn kill9(&mut self) {
        self.process.kill9();
    }

    /// Starts it again on the same data and port.
    ///
    /// Children of a killed server hold its shared memory for a moment more, and a new one refuses to start until they
    /// are gone; so this tries until it is let in.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn restart(&mut self) {
        self.process.stop(Signal::QUIT, Duration::from_secs(10));
        let start = Instant::now();
        self.process = launch(self.folder.path(), self.port, self.fsync);
        while !is_ready(&self.port.to_string()) {
            assert!(start.elapsed() < PATIENCE, "postgres does not start:\n{}", self.process.log_tail(20));
            if !self.process.is_running() {
                self.process = launch(self.folder.path(), self.port, self.fsync);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    async fn wait(&mut self) {
        let port = self.port.to_string();
        let ready = || async { is_ready(&port) };
        self.process.wait_until(PATIENCE, ready).await;
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // An immediate stop gives the shared memory back, which a kill would not.
        self.process.stop(Signal::QUIT, Duration::from_secs(5));
    }
}

/// Removes the folders of shared servers whose test process has ended: a shared server is never dropped.
fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(SHARED).and_then(|rest| rest.split('-').next());
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn program(name: &str) -> PathBuf {
    venv::postgres_programs().join(name)
}

/// The program, stopped at once (SIGQUIT, which gives its shared memory back) when the test process dies, and as `nobody`
/// when we are root. `dac_override` lets it read programs and folders below root's home.
fn unprivileged(name: &str) -> Command {
    let mut command = Command::new("setpriv");
    if !geteuid().is_root() {
        command.args(["--pdeathsig", "QUIT", "--"]).arg(program(name));
        return command;
    }
    command.arg(format!("--reuid={NOBODY}")).arg(format!("--regid={NOBODY}")).arg("--clear-groups");
    command.args(["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--"]);
    // A change of user clears the death signal: set it again behind the change.
    command.args(["setpriv", "--pdeathsig", "QUIT", "--"]).arg(program(name));
    command
}

fn initdb(data: &Path) {
    let output = unprivileged("initdb")
        .args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
        .arg(data)
        .output()
        .expect("initdb can be started");
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
}

fn launch(folder: &Path, port: u16, fsync: bool) -> Process {
    let mut command = unprivileged("postgres");
    command.args(["-c", if fsync { "fsync=on" } else { "fsync=off" }]);
    command.arg("-D").arg(folder.join("data")).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
    command.args(["-c", "unix_socket_directories=", "-c", "max_connections=200"]);
    Process::start("postgres", &command, &folder.join("postgres.log"))
}

fn is_ready(port: &str) -> bool {
    let probe = Command::new(program("pg_isready"))
        .args(["-q", "-U", "postgres", "-h", "127.0.0.1", "-p", port])
        .status();
    probe.is_ok_and(|status| status.success())
}
