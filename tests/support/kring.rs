//! The built `kring` binary as a process.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
    time::Duration,
};

use reqwest::Method;
use rustix::process::Signal;
use serde_json::Value;

use crate::{api::Api, process::Process, venv};

/// A `kring run`.
#[derive(Debug)]
pub struct KringProcess {
    process: Process,
    config: PathBuf,
    arguments: Vec<String>,
    api: Api,
}

/// What a subcommand said.
#[derive(Debug, Clone)]
pub struct Said {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Said {
    /// Standard output as one JSON value.
    ///
    /// # Panics
    /// When it is none, or the command failed.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "kring failed: {}{}", self.stderr, self.stdout);
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.stdout))
    }
}

impl KringProcess {
    /// Starts `kring run` with `config` and waits until `base` answers `GET /ready` with 200.
    ///
    /// # Panics
    /// When it does not become ready within half a minute.
    pub async fn start(config: &Path, base: &str) -> Self {
        Self::start_with(config, base, &[]).await
    }

    /// As [`KringProcess::start`], with more arguments after `run`.
    ///
    /// # Panics
    /// When it does not become ready within half a minute.
    pub async fn start_with(config: &Path, base: &str, arguments: &[&str]) -> Self {
        let mut server = Self::spawn(config, base, arguments);
        server.wait_until_ready().await;
        server
    }

    /// Starts `kring run` without waiting for anything.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn spawn(config: &Path, base: &str, arguments: &[&str]) -> Self {
        let arguments: Vec<String> = arguments.iter().map(|&a| a.to_owned()).collect();
        let process = launch(config, &arguments);
        Self { process, config: config.to_owned(), arguments, api: Api::new(base) }
    }

    /// Waits until `GET /ready` answers 200.
    ///
    /// # Panics
    /// With the end of the log, when it ends first or half a minute passes.
    pub async fn wait_until_ready(&mut self) {
        let api = self.api.clone();
        let ready = || async {
            api.try_call(Method::GET, "/ready", None, None).await.is_some_and(|answer| answer.is_ok())
        };
        self.process.wait_until(Duration::from_secs(30), ready).await;
    }

    /// Bare requests to it.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Everything it logged, over all its lives.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Whether it has not ended.
    pub fn is_running(&mut self) -> bool {
        self.process.is_running()
    }

    /// Sends it a signal: `STOP` pauses it, `CONT` lets it go on.
    pub fn signal(&mut self, signal: Signal) {
        self.process.signal(signal);
    }

    /// The `role` of `GET /ready`; empty when there is no answer.
    pub async fn role(&self) -> String {
        let answer = self.api.try_call(Method::GET, "/ready", None, None).await;
        answer.map(|answer| answer.text("role").to_owned()).unwrap_or_default()
    }

    /// Ends it as a crash would.
    pub fn kill9(&mut self) {
        self.process.kill9();
    }

    /// Asks it to end in good order; answers its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        self.process.stop(Signal::TERM, Duration::from_secs(20)).code()
    }

    /// Starts it again and waits until it is ready; ends it first where it still runs.
    ///
    /// # Panics
    /// When it does not become ready.
    pub async fn restart(&mut self) {
        self.stop();
        self.process = launch(&self.config, &self.arguments);
        self.wait_until_ready().await;
    }

    /// Runs a subcommand beside it, with the same configuration.
    ///
    /// # Panics
    /// When the binary cannot be started.
    pub fn command(&self, arguments: &[&str]) -> Said {
        command(Some(&self.config), arguments)
    }
}

/// Runs a subcommand to its end.
///
/// # Panics
/// When the binary cannot be started.
pub fn command(config: Option<&Path>, arguments: &[&str]) -> Said {
    let mut command = Command::new(binary());
    if let Some(config) = config {
        command.arg("--config").arg(config);
    }
    let output = command.args(arguments).output().expect("kring can be started");
    said(&output)
}

/// Starts a subcommand that a test means to kill in the middle.
///
/// # Panics
/// When the binary cannot be started.
pub fn start_command(config: &Path, arguments: &[&str], log: &Path) -> Process {
    let mut command = Command::new(binary());
    command.arg("--config").arg(config).args(arguments);
    Process::start("kring-command", &command, log)
}

/// The binary: `KRING_BIN`, or the one beside the running test, brought up to date once per test process.
///
/// # Panics
/// When it cannot be built.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("KRING_BIN") {
        Some(path) => PathBuf::from(path),
        None => build(),
    })
}

fn build() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it lies");
    let profile = test.ancestors().nth(2).expect("tests lie in target/<profile>/deps").to_owned();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(venv::workspace()).args(["build", "--quiet", "--package", "kring"]);
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    let output = cargo.output().expect("cargo can be started");
    assert!(output.status.success(), "kring cannot be built: {}", String::from_utf8_lossy(&output.stderr));
    profile.join("kring")
}

fn launch(config: &Path, arguments: &[String]) -> Process {
    let mut command = Command::new(binary());
    command.arg("--config").arg(config).arg("run").args(arguments);
    let log = config.with_extension("log");
    Process::start("kring", &command, &log)
}

fn said(output: &Output) -> Said {
    Said {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
