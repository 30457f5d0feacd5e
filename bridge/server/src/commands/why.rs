//! `kring why MEMBER GROUP`: why somebody is or is not in a group.

use std::sync::Arc;

use clap::Args;
use kring_app::{Context as Facts, Snapshot};
use kring_core::{email::Email, ids::GroupKey, ids::MemberId};
use kring_policies::explain::why;
use kring_store::Mode;
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    exit::{Exit, Failure},
    wiring,
};

/// `kring why`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct WhyArgs {
    /// A membership number, an address or a user id
    pub member: String,
    /// The group, `afdeling/utrecht`
    pub group: String,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Explains.
///
/// # Errors
/// When nobody, or more than one person, is meant, or the group is none.
pub async fn run(args: &WhyArgs, context: &Context) -> Result<Exit, Failure> {
    let facts = facts(context).await?;
    let group: GroupKey = args.group.parse().map_err(|e| wiring::failure("no-group", &e))?;
    let snapshot = facts.snapshot().await.map_err(|e| wiring::failure("store-failed", &e))?;
    let member = member(&args.member, &snapshot)?;
    let explanation = why(&facts.policy, &snapshot.world, &snapshot.desired, &member, &group);
    if args.json {
        context.out.json(&explanation).map_err(|e| wiring::failure("no-json", &e))?;
        return Ok(Exit::Done);
    }
    let language = context.out.language();
    context.out.line(explanation.text.get(language));
    if !explanation.next.get(language).is_empty() {
        context.out.line(explanation.next.get(language));
    }
    for rule in &explanation.rules {
        context.out.line(&format!("  {}:{}  {}", rule.file, rule.line, rule.says.trim()));
    }
    Ok(Exit::Done)
}

/// The store beside a running `kring run`, to read only.
pub(super) async fn facts(context: &Context) -> Result<Facts, Failure> {
    wiring::facts(&context.config()?, Arc::clone(&context.clock), Mode::ReadOnly).await
}

/// Whom the operator means.
pub(super) fn member(text: &str, snapshot: &Snapshot) -> Result<MemberId, Failure> {
    let key = Email::parse(text).ok();
    let means = |person: &&kring_core::member::Person| {
        person.user_id.as_ref().is_some_and(|user| user.as_str() == text)
            || person.member.number.as_ref().is_some_and(|number| number.as_str() == text)
            || key.as_ref().is_some_and(|key| person.member.email.as_deref() == Some(key.key()))
    };
    let mut found = snapshot.world.people.iter().filter(means);
    let name = ("member", text.to_owned().into());
    match (found.next(), found.next()) {
        (Some(person), None) => Ok(person.member.id.clone()),
        (Some(_), Some(_)) => Err(Failure::new("member-several", &[name])),
        _ => Err(Failure::new("member-nobody", &[name])),
    }
}
