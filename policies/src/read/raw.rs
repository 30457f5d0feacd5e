//! A policy file as it is written. Unknown keys are refused; each value knows its line.

use schemars::JsonSchema;
use serde::Deserialize;

use super::placed::Placed;

mod condition;
mod kind;

pub(crate) use condition::OneOrMore;
pub(crate) use condition::{RawCondition, RawPeople, RawSource};
pub(crate) use kind::{
    RawAfterwards, RawEnds, RawHistory, RawInvite, RawInviter, RawJoin, RawKind, RawSpace,
};

pub(crate) type Name = Placed<String>;

/// A policy of Kring: who belongs in which group, and who may do what there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPolicy {
    /// What the association calls its intranet.
    pub(crate) name: Name,
    /// IANA name of the zone in which days begin and end: Europe/Amsterdam.
    pub(crate) timezone: Name,
    /// The user types.
    pub(crate) types: Vec<RawType>,
    /// What is used of the member administration.
    #[serde(default)]
    pub(crate) attributes: Vec<RawAttribute>,
    /// Sorts of people with a name, for conditions.
    #[serde(default)]
    pub(crate) people: Vec<RawPeople>,
    /// Days that somebody stays in their groups after leaving the administration.
    pub(crate) grace_days: Option<Placed<u16>>,
    /// When a plan or an import asks before it takes people out.
    #[serde(default)]
    pub(crate) ask_before_removing: RawRemoval,
    /// Patterns of user ids that Kring never touches: '@clock*:example.org'.
    pub(crate) leave_alone: Option<Placed<Vec<Name>>>,
    /// Most groups in one space (2 to 200); more make parts.
    pub(crate) most_groups_in_a_space: Option<Placed<usize>>,
    /// A new room with more people than this is filled with one event per person.
    pub(crate) fill_above: Option<usize>,
    /// Power levels.
    pub(crate) powers: Option<Placed<RawPowers>>,
    /// The key of the group that everybody is in; it has a space.
    pub(crate) root: Name,
    /// The key of the group that hears of alarms.
    pub(crate) alarms: Option<Name>,
    /// The kinds of groups.
    pub(crate) groups: Vec<RawKind>,
}

/// A text in both languages.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTitle {
    /// Dutch.
    pub(crate) nl: String,
    /// English.
    pub(crate) en: String,
}

/// One user type.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawType {
    /// As it stands in the administration.
    #[serde(rename = "type")]
    pub(crate) name: Name,
    /// What people read.
    pub(crate) title: RawTitle,
    /// Somebody from outside, who sees only people they share a group with.
    #[serde(default)]
    pub(crate) outsider: bool,
    /// To whom they may write a private message.
    #[serde(default)]
    pub(crate) writes_to: RawReach,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawReach {
    #[default]
    Anybody,
    SharedGroup,
    Nobody,
}

/// One attribute of people.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAttribute {
    /// Its name in this file.
    pub(crate) attribute: Name,
    /// The column of the administration.
    pub(crate) column: Name,
    /// Several values, separated by commas.
    #[serde(default)]
    pub(crate) list: bool,
    /// Another attribute: what one person with a value of it has, everybody with that value has.
    pub(crate) shared_by: Option<Name>,
    /// The only values of the column that count.
    #[serde(default)]
    pub(crate) only: Vec<String>,
    /// Values of the column that do not count.
    #[serde(default)]
    pub(crate) except: Vec<String>,
    /// What people read.
    pub(crate) title: RawTitle,
}

/// How many people may be taken out without asking.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRemoval {
    /// Of the people there are, 0 to 50.
    pub(crate) percent: Placed<f64>,
    /// Never ask for fewer people than this, 1 to 1000.
    pub(crate) at_least: Placed<usize>,
    /// Another measure for the people of one group.
    pub(crate) in_group: Option<RawInGroup>,
}

/// How many people of one group may be taken out without asking.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawInGroup {
    /// Of the people of the group, 0 to 50.
    pub(crate) percent: Placed<f64>,
    /// Never ask for fewer people than this, 1 to 1000.
    pub(crate) at_least: Placed<usize>,
}

impl Default for RawRemoval {
    fn default() -> Self {
        Self { percent: Placed::nowhere(20.0), at_least: Placed::nowhere(10), in_group: None }
    }
}

/// Power levels.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPowers {
    /// Of the admin of a group, 1 to 99.
    pub(crate) admin: Option<Placed<i64>>,
    /// Of who writes where only some do; 1 to the admin's.
    pub(crate) writer: Option<Placed<i64>>,
}
