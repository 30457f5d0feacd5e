//! How a command ends.

use std::process::ExitCode;

use kring_core::text::{Arg, Text};

use crate::{config::Problems, output::texts};

/// How a command ended; the exit codes of the contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: it did its work, whatever the answer was.
    Done,
    /// 1: it did its work, and what it looked at is not good: a case of `policy test` fails, the audit log was changed.
    NotGood,
    /// 2: it could not do its work.
    CouldNot,
}

impl Exit {
    /// 0, 1 or 2.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::NotGood => 1,
            Self::CouldNot => 2,
        }
    }

    /// The end that `code` stands for; an unknown code is a failure.
    pub fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Done,
            1 => Self::NotGood,
            _ => Self::CouldNot,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command could not do its work: sentences for the operator, each saying what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub Vec<Text>);

impl Failure {
    /// The sentence `id` of `cli.ftl`.
    pub fn new(id: &str, args: &[(&str, Arg<'_>)]) -> Self {
        Self(vec![texts().text(id, args)])
    }
}

impl From<Text> for Failure {
    fn from(text: Text) -> Self {
        Self(vec![text])
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self(problems.0.into_iter().map(|problem| problem.text).collect())
    }
}
