//! Accounts in bulk, when an association moves over: for addresses that exactly one person has.

use std::collections::{HashMap, HashSet};

use kring_core::{
    email::Email,
    ids::MemberId,
    member::{AddressStanding, Person},
    text::{Arg, Text},
    user_name,
};
use ruma::{OwnedUserId, UserId};
use serde::Serialize;

use crate::{App, Context, Error, effect::Effect, texts};

/// Addresses in one file at most.
pub const MOST: usize = 100_000;

const BATCH: &str = "provision";

/// An address without an account, and why, for websupport.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The line of the file, from 1.
    pub line: u64,
    /// The address as it stands in the file.
    pub address: String,
    /// `nobody`, `several`, `ended`, `has-account`, `invalid`, `repeated` or `failed`.
    pub why: &'static str,
    /// What to do.
    pub text: Text,
}

/// What came of a provisioning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Provisioned {
    /// Who got an account.
    pub made: Vec<(MemberId, OwnedUserId)>,
    /// Who did not.
    pub skipped: Vec<Skipped>,
}

/// A person to make an account for.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<'a> {
    /// The line of the file.
    pub line: u64,
    /// Who.
    pub person: &'a Person,
}

/// Sorts the addresses of a file into people who get an account and addresses that do not.
///
/// `addresses` are (line, address as written); only people of the administration with a running membership count.
pub fn sort<'a>(
    context: &Context,
    people: &'a [Person],
    addresses: &[(u64, String)],
) -> (Vec<Candidate<'a>>, Vec<Skipped>) {
    let today = context.clock.today(&context.zone());
    let mut by_address: HashMap<&str, Vec<&Person>> = HashMap::new();
    for person in people {
        if let Some(address) = person.member.email.as_deref() {
            by_address.entry(address).or_default().push(person);
        }
    }
    let mut seen = HashSet::new();
    let (mut candidates, mut skipped) = (Vec::new(), Vec::new());
    for (line, address) in addresses {
        let found = Email::parse(address).map(|email| {
            let known = by_address.get(email.key()).map(Vec::as_slice).unwrap_or_default();
            if seen.insert(email.key().to_owned()) { only(known, today) } else { Err(("repeated", 0)) }
        });
        match found.unwrap_or(Err(("invalid", 0))) {
            Ok(person) => candidates.push(Candidate { line: *line, person }),
            Err((why, count)) => skipped.push(skip(*line, address, why, &[("count", count.into())])),
        }
    }
    (candidates, skipped)
}

/// The one person to make an account for, or why there is none.
fn only<'a>(known: &[&'a Person], today: jiff::civil::Date) -> Result<&'a Person, (&'static str, i64)> {
    let runs = |p: &&&Person| p.removed_on.is_none() && p.member.runs_on(today);
    let running: Vec<_> = known.iter().filter(runs).copied().collect();
    match running.as_slice() {
        [] if known.is_empty() => Err(("nobody", 0)),
        [] => Err(("ended", 0)),
        [person] if person.user_id.is_some() => Err(("has-account", 1)),
        // A rejected row may share the address too; then the standing says so though we see one person.
        [person] if person.member.address == AddressStanding::Unique => Ok(person),
        several => Err(("several", i64::try_from(several.len().max(2)).unwrap_or(2))),
    }
}

fn skip(line: u64, address: &str, why: &'static str, args: &[(&str, Arg<'_>)]) -> Skipped {
    let text = texts::CATALOGUE.text(&format!("provision-{why}"), args);
    Skipped { line, address: address.to_owned(), why, text }
}

impl App {
    /// Makes the accounts through the outbox, then reads the facts again. Needs a running [`App::serve_outbox`].
    ///
    /// # Errors
    ///
    /// When the store fails. A second call goes on where the first stopped: who has an account is skipped.
    pub async fn provision(&self, addresses: &[(u64, String)]) -> Result<Provisioned, Error> {
        self.drained(BATCH, &|_| {}).await?;
        let people = self.context.store.read().await?.people().await?;
        let (candidates, skipped) = sort(&self.context, &people, addresses);
        let taken: HashSet<OwnedUserId> = people.iter().filter_map(|p| p.user_id.clone()).collect();
        let effects = self.account_effects(&candidates, taken);
        let known = self.last_failure(BATCH).await?;
        self.enqueue(&effects, Some(BATCH)).await?;
        self.drained(BATCH, &|_| {}).await?;
        self.reload().await?;
        let mut provisioned = Provisioned { made: Vec::new(), skipped };
        self.tell_failures(&candidates, known, &mut provisioned).await?;
        let people = self.context.store.read().await?.people().await?;
        let accounts: HashMap<&MemberId, &Person> = people.iter().map(|p| (&p.member.id, p)).collect();
        for candidate in &candidates {
            let id = &candidate.person.member.id;
            if let Some(user) = accounts.get(id).and_then(|p| p.user_id.clone()) {
                provisioned.made.push((id.clone(), user));
            }
        }
        Ok(provisioned)
    }

    fn account_effects(&self, candidates: &[Candidate<'_>], mut taken: HashSet<OwnedUserId>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for candidate in candidates {
            let Some(user) = self.free_user_id(&taken) else { continue };
            taken.insert(user.clone());
            let member = candidate.person.member.id.clone();
            effects.push(Effect::Provision { member, user, with_address: true });
        }
        effects
    }

    /// Some tries suffice: there are tens of millions of names.
    fn free_user_id(&self, taken: &HashSet<OwnedUserId>) -> Option<OwnedUserId> {
        let server = self.context.server_name.as_str();
        let name = || UserId::parse(format!("@{}:{server}", user_name::draw(&mut rand::rng()))).ok();
        std::iter::repeat_with(name).take(100).flatten().find(|user| !taken.contains(user))
    }

    async fn tell_failures(
        &self,
        candidates: &[Candidate<'_>],
        known: i64,
        provisioned: &mut Provisioned,
    ) -> Result<(), Error> {
        for failed in self.context.store.read().await?.failed_effects(Some(BATCH)).await? {
            let Ok(Effect::Provision { member, .. }) = serde_json::from_value(failed.effect.payload) else {
                continue;
            };
            let candidate = candidates.iter().find(|c| c.person.member.id == member);
            if let (Some(candidate), true) = (candidate, failed.effect.id > known) {
                let address = candidate.person.member.email.as_deref().unwrap_or_default();
                let args = [("error", failed.error.as_str().into())];
                provisioned.skipped.push(skip(candidate.line, address, "failed", &args));
            }
        }
        Ok(())
    }
}
