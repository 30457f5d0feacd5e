//! A policy as it is applied: read, checked and ready to be asked.

use std::sync::Arc;

use kring_core::{
    group::GroupRecord,
    ids::{GroupKey, PlaceKey, Shared, UserType},
    text::Text,
};
use ruma::UserId;

use crate::{condition::People, decision::RuleRef, glob::Glob};

mod complete;
mod import;
mod kind;
mod moment;

pub(crate) use kind::KindLines;
pub use kind::{
    Afterwards, Bounds, CreateRule, Ending, EndsWhen, InviteRule, Inviter, JoinWish, Kind, LeastAdmins,
    MemberRule, Origin, ParentRule, SpaceRule, Whose,
};
pub use moment::Phase;

/// A whole policy. Made by [`read_policy`](crate::read::read_policy) only, so every name in it is known.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The file's name as it was given: `ivn` or a path.
    pub name: Shared,
    /// What the association calls its intranet.
    pub title: String,
    /// IANA name of the zone in which days begin and end.
    pub timezone: String,
    /// The user types, in the order of the file.
    pub types: Vec<TypeRule>,
    /// The attributes of people, in the order of the file.
    pub attributes: Vec<AttributeRule>,
    /// Sorts of people that conditions name, in the order of the file.
    pub people: Vec<Arc<People>>,
    /// The kinds of groups, in the order of the file.
    pub kinds: Vec<Kind>,
    /// Index of the kind of the association's root space.
    pub root: usize,
    /// The group that hears of alarms.
    pub alarms: Option<GroupKey>,
    /// When an import or a plan asks before it removes people.
    pub removal: Removal,
    /// How many days somebody stays in their groups after they left the administration.
    pub grace_days: u16,
    /// Most children of one space; more make numbered parts.
    pub max_children: usize,
    /// A new room with more people than this to bring in is filled with one event per person.
    pub fill_above: usize,
    /// Accounts that Kring never touches.
    pub(crate) leave_alone: Vec<Glob>,
    /// Powers of every room, before a kind's own.
    pub(crate) powers: Powers,
    pub(crate) section: Option<usize>,
    pub(crate) at: PolicyLines,
    pub(crate) lines: Vec<Shared>,
}

/// Where a policy says what holds for all groups; the first line where it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PolicyLines {
    pub(crate) grace: u32,
    pub(crate) leave_alone: u32,
    pub(crate) powers: u32,
    pub(crate) types: u32,
}

/// One user type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeRule {
    /// As it stands in the administration.
    pub id: UserType,
    /// What people read.
    pub title: Text,
    /// Somebody from outside, who sees only people they share a group with.
    pub outsider: bool,
    /// To whom they may write a private message.
    pub writes_to: Reach,
    /// Where it stands.
    pub line: u32,
}

/// How far somebody reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everybody who takes part.
    Anybody,
    /// People with whom they share a group.
    SharedGroup,
    /// Nobody.
    Nobody,
}

/// One attribute and the column of the administration it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeRule {
    /// Its name in conditions.
    pub name: Shared,
    /// The column of the administration.
    pub column: Shared,
    /// Whether the column holds several values, separated by commas.
    pub list: bool,
    /// A second attribute: what one person with a value of it has, everybody with that value has.
    pub shared_by: Option<Shared>,
    /// The only values of the column that count; empty for all.
    pub only: Vec<Shared>,
    /// Values of the column that do not count.
    pub except: Vec<Shared>,
    /// What people read.
    pub title: Text,
    /// The stable code of "this group is for another value": `branch-not-theirs`.
    pub(crate) not_theirs: Shared,
}

/// Thresholds above which somebody must confirm a removal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Removal {
    /// Of all people.
    pub total: Threshold,
    /// Of the people of one group.
    pub in_group: Threshold,
    /// Whether the policy has words of its own for a group; if not, both are the same.
    pub says_in_group: bool,
}

/// A removal asks when it passes both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Share of the people, between 0 and 1.
    pub share: f64,
    /// Never ask for fewer people than this.
    pub at_least: usize,
}

impl Threshold {
    /// The share in whole percent.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to lie between 0 and 50 when the policy is read"
    )]
    pub fn percent(&self) -> u32 {
        (self.share * 100.0).round() as u32
    }
}

/// Power levels that a policy sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Powers {
    /// Of a group's admin.
    pub admin: i64,
    /// Of who writes where only some do.
    pub writer: i64,
    /// Of a member.
    pub member: i64,
    /// What nobody but the bridge does: invite, kick, ban, state.
    pub bridge: i64,
    /// What not even a future helper of the bridge does: tombstone, encryption.
    pub never: i64,
}

impl Policy {
    /// The YAML of a policy that Kring ships, `ivn` or `nov`; `None` for another name.
    pub fn shipped(name: &str) -> Option<&'static str> {
        match name {
            "ivn" => Some(include_str!("../ivn/policy.yaml")),
            "nov" => Some(include_str!("../nov/policy.yaml")),
            _ => None,
        }
    }

    /// The kind with that name.
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.iter().find(|k| &*k.name == name)
    }

    /// The kind that a group follows; `None` when the policy no longer has it.
    pub fn kind_of(&self, group: &GroupRecord) -> Option<&Kind> {
        self.kind(&group.template)
    }

    /// The root space, in which everybody is.
    pub fn root_place(&self) -> Option<PlaceKey> {
        match &self.kinds.get(self.root)?.origin {
            Origin::Fixed(key) => Some(PlaceKey::space(key.clone())),
            _ => None,
        }
    }

    /// Whether the policy says never to touch this account.
    pub fn leaves_alone(&self, user: &UserId) -> bool {
        self.leave_alone.iter().any(|glob| glob.matches(user.as_str()))
    }

    /// The attribute with that name.
    pub fn attribute(&self, name: &str) -> Option<&AttributeRule> {
        self.attributes.iter().find(|a| &*a.name == name)
    }

    /// The user type with that name.
    pub fn user_type(&self, id: &UserType) -> Option<&TypeRule> {
        self.types.iter().find(|t| t.id == *id)
    }

    /// How many days somebody stays after they left: in groups of `kind`, or in general.
    pub(crate) fn grace(&self, kind: Option<&Kind>) -> u16 {
        kind.and_then(|k| k.grace_days).unwrap_or(self.grace_days)
    }

    /// The line that says how long somebody stays.
    pub(crate) fn grace_line(&self, kind: Option<&Kind>) -> u32 {
        kind.filter(|k| k.grace_days.is_some()).map_or(self.at.grace, |k| k.lines.grace)
    }

    /// A reference to a line of the file, with what it says.
    pub fn rule(&self, line: u32) -> RuleRef {
        let says = usize::try_from(line).ok().and_then(|n| self.lines.get(n.wrapping_sub(1))).cloned();
        RuleRef { file: self.name.clone(), line, says: says.unwrap_or_else(|| Shared::from("")) }
    }
}
