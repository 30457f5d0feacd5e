//! One Synapse for all tests of this binary, from a Python environment; it ends with the process.

use std::{
    env, fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

use kring_homeserver::{
    Homeserver, HomeserverOptions, Joiner, NewAccount, SynapseAdmin, create_admin,
    registration::{self, Registration, RegistrationInput, Registrations},
};
use ruma::{OwnedServerName, OwnedUserId, UserId, owned_server_name};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use url::Url;

pub(crate) const SHARED_SECRET: &str = "shared-secret-of-the-tests";
pub(crate) const ADMIN_PASSWORD: &str = "a long password that nobody keeps";

/// The running Synapse and what is registered there.
pub(crate) struct Synapse {
    pub(crate) base: Url,
    pub(crate) server_name: OwnedServerName,
    pub(crate) kring: Registrations,
    /// A registration whose url nobody listens on.
    pub(crate) deaf: Registration,
    /// A registration whose token is taken from another network only.
    pub(crate) elsewhere: Registration,
    _process: Child,
}

static SYNAPSE: LazyLock<Option<Synapse>> = LazyLock::new(|| Some(start(&venv()?)));
static ADMIN: OnceCell<SecretString> = OnceCell::const_new();

/// The Synapse, or `None` after saying that `test` is skipped because there is no environment to run it from.
pub(crate) fn synapse(test: &str) -> Option<&'static Synapse> {
    if SYNAPSE.is_none() {
        assert!(
            env::var("KRING_REQUIRE_ALL").is_err(),
            "{test}: no Synapse; set KRING_VENV to its environment"
        );
        eprintln!("skipped: {test}: no Synapse; set KRING_VENV to its environment");
    }
    SYNAPSE.as_ref()
}

/// The Synapse, or leaves the test.
macro_rules! synapse_or_skip {
    () => {{
        fn here() {}
        let test = std::any::type_name_of_val(&here).trim_end_matches("::{{closure}}::here");
        match crate::synapse::synapse(test) {
            Some(synapse) => synapse,
            None => return,
        }
    }};
}
pub(crate) use synapse_or_skip;

impl Synapse {
    pub(crate) fn homeserver(&self) -> Homeserver {
        self.homeserver_as(&self.kring.bridge)
    }

    pub(crate) fn homeserver_as(&self, registration: &Registration) -> Homeserver {
        Homeserver::new(&self.base, registration, &HomeserverOptions::default()).unwrap()
    }

    pub(crate) fn joiner(&self) -> Joiner {
        Joiner::new(&self.base, &self.kring.joiner, &HomeserverOptions::default()).unwrap()
    }

    pub(crate) async fn admin(&self) -> SynapseAdmin {
        let options = HomeserverOptions::default();
        let token = ADMIN
            .get_or_init(async || {
                let (secret, password) = (SHARED_SECRET.into(), ADMIN_PASSWORD.into());
                create_admin(&self.base, &secret, "admin-of-the-tests", &password, &options)
                    .await
                    .unwrap()
                    .access_token
            })
            .await;
        SynapseAdmin::new(&self.base, token.clone(), &options).unwrap()
    }

    pub(crate) fn user(&self, localpart: &str) -> OwnedUserId {
        UserId::parse(format!("@{localpart}:{}", self.server_name)).unwrap()
    }

    pub(crate) fn kring_user(&self) -> OwnedUserId {
        self.user(registration::SENDER)
    }

    /// A person with the password `wachtwoord van {localpart}` and no address.
    pub(crate) async fn person(&self, localpart: &str) -> OwnedUserId {
        use kring_homeserver::AccountProvider;
        let new = NewAccount {
            user_id: self.user(localpart),
            display_name: localpart.to_owned(),
            email: None,
            password: Some(password_of(localpart).into()),
        };
        self.admin().await.create(&new).await.unwrap();
        new.user_id
    }

