//! No two cases say the same of people with other names, and each answer can be acted upon.

use std::collections::BTreeMap;

use kring_core::member::Person;

use super::{Scene, given, tests::TABLES, tests::shipped, when};
use crate::{decide::own_value, desired::desired, read::read_yaml};

/// What a policy could see of a person in this case; no name, and values only where they are no place.
fn seen(scene: &Scene<'_>, name: &str, group: Option<&str>) -> String {
    let Ok(Some(person)) = scene.person(name, serde_saphyr::Location::UNKNOWN) else {
        return name.to_owned();
    };
    let record = group.and_then(|key| scene.group(key));
    let kind = record.and_then(|record| Some((scene.policy.kind_of(record)?, record)));
    let own = kind.map(|(kind, record)| own_value(kind, record, &person.member));
    let role = record.and_then(|record| scene.role(record, Some(person)));
    let user = person.user_id.as_ref();
    let above = record.zip(user).and_then(|(record, user)| scene.desired.role_above(&record.key, user));
    let m = &person.member;
    let dates = (m.since, m.until, person.removed_on);
    let grants = scene.world.grants.iter().filter(|g| g.member == m.id);
    let grants: Vec<_> =
        grants.filter(|g| record.is_some_and(|r| r.key == g.group)).map(|g| (g.role, g.until)).collect();
    format!(
        "{} {:?} {:?} {dates:?} own={own:?} {role:?} {above:?} {grants:?} {}",
        m.user_type,
        m.source,
        m.address,
        functions(person)
    )
}

/// Attributes that are no places: functions, consent, programmes; of places only whether there are any.
fn functions(person: &Person) -> String {
    let places = ["afdeling", "regio", "provincie", "centrum"];
    let of = |(name, values): (&str, &[kring_core::ids::Shared])| {
        if places.contains(&name) { name.to_owned() } else { format!("{name}={values:?}") }
    };
    person.member.attributes.iter().map(of).collect::<Vec<_>>().join(" ")
}

#[test]
fn no_two_cases_differ_in_names_only() {
    let mut seen_before: BTreeMap<String, String> = BTreeMap::new();
    let mut alike = Vec::new();
    for (file, yaml) in TABLES {
        let table: super::raw::RawTable = read_yaml(file, yaml).unwrap();
        let policy = shipped(&table.policy.value).unwrap();
        for case in &table.cases {
            let world = given::world(file, &policy, &table, case).unwrap();
            let scene = Scene { file, policy: &policy, desired: desired(&policy, &world), world: &world };
            let when = &case.when.value;
            let (question, group) = match when::question(when) {
                Some(question) => {
                    let person = |name: Option<&str>| name.map(|name| seen(&scene, name, question.group));
                    let who = (
                        person(question.actor),
                        person(question.subject),
                        question.actor == question.subject,
                    );
                    (format!("{:?} {who:?}", question.request), question.group)
                }
                None => (format!("{when:?} {}", seen(&scene, &when.who, None)), None),
            };
            let record = group.and_then(|key| scene.group(key));
            let group = record.map(|r| {
                (r.template.clone(), r.settings.clone(), r.archived, r.key.as_str().split('/').count())
            });
            let also = (when.also_in.len(), when.until);
            let signature = format!(
                "{} {question} {group:?} {also:?} {} {}",
                table.policy.value, world.today, case.then.code
            );
            if let Some(other) = seen_before.insert(signature, case.says.value.clone()) {
                alike.push(format!("{other} / {}", case.says.value));
            }
        }
    }
    assert_eq!(alike, Vec::<String>::new());
}

#[test]
fn each_answer_names_its_lines_and_each_refusal_a_next_step() {
    // What follows from the facts, or from what no policy can change, rests on no line.
    let facts = ["unknown-person", "unknown-group", "kind-unknown", "membership-not-begun", "no-section"];
    let looks = ["hangs", "is-", "enough-admins"];
    let mut wrong = Vec::new();
    for (file, yaml) in TABLES {
        let table: super::raw::RawTable = read_yaml(file, yaml).unwrap();
        let policy = shipped(&table.policy.value).unwrap();
        for case in &table.cases {
            let world = given::world(file, &policy, &table, case).unwrap();
            let scene = Scene { file, policy: &policy, desired: desired(&policy, &world), world: &world };
            let decision = scene.answer(case).unwrap();
            let code = &*decision.code;
            let (text, next) = (decision.text(), decision.next());
            let from_policy = !facts.contains(&code) && !looks.iter().any(|look| code.starts_with(look));
            if from_policy && decision.rules.iter().all(|rule| rule.line == 0 || rule.says.is_empty()) {
                wrong.push(format!("{code}: no line"));
            }
            if !decision.allowed && (next.nl.is_empty() || next.en.is_empty()) {
                wrong.push(format!("{code}: no next step"));
            }
            for text in [text, next] {
                if [text.nl, text.en].iter().any(|t| t.contains('{') || t.ends_with("-next")) {
                    wrong.push(format!("{code}: an unfinished sentence"));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert_eq!(wrong, Vec::<String>::new());
}
