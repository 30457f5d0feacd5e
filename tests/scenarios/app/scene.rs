//! An association, its homeserver and the bridge between them.

use std::{path::Path, sync::Arc, time::Duration};

use jiff::SignedDuration;
use kring_app::{App, Applied, ApplyError, Context, Progress};
use kring_core::clock::FixedClock;
use kring_homeserver::{Homeserver, HomeserverOptions, Joiner, SynapseAdmin, registration};
use kring_policies::policy::Policy;
use kring_store::{AuditFilter, AuditRecord, OpenOptions, Store, StoreUrl};
use kring_tests::{
    Administration, Postgres, Registration, eventually, fake::FakeHomeserver, skip::skipped_without_servers,
    venv::workspace,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    association::{self, user},
    breath::Breath,
    service::Door,
};

/// How long a condition may take to come true.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Which database a story runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    Sqlite,
    Postgres,
}

pub(crate) struct Scene {
    pub(crate) fake: FakeHomeserver,
    pub(crate) clock: FixedClock,
    pub(crate) app: App,
    pub(crate) database: StoreUrl,
    /// How the store is opened from the next start on.
    pub(crate) options: OpenOptions,
    pub(crate) breath: Breath,
    registrations: [Registration; 2],
    admin_token: String,
    door: Door,
    service: JoinHandle<()>,
    workers: Vec<JoinHandle<()>>,
    lanes: Option<JoinHandle<()>>,
    database_address: Option<String>,
    _folder: TempDir,
}

/// Tells nobody.
pub(crate) struct Quiet;

impl Progress for Quiet {
    fn begins(&self, _actions: usize) {}
    fn done(&self, _actions: usize) {}
}

