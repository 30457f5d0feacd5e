//! A whole association at work: a homeserver with the settings we ship, Kring's database, registrations and admin made
//! by Kring's own commands, and `kring run`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    Administration, KringProcess, NioClient, Postgres, Registration, Synapse, SynapseOptions,
    api::segment,
    eventually::eventually,
    kring::{self, Said},
    process::free_port,
    story::{Engine, PATIENCE},
    synapse::{Database, SERVER_NAME},
    venv::workspace,
};

mod managed;

pub use managed::Managed;

/// What the stories add to the shipped policy: groups of provinces whose admins invite and remove with their own client,
/// and a kind of group that admits everybody.
const ADDITIONS: [(&str, &str); 2] = [
    ("  - kind: provincie\n", "    native_invites: true\n"),
    (
        "groups:\n",
        "  - kind: velddag\n    made_by:\n      who:\n        - type: medewerker\n      at_most: 10\n      name_length: 60\n\
         \x20   parents: [afdeling, regio, provincie, intranet]\n    native_invites: true\n\
         \x20   admits: [medewerker, vrijwilliger, beheervrijwilliger, extern]\n",
    ),
];

/// Where the token of the homeserver's module is, in the association's folder.
const TOKEN_FILE: &str = "antispam-token";

/// A running association.
#[derive(Debug)]
pub struct Association {
    /// The homeserver.
    pub synapse: Synapse,
    /// `kring run`.
    pub kring: KringProcess,
    config: PathBuf,
    web: String,
    // Below what uses it: fields are dropped in this order.
    folder: TempDir,
}

impl Association {
    /// Starts homeserver and Kring, both with `engine`, with nobody in the administration yet.
    ///
    /// # Panics
    /// When a part does not come up.
    pub async fn start(engine: Engine) -> Self {
        Self::build(engine, false).await
    }

    /// As [`Association::start`], with the second wall: the homeserver loads `synapse-http-antispam` as we ship its
    /// settings, and Kring answers it.
    ///
    /// # Panics
    /// When a part does not come up.
    pub async fn walled(engine: Engine) -> Self {
        Self::build(engine, true).await
    }

    async fn build(engine: Engine, walled: bool) -> Self {
        let folder =
            tempfile::Builder::new().prefix("kring-association-").tempdir().expect("a temporary folder");
        let (hs_port, web) = (free_port(), format!("127.0.0.1:{}", free_port()));
        let config = write_config(folder.path(), engine, hs_port, &web).await;
        succeed(&kring::command(Some(&config), &["registration"]));
        let mut extra_config = shipped_settings();
        if walled {
            let path = folder.path().join(TOKEN_FILE);
            wall(&config);
            succeed(&kring::command(Some(&config), &["registration", "--antispam"]));
            extra_config += &module_settings(&web, &path);
        }
        let registrations = vec![folder.path().join("bridge.yaml"), folder.path().join("joiner.yaml")];
        let database = match engine {
            Engine::Sqlite => Database::Sqlite,
            Engine::Postgres => Database::Postgres(Postgres::shared().await.create_database()),
        };
        let options = SynapseOptions {
            registrations,
            extra_config,
            database,
            port: Some(hs_port),
            ..Default::default()
        };
        let synapse = Synapse::start(options).await;
        make_admin(folder.path(), &config, &synapse);
        let web = format!("http://{web}");
        let kring = KringProcess::start(&config, &web).await;
        Self { synapse, kring, config, web, folder }
    }

    /// Starts one, takes `administration` in, makes accounts for everybody in it who can have one, and fills the rooms.
    ///
    /// # Panics
    /// When a step fails.
    pub async fn filled(engine: Engine, administration: &Administration) -> Self {
        let association = Self::start(engine).await;
        association.fill(administration).await;
        association
    }

    /// Takes `administration` in, makes accounts for everybody in it who can have one, and fills the rooms; answers how long
    /// the last took.
    ///
    /// # Panics
    /// When a step fails.
    pub async fn fill(&self, administration: &Administration) -> Duration {
        self.import(administration);
        self.provision(administration);
        let started = Instant::now();
        self.done(&["apply"]);
        let took = started.elapsed();
        self.set_passwords().await;
        took
    }

