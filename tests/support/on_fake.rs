//! The built `kring` at work for a homeserver made of memory, where a story needs the real process and the homeserver is
//! only there to be counted.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    fake::FakeHomeserver,
    kring::{self, KringProcess, Said},
    postgres::Postgres,
    process::free_port,
    registration::Registration,
};

/// How Kring keeps what it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// In SQLite; a commit waits for the disk.
    Full,
    /// In SQLite; a commit waits for the operating system only.
    Normal,
    /// In PostgreSQL.
    Postgres,
}

impl Keeps {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Full, Self::Normal, Self::Postgres];

    /// For a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "kring, SQLite FULL",
            Self::Normal => "kring, SQLite NORMAL",
            Self::Postgres => "kring, PostgreSQL",
        }
    }

    /// What [`OnFake::start`] takes for it, and the name of the new database on `postgres`, where it is one.
    ///
    /// # Panics
    /// When the server makes no database.
    pub fn store(self, postgres: &Postgres) -> (String, Option<String>) {
        match self {
            Self::Full => ("synchronous: full".to_owned(), None),
            Self::Normal => ("synchronous: normal".to_owned(), None),
            Self::Postgres => {
                let url = postgres.create_database();
                let name = url.rsplit('/').next().map(str::to_owned);
                (format!("url: {url}"), name)
            }
        }
    }
}

/// A `kring run`, the fake that it works for, and its files.
#[derive(Debug)]
pub struct OnFake {
    /// The process.
    pub kring: KringProcess,
    /// The homeserver.
    pub fake: FakeHomeserver,
    /// Where Kring listens.
    pub port: u16,
    config: PathBuf,
    folder: TempDir,
}

impl OnFake {
    /// Starts both. `store` is what the configuration says under `store:`, one key a line; `arguments` stand after `run`.
    ///
    /// # Panics
    /// When they do not come up.
    pub async fn start(store: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("kring-fake-").tempdir().expect("a temporary folder");
        let port = free_port();
        let base = format!("http://127.0.0.1:{port}");
        let registrations = [Registration::bridge(&base), Registration::joiner()];
        let fake = FakeHomeserver::start(registrations.to_vec()).await;
        let config = configure(folder.path(), &fake, &registrations, port, store);
        let kring = KringProcess::start_with(&config, &base, arguments).await;
        Self { kring, fake, port, config, folder }
    }

    /// What the homeserver shows.
    pub fn hs_token(&self) -> String {
        Registration::bridge("").hs_token
    }

    /// Kring's folder, with the database where it is SQLite: `kring.db`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Runs a subcommand that has to succeed.
    ///
    /// # Panics
    /// When it does not.
    pub fn done(&self, arguments: &[&str]) -> Said {
        let said = kring::command(Some(&self.config), arguments);
        assert_eq!(said.code, Some(0), "kring {arguments:?}: {}{}", said.stdout, said.stderr);
        said
    }

    /// Writes a file beside the configuration; answers its path as a text.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn file(&self, name: &str, text: &str) -> String {
        write(self.folder.path(), name, text).display().to_string()
    }
}

fn configure(
    folder: &Path,
    fake: &FakeHomeserver,
    [bridge, joiner]: &[Registration; 2],
    port: u16,
    store: &str,
) -> PathBuf {
    let token = fake.add_admin("kring-admin");
    let admin = format!("user_id: \"@kring-admin:kring.test\"\naccess_token: {token}\n");
    let secrets = [write(folder, "admin.yaml", &admin), bridge.write(folder), joiner.write(folder)];
    for secret in &secrets {
        fs::set_permissions(secret, Permissions::from_mode(0o600)).expect("own file");
    }
    let [admin, bridge, joiner] = secrets.map(|path| path.display().to_string());
    let store: String = store.lines().map(|line| format!("\n  {line}")).collect();
    let store = if store.is_empty() { " {}".to_owned() } else { store };
    let text = format!(
        "homeserver:\n  url: {}\n  server_name: kring.test\n  registration_file: {bridge}\n  \
         joiner_registration_file: {joiner}\n  admin_token_file: {admin}\nstore:{store}\npolicy:\n  source: ivn\n\
         listen:\n  address: 127.0.0.1:{port}\nassociation:\n  name: Ons IVN\ndata:\n  dir: .\nlog:\n  format: text\n",
        fake.url(),
    );
    write(folder, "config.yaml", &text)
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("the folder can be written to");
    path
}
