//! The machine room of the demonstration: a folder, a homeserver, a bridge, and the commands an operator would give.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use kring_homeserver::{AccountProvider as _, AdminSecret, HomeserverOptions, SynapseAdmin};
use ruma::OwnedUserId;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use url::Url;

use super::{DemoArgs, PASSWORD, synapse::Site, told, trouble};
use crate::{context::Context, exit::Failure};

pub(super) const SERVER_NAME: &str = "kring.localhost";
const LEDEN: &[u8] = include_bytes!("../../../../deploy/demo-data/leden.csv");
const ACCOUNTS: &[u8] = include_bytes!("../../../../deploy/demo-data/accounts.csv");

/// How long a part may take to start.
const PATIENCE: Duration = Duration::from_secs(90);

pub(super) struct Stage {
    dir: PathBuf,
    _temporary: Option<TempDir>,
    pub(super) homeserver: Url,
    web: Url,
    synapse: Child,
    bridge: Child,
    out: crate::output::Output,
}

impl Stage {
    /// Writes every file, starts the homeserver and the bridge, and waits until both are ready.
    pub(super) async fn build(args: &DemoArgs, context: &Context) -> Result<Self, Failure> {
        let temporary = match &args.dir {
            None => Some(TempDir::with_prefix("kring-demo-").map_err(|e| trouble(&e))?),
            Some(dir) => {
                fs::create_dir_all(dir).map_err(|e| trouble(&e))?;
                None
            }
        };
        let dir = temporary.as_ref().map(|t| t.path().to_owned()).or_else(|| args.dir.clone());
        let dir = fs::canonicalize(dir.unwrap_or_default()).map_err(|e| trouble(&e))?;
        let port = if args.port == 0 { free_port()? } else { args.port };
        let (homeserver, web) = (address(port)?, address(free_port()?)?);
        write_files(&dir, &homeserver, &web)?;
        context.out.answer("demo-starts", &[("folder", dir.display().to_string().into())]);
        quiet(&dir, &["registration"]).await?;
        quiet(&dir, &["registration", "--antispam"]).await?;
        let secret = format!("{:032x}", rand::random::<u128>());
        let site = Site {
            dir: &dir,
            python: &args.python,
            port,
            server_name: SERVER_NAME,
            web: &web,
            shared_secret: &secret,
        };
        let synapse = site.start()?;
        until_answers(&homeserver, "_matrix/client/versions", &dir.join("synapse.log")).await?;
        fs::write(dir.join("shared-secret"), &secret).map_err(|e| trouble(&e))?;
        let shared = dir.join("shared-secret").display().to_string();
        quiet(&dir, &["registration", "--admin", "--shared-secret-file", &shared]).await?;
        let bridge = start_bridge(&dir)?;
        until_answers(&web, "ready", &dir.join("kring.log")).await?;
        let out = context.out.clone();
        Ok(Self { dir, _temporary: temporary, homeserver, web, synapse, bridge, out })
    }

    /// A file in the demonstration's folder.
    pub(super) fn path(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }

    /// Gives a command as an operator would, shows it, and lets it speak to the reader.
    pub(super) async fn command(&self, args: &[&str]) -> Result<bool, Failure> {
        self.out.line("");
        let shown: Vec<String> = args.iter().map(|arg| self.shown(arg)).collect();
        self.out.line(&format!("$ kring {}", shown.join(" ")));
        let mut command = kring(&self.dir, args)?;
        let status = command.status().await.map_err(|e| trouble(&e))?;
        Ok(status.success())
    }

    /// As [`Stage::command`], unseen, with its answer as JSON.
    pub(super) async fn ask(&self, args: &[&str]) -> Result<Value, Failure> {
        let output = kring(&self.dir, args)?.output().await.map_err(|e| trouble(&e))?;
        serde_json::from_slice(&output.stdout).map_err(|e| trouble(&e))
    }

    fn shown(&self, arg: &str) -> String {
        let short = arg.strip_prefix(&format!("{}/", self.dir.display())).unwrap_or(arg);
        if short.contains(' ') { format!("'{short}'") } else { short.to_owned() }
    }

    /// Gives accounts the password that everybody in the demonstration has.
    pub(super) async fn set_passwords(&self, users: &[OwnedUserId]) -> Result<(), Failure> {
        let secret = AdminSecret::read(&self.dir.join("admin.yaml")).map_err(|e| trouble(&e))?;
        let options = HomeserverOptions::default();
        let admin =
            SynapseAdmin::new(&self.homeserver, secret.access_token, &options).map_err(|e| trouble(&e))?;
        for user in users {
            admin.set_password(user, &PASSWORD.to_owned().into(), false).await.map_err(|e| trouble(&e))?;
        }
        Ok(())
    }

