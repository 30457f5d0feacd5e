//! What goes into the audit log.

use jiff::Timestamp;
use kring_core::audit::{Actor, AuditEntry};
use kring_policies::plan::ActionKind;

use crate::{
    effect::{Effect, Origin, kind_of},
    texts,
};

/// The line in the audit log for an effect that was carried out; `None` for those that concern nobody.
pub(crate) fn audit_of(effect: &Effect, at: Timestamp) -> Option<AuditEntry> {
    let (action, origin) = match effect {
        Effect::Act { action, origin } => (action, origin),
        Effect::Upgrade { place, from, new } => {
            let text = texts::CATALOGUE.text("audit-upgraded", &[("group", new.name.as_str().into())]);
            let entry = AuditEntry::new(at, Actor::Operator, "upgrade-room", "by-kring", text);
            return Some(entry.with_place(place.clone()).with_detail("from", from.as_str()));
        }
        Effect::Notify { .. } | Effect::Provision { .. } => return None,
    };
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
    if let Origin::Repair { event_id, sender, received_ms } = origin {
        let took = at.as_millisecond().saturating_sub(*received_ms);
        entry = entry
            .with_detail("event", event_id.as_str())
            .with_detail("sender", sender.as_str())
            .with_detail("duration_ms", took);
    }
    Some(entry)
}
