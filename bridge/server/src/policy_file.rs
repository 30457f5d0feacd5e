//! Finding and reading a policy: one that is built in, or the association's own file.

use std::{fs, path::Path};

use kring_core::text::Text;
use kring_policies::{policy::Policy, read::Problem, read::read_policy};

use crate::{config::PolicySource, exit::Failure};

/// The largest policy file, in bytes.
pub const MAX_POLICY: u64 = 1024 * 1024;

/// Reads the policy from where it is.
///
/// # Errors
/// When there is no such policy, or with everything that is wrong with it.
pub fn load(source: &PolicySource) -> Result<Policy, Failure> {
    match source {
        PolicySource::Shipped(name) => {
            let unknown = || Failure::new("policy-unknown", &[("name", name.clone().into())]);
            parse(name, Policy::shipped(name).ok_or_else(unknown)?)
        }
        PolicySource::File(path) => parse(&path.display().to_string(), &text(path)?),
    }
}

/// Reads a policy from its text.
///
/// # Errors
/// With everything that is wrong with it.
pub fn parse(name: &str, yaml: &str) -> Result<Policy, Failure> {
    read_policy(name, yaml).map_err(|problems| Failure(problems.iter().map(sentence).collect()))
}

/// A problem as a line: `policy.yaml:12:5: …`.
pub fn sentence(problem: &Problem) -> Text {
    let place = match (problem.line, problem.column) {
        (0, _) => problem.file.clone(),
        (line, column) => format!("{}:{line}:{column}", problem.file),
    };
    Text { nl: format!("{place}: {}", problem.message.nl), en: format!("{place}: {}", problem.message.en) }
}

fn text(path: &Path) -> Result<String, Failure> {
    let name = ("path", path.display().to_string().into());
    let failed = |error: std::io::Error| {
        Failure::new("read-failed", &[name.clone(), ("reason", error.to_string().into())])
    };
    if fs::metadata(path).map_err(failed)?.len() > MAX_POLICY {
        return Err(Failure::new("read-too-large", &[name.clone(), ("limit", "1".into())]));
    }
    fs::read_to_string(path).map_err(failed)
}
