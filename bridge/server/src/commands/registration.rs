//! `kring registration`: the two files that make the homeserver know Kring, Kring's own server admin, and the token of the
//! homeserver's module.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use kring_homeserver::{
    Class, HomeserverError, HomeserverOptions, ModuleToken, SecretFileError, create_admin,
    registration::{RegistrationInput, generate},
};
use rand::RngCore as _;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    config::Config,
    context::Context,
    exit::{Exit, Failure},
    secret_file,
};

/// The bridge's id among the homeserver's application services.
const ID: &str = "kring";

/// The environment variable with the homeserver's registration shared secret.
const SHARED_SECRET: &str = "KRING_REGISTRATION_SHARED_SECRET";

/// `kring registration …`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct RegistrationArgs {
    /// Replace files that are there, with fresh tokens; restart the homeserver afterwards
    #[arg(long)]
    pub overwrite: bool,
    /// The address at which the homeserver reaches Kring [default: http:// and listen.address]
    #[arg(long, value_name = "URL")]
    pub url: Option<Url>,
    /// From where the homeserver takes the second registration's token; may be given more than once
    #[arg(long, value_name = "NETWORK", default_values_t = ["127.0.0.1/32".to_owned(), "::1/128".to_owned()])]
    pub joiner_network: Vec<String>,
    /// Make Kring's own server admin instead, with the homeserver's registration shared secret, which is read from
    /// --shared-secret-file or from `KRING_REGISTRATION_SHARED_SECRET`
    #[arg(long)]
    pub admin: bool,
    /// Make the token for Synapse's module synapse-http-antispam instead
    #[arg(long, conflicts_with = "admin")]
    pub antispam: bool,
    /// The file with the registration shared secret
    #[arg(long, value_name = "FILE", requires = "admin")]
    pub shared_secret_file: Option<PathBuf>,
    /// The local part of the admin's user id; never a person's
    #[arg(long, value_name = "NAME", requires = "admin", default_value = "kring-admin")]
    pub admin_name: String,
}

/// Writes both registrations, or makes the admin, or the module's token.
///
/// # Errors
/// When the files are there already or cannot be written; when the homeserver refuses to make the admin.
pub async fn run(args: &RegistrationArgs, context: &Context) -> Result<Exit, Failure> {
    let config = context.config()?;
    match (args.admin, args.antispam) {
        (true, _) => admin(args, &config, context).await,
        (false, true) => antispam(args, &config, context),
        (false, false) => registrations(args, &config, context),
    }
}

fn antispam(args: &RegistrationArgs, config: &Config, context: &Context) -> Result<Exit, Failure> {
    let file = config.antispam.token_file.as_ref().ok_or_else(|| Failure::new("antispam-no-file", &[]))?;
    let path = ("path", file.display().to_string().into());
    if file.exists() && !args.overwrite {
        return Err(Failure::new("antispam-exists", &[path]));
    }
    let token = ModuleToken::generate(&mut rand::rng());
    token.write(file, args.overwrite).map_err(|error| file_failure(&error))?;
    let url = args.url.as_ref().map_or_else(|| our_address(config.listen.address), plain);
    context.out.answer("antispam-made", &[path, ("url", url.into())]);
    Ok(Exit::Done)
}

fn registrations(args: &RegistrationArgs, config: &Config, context: &Context) -> Result<Exit, Failure> {
    let files = [&config.homeserver.registration_file, &config.homeserver.joiner_registration_file];
    // Both or none: one new file beside an old one would look like a pair and be none.
    if let Some(taken) = files.iter().find(|file| file.exists() && !args.overwrite) {
        let path = ("path", taken.display().to_string().into());
        return Err(Failure::new("registration-exists", &[path]));
    }
    let url = args.url.as_ref().map_or_else(|| our_address(config.listen.address), plain);
    let input = RegistrationInput {
        id: ID,
        url: &url,
        server_name: &config.homeserver.server_name,
        joiner_networks: args.joiner_network.clone(),
    };
    let made = generate(&input, &mut rand::rng());
    for (file, registration) in files.iter().zip([&made.bridge, &made.joiner]) {
        registration.write(file, args.overwrite).map_err(|error| file_failure(&error))?;
        context.out.answer("registration-written", &[("path", file.display().to_string().into())]);
    }
    let paths = files.map(|file| format!("  - {}", file.display())).join("\n");
    context.out.answer("registration-next", &[("paths", paths.into()), ("url", url.into())]);
    Ok(Exit::Done)
}

/// The listening address as the homeserver on the same machine reaches it.
fn our_address(listen: SocketAddr) -> String {
    let mut reached = listen;
    if listen.ip().is_unspecified() {
        reached.set_ip(match listen {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{reached}")
}

/// A URL without the slash that an empty path gets; homeservers put the path behind it.
fn plain(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

async fn admin(args: &RegistrationArgs, config: &Config, context: &Context) -> Result<Exit, Failure> {
    let file = config.homeserver.admin_token_file.as_ref();
    let file = file.ok_or_else(|| Failure::new("admin-no-file", &[]))?;
    let path = ("path", file.display().to_string().into());
    if file.exists() {
        return Err(Failure::new("admin-exists", &[path]));
    }
    let secret = shared_secret(args, context)?;
    let (homeserver, options) = (&config.homeserver.url, HomeserverOptions::default());
    let made = create_admin(homeserver, &secret, &args.admin_name, &forgotten_password(), &options).await;
    let admin = made.map_err(|error| admin_failure(&error, args, config))?;
    admin.write(file).map_err(|error| file_failure(&error))?;
    context.out.answer("admin-made", &[("user", admin.user_id.to_string().into()), path]);
    Ok(Exit::Done)
}

fn shared_secret(args: &RegistrationArgs, context: &Context) -> Result<SecretString, Failure> {
    let text = match &args.shared_secret_file {
        Some(file) => context.read_text(file, 64 * 1024)?,
        None => std::env::var(SHARED_SECRET).unwrap_or_default(),
    };
    let text = text.trim();
    if text.is_empty() { Err(Failure::new("admin-no-secret", &[])) } else { Ok(text.to_owned().into()) }
}

/// Nobody logs in as the admin: its token is what counts.
fn forgotten_password() -> SecretString {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

fn admin_failure(error: &HomeserverError, args: &RegistrationArgs, config: &Config) -> Failure {
    let sentence = match error.class() {
        Class::Forbidden | Class::Unauthorized => "admin-wrong-secret",
        Class::BadRequest => "admin-no-shared-secret",
        Class::InUse => "admin-name-taken",
        _ => "admin-unreachable",
    };
    let url = ("url", config.homeserver.url.to_string().into());
    let reason = ("reason", error.to_string().into());
    Failure::new(sentence, &[("name", args.admin_name.clone().into()), url, reason])
}

fn file_failure(error: &SecretFileError) -> Failure {
    secret_file::sentence(error).into()
}
