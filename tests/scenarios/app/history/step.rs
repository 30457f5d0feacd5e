//! The steps of a history, which print themselves as a story.

use std::fmt;

use proptest::prelude::*;

use crate::association::user;

/// What somebody does in a room.
#[derive(Clone, Copy)]
pub(crate) enum Deed {
    /// A member says something, which changes nothing.
    Says(usize, &'static str),
    /// A member leaves where they belong, and is to be brought back.
    Leaves(usize, &'static str),
    /// A member changes the name by which others see them.
    Renames(usize, &'static str),
    /// The project group's admin invites somebody: a member, which stands, or one who does not belong, which does not.
    Invites(usize),
    /// The project group's admin takes somebody out, which stands.
    TakesOut(usize),
}

/// How the homeserver delivers.
#[derive(Clone, Copy)]
pub(crate) enum How {
    Plainly,
    TwiceAtOnce,
    ItsAnswerIsLost,
    WithEphemeralData,
}

/// What goes wrong in the middle of it.
#[derive(Clone, Copy)]
pub(crate) enum Trouble {
    KringDies,
    HomeserverDies,
    /// It forgets what it had stored, too, and counts from 1 again.
    TransactionsAreLost,
    /// Connections are cut (PostgreSQL), or another process holds the write lock for too long (SQLite).
    DatabaseIsAway,
    /// Longer than any lease.
    ClockJumps,
}

/// What goes wrong with the next request that Kring makes.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    AnswerIsLost,
    Fails,
    IsCut,
}

/// One step.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Happens(Deed),
    /// The homeserver may deliver until nothing moves any more; the trouble comes at Kring's so-manieth breath.
    Delivers(How, Option<(u16, Trouble)>),
    KringStarts,
    NextRequest(Fault),
    TimePasses(u16),
}

pub(crate) const ASSEN: &str = "afdeling/assen";
pub(crate) const ROLDE: &str = "afdeling/rolde";
pub(crate) const ROOT: &str = "intranet/ons-ivn#space";
/// Stands for the project group, whose key is drawn.
pub(crate) const PROJECT: &str = "the project group";

fn deed() -> impl Strategy<Value = Deed> {
    let place = || prop_oneof![4 => Just((16, ASSEN)), 2 => Just((12, ROLDE)), 1 => Just((16, ROOT))];
    // 12 and 13 may be asked in; 19 comes from outside and may not.
    let guest = || prop_oneof![Just(12_usize), Just(13), Just(19)];
    prop_oneof![
        2 => place().prop_map(|(who, place)| Deed::Says(who, place)),
        1 => Just(Deed::Says(9, PROJECT)),
        3 => place().prop_map(|(who, place)| Deed::Leaves(who, place)),
        1 => place().prop_map(|(who, place)| Deed::Renames(who, place)),
        4 => guest().prop_map(Deed::Invites),
        3 => guest().prop_map(Deed::TakesOut),
        1 => guest().prop_map(|who| Deed::Leaves(who, PROJECT)),
    ]
}

fn delivery() -> impl Strategy<Value = Step> {
    let how = prop_oneof![
        3 => Just(How::Plainly),
        1 => Just(How::TwiceAtOnce),
        1 => Just(How::ItsAnswerIsLost),
        1 => Just(How::WithEphemeralData),
    ];
    let trouble = prop_oneof![
        3 => Just(Trouble::KringDies),
        2 => Just(Trouble::HomeserverDies),
        1 => Just(Trouble::TransactionsAreLost),
        3 => Just(Trouble::DatabaseIsAway),
        1 => Just(Trouble::ClockJumps),
    ];
    // Taking a transaction apart costs some ten breaths, handling an event as many again.
    let breath = prop_oneof![4 => 0..12_u16, 3 => 12..40_u16, 1 => 40..120_u16];
    (how, prop::option::weighted(0.7, (breath, trouble))).prop_map(|(how, at)| Step::Delivers(how, at))
}

fn step() -> impl Strategy<Value = Step> {
    let fault = prop_oneof![Just(Fault::AnswerIsLost), Just(Fault::Fails), Just(Fault::IsCut)];
    prop_oneof![
        8 => deed().prop_map(Step::Happens),
        6 => delivery(),
        3 => Just(Step::KringStarts),
        1 => fault.prop_map(Step::NextRequest),
        2 => prop_oneof![2 => 1..5_u16, 2 => 5..130_u16, 1 => 130..1100_u16].prop_map(Step::TimePasses),
    ]
}

/// Histories of up to `most` steps.
pub(crate) fn history(most: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 4..most)
}

impl fmt::Debug for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Says(who, place) => write!(f, "{} says something in {place}", user(*who)),
            Self::Leaves(who, place) => write!(f, "{} leaves {place}", user(*who)),
            Self::Renames(who, place) => write!(f, "{} takes another name in {place}", user(*who)),
            Self::Invites(who) => write!(f, "{} invites {} into {PROJECT}", user(9), user(*who)),
            Self::TakesOut(who) => write!(f, "{} takes {} out of {PROJECT}", user(9), user(*who)),
        }
    }
}

impl fmt::Debug for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KringDies => "Kring dies",
            Self::HomeserverDies => "the homeserver dies and starts again",
            Self::TransactionsAreLost => "the homeserver dies and loses its transactions",
            Self::DatabaseIsAway => "the database is away for a moment",
            Self::ClockJumps => "ten minutes have passed",
        })
    }
}

impl fmt::Debug for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plainly => "the homeserver delivers",
            Self::TwiceAtOnce => "the homeserver delivers, once twice at once",
            Self::ItsAnswerIsLost => "the homeserver delivers, and an answer is lost",
            Self::WithEphemeralData => "the homeserver delivers with ephemeral data",
        })
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AnswerIsLost => "the answer to Kring's next request is lost",
            Self::Fails => "Kring's next request fails",
            Self::IsCut => "Kring's next request is cut off",
        })
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Happens(deed) => deed.fmt(f),
            Self::Delivers(how, None) => how.fmt(f),
            Self::Delivers(how, Some((breath, trouble))) => {
                write!(f, "{how:?}; at Kring's breath {breath} {trouble:?}")
            }
            Self::KringStarts => f.write_str("Kring starts, if it was dead"),
            Self::NextRequest(fault) => fault.fmt(f),
            Self::TimePasses(seconds) => write!(f, "{seconds} seconds pass"),
        }
    }
}
