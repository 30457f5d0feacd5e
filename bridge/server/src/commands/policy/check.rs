//! `kring policy check FILE`: what is wrong with a policy.

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{printed, source};
use crate::{
    context::Context,
    exit::{Exit, Failure},
    policy_file,
};

/// `kring policy check`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct CheckArgs {
    /// The policy: a file, or the name of one that Kring ships
    pub file: String,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Reads the policy and says that it is fine, or everything that is wrong with it.
///
/// # Errors
/// When it cannot be read or something is wrong with it.
pub(super) fn run(args: &CheckArgs, context: &Context) -> Result<Exit, Failure> {
    let file = args.file.as_str();
    match policy_file::load(&source(file)) {
        Ok(policy) if args.json => printed(
            context,
            &json!({ "good": true, "kinds": policy.kinds.len(), "problems": [] }),
            Exit::Done,
        ),
        Ok(policy) => {
            let kinds = policy.kinds.len();
            context.out.answer("policy-good", &[("name", file.into()), ("kinds", kinds.into())]);
            Ok(Exit::Done)
        }
        Err(Failure(problems)) if args.json => {
            printed(context, &json!({ "good": false, "problems": problems }), Exit::CouldNot)
        }
        Err(failure) => Err(failure),
    }
}
