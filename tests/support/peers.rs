//! Application services of others, as `tests/bench/peers/setup.sh` installs them: for benches that compare.

use std::{
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{
    process::{Process, free_port},
    registration::Registration,
    venv::workspace,
};

/// The ones that we compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// `mautrix`, Python.
    Mautrix,
    /// `matrix-bot-sdk`, Node, with its own default storage: memory.
    BotSdk,
    /// The same with its file storage, and transactions on the disk.
    BotSdkFile,
    /// `matrix-appservice`, Node.
    Appservice,
}

impl Peer {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mautrix, Self::BotSdk, Self::BotSdkFile, Self::Appservice];

    /// Name and version.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mautrix => "mautrix 0.21.1 (Python)",
            Self::BotSdk => "matrix-bot-sdk 0.8.0 (Node), memory",
            Self::BotSdkFile => "matrix-bot-sdk 0.8.0 (Node), file",
            Self::Appservice => "matrix-appservice 3.0.0 (Node)",
        }
    }

    fn command(self, port: u16, storage: &Path) -> Command {
        let script = |name: &str| workspace().join("tests/bench/peers").join(name);
        let program = if self == Self::Mautrix { "python/bin/python" } else { "node_modules/node/bin/node" };
        let mut command = Command::new(folder().join(program));
        command.env("NODE_PATH", folder().join("node_modules"));
        command.arg(match self {
            Self::Mautrix => script("mautrix_service.py"),
            Self::BotSdk | Self::BotSdkFile => script("bot_sdk.js"),
            Self::Appservice => script("appservice.js"),
        });
        command.arg(port.to_string()).arg(Registration::bridge("").hs_token);
        match self {
            Self::BotSdk => command.arg("memory"),
            Self::BotSdkFile => command.arg(storage.join("storage.json")),
            Self::Mautrix | Self::Appservice => &mut command,
        };
        command
    }
}

/// Where they are installed: `KRING_PEERS`, or `.cache/peers` in the workspace.
fn folder() -> PathBuf {
    std::env::var_os("KRING_PEERS").map_or_else(|| workspace().join(".cache/peers"), PathBuf::from)
}

/// Whether they are installed.
pub fn installed() -> bool {
    folder().join(".stamp").exists()
}

/// A running peer that speaks to a homeserver in the name of [`Registration::bridge`].
#[derive(Debug)]
pub struct RunningPeer {
    process: Process,
    peer: Peer,
    /// Where it listens.
    pub port: u16,
    homeserver: String,
    folder: PathBuf,
    handled: Option<PathBuf>,
}

impl RunningPeer {
    /// Starts it with its files in `folder`. Without `handled` its handler does nothing; with it, handling an event
    /// takes 50 ms and ends with the event's id as a line at the end of that file.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start(peer: Peer, homeserver: &str, folder: &Path, handled: Option<&Path>) -> Self {
        let port = free_port();
        let handled = handled.map(Path::to_owned);
        let process = launch(peer, port, homeserver, folder, handled.as_deref());
        let (homeserver, folder) = (homeserver.to_owned(), folder.to_owned());
        let mut running = Self { process, peer, port, homeserver, folder, handled };
        running.listens().await;
        running
    }

    /// Kills it (SIGKILL) and starts it again on the same files and port.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn die_and_start_again(&mut self) {
        self.process.kill9();
        self.process = launch(self.peer, self.port, &self.homeserver, &self.folder, self.handled.as_deref());
        self.listens().await;
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    async fn listens(&mut self) {
        let port = self.port;
        let listens = || async move { TcpStream::connect(("127.0.0.1", port)).is_ok() };
        self.process.wait_until(Duration::from_secs(30), listens).await;
    }
}

fn launch(peer: Peer, port: u16, homeserver: &str, folder: &Path, handled: Option<&Path>) -> Process {
    let mut command = peer.command(port, folder);
    command.current_dir(folder).env("HOMESERVER", homeserver);
    command.env("AS_TOKEN", Registration::bridge("").as_token);
    command.args(handled);
    Process::start("peer", &command, &folder.join("peer.log"))
}
