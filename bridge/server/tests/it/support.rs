//! Running the built binary on files of its own.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// A folder with a good configuration, and everything that it names.
pub(crate) struct Site {
    dir: TempDir,
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A configuration in which everything is good.
pub(crate) const GOOD: &str = "\
homeserver:
  url: http://127.0.0.1:8008
  server_name: kring.test
  registration_file: registration.yaml
  joiner_registration_file: joiner.yaml
association:
  name: Ons IVN
data:
  dir: .
";

impl Site {
    pub(crate) fn new() -> Self {
        let site = Self { dir: tempfile::tempdir().unwrap() };
        site.write("kring.yaml", GOOD, 0o600);
        site.write("registration.yaml", registration("kring", '1'), 0o600);
        site.write("joiner.yaml", registration("kring-joiner", '2'), 0o600);
        site
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    /// Runs `kring` in the folder, in English, with this configuration.
    pub(crate) fn kring(&self, args: &[&str]) -> Said {
        self.run(kring(self.dir.path()).arg("--config").arg(self.path("kring.yaml")).args(args))
    }

    /// Runs `kring` in the folder, in English, with no configuration named.
    pub(crate) fn bare(&self, args: &[&str]) -> Said {
        self.run(kring(self.dir.path()).args(args))
    }

    /// Runs a prepared command. The folder's name is not repeated in what it said.
    pub(crate) fn run(&self, command: &mut Command) -> Said {
        let output = command.output().unwrap();
        let here = format!("{}/", self.dir.path().display());
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&here, "");
        Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A registration with tokens of one digit.
fn registration(id: &str, digit: char) -> String {
    let token = digit.to_string().repeat(64);
    format!(
        "id: {id}\nurl: null\nas_token: '{token}'\nhs_token: '{token}'\nsender_localpart: {id}\nnamespaces: {{}}\n"
    )
}

/// The binary with an empty environment, in English.
pub(crate) fn kring(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kring"));
    command.env_clear().env("LANG", "en_GB.UTF-8").current_dir(dir);
    command
}