    /// The configuration file.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// The address of Kring's database.
    ///
    /// # Panics
    /// When the configuration names none.
    pub fn database(&self) -> String {
        let text = fs::read_to_string(&self.config).expect("the configuration can be read");
        let config: serde_yaml::Value = serde_yaml::from_str(&text).expect("YAML");
        let url = config["store"]["url"].as_str().expect("an address");
        match url.strip_prefix("sqlite:") {
            Some(file) => format!("sqlite:{}", self.path(file).display()),
            None => url.to_owned(),
        }
    }

    /// A file in the association's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The bridge's registration, as Kring wrote it.
    pub fn registration(&self) -> Registration {
        Registration::read(&self.path("bridge.yaml"))
    }

    /// Gives a command beside the running Kring.
    pub fn said(&self, arguments: &[&str]) -> Said {
        kring::command(Some(&self.config), arguments)
    }

    /// Gives a command that has to succeed.
    ///
    /// # Panics
    /// With what it said, when it does not.
    pub fn done(&self, arguments: &[&str]) -> Said {
        let said = self.said(arguments);
        succeed(&said);
        said
    }

    /// Gives a command that answers in JSON.
    ///
    /// # Panics
    /// When it fails.
    pub fn ask(&self, arguments: &[&str]) -> Value {
        self.said(arguments).json()
    }

    /// `kring import`
    ///
    /// # Panics
    /// When it is not accepted.
    pub fn import(&self, administration: &Administration) {
        let file = administration.write(self.folder.path());
        self.done(&["import", &file.display().to_string()]);
    }

