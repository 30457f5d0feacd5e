//! A real Synapse, fast enough for tests.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use reqwest::Method;
use rustix::process::Signal;
use serde_json::{Value, json};
use serde_yaml::Mapping;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::{
    api::{Api, segment},
    process::{Process, free_port},
    venv,
};

mod config;
mod template;

/// The name behind the colon of every id in tests.
pub const SERVER_NAME: &str = "kring.test";

/// Where a server keeps its data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Database {
    /// A file in the server's folder.
    #[default]
    Sqlite,
    /// A database of [`crate::Postgres`], by its address.
    Postgres(String),
}

/// How a Synapse is started.
#[derive(Debug, Clone, Default)]
pub struct SynapseOptions {
    /// Registration files of application services.
    pub registrations: Vec<PathBuf>,
    /// Lines of `homeserver.yaml` that replace the harness' own, for example the shipped fragment.
    pub extra_config: String,
    /// Where it keeps its data.
    pub database: Database,
    /// A fixed port; `None` takes a free one.
    pub port: Option<u16>,
    /// Synapse's log level; `None` is `WARNING`.
    pub log_level: Option<String>,
}

/// A running Synapse.
#[derive(Debug)]
pub struct Synapse {
    process: Process,
    folder: TempDir,
    port: u16,
    api: Api,
    admin: tokio::sync::OnceCell<String>,
}

impl Synapse {
    /// Writes the configuration into a folder of its own, starts it and waits until clients are answered.
    ///
    /// # Panics
    /// When the Python environment is absent or the server does not come up within a minute.
    pub async fn start(options: SynapseOptions) -> Self {
        let folder = own_folder();
        if options.database == Database::Sqlite {
            template::copy_into(folder.path()).await;
        }
        Self::start_in(folder, options).await
    }

    /// Starts one that has to make its database first.
    async fn start_empty(options: SynapseOptions) -> Self {
        Self::start_in(own_folder(), options).await
    }

    async fn start_in(folder: TempDir, options: SynapseOptions) -> Self {
        let port = options.port.unwrap_or_else(free_port);
        config::write(folder.path(), port, &options);
        let process = launch(folder.path());
        let api = Api::new(format!("http://127.0.0.1:{port}"));
        let mut server = Self { process, folder, port, api, admin: tokio::sync::OnceCell::new() };
        server.wait().await;
        server
    }

    /// The Client-Server API's base address.
    pub fn url(&self) -> &str {
        self.api.base()
    }

    /// The port on the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Bare requests.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Its folder: `homeserver.yaml`, the database, the log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The secret with which accounts may be registered.
    pub fn registration_shared_secret(&self) -> &'static str {
        config::SHARED_SECRET
    }

    /// The end of its log.
    pub fn log_tail(&self, lines: usize) -> String {
        self.process.log_tail(lines)
    }

    /// Ends it in good order.
    pub fn stop(&mut self) {
        self.process.stop(Signal::TERM, Duration::from_secs(15));
    }

    /// Ends it as a crash would.
    pub fn kill9(&mut self) {
        self.process.kill9();
    }

    /// Starts it again on the same data and port; ends it first where it still runs.
    ///
    /// # Panics
    /// When it does not come up within a minute.
    pub async fn restart(&mut self) {
        self.stop();
        self.process = launch(self.folder.path());
        self.wait().await;
    }

    /// An access token of a server admin who is no person (`@test-admin`), made at the first call.
    ///
    /// # Panics
    /// When Synapse refuses.
    pub async fn admin_token(&self) -> &str {
        self.admin
            .get_or_init(|| async {
                self.register_admin("test-admin", "test-admin");
                self.login("test-admin", "test-admin").await
            })
            .await
    }

    /// Makes an account with a password through the admin API; answers its user id.
    ///
    /// # Panics
    /// When Synapse refuses.
    pub async fn create_user(&self, localpart: &str, password: &str, displayname: &str) -> String {
        let user = format!("@{localpart}:{SERVER_NAME}");
        let body = json!({ "password": password, "displayname": displayname });
        let path = format!("/_synapse/admin/v2/users/{}", segment(&user));
        self.api.put(&path, self.admin_token().await, &body).await.expect_ok("create an account");
        user
    }

    /// Logs in with a password; answers the access token.
    ///
    /// # Panics
    /// When Synapse refuses.
    pub async fn login(&self, localpart: &str, password: &str) -> String {
        let body = json!({
            "type": "m.login.password", "password": password,
            "identifier": { "type": "m.id.user", "user": localpart },
        });
        let answer = self.api.call(Method::POST, "/_matrix/client/v3/login", None, Some(&body)).await;
        let body = answer.expect_ok("log in");
        body.get("access_token").and_then(Value::as_str).expect("an access token").to_owned()
    }

    /// Registers a server admin with the shared secret, by Synapse's own tool.
    fn register_admin(&self, localpart: &str, password: &str) {
        let output = Command::new(venv::python())
            .args(["-m", "synapse._scripts.register_new_matrix_user", "--admin"])
            .args(["-u", localpart, "-p", password, "-k", config::SHARED_SECRET, self.url()])
            .output()
            .expect("the tool can be started");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "register an admin: {said}");
    }

    async fn wait(&mut self) {
        let api = self.api.clone();
        let ready = || async {
            let answer = api.try_call(Method::GET, "/_matrix/client/versions", None, None).await;
            answer.is_some_and(|a| a.is_ok())
        };
        self.process.wait_until(Duration::from_secs(60), ready).await;
    }
}

fn own_folder() -> TempDir {
    tempfile::Builder::new().prefix("kring-hs-").tempdir().expect("a temporary folder")
}

fn launch(folder: &Path) -> Process {
    let mut command = Command::new(venv::python());
    command.args(["-m", "synapse.app.homeserver", "-c"]).arg(folder.join("homeserver.yaml"));
    command.current_dir(folder).env("PYTHONWARNINGS", "ignore");
    Process::start("synapse", &command, &folder.join("synapse.log"))
}

/// A signing key in Synapse's form; hex digits happen to be valid base64.
fn signing_key(folder: &Path) -> String {
    let seed = hex::encode(Sha256::digest(folder.as_os_str().as_encoded_bytes()));
    format!("ed25519 a_kring {}A\n", seed.get(..42).unwrap_or_default())
}

fn write_file(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("the server's folder can be written to");
}

/// Puts the keys of `extra` over those of `base`, whole values at a time.
fn overlay(base: &mut Mapping, extra: &str) {
    let extra: Option<Mapping> = serde_yaml::from_str(extra).expect("extra_config is a YAML mapping");
    base.extend(extra.unwrap_or_default());
}