    /// Says where to log in and as whom.
    pub(super) fn addresses(&self, context: &Context) {
        self.out.line("");
        let args = [("url", self.homeserver.to_string().into()), ("password", PASSWORD.into())];
        context.out.answer("demo-addresses", &args);
    }

    /// Stops the bridge in order and leaves the homeserver to itself.
    pub(super) async fn stop_bridge(&mut self) {
        terminate(&mut self.bridge).await;
    }

    /// Starts the bridge again and waits until it is ready.
    pub(super) async fn start_bridge(&mut self) -> Result<(), Failure> {
        self.bridge = start_bridge(&self.dir)?;
        until_answers(&self.web, "ready", &self.dir.join("kring.log")).await
    }

    /// Stops the bridge in order, then the homeserver.
    pub(super) async fn end(&mut self) {
        terminate(&mut self.bridge).await;
        terminate(&mut self.synapse).await;
    }

    /// Whether the bridge says that it is ready.
    pub(super) async fn is_ready(&self) -> bool {
        let url = self.web.join("ready");
        match url {
            Ok(url) => reqwest::get(url).await.is_ok_and(|answer| answer.status().is_success()),
            Err(_) => false,
        }
    }
}

fn write_files(dir: &Path, homeserver: &Url, web: &Url) -> Result<(), Failure> {
    let listen = web
        .socket_addrs(|| None)
        .ok()
        .and_then(|all| all.first().copied())
        .ok_or_else(|| told("demo-no-room"))?;
    let config = format!(
        "homeserver:\n  url: {homeserver}\n  server_name: {SERVER_NAME}\n  registration_file: bridge.yaml\n\
         \x20 joiner_registration_file: joiner.yaml\n  admin_token_file: admin.yaml\n\
         store: {{}}\npolicy:\n  source: ivn\nlisten:\n  address: {listen}\n\
         antispam:\n  token_file: antispam-token\nassociation:\n  name: Ons IVN\ndata:\n  dir: .\nlog:\n  format: text\n"
    );
    for (name, bytes) in [("kring.yaml", config.as_bytes()), ("leden.csv", LEDEN), ("accounts.csv", ACCOUNTS)]
    {
        fs::write(dir.join(name), bytes).map_err(|e| trouble(&e))?;
    }
    Ok(())
}

fn kring(dir: &Path, args: &[&str]) -> Result<Command, Failure> {
    let mut command = Command::new(std::env::current_exe().map_err(|e| trouble(&e))?);
    command.arg("--config").arg(dir.join("kring.yaml")).args(args).stdin(Stdio::null()).kill_on_drop(true);
    Ok(command)
}

async fn quiet(dir: &Path, args: &[&str]) -> Result<(), Failure> {
    let output = kring(dir, args)?.output().await.map_err(|e| trouble(&e))?;
    if output.status.success() {
        return Ok(());
    }
    Err(trouble(&String::from_utf8_lossy(&output.stderr).trim()))
}

fn start_bridge(dir: &Path) -> Result<Child, Failure> {
    let log = fs::OpenOptions::new().create(true).append(true).open(dir.join("kring.log"));
    let log = log.map_err(|e| trouble(&e))?;
    let errors = log.try_clone().map_err(|e| trouble(&e))?;
    let mut command = kring(dir, &["run"])?;
    // Ctrl-C in the terminal is for us to handle: we end the children in order.
    command.stdout(log).stderr(errors).process_group(0);
    command.spawn().map_err(|e| trouble(&e))
}

async fn until_answers(base: &Url, path: &str, log: &Path) -> Result<(), Failure> {
    let url = base.join(path).map_err(|e| trouble(&e))?;
    let started = std::time::Instant::now();
    while started.elapsed() < PATIENCE {
        if reqwest::get(url.clone()).await.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(Failure::new("demo-no-answer", &[("log", log.display().to_string().into())]))
}

async fn terminate(child: &mut Child) {
    if let Some(pid) = child.id() {
        // `kill` rather than a crate for one signal; a process that does not listen is killed on drop.
        _ = Command::new("kill").arg(pid.to_string()).status().await;
        _ = tokio::time::timeout(Duration::from_secs(20), child.wait()).await;
    }
    _ = child.start_kill();
}

fn free_port() -> Result<u16, Failure> {
    let socket = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(|e| trouble(&e))?;
    Ok(socket.local_addr().map_err(|e| trouble(&e))?.port())
}

fn address(port: u16) -> Result<Url, Failure> {
    format!("http://127.0.0.1:{port}/").parse().map_err(|e: url::ParseError| trouble(&e))
}
