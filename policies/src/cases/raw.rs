//! A case table as it is written.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kring_core::{
    group::{JoinWish, Role},
    member::{AddressStanding, Source},
};
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::read::OneOrMore;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTable {
    pub(super) policy: Spanned<String>,
    pub(super) today: Date,
    #[serde(default)]
    pub(super) people: BTreeMap<String, RawPerson>,
    #[serde(default)]
    pub(super) groups: Vec<RawGroup>,
    #[serde(default)]
    pub(super) grants: Vec<RawGrant>,
    pub(super) cases: Vec<RawCase>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPerson {
    #[serde(rename = "type")]
    pub(super) user_type: String,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, OneOrMore>,
    pub(super) address: Option<AddressStanding>,
    pub(super) source: Option<Source>,
    pub(super) since: Option<Date>,
    pub(super) until: Option<Date>,
    pub(super) removed_on: Option<Date>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGroup {
    pub(super) key: Spanned<String>,
    pub(super) kind: String,
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) values: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) parents: Vec<Spanned<String>>,
    pub(super) admits: Option<Vec<String>>,
    pub(super) read_only: Option<bool>,
    pub(super) join: Option<JoinWish>,
    pub(super) ends_on: Option<Date>,
    #[serde(default)]
    pub(super) archived: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGrant {
    pub(super) group: Spanned<String>,
    pub(super) who: String,
    pub(super) role: Option<Role>,
    pub(super) until: Option<Date>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCase {
    pub(super) says: Spanned<String>,
    #[serde(default)]
    pub(super) given: RawGiven,
    pub(super) when: Spanned<RawWhen>,
    pub(super) then: RawThen,
}

/// What is different from the table in this one case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGiven {
    pub(super) today: Option<Date>,
    #[serde(default)]
    pub(super) people: BTreeMap<String, RawPerson>,
    #[serde(default)]
    pub(super) groups: Vec<RawGroup>,
    #[serde(default)]
    pub(super) grants: Vec<RawGrant>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawThen {
    pub(super) allowed: bool,
    pub(super) code: String,
    /// The last day of what is given; not looked at unless it stands there.
    pub(super) until: Option<RawUntil>,
}

/// A day, or the word `never`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum RawUntil {
    Day(Date),
    Word(Never),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Never {
    Never,
}

/// Exactly one thing that somebody does.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawWhen {
    pub(super) who: String,
    pub(super) joins: Option<String>,
    pub(super) knocks: Option<String>,
    pub(super) leaves: Option<String>,
    pub(super) invites: Option<String>,
    pub(super) removes: Option<String>,
    pub(super) bans: Option<String>,
    pub(super) creates: Option<String>,
    pub(super) name: Option<String>,
    pub(super) admits: Option<Vec<String>>,
    pub(super) renames_to: Option<String>,
    pub(super) describes: Option<String>,
    pub(super) sets_read_only: Option<bool>,
    pub(super) sets_join: Option<JoinWish>,
    pub(super) ends_on: Option<Date>,
    pub(super) writes_in: Option<String>,
    pub(super) reads_back: Option<String>,
    pub(super) finds: Option<String>,
    /// Not what somebody does but where a group stands; with `under`.
    pub(super) hangs: Option<String>,
    pub(super) under: Option<String>,
    /// Whether the policy names `who` for the people of the group to turn to.
    pub(super) is_contact_of: Option<String>,
    /// Whether `who` is proposed as admin because the group has too few.
    pub(super) is_proposed_in: Option<String>,
    pub(super) invites_with_client: Option<String>,
    pub(super) sets_power_of: Option<String>,
    pub(super) level: Option<i64>,
    pub(super) sends_state: Option<String>,
    pub(super) upgrades: Option<String>,
    pub(super) publishes: Option<String>,
    pub(super) writes_to: Option<String>,
    pub(super) looks_at: Option<String>,
    pub(super) sees_section: Option<bool>,
    #[serde(rename = "in")]
    pub(super) group: Option<String>,
    pub(super) also_in: Vec<String>,
    /// The wished last day of an invitation or an appointment.
    pub(super) until: Option<Date>,
}
