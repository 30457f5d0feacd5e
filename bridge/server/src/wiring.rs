//! Puts the parts together as the configuration says.

use std::sync::Arc;

use kring_app::{App, Context as Facts};
use kring_core::clock::Clock;
use kring_homeserver::{
    AccountProvider, AdminSecret, Homeserver, HomeserverOptions, Joiner, ModuleToken, SynapseAdmin,
    registration::Registration,
};
use kring_store::{Mode, OpenOptions, Store, StoreUrl, Synchronous};
use ruma::{OwnedUserId, UserId};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    config::{self, Config, Database},
    exit::Failure,
    policy_file,
};

/// The local parts of the bots, beside the bridge's own.
pub const BOTS: [&str; 3] = ["kring-beheer", "kring-help", "kring-agenda"];

/// Policy, store and clock, for everything that needs no homeserver.
///
/// # Errors
/// When the policy is wrong or the store cannot be opened; nothing was changed.
pub async fn facts(config: &Config, clock: Arc<dyn Clock>, mode: Mode) -> Result<Facts, Failure> {
    let mut policy = policy_file::load(&config.policy.source)?;
    config.association.name.clone_into(&mut policy.title);
    if let Some(zone) = config.association.time_zone.iana_name() {
        zone.clone_into(&mut policy.timezone);
    }
    let server_name = config.homeserver.server_name.clone();
    Ok(Facts {
        policy: Arc::new(policy),
        store: store(config, mode).await?,
        clock,
        own_users: own_users(&server_name)?.into(),
        server_name,
        language: config.association.language.tag().into(),
    })
}

fn own_users(server: &ruma::ServerName) -> Result<Vec<OwnedUserId>, Failure> {
    let user = |name: &str| UserId::parse(format!("@{name}:{server}"));
    let all: Result<Vec<_>, _> = std::iter::once("kring").chain(BOTS).map(user).collect();
    all.map_err(|error| failure("homeserver-name", &error))
}

/// Opens the store.
///
/// # Errors
/// With one sentence for what is wrong with the database.
pub async fn store(config: &Config, mode: Mode) -> Result<Store, Failure> {
    let url = match config.database() {
        Database::Sqlite(path) => StoreUrl::sqlite(path),
        Database::Postgres(address) => address.expose_secret().parse().map_err(|e| store_failure(&e))?,
    };
    let synchronous = match config.store.synchronous {
        config::Synchronous::Full => Synchronous::Full,
        config::Synchronous::Normal => Synchronous::Normal,
    };
    let options = OpenOptions { mode, synchronous, ..OpenOptions::default() };
    Store::open_with(&url, &options).await.map_err(|e| store_failure(&e))
}

fn store_failure(error: &kring_store::OpenError) -> Failure {
    failure(error.code(), error)
}

/// The sentence `id` with the reason in the system's words.
pub fn failure(id: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(id, &[("reason", error.to_string().into())])
}

/// The bridge's own registration.
///
/// # Errors
/// When the file is not there, open to others, or not one of ours.
pub fn registration(config: &Config) -> Result<Registration, Failure> {
    Registration::read(&config.homeserver.registration_file).map_err(|e| failure("registration-bad", &e))
}

/// What the homeserver's module shows; `None` where no module is answered.
///
/// # Errors
/// When the file is not there, open to others, or holds no token.
pub fn module_token(config: &Config) -> Result<Option<SecretString>, Failure> {
    let Some(path) = &config.antispam.token_file else { return Ok(None) };
    let token = ModuleToken::read(path).map_err(|e| failure("antispam-token-bad", &e))?;
    Ok(Some(token.into_secret()))
}

/// The homeserver with the bridge's token.
///
/// # Errors
/// When the registration cannot be used.
pub fn homeserver(config: &Config) -> Result<Homeserver, Failure> {
    Homeserver::new(&config.homeserver.url, &registration(config)?, &HomeserverOptions::default())
        .map_err(|e| failure("homeserver-client", &e))
}

/// What makes requests to the homeserver: the bridge, the joiner, the account provider.
pub type Clients = (Homeserver, Joiner, Option<Arc<dyn AccountProvider>>);

/// Everything that makes requests to the homeserver.
///
/// # Errors
/// When a registration or the admin's secret cannot be used.
pub fn clients(config: &Config, options: &HomeserverOptions) -> Result<Clients, Failure> {
    let url = &config.homeserver.url;
    let joiner = Registration::read(&config.homeserver.joiner_registration_file)
        .map_err(|e| failure("registration-bad", &e))?;
    let cannot = |e| failure("homeserver-client", &e);
    let joiner = Joiner::new(url, &joiner, options).map_err(cannot)?;
    let homeserver = Homeserver::new(url, &registration(config)?, options).map_err(cannot)?;
    Ok((homeserver, joiner, accounts(config, options)?))
}

/// The whole bridge, without the rights of a leader.
///
/// # Errors
/// With one sentence for what is wrong; nothing was changed.
pub async fn app(config: &Config, clock: Arc<dyn Clock>) -> Result<App, Failure> {
    let facts = facts(config, clock, Mode::ReadWrite).await?;
    let (homeserver, joiner, accounts) = clients(config, &HomeserverOptions::default())?;
    App::new(facts, homeserver, joiner, accounts).await.map_err(|e| failure("store-failed", &e))
}

fn accounts(
    config: &Config,
    options: &HomeserverOptions,
) -> Result<Option<Arc<dyn AccountProvider>>, Failure> {
    let Some(path) = &config.homeserver.admin_token_file else { return Ok(None) };
    let secret = AdminSecret::read(path).map_err(|e| failure("admin-secret-bad", &e))?;
    let admin = SynapseAdmin::new(&config.homeserver.url, secret.access_token, options);
    Ok(Some(Arc::new(admin.map_err(|e| failure("homeserver-client", &e))?)))
}
