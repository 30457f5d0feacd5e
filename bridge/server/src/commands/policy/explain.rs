//! `kring policy explain POLICY`: what a policy means, in sentences for a board.

use clap::Args;
use kring_policies::describe::{Section, describe};
use serde::{Deserialize, Serialize};

use super::{load, printed};
use crate::{
    context::Context,
    exit::{Exit, Failure},
};

/// `kring policy explain`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct ExplainArgs {
    /// The policy: a file, or the name of one that Kring ships
    pub policy: String,
    /// Only this kind of group
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// With the line of the policy behind each sentence
    #[arg(long)]
    pub lines: bool,
    /// As a page in Markdown, with a heading for each kind of group
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Explains.
///
/// # Errors
/// When the policy cannot be read, or has no such kind.
pub(super) fn run(args: &ExplainArgs, context: &Context) -> Result<Exit, Failure> {
    let policy = load(&args.policy)?;
    let mut sections = describe(&policy);
    if let Some(kind) = &args.kind {
        sections.retain(|section| section.kind.as_deref() == Some(kind));
        if sections.is_empty() {
            let known: Vec<&str> = policy.kinds.iter().map(|k| &*k.name).collect();
            let args = [("kind", kind.as_str().into()), ("known", known.join(", ").into())];
            return Err(Failure::new("kind-none", &args));
        }
    }
    if args.json {
        return printed(context, &sections, Exit::Done);
    }
    for (i, section) in sections.iter().enumerate() {
        if i > 0 {
            context.out.line("");
        }
        tell(section, args, context);
    }
    Ok(Exit::Done)
}

fn tell(section: &Section, args: &ExplainArgs, context: &Context) {
    let language = context.out.language();
    let (heading, item) = if args.markdown { ("## ", "* ") } else { ("", "  ") };
    context.out.line(&format!("{heading}{}", section.title.get(language)));
    if args.markdown {
        context.out.line("");
    }
    for sentence in &section.sentences {
        let text = sentence.text.get(language);
        let line = if args.lines { format!(" ({})", sentence.line) } else { String::new() };
        context.out.line(&format!("{item}{text}{line}"));
    }
}
