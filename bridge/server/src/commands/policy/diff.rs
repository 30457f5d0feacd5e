//! `kring policy diff OLD NEW`: what an edit would change, and for how many people.

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use jiff::{civil::Date, tz::TimeZone};
use kring_core::{
    ids::MemberId,
    import::{self, Administration},
};
use kring_policies::{diff::diff, policy::Policy, world::World};
use kring_store::Mode;
use serde::{Deserialize, Serialize};

use super::{load, printed};
use crate::{
    context::Context,
    exit::{Exit, Failure},
    wiring,
};

/// `kring policy diff`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct DiffArgs {
    /// The policy before: a file, or the name of one that Kring ships
    pub old: String,
    /// The policy after
    pub new: String,
    /// The export of a member administration (CSV) to count people in [default: the people in the store]
    #[arg(long, value_name = "FILE")]
    pub members: Option<PathBuf>,
    /// The day on which memberships are judged [default: today]
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
    /// How many groups to name
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub groups: usize,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Compares.
///
/// # Errors
/// When a policy, the file or the store cannot be read.
pub(super) async fn run(args: &DiffArgs, context: &Context) -> Result<Exit, Failure> {
    let (old, new) = (load(&args.old)?, load(&args.new)?);
    let [before, after] = match &args.members {
        Some(file) => {
            let bytes = context.read_up_to(file, import::Limits::default().bytes as u64)?;
            [of_file(&bytes, &old, args, context)?, of_file(&bytes, &new, args, context)?]
        }
        None => {
            let stored = of_store(&new, args, context).await?;
            [stored.clone(), stored]
        }
    };
    let difference = diff((&old, &before), (&new, &after));
    if args.json {
        return printed(context, &difference, Exit::Done);
    }
    context.out.line(&difference.render(context.out.language(), args.groups));
    if before.people.is_empty() && after.people.is_empty() {
        context.out.say("diff-no-people", &[]);
    }
    Ok(Exit::Done)
}

/// The people of an export as this policy reads its columns. A person is their membership number, so that both policies
/// speak of the same people.
fn of_file(bytes: &[u8], policy: &Policy, args: &DiffArgs, context: &Context) -> Result<World, Failure> {
    let mut world = nobody(policy, args, context);
    let read = import::read(bytes, &policy.import_rules(world.today), None);
    let read: Administration = read.map_err(|fatal| Failure(vec![fatal.text]))?.administration;
    let person = |record: &import::Record| kring_core::member::Person {
        member: record.member(MemberId::from(record.number.as_str())),
        user_id: None,
        removed_on: record.gone.then_some(world.today),
    };
    let people = read.records().iter().map(person).collect();
    world.people = people;
    Ok(world)
}

/// Everybody and every group in the store; nobody where there is no configuration.
async fn of_store(policy: &Policy, args: &DiffArgs, context: &Context) -> Result<World, Failure> {
    let world = nobody(policy, args, context);
    let Some(config) = context.optional_config()? else { return Ok(world) };
    let facts = wiring::facts(&config, Arc::clone(&context.clock), Mode::ReadOnly).await?;
    let failed = |e: kring_store::StoreError| wiring::failure("store-failed", &e);
    let mut reader = facts.store.read().await.map_err(failed)?;
    Ok(World {
        people: reader.people().await.map_err(failed)?,
        groups: reader.groups().await.map_err(failed)?,
        grants: reader.grants().await.map_err(failed)?,
        own_users: facts.own_users.to_vec(),
        ..world
    })
}

fn nobody(policy: &Policy, args: &DiffArgs, context: &Context) -> World {
    let zone = TimeZone::get(&policy.timezone).unwrap_or(TimeZone::UTC);
    World {
        today: args.today.unwrap_or_else(|| context.clock.today(&zone)),
        now: context.clock.now(),
        people: Vec::new(),
        groups: Vec::new(),
        grants: Vec::new(),
        own_users: Vec::new(),
    }
}
