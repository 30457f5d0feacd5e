//! `kring doctor`: finds the usual mistakes and says the remedy.

use std::sync::Arc;

use clap::Args;
use kring_core::text::Text;
use kring_homeserver::{AdminSecret, HomeserverOptions, SynapseAdmin, probe, probe::Finding};
use kring_store::Mode;
use serde::{Deserialize, Serialize};

use crate::{
    check,
    config::Config,
    context::Context,
    exit::{Exit, Failure},
    output::texts,
    wiring,
};

/// `kring doctor`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct DoctorArgs {
    /// Answer as JSON, one line for each thing looked at
    #[arg(long)]
    pub json: bool,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Found {
    what: &'static str,
    good: bool,
    text: Text,
}

/// Looks at everything, whatever is wrong on the way. Exit code 2 when something is.
///
/// # Errors
/// When there is no configuration to start from.
pub async fn run(args: &DoctorArgs, context: &Context) -> Result<Exit, Failure> {
    let config = context.config()?;
    let mut found = Vec::new();
    found.extend(of("files", check::files(&config)));
    found.extend(of("store", store(&config, context).await));
    found.extend(homeserver(&config).await);
    for one in &found {
        if args.json {
            context.out.json(one).map_err(|e| wiring::failure("no-json", &e))?;
        } else if one.good {
            context.out.answer("doctor-good", &[("what", one.what.into())]);
        } else {
            let text = one.text.get(context.out.language()).to_owned();
            context.out.answer("doctor-bad", &[("what", one.what.into()), ("text", text.into())]);
        }
    }
    Ok(if found.iter().all(|one| one.good) { Exit::Done } else { Exit::CouldNot })
}

fn of(what: &'static str, result: Result<(), Failure>) -> Vec<Found> {
    match result {
        Ok(()) => vec![Found { what, good: true, text: Text::default() }],
        Err(Failure(texts)) => texts.into_iter().map(|text| Found { what, good: false, text }).collect(),
    }
}

async fn store(config: &Config, context: &Context) -> Result<(), Failure> {
    let facts = wiring::facts(config, Arc::clone(&context.clock), Mode::ReadOnly).await?;
    let planned = facts.plan().await.map_err(|e| wiring::failure("store-failed", &e))?;
    let alarms: Vec<Text> = planned.plan.alarms.into_iter().map(|alarm| alarm.text).collect();
    if alarms.is_empty() { Ok(()) } else { Err(Failure(alarms)) }
}

async fn homeserver(config: &Config) -> Vec<Found> {
    let client = match wiring::homeserver(config) {
        Ok(client) => client,
        Err(failure) => return of("homeserver", Err(failure)),
    };
    let mut found = of("homeserver", finding(&probe::homeserver(&client).await));
    found.extend(of("delivery", finding(&probe::delivery(&client, "kring-doctor".into()).await)));
    found.extend(of("admin", admin(config).await));
    found.extend(of("shared-secret", shared_secret(config).await));
    found
}

fn finding(finding: &Finding) -> Result<(), Failure> {
    match finding {
        Finding::Good => Ok(()),
        other => Err(other.text().into()),
    }
}

async fn admin(config: &Config) -> Result<(), Failure> {
    let Some(path) = &config.homeserver.admin_token_file else {
        return Err(Failure::new("doctor-no-admin", &[]));
    };
    let secret = AdminSecret::read(path).map_err(|e| wiring::failure("admin-secret-bad", &e))?;
    let options = HomeserverOptions::default();
    let admin = SynapseAdmin::new(&config.homeserver.url, secret.access_token, &options);
    let admin = admin.map_err(|e| wiring::failure("homeserver-client", &e))?;
    admin.check().await.map_err(|e| wiring::failure("doctor-admin-refused", &e))
}

/// The secret makes server admins for whoever knows it; it is needed once.
async fn shared_secret(config: &Config) -> Result<(), Failure> {
    match kring_homeserver::shared_secret_is_set(&config.homeserver.url, &HomeserverOptions::default()).await
    {
        Ok(false) | Err(_) => Ok(()),
        Ok(true) => Err(texts().text("doctor-shared-secret", &[]).into()),
    }
}
