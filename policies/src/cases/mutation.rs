//! A line of a policy that could be taken out unnoticed is a line that nobody agreed to: whatever is taken out of a
//! shipped policy makes a case fail, and is told by the difference between the two.

use serde_yaml::Value;

use super::{
    raw::{RawCase, RawTable},
    run,
    tests::TABLES,
};
use crate::{
    diff::diff,
    policy::Policy,
    read::{read_policy, read_yaml},
    testing::world,
};

/// Keys that say how something looks or is called, what an import or a plan does with numbers, and what a file cannot do
/// without. Cases are about who may do what.
const NOT_ABOUT_RIGHTS: [&str; 19] = [
    "name",
    "title",
    "topic",
    "timezone",
    "column",
    "list",
    "room",
    "space",
    "root",
    "alarms",
    "kind",
    "key",
    "for_each",
    "people",
    "type",
    "attribute",
    "ask_before_removing",
    "most_groups_in_a_space",
    "fill_above",
];

/// What a file says although it is the rule anyway, for its reader.
const SAID_FOR_THE_READER: [(&str, &str); 2] = [("ivn", "grace_days"), ("ivn", "leave_alone")];

/// A step down into a YAML value.
#[derive(Debug, Clone)]
enum Step {
    Key(String),
    Item(usize),
}

/// Every place from which something can be taken out.
fn places(value: &Value, at: &[Step], found: &mut Vec<Vec<Step>>) {
    let mut below = |step: Step, value: &Value, removable: bool| {
        let path: Vec<Step> = at.iter().cloned().chain([step]).collect();
        if removable {
            found.push(path.clone());
        }
        places(value, &path, found);
    };
    match value {
        Value::Mapping(map) => {
            for (key, value) in map {
                let key = key.as_str().unwrap().to_owned();
                // `type:` names a type where types are listed, and is a test where conditions are.
                let in_condition = key == "type" && !value.is_null() && in_rules(at);
                let removable = in_condition || !NOT_ABOUT_RIGHTS.contains(&key.as_str());
                if removable || value.is_sequence() {
                    below(Step::Key(key), value, removable);
                }
            }
        }
        Value::Sequence(items) => {
            for (i, value) in items.iter().enumerate() {
                below(Step::Item(i), value, true);
            }
        }
        _ => {}
    }
}

fn in_rules(at: &[Step]) -> bool {
    at.iter().any(|step| matches!(step, Step::Key(key) if key == "groups" || key == "who")) && at.len() > 2
}

fn without(value: &Value, path: &[Step]) -> Value {
    let mut value = value.clone();
    let (last, way) = path.split_last().unwrap();
    let mut here = &mut value;
    for step in way {
        here = match step {
            Step::Key(key) => here.get_mut(key.as_str()).unwrap(),
            Step::Item(i) => here.get_mut(*i).unwrap(),
        };
    }
    match (last, here) {
        (Step::Key(key), Value::Mapping(map)) => drop(map.remove(key.as_str())),
        (Step::Item(i), Value::Sequence(items)) => drop(items.remove(*i)),
        _ => panic!("the path leads nowhere"),
    }
    value
}

fn shown(value: &Value, path: &[Step]) -> String {
    let (mut here, mut words) = (value, Vec::new());
    for step in path {
        (here, words) = match step {
            Step::Key(key) => (&here[key.as_str()], [words, vec![key.clone()]].concat()),
            Step::Item(i) => {
                let item = &here[*i];
                let name =
                    item.get("kind").or(item.get("type")).or(item.get("attribute")).or(item.get("people"));
                let name = name.and_then(Value::as_str).map_or_else(|| i.to_string(), ToOwned::to_owned);
                (item, [words, vec![name]].concat())
            }
        };
    }
    format!("{} = {}", words.join("."), serde_yaml::to_string(here).unwrap().replace('\n', "; "))
}

/// A case with the table it stands in.
struct Case<'t> {
    table: &'t RawTable,
    case: &'t RawCase,
    text: String,
}

fn tables(name: &str) -> Vec<RawTable> {
    let own = TABLES.iter().filter(|(file, _)| file.starts_with(name));
    own.map(|(file, yaml)| read_yaml(file, yaml).unwrap()).collect()
}

fn cases(tables: &[RawTable]) -> Vec<Case<'_>> {
    let each = tables.iter().flat_map(|table| table.cases.iter().map(move |case| (table, case)));
    each.map(|(table, case)| Case { table, case, text: format!("{:?}", case.when.value) }).collect()
}

/// Whether some case fails, or cannot even be put. Those that speak of `kind` come first.
fn noticed(mutant: &Policy, cases: &[Case<'_>], kind: &str) -> bool {
    let near = |case: &&Case<'_>| case.text.contains(&format!("\"{kind}"));
    let first = cases.iter().filter(near).chain(cases.iter().filter(|case| !near(case)));
    first.into_iter().any(|c| match run("", mutant, c.table, c.case) {
        Ok(result) => result.failure.is_some(),
        Err(_) => true,
    })
}

/// The first part of the keys of the groups that the path is about.
fn kind_of(whole: &Value, path: &[Step]) -> String {
    let [Step::Key(groups), Step::Item(i), ..] = path else { return String::new() };
    let group = &whole[groups.as_str()][*i];
    let key = group.get("key").and_then(Value::as_str).unwrap_or_default();
    let kind = group.get("kind").and_then(Value::as_str).unwrap_or_default();
    if key.is_empty() { kind.to_owned() } else { key.to_owned() }
}

fn survivors(name: &str) -> (usize, Vec<String>) {
    let whole: Value = serde_yaml::from_str(Policy::shipped(name).unwrap()).unwrap();
    let mut found = Vec::new();
    places(&whole, &[], &mut found);
    let tables = tables(name);
    let cases = cases(&tables);
    let policy = read_policy(name, Policy::shipped(name).unwrap()).unwrap();
    assert!(!noticed(&policy, &cases, ""), "a case fails anyway");
    let nobody = world(Vec::new());
    let mut tried = 0;
    let mut unnoticed = Vec::new();
    let needless = |path: &&Vec<Step>| match path.as_slice() {
        [Step::Key(key)] => SAID_FOR_THE_READER.contains(&(name, key.as_str())),
        _ => false,
    };
    for path in found.iter().filter(|path| !needless(path)) {
        let yaml = serde_yaml::to_string(&without(&whole, path)).unwrap();
        // A file that is refused has been noticed before any case.
        let Ok(mutant) = read_policy(name, &yaml) else { continue };
        tried += 1;
        if diff((&policy, &nobody), (&mutant, &nobody)).is_empty() {
            unnoticed.push(format!("not said: {}", shown(&whole, path)));
        }
        if !noticed(&mutant, &cases, &kind_of(&whole, path)) {
            unnoticed.push(shown(&whole, path));
        }
    }
    (tried, unnoticed)
}

#[test]
fn whatever_is_taken_out_of_the_policy_of_ivn_makes_a_case_fail() {
    let (tried, unnoticed) = survivors("ivn");
    assert_eq!(unnoticed, Vec::<String>::new());
    assert!(tried > 150, "{tried}");
}

#[test]
fn whatever_is_taken_out_of_the_policy_of_novi_makes_a_case_fail() {
    let (tried, unnoticed) = survivors("nov");
    assert_eq!(unnoticed, Vec::<String>::new());
    assert!(tried > 150, "{tried}");
}
