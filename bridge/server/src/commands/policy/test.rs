//! `kring policy test DIR`: every `cases/*.yaml` under a folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use kring_policies::{
    cases::{CaseResult, run_file},
    policy::Policy,
    read::{Problem, read_policy},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::printed;
use crate::{
    context::Context,
    exit::{Exit, Failure},
    policy_file,
};

/// How deep case tables are looked for.
const MAX_DEPTH: usize = 4;

/// `kring policy test`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct TestArgs {
    /// The folder, `policies`
    pub dir: PathBuf,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs the cases; ends with 1 when one fails.
///
/// # Errors
/// When there are none, or one cannot be put.
pub(super) fn run(args: &TestArgs, context: &Context) -> Result<Exit, Failure> {
    let dir = args.dir.as_path();
    let name = || ("path", dir.display().to_string().into());
    let files = case_files(dir, MAX_DEPTH)
        .map_err(|error| Failure::new("read-failed", &[name(), ("reason", error.to_string().into())]))?;
    if files.is_empty() {
        return Err(Failure::new("cases-none", &[name()]));
    }
    let mut results = Vec::new();
    for file in files {
        let yaml = context.read_text(&file, policy_file::MAX_POLICY)?;
        let ran = run_file(&file.display().to_string(), &yaml, &|policy| policy_named(policy, &file, dir));
        results.extend(ran.map_err(|p| Failure(p.iter().map(policy_file::sentence).collect()))?);
    }
    if args.json { as_json(&results, context) } else { Ok(report(&results, context)) }
}

fn report(results: &[CaseResult], context: &Context) -> Exit {
    let failing = results.iter().filter_map(|case| Some((case, case.failure.as_ref()?)));
    let failed = failing
        .map(|(case, failure)| {
            let what = failure.get(context.out.language());
            context.out.line(&format!("{}: {}: {what}", case.file, case.says));
        })
        .count();
    context.out.line(&format!("cases: {} passed, {failed} failed", results.len() - failed));
    if failed == 0 { Exit::Done } else { Exit::NotGood }
}

fn as_json(results: &[CaseResult], context: &Context) -> Result<Exit, Failure> {
    let failures: Vec<_> = results
        .iter()
        .filter_map(|case| Some((case, case.failure.as_ref()?)))
        .map(|(case, text)| json!({ "file": case.file, "line": case.line, "says": case.says, "text": text }))
        .collect();
    let exit = if failures.is_empty() { Exit::Done } else { Exit::NotGood };
    let passed = results.len() - failures.len();
    printed(context, &json!({ "passed": passed, "failed": failures.len(), "failures": failures }), exit)
}

/// The `cases/*.yaml` under `dir`, sorted.
fn case_files(dir: &Path, depth: usize) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() && depth > 0 {
            files.extend(case_files(&path, depth - 1)?);
        } else if dir.file_name().is_some_and(|n| n == "cases")
            && path.extension().is_some_and(|e| e == "yaml")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The policy that a case table means: `ivn` is `ivn/policy.yaml` in the folder, or the one that Kring ships; a path
/// counts from the table, or from the folder.
fn policy_named(name: &str, table: &Path, dir: &Path) -> Result<Policy, Vec<Problem>> {
    let beside = table.parent().unwrap_or(dir);
    let candidates = [dir.join(name).join("policy.yaml"), beside.join(name), dir.join(name)];
    let found = candidates.iter().find(|path| path.is_file());
    let from_file = found.and_then(|path| Some((path.display().to_string(), fs::read_to_string(path).ok()?)));
    let shipped = || Policy::shipped(name).map(|yaml| (name.to_owned(), yaml.to_owned()));
    match from_file.or_else(shipped) {
        Some((name, yaml)) => read_policy(&name, &yaml),
        None => Err(vec![Problem {
            file: table.display().to_string(),
            line: 0,
            column: 0,
            message: crate::output::texts().text("policy-unknown", &[("name", name.to_owned().into())]),
        }]),
    }
}
