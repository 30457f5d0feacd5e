//! What goes into the audit log, and what of it a member sees.

use std::collections::HashMap;

use jiff::Timestamp;
use kring_core::{
    audit::{Actor, AuditEntry},
    ids::{GroupKey, MemberId, Shared},
    text::Text,
};
use kring_policies::plan::ActionKind;
use kring_store::{AuditFilter, AuditRecord};
use serde::Serialize;

use crate::{
    Context, Error,
    effect::{Effect, Origin, kind_of},
    texts,
};

/// The line in the audit log for an effect that was carried out; `None` for those that concern nobody.
pub(crate) fn audit_of(effect: &Effect, at: Timestamp) -> Option<AuditEntry> {
    match effect {
        Effect::Act { action, origin } => {
            let (member, code) = match &action.kind {
                ActionKind::Join { member, .. } | ActionKind::Unban { member, .. } => {
                    (Some(member.clone()), "belongs")
                }
                ActionKind::Remove { member, code, .. } => (member.clone(), &**code),
                ActionKind::Power(_) => (None, "powers"),
                ActionKind::Create(_) => (None, "new-group"),
                ActionKind::SetState { .. } | ActionKind::FinishFilling { .. } => (None, "state"),
            };
            let verb = match origin {
                Origin::Plan => kind_of(&action.kind).to_owned(),
                Origin::Repair { .. } => format!("repair-{}", kind_of(&action.kind)),
            };
            let mut entry = AuditEntry::new(at, Actor::Kring, &verb, code, (*action.because).clone())
                .with_place((*action.place).clone());
            entry.member = member;
            if let Some(room) = &action.room {
                entry = entry.with_detail("room", room.as_str());
            }
            Some(with_origin(entry, origin, at))
        }
        Effect::Provision { member, user, .. } => {
            let text = texts::CATALOGUE.text("audit-account", &[]);
            let entry = AuditEntry::new(at, Actor::Kring, "provision", "account", text);
            Some(entry.with_member(member.clone()).with_detail("user", user.as_str()))
        }
        Effect::Upgrade { place, from, new } => {
            let text = texts::CATALOGUE.text("audit-upgraded", &[("group", new.name.as_str().into())]);
            let entry = AuditEntry::new(at, Actor::Operator, "upgrade-room", "by-kring", text);
            Some(entry.with_place(place.clone()).with_detail("from", from.as_str()))
        }
        Effect::Notify { .. } => None,
    }
}

/// Whose event asked for it, and how long it took.
fn with_origin(entry: AuditEntry, origin: &Origin, at: Timestamp) -> AuditEntry {
    let Origin::Repair { event_id, sender, received_ms } = origin else { return entry };
    let took = at.as_millisecond().saturating_sub(*received_ms);
    entry
        .with_detail("event", event_id.as_str())
        .with_detail("sender", sender.as_str())
        .with_detail("duration_ms", took)
}

/// A line of the audit log as the person sees it whom it is about (PRIV-7).
///
/// Not in it are who exactly the other one was, and the details, which hold the user ids of others and ids of events. The
/// sentence names the group, the rule and the person themself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnLine {
    /// Its number in the log, to ask about it.
    pub seq: i64,
    /// When, in UTC.
    pub at: Timestamp,
    /// Who, as far as that is the reader's business.
    pub by: By,
    /// What, as a stable word: `join`, `repair-remove`.
    pub verb: Shared,
    /// The group it was about.
    pub group: Option<GroupKey>,
    /// The group's name now; `None` where it is gone.
    pub group_name: Option<String>,
    /// The stable code of the reason.
    pub code: Shared,
    /// The reason.
    pub text: Text,
}

/// Who did something, without a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Kring itself, following the rules.
    Kring,
    /// The reader.
    You,
    /// Another person who has that right: an admin of the group, somebody of support.
    Person,
    /// Whoever looks after the machine.
    Operator,
}

impl Context {
    /// What the log says about this person, the newest line first, at most `limit` lines.
    ///
    /// Only lines about what was done *to* them: what they did to others is the others' to see.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn lines_about(&self, member: &MemberId, limit: u32) -> Result<Vec<OwnLine>, Error> {
        let mut reader = self.store.read().await?;
        let records = reader.audit(&AuditFilter::default().of_member(member.clone()).limit(limit)).await?;
        let groups = reader.groups().await?;
        let names: HashMap<&GroupKey, &str> = groups.iter().map(|g| (&g.key, g.name.as_str())).collect();
        Ok(records.into_iter().map(|record| own_line(record, member, &names)).collect())
    }
}

fn own_line(record: AuditRecord, reader: &MemberId, names: &HashMap<&GroupKey, &str>) -> OwnLine {
    let AuditRecord { seq, entry, .. } = record;
    OwnLine {
        seq,
        at: entry.at,
        by: match &entry.actor {
            Actor::Kring => By::Kring,
            Actor::Member(member) if member == reader => By::You,
            Actor::Member(_) => By::Person,
            Actor::Operator => By::Operator,
        },
        verb: entry.verb,
        group_name: entry.group.as_ref().and_then(|key| names.get(key)).map(|name| (*name).to_owned()),
        group: entry.group,
        code: entry.code,
        text: entry.text,
    }
}
