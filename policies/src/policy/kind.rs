//! One kind of group: where its groups come from, who belongs, who may do what there.

use jiff::civil::Date;
pub use kring_core::group::JoinWish;
use kring_core::ids::{GroupKey, Shared, UserType};

use crate::condition::Condition;

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
    /// Who of its members writes where only some do.
    pub writers: Vec<MemberRule>,
    /// Whom its people turn to; shown in its profile.
    pub contacts: Vec<MemberRule>,
    /// Who may bring in whom; empty where the rules alone decide.
    pub invites: Vec<InviteRule>,
    /// Who may make such a group; only for [`Origin::People`].
    pub create: Option<CreateRule>,
    /// Admins of the groups directly above may do what its own admins may.
    pub admins_above: bool,
    /// An appointment as admin ends by itself after so many days.
    pub admin_days: Option<u16>,
    /// How many admins it should have, and who is proposed when there are fewer.
    pub least_admins: Option<LeastAdmins>,
    /// Days in the group after somebody left; `None` for those of the whole policy.
    pub grace_days: Option<u16>,
    /// When it archives itself.
    pub ends: Option<Ending>,
    /// What its admins may set besides its topic, its types and, where people made it, its name.
    pub settings: Bounds,
    /// State that its admins may set with their own client, besides pinned messages.
    pub admins_send: Vec<Shared>,
    /// `m.room.join_rules` outside filling.
    pub join: JoinWish,
    /// `m.room.history_visibility`
    pub history: Shared,
    /// `m.federate`
    pub federate: bool,
    /// Whether only admins and writers write.
    pub read_only: bool,
    /// Whether only its own people find it in the spaces: it hangs in none.
    pub hidden: bool,
    /// Whether its admins may invite and remove people with their own client.
    pub native: bool,
    /// Whether it is the association's section, with the address rule of the administration.
    pub section: bool,
    /// The line of its `kind:`.
    pub line: u32,
    pub(crate) lines: KindLines,
}

/// Where a kind says what; the line of its `kind:` where it does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KindLines {
    pub(crate) admits: u32,
    pub(crate) may_admit: u32,
    pub(crate) parents: u32,
    pub(crate) admins: u32,
    pub(crate) admin_days: u32,
    pub(crate) grace: u32,
    pub(crate) settings: u32,
    pub(crate) admins_send: u32,
    pub(crate) join: u32,
    pub(crate) history: u32,
    pub(crate) read_only: u32,
    pub(crate) hidden: u32,
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
    /// Index into [`Policy::kinds`](super::Policy::kinds).
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
#[derive(Debug, Clone, PartialEq)]
pub struct MemberRule {
    /// True for who belongs.
    pub who: Condition,
    /// Whether people by invitation count too; otherwise only the administration.
    pub everybody: bool,
    /// Of which of the kind's groups it speaks.
    pub whose: Whose,
    /// Where it stands.
    pub line: u32,
}

/// Which groups of a kind a rule speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// The group whose value the person has.
    Own,
    /// The groups whose value stands in this other attribute of the person.
    Through(Shared),
    /// All of them.
    Anywhere,
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
    /// Below how many groups one of them may hang.
    pub under_at_most: usize,
    /// Longest name, in characters.
    pub name_length: usize,
    /// Where it stands.
    pub line: u32,
}

/// Who may bring in whom, and for how long.
#[derive(Debug, Clone, PartialEq)]
pub struct InviteRule {
    /// What somebody must be to invite; one is enough, or one of `who`.
    pub by: Vec<Inviter>,
    /// Others who may, wherever they are in the group; one condition is enough.
    pub who: Vec<Condition>,
    /// Whom they may invite; one condition is enough, and without any it is everybody whom the group admits.
    pub whom: Vec<Condition>,
    /// An invitation by this rule ends after so many days.
    pub at_most_days: Option<u16>,
    /// Where it stands.
    pub line: u32,
}

/// What somebody is who may invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inviter {
    /// An admin of the group.
    Admins,
    /// Anybody who is in the group.
    Members,
    /// An admin of a group directly above it.
    AdminsAbove,
}

/// How many admins a group should have.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastAdmins {
    /// Fewer raise an alarm.
    pub count: u16,
    /// Who may be proposed; one condition is enough, and without any it is everybody in the group.
    pub successors: Vec<Condition>,
    /// Where it stands.
    pub line: u32,
}

/// When a group archives itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// When.
    pub when: EndsWhen,
    /// What it is from then on.
    pub then: Afterwards,
    /// Where it stands.
    pub line: u32,
}

/// The last day of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndsWhen {
    /// This day.
    On(Date),
    /// So many days after the date that the group's value begins with (`2026-11-19`); never where it is no date.
    DaysAfterValue(u16),
}

/// What a group is after its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Afterwards {
    /// Its people stay and read; nobody writes, nobody comes in by invitation, nothing is changed.
    ReadOnly,
    /// Nobody is in it.
    Closed,
}

/// What the admins of a group may set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Whether only admins and writers write.
    pub read_only: bool,
    /// Which ways in they may choose.
    pub join: Vec<JoinWish>,
    /// They may give the group an end, at most so many days ahead.
    pub end_within_days: Option<u16>,
}

impl Kind {
    /// Whether somebody may be brought in by a grant.
    pub fn by_invitation(&self) -> bool {
        !self.invites.is_empty()
    }

    /// The attributes in which a rule looks for the group's value.
    pub(crate) fn through(&self) -> impl Iterator<Item = &Shared> {
        let rules = self.members.iter().chain(&self.admins);
        rules.filter_map(|rule| match &rule.whose {
            Whose::Through(attribute) => Some(attribute),
            _ => None,
        })
    }
}
