//! What is wrong with a configuration: one sentence each, with the place.

use std::{fmt, path::PathBuf};

use kring_core::text::{Arg, Text};

use crate::output::texts;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A line of a file, counted from 1; 0 for the file as a whole.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
    },
    /// An environment variable.
    Variable(String),
}

/// One problem: what it is, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The id of its sentence in `cli.ftl`, which is stable.
    pub code: &'static str,
    /// The line of the file, for sorting; 0 where there is none.
    pub line: u64,
    /// The sentence with its place, in both languages.
    pub text: Text,
}

impl Problem {
    /// The sentence `code` about `key` (`homeserver.url`; empty for the file as a whole).
    pub fn new(code: &'static str, at: &Origin, key: &str, args: &[(&str, Arg<'_>)]) -> Self {
        let what = texts().text(code, args);
        let place = |what: String| {
            let mut args = vec![("what", Arg::from(what)), ("key", Arg::from(key.to_owned()))];
            match at {
                Origin::File { path, line } => {
                    args.push(("file", path.display().to_string().into()));
                    args.push(("line", line.to_string().into()));
                    let whole = if *line == 0 { "config-at-file" } else { "config-at-line" };
                    texts().text(if key.is_empty() { whole } else { keyed(whole) }, &args)
                }
                Origin::Variable(name) => {
                    args.push(("variable", name.clone().into()));
                    texts().text("config-at-variable", &args)
                }
            }
        };
        let line = if let Origin::File { line, .. } = at { *line } else { 0 };
        Self { code, line, text: Text { nl: place(what.nl).nl, en: place(what.en).en } }
    }
}

fn keyed(whole: &str) -> &'static str {
    if whole == "config-at-file" { "config-at-file-key" } else { "config-at-line-key" }
}

/// Everything that is wrong, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<_> = self.0.iter().map(|problem| problem.text.en.as_str()).collect();
        f.write_str(&sentences.join("\n"))
    }
}

impl std::error::Error for Problems {}
