//! Case tables: given, when, then; readable by a board member and run as tests.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use kring_core::{
    group::{GroupRecord, Role},
    ids::GroupKey,
    member::Person,
    text::Text,
};
use serde_saphyr::Location;

use crate::{
    decide::decide,
    decision::{Decision, Named},
    desired::{Desired, desired},
    facts::{Above, Actor, Facts, GroupFacts, Request},
    policy::Policy,
    read::{Problem, problem, read_yaml, unknown},
    texts,
    world::World,
};

mod given;
mod looks;
mod raw;
mod when;

use raw::{RawCase, RawTable, RawUntil};

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
    let end = case.then.until.map(|until| match until {
        RawUntil::Day(day) => Some(day),
        RawUntil::Word(_) => None,
    });
    let wanted = shown(case.then.allowed, &case.then.code, end);
    let until = decision.until.map(|until| last_day(policy, until));
    let got = shown(decision.allowed, &decision.code, end.map(|_| until));
    let args = [("wanted", Named::Same(wanted.as_str().into())), ("got", Named::Same(got.as_str().into()))];
    Ok(CaseResult {
        file: file.to_owned(),
        line: case.says.referenced.line(),
        says: case.says.value.clone(),
        failure: (wanted != got).then(|| texts::text("case-differs", &args)),
    })
}

/// The answer in a word, its code, and its end where that was asked for.
fn shown(allowed: bool, code: &str, until: Option<Option<Date>>) -> String {
    let until = match until {
        Some(Some(day)) => format!(" until {day}"),
        Some(None) => " until never".to_owned(),
        None => String::new(),
    };
    format!("{} {code}{until}", if allowed { "allowed" } else { "refused" })
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
        let (at, when) = (case.when.referenced, &case.when.value);
        if let Some(decision) = self.about_group(when) {
            return Ok(decision);
        }
        let question =
            when::question(when).ok_or_else(|| vec![problem(self.file, at, "problem-case-verb", &[])])?;
        let actor = question.actor.map(|name| self.person(name, at)).transpose()?.flatten();
        let subject = question.subject.map(|name| self.person(name, at)).transpose()?.flatten();
        let group = question.group.and_then(|key| self.group(key));
        let also = when.also_in.iter().filter_map(|key| self.group(key));
        let above = |record| Above {
            group: self.about(record, &question.request),
            actor_role: self.role(record, actor),
        };
        let also: Vec<Above<'_>> = also.map(above).collect();
        let account = actor.and_then(|person| person.user_id.as_deref());
        let facts = Facts {
            subject,
            subject_account: subject.and_then(|p| p.user_id.as_deref()),
            actor: match (question.actor, actor) {
                (Some("kring"), _) => Actor::Kring,
                (_, Some(person)) => Actor::Person(person),
                (_, None) => Actor::Unknown,
            },
            actor_role: group.and_then(|record| self.role(record, actor)),
            subject_role: group.and_then(|record| self.role(record, subject)),
            role_above: group.zip(account).and_then(|(g, user)| self.desired.role_above(&g.key, user)),
            group: group.map(|record| self.about(record, &question.request)),
            also_under: &also,
            grants: &self.world.grants,
            until: when.until.and_then(|day| Some(start(self.policy, day.tomorrow().ok()?))),
            ..Facts::at(self.world.today, self.world.now)
        };
        Ok(decide(self.policy, &facts, &question.request))
    }

    fn group(&self, key: &str) -> Option<&GroupRecord> {
        key.parse().ok().and_then(|key| self.desired.group(&key))
    }

    fn about<'r>(&self, record: &'r GroupRecord, request: &Request) -> GroupFacts<'r> {
        let groups_below = match request {
            Request::CreateGroup { kind, .. } => self.groups_below(kind, &record.key),
            _ => 0,
        };
        GroupFacts { record, groups_below, admins: Some(self.desired.admins(&record.key)) }
    }

    fn role(&self, group: &GroupRecord, person: Option<&Person>) -> Option<Role> {
        self.desired.role(&group.key, person?.user_id.as_ref()?)
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

    fn groups_below(&self, kind: &str, key: &GroupKey) -> usize {
        let of_kind = self.desired.groups.iter().filter(|g| *g.template == *kind);
        of_kind.filter(|g| g.parents.contains(key)).count()
    }
}

/// The last day before an instant, in the association's zone.
fn last_day(policy: &Policy, until: Timestamp) -> Date {
    let zone = TimeZone::get(&policy.timezone).unwrap_or(TimeZone::UTC);
    until.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(until).to_zoned(zone).date()
}

/// The first instant of the day in the association's zone.
fn start(policy: &Policy, day: Date) -> Timestamp {
    let zone = TimeZone::get(&policy.timezone).unwrap_or(TimeZone::UTC);
    day.to_zoned(zone).map_or(Timestamp::UNIX_EPOCH, |start| start.timestamp())
}

/// Noon of the day in the association's zone, or in UTC where there is none.
fn noon(policy: &Policy, today: Date) -> Timestamp {
    let zone = TimeZone::get(&policy.timezone).unwrap_or(TimeZone::UTC);
    let noon = today.at(12, 0, 0, 0).to_zoned(zone);
    noon.map_or(Timestamp::UNIX_EPOCH, |noon| noon.timestamp())
}

#[cfg(test)]
mod alike;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod tests;