impl Scene {
    /// An empty association on SQLite.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = StoreUrl::sqlite(folder.path().join("kring.db"));
        Self::with(folder, database).await
    }

    /// An empty association; `None` where that database is absent.
    pub(crate) async fn start_on(on: On) -> Option<Self> {
        if on == On::Sqlite {
            return Some(Self::start().await);
        }
        if skipped_without_servers() {
            return None;
        }
        let address = Postgres::shared().await.create_database();
        let database = address.parse().expect("an address");
        let mut scene = Self::with(tempfile::tempdir().expect("a folder"), database).await;
        scene.database_address = Some(address);
        Some(scene)
    }

    /// The small association with all its rooms, and nothing left to do.
    pub(crate) async fn filled() -> Self {
        Self::start().await.fill().await
    }

    /// Gives the small association all its rooms.
    pub(crate) async fn fill(self) -> Self {
        self.people(&association::small()).await;
        assert_eq!(self.apply().await.failed, []);
        self.settled().await;
        self
    }

    async fn with(folder: TempDir, database: StoreUrl) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket"));
        let registrations = [Registration::bridge(&url), Registration::joiner()];
        let door = Door::default();
        let service = door.serve(listener, &registrations[0].hs_token);
        let fake = FakeHomeserver::start(registrations.to_vec()).await;
        let admin_token = fake.add_admin("kring-admin");
        let clock = FixedClock::new("2026-07-01T10:00:00Z".parse().expect("an instant"));
        let options = OpenOptions::default();
        let app = app(&fake, &clock, (&database, &options), &registrations, &admin_token).await;
        let mut scene = Self {
            fake,
            clock,
            app,
            database,
            options,
            breath: Breath::default(),
            registrations,
            admin_token,
            door,
            service,
            workers: Vec::new(),
            lanes: None,
            database_address: None,
            _folder: folder,
        };
        scene.work();
        scene
    }

    fn work(&mut self) {
        self.breath = Breath::default();
        self.door.open(Some((self.app.clone(), self.breath.clone())));
        let app = self.app.clone();
        self.workers.push(self.breathing(async move { app.serve_outbox(CancellationToken::new()).await }));
        self.resume_lanes();
    }

    /// A task of the bridge, which ends with it.
    pub(crate) fn breathing(&self, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        let breath = self.breath.clone();
        tokio::spawn(async move { breath.of(task).await.unwrap_or_default() })
    }

    /// Events are stored and wait from now on.
    pub(crate) async fn pause_lanes(&mut self) {
        if let Some(lanes) = self.lanes.take() {
            lanes.abort();
            let _ = lanes.await;
        }
        self.app.inherit().await.expect("leases are given back");
    }

    pub(crate) fn resume_lanes(&mut self) {
        let app = self.app.clone();
        self.lanes = Some(self.breathing(async move { app.serve_lanes(CancellationToken::new()).await }));
    }

    /// The process dies in the middle of whatever it does.
    pub(crate) async fn crash(&mut self) {
        self.door.open(None);
        self.breath.end();
        for worker in self.workers.drain(..).chain(self.lanes.take()) {
            worker.abort();
            assert!(!worker.await.is_err_and(|ended| ended.is_panic()), "a worker panicked");
        }
        self.app.context.store.close().await;
        let gone = || async { (self.fake.under_way() == 0).then_some(()) };
        eventually("connections of a dead process end", PATIENCE, gone).await;
    }

    /// The homeserver finds nobody at our address any more; what it has open already stays.
    pub(crate) async fn hide(&mut self) {
        self.service.abort();
        let _ = (&mut self.service).await;
    }

    /// We are at our address again.
    pub(crate) async fn appear(&mut self) {
        let [bridge, _] = &self.registrations;
        let url = Url::parse(bridge.url.as_deref().expect("an address")).expect("an address");
        let address = (url.host_str().expect("a host").to_owned(), url.port().expect("a port"));
        let listener = TcpListener::bind(address).await.expect("our own port");
        self.service = self.door.serve(listener, &bridge.hs_token);
    }

    /// Everything that waits for a timer of ours looks again as if so much time had passed.
    pub(crate) async fn timers_pass(time: Duration) {
        tokio::time::pause();
        tokio::time::advance(time).await;
        tokio::time::resume();
    }

    /// Another process starts on the same database.
    pub(crate) async fn restart(&mut self) {
        let store = (&self.database, &self.options);
        self.app = app(&self.fake, &self.clock, store, &self.registrations, &self.admin_token).await;
        self.app.inherit().await.expect("leases are inherited");
        self.work();
    }

    /// Imports an administration and gives everybody in it an inlog.
    pub(crate) async fn people(&self, administration: &Administration) {
        self.import(administration).await;
        let store = &self.app.context.store;
        let people = store.read().await.expect("a reader").people().await.expect("people");
        let mut writer = store.write().await.expect("a writer");
        for person in people.iter().filter(|p| p.user_id.is_none()) {
            let number = person.member.number.as_ref().expect("a number").as_str();
            let inlog = user(number.parse().expect("digits"));
            let local = inlog.trim_start_matches('@').split(':').next().expect("a local part");
            self.fake.add_account(local, "");
            let inlog = inlog.as_str().try_into().expect("a user id");
            assert!(writer.bind_account(&person.member.id, inlog).await.expect("bound"));
        }
        writer.commit().await.expect("stored");
        self.app.reload().await.expect("facts");
    }

    /// Imports an administration, confirming whatever it asks.
    pub(crate) async fn import(&self, administration: &Administration) {
        let bytes = administration.csv();
        let context = &self.app.context;
        let preview = context.preview_import(bytes.as_bytes()).await.expect("an administration").0;
        let token = preview.report.confirmation.map(|question| question.token);
        context.import(bytes.as_bytes(), token.as_deref()).await.expect("accepted");
        self.app.reload().await.expect("facts");
    }

    pub(crate) async fn apply(&self) -> Applied {
        self.apply_confirmed(None).await.expect("nothing to confirm")
    }

    /// Applies while time passes quickly.
    pub(crate) async fn apply_confirmed(&self, token: Option<&str>) -> Result<Applied, ApplyError> {
        tokio::select! {
            applied = tokio::time::timeout(PATIENCE, self.app.apply(token, &Quiet)) => {
                applied.unwrap_or_else(|_| panic!("apply does not end: {:?}", self.fake.requests().last()))
            }
            () = self.hurry() => unreachable!("hurrying never ends"),
        }
    }

    /// Moves the clocks on whenever nothing happens for a while, so that no pause lasts.
    pub(crate) async fn hurry(&self) {
        let (mut seen, mut idle) = (0, 0);
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let requests = self.fake.requests().len();
            idle = if self.fake.under_way() == 0 && requests == seen { idle + 1 } else { 0 };
            seen = requests;
            match idle {
                0 => {}
                // Not so fast that a lease ends whose effect is only slow.
                1..5 => self.pass(SignedDuration::from_millis(250)),
                _ => self.pass(SignedDuration::from_secs(2)),
            }
        }
    }

    /// Time passes, and everybody who waits for it looks again.
    pub(crate) fn pass(&self, time: SignedDuration) {
        self.clock.advance(time);
        self.fake.advance(time.unsigned_abs());
        self.app.effects_stored.notify_one();
        self.app.events_stored.notify_one();
    }

    /// Waits until every event has been delivered; they may not have been handled yet.
    pub(crate) async fn delivered(&self) {
        let all = || async { (self.fake.undelivered("kring") == 0).then_some(()) };
        tokio::select! {
            () = eventually("everything delivered", PATIENCE, all) => {}
            () = self.hurry_deliveries() => {}
        }
    }

    async fn hurry_deliveries(&self) {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.fake.advance(Duration::from_secs(2));
        }
    }

    /// The address of the story's own database, as a program of PostgreSQL takes it; `None` on SQLite.
    pub(crate) fn database_address(&self) -> Option<&str> {
        self.database_address.as_deref()
    }

    /// The name of the story's own database on PostgreSQL.
    pub(crate) fn database_name(&self) -> String {
        let address = self.database_address.clone().expect("a story on PostgreSQL");
        address.rsplit('/').next().expect("a name").to_owned()
    }

    /// Waits until everything has been delivered, handled and done.
    pub(crate) async fn settled(&self) {
        self.settled_but(0).await;
    }

    /// As [`Scene::settled`], with so many effects still waiting for their time.
    pub(crate) async fn settled_but(&self, waiting: u64) {
        let quiet = || async {
            let events = self.events();
            let flow = self.is_quiet().await;
            let effects = self.reader().await.pending_effects(None).await.expect("effects");
            let still = flow && effects == waiting && self.is_quiet().await && self.events() == events;
            still.then_some(())
        };
        eventually("nothing under way", PATIENCE, quiet).await;
    }

    async fn is_quiet(&self) -> bool {
        let backlog = self.app.context.store.backlog().await.expect("a backlog");
        self.fake.undelivered("kring") == 0 && backlog.pending == 0 && self.fake.under_way() == 0
    }

    fn events(&self) -> usize {
        self.fake.world().rooms.values().map(|room| room.timeline.len()).sum()
    }

    pub(crate) async fn reader(&self) -> kring_store::Reader {
        self.app.context.store.read().await.expect("a reader")
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.app.context.clock.now_ms()
    }

    /// Somebody has seen what failed.
    pub(crate) async fn forget_failed(&self) {
        let mut writer = self.app.context.store.write().await.expect("a writer");
        writer.forget_failed(None).await.expect("forgotten");
        writer.commit().await.expect("stored");
    }

    /// As [`Scene::repairs`], without what a story did by the bridge's own hand.
    pub(crate) async fn repairs_of_others(&self) -> Vec<AuditRecord> {
        let mut all = self.repairs().await;
        all.retain(|record| record.entry.details.get("sender").is_some_and(|s| s != "@kring:kring.test"));
        all
    }

    /// Every line of the audit log about something that was repaired.
    pub(crate) async fn repairs(&self) -> Vec<AuditRecord> {
        let mut all = self.reader().await.audit(&AuditFilter::default()).await.expect("the log");
        all.retain(|record| record.entry.verb.starts_with("repair-"));
        all
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        for worker in self.workers.iter().chain(&self.lanes) {
            worker.abort();
        }
        self.service.abort();
    }
}

