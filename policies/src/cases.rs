//! Case tables: given, when, then; readable by a board member and run as tests.

use jiff::{civil::Date, tz::TimeZone};
use kring_core::{
    group::{GroupRecord, Role},
    ids::{GroupKey, PlaceKey},
    member::Person,
    text::Text,
};
use serde_saphyr::Location;

use crate::{
    decide::decide,
    decision::{Decision, Named},
    desired::{Desired, desired},
    facts::{Actor, Facts, GroupFacts, Request},
    policy::Policy,
    read::{Problem, problem, read_yaml, unknown},
    texts,
    world::World,
};

mod given;
mod raw;
mod when;

use raw::{RawCase, RawTable};

/// What became of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseResult {
    /// The file.
    pub file: String,
    /// The line of the case.
    pub line: u64,
    /// The case's sentence.
    pub says: String,
    /// `None` when it passed, else what was different.
    pub failure: Option<Text>,
}

/// Runs one file of cases.
///
/// # Errors
///
/// When the file is no case table, names a person or group that the table does not have, or names a policy that
/// `load_policy` does not give.
pub fn run_file(
    name: &str,
    yaml: &str,
    load_policy: &dyn Fn(&str) -> Result<Policy, Vec<Problem>>,
) -> Result<Vec<CaseResult>, Vec<Problem>> {
    let table: RawTable = read_yaml(name, yaml).map_err(|problem| vec![problem])?;
    let policy = load_policy(&table.policy.value)?;
    table.cases.iter().map(|case| run(name, &policy, &table, case)).collect()
}

fn run(file: &str, policy: &Policy, table: &RawTable, case: &RawCase) -> Result<CaseResult, Vec<Problem>> {
    let world = given::world(file, policy, table, case)?;
    let decision = Scene { file, policy, desired: desired(policy, &world), world: &world }.answer(case)?;
    let shown = |allowed: bool, code: &str| format!("{} {code}", if allowed { "allowed" } else { "refused" });
    let wanted = shown(case.then.allowed, &case.then.code);
    let got = shown(decision.allowed, &decision.code);
    let args = [("wanted", Named::Same(wanted.as_str().into())), ("got", Named::Same(got.as_str().into()))];
    Ok(CaseResult {
        file: file.to_owned(),
        line: case.says.referenced.line(),
        says: case.says.value.clone(),
        failure: (wanted != got).then(|| texts::text("case-differs", &args)),
    })
}

/// One case's world, in which names stand for people and groups.
struct Scene<'a> {
    file: &'a str,
    policy: &'a Policy,
    desired: Desired,
    world: &'a World,
}

/// What a `when` comes down to.
struct Question<'q> {
    actor: Option<&'q str>,
    subject: Option<&'q str>,
    group: Option<&'q str>,
    request: Request,
}

impl Scene<'_> {
    fn answer(&self, case: &RawCase) -> Result<Decision, Vec<Problem>> {
        let at = case.when.referenced;
        let question = when::question(&case.when.value)
            .ok_or_else(|| vec![problem(self.file, at, "problem-case-verb", &[])])?;
        let actor = question.actor.map(|name| self.person(name, at)).transpose()?.flatten();
        let subject = question.subject.map(|name| self.person(name, at)).transpose()?.flatten();
        let group = question.group.and_then(|key| key.parse().ok()).and_then(|key| self.desired.group(&key));
        let below = match (&question.request, group) {
            (Request::CreateGroup { kind, .. }, Some(group)) => self.groups_below(kind, &group.key),
            _ => 0,
        };
        let role = |person: Option<&Person>| self.role(group, person?);
        let facts = Facts {
            today: self.world.today,
            now: self.world.now,
            subject,
            subject_account: subject.and_then(|p| p.user_id.as_deref()),
            actor: match (question.actor, actor) {
                (Some("kring"), _) => Actor::Kring,
                (_, Some(person)) => Actor::Person(person),
                (_, None) => Actor::Unknown,
            },
            actor_role: role(actor),
            subject_role: role(subject),
            group: group.map(|record| GroupFacts { record, groups_below: below }),
            grants: &self.world.grants,
        };
        Ok(decide(self.policy, &facts, &question.request))
    }

    /// A person of the table; `None` for `kring` and for `onbekend`, whom nobody knows.
    fn person(&self, name: &str, at: Location) -> Result<Option<&Person>, Vec<Problem>> {
        if matches!(name, "kring" | "onbekend") {
            return Ok(None);
        }
        let names: Vec<&str> = self.world.people.iter().map(|p| p.member.id.as_str()).collect();
        let found = self.world.people.iter().find(|p| p.member.id.as_str() == name);
        found.map(Some).ok_or_else(|| vec![unknown(self.file, at, "problem-case-person", name, &names)])
    }

    fn role(&self, group: Option<&GroupRecord>, person: &Person) -> Option<Role> {
        let (key, user) = (&group?.key, person.user_id.as_ref()?);
        let seat = |place: &PlaceKey| self.desired.seat(place, user);
        seat(&PlaceKey::room(key.clone())).or_else(|| seat(&PlaceKey::space(key.clone()))).map(|s| s.role)
    }

    fn groups_below(&self, kind: &str, key: &GroupKey) -> usize {
        let of_kind = self.desired.groups.iter().filter(|g| *g.template == *kind);
        of_kind.filter(|g| g.parents.contains(key)).count()
    }
}

/// Noon of the day in the association's zone, or in UTC where there is none.
fn noon(policy: &Policy, today: Date) -> jiff::Timestamp {
    let zone = TimeZone::get(&policy.timezone).unwrap_or(TimeZone::UTC);
    let noon = today.at(12, 0, 0, 0).to_zoned(zone);
    noon.map_or(jiff::Timestamp::UNIX_EPOCH, |noon| noon.timestamp())
}

#[cfg(test)]
mod tests;