    /// A request as a person's client would send it: status and body.
    pub(crate) async fn client(
        &self,
        method: http::Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> (u16, Value) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = http.request(method, format!("{}_matrix/client/v3/{path}", self.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Logs in as Element does; gives status and body.
    pub(crate) async fn log_in(&self, identifier: Value, password: &str) -> (u16, Value) {
        let body = json!({ "type": "m.login.password", "identifier": identifier, "password": password });
        self.client(http::Method::POST, "login", None, Some(body)).await
    }

    /// Logs a [`Synapse::person`] in; gives the access token.
    pub(crate) async fn token_of(&self, user: &UserId) -> String {
        let identifier = json!({ "type": "m.id.user", "user": user });
        let (status, body) = self.log_in(identifier, &password_of(user.localpart())).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn password_of(localpart: &str) -> String {
    format!("wachtwoord van {localpart}")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn venv() -> Option<PathBuf> {
    let venv = env::var_os("KRING_VENV").map_or_else(|| root().join(".cache/venv"), PathBuf::from);
    venv.join("bin/python").exists().then_some(venv)
}

/// Ends itself and removes its folder when our end of its standard input closes, however this process ends.
const LAUNCHER: &str = "
import os, shutil, sys, threading
folder = sys.argv.pop()
def wait():
    while os.read(0, 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)
threading.Thread(target=wait, daemon=True).start()
from synapse.app import homeserver
homeserver.main()
";

fn start(venv: &Path) -> Synapse {
    let folder = tempfile::tempdir().unwrap().keep();
    let server_name = owned_server_name!("kring.test");
    let appservice = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", appservice.local_addr().unwrap());
    listen(appservice);
    let input = RegistrationInput {
        id: "kring",
        url: &url,
        server_name: &server_name,
        joiner_networks: vec!["127.0.0.1/32".to_owned()],
    };
    let kring = registration::generate(&input, &mut rand::rng());
    let mut deaf =
        registration::generate(&RegistrationInput { id: "deaf", ..input }, &mut rand::rng()).bridge;
    // Port 1 is nobody's.
    deaf.url = Some("http://127.0.0.1:1".to_owned());
    deaf.namespaces = Default::default();
    deaf.sender_localpart = "deaf".to_owned();
    let mut elsewhere = kring.joiner.clone();
    elsewhere.id = "elsewhere".to_owned();
    elsewhere.as_token = "1".repeat(64).into();
    elsewhere.ip_range_whitelist = vec!["192.0.2.0/24".to_owned()];
    let port = free_port();
    configure(&folder, &server_name, port, &[&kring.bridge, &kring.joiner, &deaf, &elsewhere]);
    let mut process = launch(venv, &folder);
    let base = format!("http://127.0.0.1:{port}/").parse().unwrap();
    wait_for(&mut process, port, &folder);
    Synapse { base, server_name, kring, deaf, elsewhere, _process: process }
}

/// The bridge's own end of the ping: takes everything, for as long as the process lives.
fn listen(listener: TcpListener) {
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let router = axum::Router::new().fallback(async || "{}");
            axum::serve(listener, router).await.unwrap();
        });
    });
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn configure(folder: &Path, server_name: &OwnedServerName, port: u16, registrations: &[&Registration]) {
    let files = registrations.iter().map(|registration| {
        let file = folder.join(format!("{}.yaml", registration.id));
        registration.write(&file, false).unwrap();
        file
    });
    let config = json!({
        "server_name": server_name,
        "app_service_config_files": files.collect::<Vec<_>>(),
        "listeners": [{
            "port": port, "type": "http", "tls": false, "bind_addresses": ["127.0.0.1"],
            "resources": [{ "names": ["client"] }],
        }],
        "database": { "name": "sqlite3", "args": { "database": folder.join("homeserver.db") } },
        "media_store_path": folder.join("media"),
        "signing_key_path": folder.join("signing.key"),
        "registration_shared_secret": SHARED_SECRET,
        "macaroon_secret_key": "macaroons of the tests",
        "form_secret": "forms of the tests",
        "report_stats": false,
        "bcrypt_rounds": 4,
        "trusted_key_servers": [],
        "federation_domain_whitelist": [],
    });
    fs::write(folder.join("tests.yaml"), serde_yaml::to_string(&config).unwrap()).unwrap();
    fs::write(folder.join("signing.key"), format!("ed25519 a_test {}\n", "A".repeat(43))).unwrap();
}

fn launch(venv: &Path, folder: &Path) -> Child {
    let log = fs::File::create(folder.join("synapse.log")).unwrap();
    Command::new(venv.join("bin/python"))
        .args(["-c", LAUNCHER, "--config-path"])
        .arg(root().join("deploy/homeserver/kring.yaml"))
        .arg("--config-path")
        .arg(folder.join("tests.yaml"))
        .arg(folder)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn wait_for(process: &mut Child, port: u16, folder: &Path) {
    let deadline = Instant::now() + Duration::from_secs(90);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let log = || fs::read_to_string(folder.join("synapse.log")).unwrap_or_default();
        let running = process.try_wait().unwrap().is_none();
        assert!(running && Instant::now() < deadline, "Synapse does not start:\n{}", log());
        std::thread::park_timeout(Duration::from_millis(50));
    }
}