    /// `kring member provision` for every address in `administration`, once.
    ///
    /// # Panics
    /// When it cannot do its work.
    pub fn provision(&self, administration: &Administration) -> Value {
        let mut addresses: Vec<&str> = administration.rows().iter().map(|row| row.email.as_str()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        self.provision_addresses(&addresses)
    }

    /// `kring member provision` for these addresses, as they stand here.
    ///
    /// # Panics
    /// When it cannot do its work.
    pub fn provision_addresses(&self, addresses: &[&str]) -> Value {
        let file = self.path("accounts.csv");
        fs::write(&file, format!("email\n{}\n", addresses.join("\n"))).expect("the folder can be written to");
        self.ask(&["member", "provision", "--from", &file.display().to_string(), "--json"])
    }

    /// Takes `administration` in and applies what follows from it.
    ///
    /// # Panics
    /// When a step fails.
    pub fn follow(&self, administration: &Administration) {
        self.import(administration);
        self.done(&["apply"]);
    }

    /// Everybody with an account: membership number to user id.
    ///
    /// # Panics
    /// When Kring does not answer.
    pub fn accounts(&self) -> BTreeMap<String, String> {
        let answer = self.ask(&["member", "list", "--json"]);
        let members = answer.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |member: &Value, key: &str| member.get(key).and_then(Value::as_str).map(str::to_owned);
        members.iter().filter_map(|m| text(m, "number").zip(text(m, "user_id"))).collect()
    }

    /// The user id of the person with this membership number.
    ///
    /// # Panics
    /// When that person has no account.
    pub fn user(&self, number: &str) -> String {
        self.accounts().remove(number).unwrap_or_else(|| panic!("{number} has no account"))
    }

    /// As [`Association::user`], to be waited for beside something else.
    ///
    /// # Panics
    /// When that person has no account.
    pub async fn user_of(&self, number: &str) -> String {
        self.user(number)
    }

    /// Waits until Kring has seen everything that happened before: the homeserver tells it in order, and counts a room
    /// that is not Kring's in the plan.
    ///
    /// # Panics
    /// When that takes too long.
    pub async fn settle(&self) {
        let unmanaged = || self.ask(&["plan", "--json"]).get("unmanaged").and_then(Value::as_u64);
        let before = unmanaged();
        let token = self.synapse.admin_token().await;
        let body = json!({ "invite": [format!("@kring:{SERVER_NAME}")] });
        let made = self.synapse.api().post("/_matrix/client/v3/createRoom", token, &body).await;
        made.expect_ok("a room of the server admin's own");
        eventually("Kring is up to date", PATIENCE, || async { (unmanaged() > before).then_some(()) }).await;
    }

    /// Gives everybody with an account the membership number as a password.
    ///
    /// # Panics
    /// When the homeserver refuses.
    pub async fn set_passwords(&self) {
        for (number, user) in self.accounts() {
            let path = format!("/_synapse/admin/v1/reset_password/{}", segment(&user));
            let body = json!({ "new_password": number, "logout_devices": false });
            self.admin_post(&path, &body).await;
        }
    }

    /// Logs a member in with matrix-nio.
    ///
    /// # Panics
    /// When the homeserver refuses.
    pub async fn member(&self, number: &str) -> NioClient {
        let client = NioClient::login(self.synapse.url(), &self.user(number), number).await;
        client.unwrap_or_else(|refusal| {
            panic!("{number} cannot log in: {} {}", refusal.errcode, refusal.message)
        })
    }

    /// A request to the homeserver's admin API that has to succeed.
    ///
    /// # Panics
    /// When it does not.
    pub async fn admin_post(&self, path: &str, body: &Value) -> Value {
        self.synapse.api().post(path, self.synapse.admin_token().await, body).await.expect_ok(path)
    }

    /// A request to the homeserver's admin API that has to succeed.
    ///
    /// # Panics
    /// When it does not.
    pub async fn admin_get(&self, path: &str) -> Value {
        self.synapse.api().get(path, self.synapse.admin_token().await).await.expect_ok(path)
    }

    /// Whether the homeserver let an admin give `user` the highest power that it can give away in `room`.
    ///
    /// # Panics
    /// When it did not.
    pub async fn make_room_admin(&self, room: &str, user: &str) {
        let path = format!("/_synapse/admin/v1/rooms/{}/make_room_admin", segment(room));
        self.admin_post(&path, &json!({ "user_id": user })).await;
    }

    /// Kring's audit log about `group`, newest first.
    ///
    /// # Panics
    /// When Kring does not answer.
    pub fn audit(&self, group: &str) -> Vec<Value> {
        let said = self.done(&["audit", "--group", group, "--limit", "500", "--json"]);
        said.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON lines")).collect()
    }

    /// Starts `kring run` again after [`KringProcess::kill9`] or [`KringProcess::stop`].
    ///
    /// # Panics
    /// When it does not become ready.
    pub async fn run_again(&mut self) {
        self.kring = KringProcess::start(&self.config, &self.web).await;
    }

    /// A second `kring run` on the same database, with a folder and an address of its own, as on another machine.
    ///
    /// # Panics
    /// When it does not become ready.
    pub async fn twin(&self) -> KringProcess {
        self.twin_with(&[]).await
    }

    /// As [`Association::twin`], with more arguments after `run`.
    ///
    /// # Panics
    /// When it does not become ready.
    pub async fn twin_with(&self, arguments: &[&str]) -> KringProcess {
        let text = fs::read_to_string(&self.config).expect("the configuration can be read");
        let mut config: serde_yaml::Value = serde_yaml::from_str(&text).expect("YAML");
        let (folder, web) = (self.path("twin"), format!("127.0.0.1:{}", free_port()));
        fs::create_dir_all(&folder).expect("the folder can be written to");
        for key in ["registration_file", "joiner_registration_file", "admin_token_file"] {
            let file = config["homeserver"][key].as_str().map(|name| self.path(name).display().to_string());
            config["homeserver"][key] = file.expect("a file").into();
        }
        let token =
            config["antispam"]["token_file"].as_str().map(|name| self.path(name).display().to_string());
        if let Some(token) = token {
            config["antispam"]["token_file"] = token.into();
        }
        config["data"]["dir"] = folder.display().to_string().into();
        config["listen"]["address"] = web.as_str().into();
        let path = folder.join("kring.yaml");
        fs::write(&path, serde_yaml::to_string(&config).expect("YAML"))
            .expect("the folder can be written to");
        KringProcess::start_with(&path, &format!("http://{web}"), arguments).await
    }

    /// Nothing is left to do, and Kring knows that without asking the homeserver.
    ///
    /// # Panics
    /// When something is left.
    pub fn nothing_is_left(&self) {
        let plan = self.ask(&["plan", "--json"]);
        assert_eq!(plan.get("actions"), Some(&json!([])), "a second plan is empty");
        assert_eq!(plan.get("homeserver_calls"), Some(&json!(0)));
        assert_eq!(plan.get("confirmation"), Some(&Value::Null));
    }
}

fn succeed(said: &Said) {
    assert_eq!(said.code, Some(0), "kring failed: {}{}", said.stderr, said.stdout);
}

async fn write_config(folder: &Path, engine: Engine, hs_port: u16, web: &str) -> PathBuf {
    let store = match engine {
        Engine::Sqlite => "sqlite:kring.db".to_owned(),
        Engine::Postgres => Postgres::shared().await.create_database(),
    };
    let policy = folder.join("policy.yaml");
    fs::write(&policy, policy_of_the_stories()).expect("the folder can be written to");
    let config = json!({
        "homeserver": {
            "url": format!("http://127.0.0.1:{hs_port}"), "server_name": SERVER_NAME,
            "registration_file": "bridge.yaml", "joiner_registration_file": "joiner.yaml",
            "admin_token_file": "admin.yaml",
        },
        "store": { "url": store },
        "policy": { "source": policy },
        "listen": { "address": web },
        "association": { "name": "Ons IVN", "language": "nl" },
        "data": { "dir": "." },
        "log": { "filter": "info" },
    });
    let path = folder.join("kring.yaml");
    fs::write(&path, serde_yaml::to_string(&config).expect("JSON is YAML"))
        .expect("the folder can be written to");
    path
}

fn policy_of_the_stories() -> String {
    let shipped = fs::read_to_string(workspace().join("policies/ivn/policy.yaml"));
    let mut policy = shipped.expect("the shipped policy can be read");
    for (after, added) in ADDITIONS {
        assert!(policy.contains(after), "the shipped policy has {after}");
        policy = policy.replacen(after, &format!("{after}{added}"), 1);
    }
    policy
}

/// The fragment that operators install, without the registrations' paths, which the harness knows.
fn shipped_settings() -> String {
    let path = workspace().join("deploy/homeserver/kring.yaml");
    let text = fs::read_to_string(path).expect("the shipped fragment can be read");
    let mut settings: serde_yaml::Mapping = serde_yaml::from_str(&text).expect("the fragment is YAML");
    settings.remove("app_service_config_files");
    serde_yaml::to_string(&settings).expect("settings can be written")
}

/// Switches the second wall on in Kring's configuration, and logs every answer.
fn wall(config: &Path) {
    let text = fs::read_to_string(config).expect("the configuration can be read");
    let text = text.replace("filter: info", "filter: info,kring_web=debug");
    let walled = format!("{text}antispam:\n  token_file: {TOKEN_FILE}\n");
    fs::write(config, walled).expect("the configuration can be written");
}

/// The module's settings that operators install, for these addresses.
fn module_settings(web: &str, token: &Path) -> String {
    let path = workspace().join("deploy/homeserver/antispam.yaml");
    let text = fs::read_to_string(path).expect("the shipped settings can be read");
    for shipped in ["127.0.0.1:8090", "/etc/kring/registration/antispam-token"] {
        assert!(text.contains(shipped), "the shipped settings have {shipped}");
    }
    let text = text.replace("127.0.0.1:8090", web);
    text.replace("/etc/kring/registration/antispam-token", &token.display().to_string())
}

fn make_admin(folder: &Path, config: &Path, synapse: &Synapse) {
    let secret = folder.join("shared-secret");
    fs::write(&secret, synapse.registration_shared_secret()).expect("the folder can be written to");
    let secret = secret.display().to_string();
    succeed(&kring::command(Some(config), &["registration", "--admin", "--shared-secret-file", &secret]));
}
