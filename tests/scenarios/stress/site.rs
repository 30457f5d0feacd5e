//! `kring run` with a homeserver of memory, whose database goes wrong.

use std::{
    collections::BTreeSet,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use kring_store::{AuditFilter, Mode, Store};
use kring_tests::{
    Administration, KringProcess, Registration, cast, eventually,
    fake::{FakeHomeserver, SERVER_NAME},
    kring,
    process::free_port,
    venv::workspace,
};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than Kring waits for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

const BRANCH: &str = "afdeling/emmen";
const KEES: &str = "0001003";

pub(crate) struct Site {
    pub(crate) fake: FakeHomeserver,
    pub(crate) kring: KringProcess,
    store: String,
    web: String,
    kees: String,
    room: String,
    /// How often Kees left.
    left: usize,
    folder: TempDir,
}

impl Site {
    /// A filled association whose database is at `store`, as Kring sees it; `direct` is the same one without anything
    /// between.
    pub(crate) async fn start(store: &str, direct: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("kring-stress-").tempdir().expect("a folder");
        let web = format!("127.0.0.1:{}", free_port());
        let registrations = vec![Registration::bridge(&format!("http://{web}")), Registration::joiner()];
        for registration in &registrations {
            private(&registration.write(folder.path()));
        }
        let fake = FakeHomeserver::start(registrations).await;
        let config = configure(folder.path(), &fake, store, &web);
        let web = format!("http://{web}");
        let kring = KringProcess::start(&config, &web).await;
        let (kees, room, store) = (String::new(), String::new(), direct.to_owned());
        let mut site = Self { fake, kring, store, web, kees, room, left: 0, folder };
        site.fill().await;
        site
    }

    async fn fill(&mut self) {
        let people = Administration::new().with(cast::kees()).with(cast::chloe()).with(cast::fatma());
        self.done(&["import", &people.write(self.folder.path()).display().to_string()]);
        let addresses: Vec<_> = people.rows().iter().map(|row| row.email.clone()).collect();
        let file = self.folder.path().join("accounts.csv");
        fs::write(&file, format!("email\n{}\n", addresses.join("\n"))).expect("the folder can be written to");
        self.done(&["member", "provision", "--from", &file.display().to_string()]);
        self.done(&["apply"]);
        let members = self.done(&["member", "list", "--json"]).json();
        let members = members["members"].as_array().cloned().unwrap_or_default();
        let kees = members.iter().find(|m| m["number"] == KEES).expect("Kees is a member");
        self.kees = kees["user_id"].as_str().expect("Kees has an account").to_owned();
        self.room = self.find_room();
        self.settled().await;
    }

    fn find_room(&self) -> String {
        let world = self.fake.world();
        let emmen = |room: &&kring_tests::fake::Room| {
            room.content("m.room.create", "").as_object().is_some_and(|c| c.values().any(|v| v == BRANCH))
        };
        world.rooms.values().find(emmen).expect("a room").id.clone()
    }

    /// Kees leaves a room in which he belongs.
    pub(crate) fn something_happens(&mut self) {
        self.fake.acting(&self.kees).leave(&self.room).expect("anybody may leave");
        self.left += 1;
    }

    /// Kees is in his room again.
    pub(crate) async fn it_is_put_right(&mut self) {
        let start = Instant::now();
        while self.fake.world().membership(&self.room, &self.kees) != "join" {
            assert!(start.elapsed() < PATIENCE, "Kees is not back:\n{}", self.kring.log());
            self.becomes_ready().await;
        }
    }

    /// What `/ready` says about the database, once it says something else than before.
    pub(crate) async fn becomes(&self, code: &str) {
        let told = || async {
            let report = self.report().await?;
            let part = &report["database"];
            let sentence = part["text"]["nl"].as_str().is_some_and(|text| text.ends_with('.'));
            (part["code"] == code && (sentence || code == "ok")).then_some(())
        };
        eventually(&format!("/ready says {code}"), PATIENCE, told).await;
        let health = self.kring.api().call(Method::GET, "/health", None, None).await;
        assert_eq!(health.status, 200, "nobody restarts Kring because of its database");
    }

    /// The homeserver has nothing left to tell.
    pub(crate) async fn is_taken(&self) {
        let taken = || async { (self.fake.undelivered("kring") == 0).then_some(()) };
        eventually("everything is taken", PATIENCE, taken).await;
        assert!(!self.fake.thinks_down("kring"), "it was refused before");
    }

    /// The homeserver was refused and thinks that we are down.
    pub(crate) async fn is_refused(&self) {
        let down = || async { self.fake.thinks_down("kring").then_some(()) };
        eventually("the homeserver is refused", PATIENCE, down).await;
    }

    async fn report(&self) -> Option<Value> {
        let answer = self.kring.api().try_call(Method::GET, "/ready", None, None).await?;
        let ready = answer.body["database"]["code"] == "ok";
        assert!(ready || answer.status == 503, "{} {}", answer.status, answer.body);
        Some(answer.body)
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("config.yaml")
    }

    /// Ready without anybody's doing but a supervisor's, who starts what ended.
    async fn becomes_ready(&mut self) {
        let start = Instant::now();
        loop {
            if !self.kring.is_running() {
                self.kring = KringProcess::spawn(&self.config(), &self.web, &[]);
            }
            let answer = self.kring.api().try_call(Method::GET, "/ready", None, None).await;
            if answer.as_ref().is_some_and(kring_tests::api::Answer::is_ok) && self.kring.is_running() {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "not ready: {answer:?}\n{}", self.kring.log());
            tokio::task::yield_now().await;
        }
    }

    /// Ready by itself, everything delivered without another second on the homeserver's clock, handled once and in order,
    /// and nothing left.
    pub(crate) async fn heals(&mut self) {
        self.becomes_ready().await;
        self.it_is_put_right().await;
        self.settled().await;
        let store = self.open().await;
        let mut reader = store.read().await.expect("a reader");
        let log = reader.audit(&AuditFilter::default()).await.expect("the log");
        let repairs: Vec<_> = log.iter().filter(|r| r.entry.verb.starts_with("repair-")).collect();
        let events: BTreeSet<_> =
            repairs.iter().map(|r| r.entry.details.get("event").map(Value::to_string)).collect();
        assert_eq!(events.len(), repairs.len(), "no departure was repaired twice: {repairs:#?}");
        // Whoever takes the lead looks at all rooms first, and may find somebody missing before the event is handled.
        let led_on = !self.kring.log().contains("does not lead any more");
        assert!(repairs.len() == self.left || (!led_on && repairs.len() < self.left), "{repairs:#?}");
        assert_eq!(reader.verify_audit().await.expect("the log"), None);
        let failed = reader.failed_effects(None).await.expect("effects");
        assert_eq!((failed, store.backlog().await.expect("a backlog").dead), (vec![], 0));
        let plan = self.done(&["plan", "--json"]).json();
        assert_eq!(plan["actions"], json!([]));
        assert!(!self.kring.log().contains("panicked"), "{}", self.kring.log());
    }

    async fn settled(&self) {
        let quiet = || async {
            let store = self.open().await;
            let mut reader = store.read().await.expect("a reader");
            let waiting = store.backlog().await.expect("a backlog").pending
                + reader.pending_effects(None).await.expect("effects");
            (waiting == 0 && self.fake.undelivered("kring") == 0).then_some(())
        };
        eventually("everything is delivered and done", PATIENCE, quiet).await;
    }

    async fn open(&self) -> Store {
        let url = self.store.parse().expect("an address");
        Store::open(&url, Mode::ReadOnly).await.expect("the store opens")
    }

    fn done(&self, arguments: &[&str]) -> kring::Said {
        let said = self.kring.command(arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {}{}", said.stderr, said.stdout);
        said
    }
}

fn configure(folder: &Path, fake: &FakeHomeserver, store: &str, web: &str) -> PathBuf {
    let admin =
        json!({ "user_id": format!("@beheer:{SERVER_NAME}"), "access_token": fake.add_admin("beheer") });
    let config = json!({
        "homeserver": {
            "url": fake.url(), "server_name": SERVER_NAME, "registration_file": "kring.yaml",
            "joiner_registration_file": "kring-joiner.yaml", "admin_token_file": "admin.yaml",
        },
        "store": { "url": store },
        "policy": { "source": workspace().join("policies/ivn/policy.yaml") },
        "listen": { "address": web },
        "association": { "name": "Ons IVN", "language": "nl" },
        "data": { "dir": "." },
    });
    write(&folder.join("admin.yaml"), &admin);
    write(&folder.join("config.yaml"), &config)
}

fn write(path: &Path, value: &Value) -> PathBuf {
    fs::write(path, serde_yaml::to_string(value).expect("YAML")).expect("the folder can be written to");
    private(path);
    path.to_owned()
}

fn private(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o600)).expect("our own file");
}
