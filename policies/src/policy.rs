//! A policy as it is applied: read, checked and ready to be asked.

use kring_core::{
    group::GroupRecord,
    ids::{GroupKey, PlaceKey, Shared, UserType},
    text::Text,
};
use ruma::UserId;

use crate::{condition::Condition, decision::RuleRef, glob::Glob};

mod import;

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
    pub(crate) lines: Vec<Shared>,
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
    /// What people read.
    pub title: Text,
    /// The stable code of "this group is for another value": `branch-not-theirs`.
    pub(crate) not_theirs: Shared,
}

/// Thresholds above which somebody must confirm a removal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Removal {
    /// Share of the people, between 0 and 1, of a group and of the total alike.
    pub share: f64,
    /// Never ask for fewer people than this.
    pub at_least: usize,
}

impl Removal {
    /// The share in whole percent.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to lie between 0 and 100 when the policy is read"
    )]
    pub fn percent(&self) -> u32 {
        (self.share * 100.0).round() as u32
    }
}

/// One kind of group: one fixed group, one for each value of an attribute, or those that people make.
#[derive(Debug, Clone)]
pub struct Kind {
    /// The kind's name, `afdeling`.
    pub name: Shared,
    /// Which groups there are.
    pub origin: Origin,
    /// What people read as its name; `{afdeling}` stands for a value.
    pub title: String,
    /// What the group is for; `{afdeling}` stands for a value.
    pub topic: Option<String>,
    /// Kinds of the groups above it.
    pub parents: Vec<ParentRule>,
    /// Whether it has a room to talk in.
    pub room: bool,
    /// Whether it has a space.
    pub space: SpaceRule,
    /// The types it admits unless its admins set others.
    pub admits: Vec<UserType>,
    /// The types that its admins may set.
    pub may_admit: Vec<UserType>,
    /// Who belongs to it without being asked; one condition is enough.
    pub members: Vec<MemberRule>,
    /// Who runs it; they belong to it too.
    pub admins: Vec<MemberRule>,
    /// Whether somebody may be invited into it.
    pub by_invitation: bool,
    /// Who may make such a group; only for [`Origin::People`].
    pub create: Option<CreateRule>,
    /// `m.room.join_rules` outside filling.
    pub join: JoinWish,
    /// `m.room.history_visibility`
    pub history: Shared,
    /// `m.federate`
    pub federate: bool,
    /// Whether only admins write.
    pub read_only: bool,
    /// Whether its admins may invite and remove people with their own client.
    pub native: bool,
    /// Whether it is the association's section, with the address rule of the administration.
    pub section: bool,
    /// The line of its `kind:`.
    pub line: u32,
    /// The line of its `admits:`.
    pub(crate) admits_line: u32,
}

/// Where the groups of a kind come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// One group with a fixed key.
    Fixed(GroupKey),
    /// One group for each value of an attribute in the administration.
    ForEach {
        /// The attribute.
        attribute: Shared,
        /// A second attribute that tells two equal values apart.
        within: Option<Shared>,
    },
    /// Groups that people make.
    People,
}

/// A kind of group above another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParentRule {
    /// Index into [`Policy::kinds`].
    pub kind: usize,
    /// Every group that some of its people belong to, rather than the one of most of them.
    pub all: bool,
}

/// Whether a group has a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpaceRule {
    /// Never: groups below it are found one level higher.
    No,
    /// Always.
    Yes,
    /// As soon as there is a group below it.
    WhenNeeded,
}

/// One sentence that says who belongs.
#[derive(Debug, Clone)]
pub struct MemberRule {
    /// True for who belongs.
    pub who: Condition,
    /// Whether people by invitation count too; otherwise only the administration.
    pub everybody: bool,
    /// Whether the person must have the group's own attribute value.
    pub own: bool,
    /// Where it stands.
    pub line: u32,
}

/// Who may make groups of a kind, and how they look.
#[derive(Debug, Clone)]
pub struct CreateRule {
    /// Who may; one condition is enough. An admin of the group above it may too where `admins_above` says so.
    pub who: Vec<Condition>,
    /// Admins of the group above may.
    pub admins_above: bool,
    /// How many of them one group may have below it.
    pub at_most: usize,
    /// Longest name, in characters.
    pub name_length: usize,
    /// Where it stands.
    pub line: u32,
}

/// The join rule that a policy asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinWish {
    /// Only who is invited.
    Invite,
    /// Who asks may be let in.
    Knock,
    /// Members of the groups above may come in.
    Parents,
}

/// Power levels that a policy sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Powers {
    /// Of a group's admin.
    pub admin: i64,
    /// Of a member.
    pub member: i64,
    /// What nobody but the bridge does: invite, kick, ban, state.
    pub bridge: i64,
    /// What not even a future helper of the bridge does: tombstone, encryption.
    pub never: i64,
}

impl Policy {
    /// The YAML of a policy that Kring ships, `ivn`; `None` for another name.
    pub fn shipped(name: &str) -> Option<&'static str> {
        match name {
            "ivn" => Some(include_str!("../ivn/policy.yaml")),
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

    /// The types a group admits now: its own setting within the policy's bounds, else the default.
    pub fn admits<'a>(
        &'a self,
        kind: &'a Kind,
        group: Option<&'a GroupRecord>,
        user_type: &UserType,
    ) -> bool {
        match group.and_then(|g| g.settings.admits.as_ref()) {
            Some(set) => set.contains(user_type) && kind.may_admit.contains(user_type),
            None => kind.admits.contains(user_type),
        }
    }

    /// The attribute with that name.
    pub fn attribute(&self, name: &str) -> Option<&AttributeRule> {
        self.attributes.iter().find(|a| &*a.name == name)
    }

    /// A reference to a line of the file, with what it says.
    pub fn rule(&self, line: u32) -> RuleRef {
        let says = usize::try_from(line).ok().and_then(|n| self.lines.get(n.wrapping_sub(1))).cloned();
        RuleRef { file: self.name.clone(), line, says: says.unwrap_or_else(|| Shared::from("")) }
    }
}