async fn app(
    fake: &FakeHomeserver,
    clock: &FixedClock,
    (database, options): (&StoreUrl, &OpenOptions),
    [bridge, joiner]: &[Registration; 2],
    admin_token: &str,
) -> App {
    let server_name = kring_tests::fake::SERVER_NAME;
    let own = ["kring", "kring-beheer", "kring-help", "kring-agenda"];
    let own = own.map(|name| format!("@{name}:{server_name}").try_into().expect("a user id"));
    let context = Context {
        policy: Arc::new(policy()),
        store: Store::open_with(database, options).await.expect("the store opens"),
        clock: Arc::new(clock.clone()),
        own_users: own.into(),
        server_name: server_name.try_into().expect("a server name"),
        language: "nl".into(),
    };
    let (url, options) = (Url::parse(fake.url()).expect("an address"), HomeserverOptions::default());
    let homeserver = Homeserver::new(&url, &read(bridge), &options).expect("a client");
    let joiner = Joiner::new(&url, &read(joiner), &options).expect("a client");
    let accounts = SynapseAdmin::new(&url, admin_token.into(), &options).expect("a client");
    App::new(context, homeserver, joiner, Some(Arc::new(accounts))).await.expect("facts")
}

fn read(registration: &Registration) -> registration::Registration {
    let yaml = serde_yaml::to_string(registration).expect("YAML");
    serde_yaml::from_str(&yaml).expect("a registration")
}

/// The association's own policy.
fn policy() -> Policy {
    let path: &Path = &workspace().join("policies/ivn/policy.yaml");
    let yaml = std::fs::read_to_string(path).expect("the policy can be read");
    kring_policies::read::read_policy("policy.yaml", &yaml).expect("the policy is right")
}
