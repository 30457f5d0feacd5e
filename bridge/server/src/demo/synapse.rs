//! A homeserver for the demonstration: Synapse from a Python virtual environment, on SQLite, in one folder.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::{Child, Command};
use url::Url;

use super::trouble;
use crate::exit::Failure;

/// The settings that Kring relies on, as an operator installs them.
const FRAGMENT: &str = include_str!("../../../../deploy/homeserver/kring.yaml");
/// The module that asks Kring, as an operator loads it.
const ANTISPAM: &str = include_str!("../../../../deploy/homeserver/antispam.yaml");

/// Where the homeserver is and what it is made with.
pub(super) struct Site<'a> {
    pub(super) dir: &'a Path,
    pub(super) python: &'a Path,
    pub(super) port: u16,
    pub(super) server_name: &'a str,
    /// Where Kring listens.
    pub(super) web: &'a Url,
    pub(super) shared_secret: &'a str,
}

impl Site<'_> {
    /// Writes the configuration and starts it; it stops when the child is dropped.
    pub(super) fn start(&self) -> Result<Child, Failure> {
        let own = self.dir.join("homeserver.yaml");
        let kring = self.dir.join("zz-kring.yaml");
        let antispam = self.dir.join("zz-kring-antispam.yaml");
        write(&own, &self.homeserver_yaml())?;
        write(&self.dir.join("log.yaml"), LOGGING)?;
        let dir = self.dir.display();
        let fragment = FRAGMENT
            .replace("/etc/kring/registration/bridge.yaml", &format!("{dir}/bridge.yaml"))
            .replace("/etc/kring/registration/joiner.yaml", &format!("{dir}/joiner.yaml"));
        write(&kring, &fragment)?;
        let module = ANTISPAM
            .replace("http://127.0.0.1:8090", self.web.as_str().trim_end_matches('/'))
            .replace("/etc/kring/registration/antispam-token", &format!("{dir}/antispam-token"));
        write(&antispam, &module)?;
        let log = fs::File::create(self.dir.join("synapse.log")).map_err(|e| trouble(&e))?;
        let errors = log.try_clone().map_err(|e| trouble(&e))?;
        let mut command = Command::new(self.python);
        command.args(["-m", "synapse.app.homeserver", "-c"]).arg(own).arg("-c").arg(kring);
        command.arg("-c").arg(antispam);
        command.stdin(Stdio::null()).stdout(log).stderr(errors).kill_on_drop(true).current_dir(self.dir);
        // Ctrl-C in the terminal is for us to handle: we end the children in order.
        command.process_group(0);
        command.spawn().map_err(|e| trouble(&e))
    }

    fn homeserver_yaml(&self) -> String {
        let (dir, port) = (self.dir.display(), self.port);
        format!(
            "server_name: {}\npid_file: {dir}/synapse.pid\nreport_stats: false\nsuppress_key_server_warning: true\n\
             trusted_key_servers: []\nlog_config: {dir}/log.yaml\nmedia_store_path: {dir}/media\n\
             signing_key_path: {dir}/signing.key\nmacaroon_secret_key: {}\nregistration_shared_secret: {}\n\
             listeners:\n  - port: {port}\n    type: http\n    bind_addresses: ['127.0.0.1']\n\
             \x20   resources:\n      - names: [client]\n\
             database:\n  name: sqlite3\n  args:\n    database: {dir}/homeserver.db\n\
             public_baseurl: http://127.0.0.1:{port}/\n",
            self.server_name, self.shared_secret, self.shared_secret,
        )
    }
}

const LOGGING: &str = "version: 1\nformatters: {short: {format: '%(asctime)s %(levelname)s %(name)s %(message)s'}}\n\
    handlers: {out: {class: logging.StreamHandler, formatter: short}}\nroot: {level: WARNING, handlers: [out]}\n";

fn write(path: &PathBuf, text: &str) -> Result<(), Failure> {
    let mut file = fs::File::create(path).map_err(|e| trouble(&e))?;
    file.write_all(text.as_bytes()).map_err(|e| trouble(&e))
}
