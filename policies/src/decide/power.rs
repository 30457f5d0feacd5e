//! Power levels and room state: nearly all of it is the bridge's.

use super::{
    join::belongs,
    people::{as_admin, either, scene},
    words::{no, yes},
};
use crate::{
    decision::Decision,
    facts::{Actor, Facts},
    policy::Policy,
};

/// State that a group's admins may set with their own client.
pub(crate) const ADMIN_STATE: [&str; 1] = ["m.room.pinned_events"];

/// An admin makes admins of members and members of admins; nothing between and nothing above.
pub(super) fn set_power(policy: &Policy, facts: &Facts<'_>, level: i64) -> Decision {
    either(scene(policy, facts).and_then(|scene| {
        as_admin(policy, facts)?;
        let powers = policy.powers;
        if level != powers.member && level != powers.admin {
            let levels = no("level-not-used").with("member", powers.member.to_string());
            return Err(Box::new(levels.with("admin", powers.admin.to_string())));
        }
        let Ok((kind, claim)) = belongs(policy, facts) else { return Ok(scene.no("not-a-member")) };
        let admin_by_rule = kind.admins.iter().find(|r| r.line == claim.line);
        match admin_by_rule {
            Some(rule) if level < powers.admin => {
                Ok(scene.no("admin-by-rule").because(policy.rule(rule.line)))
            }
            _ => Ok(scene.yes("by-admin")),
        }
    }))
}

/// Admins pin messages; everything else in a room's state is Kring's.
pub(super) fn change_state(policy: &Policy, facts: &Facts<'_>, event_type: &str) -> Decision {
    if matches!(facts.actor, Actor::Kring) || !ADMIN_STATE.contains(&event_type) {
        return only_kring(facts);
    }
    let Some(group) = facts.group else { return no("unknown-group") };
    either(as_admin(policy, facts).map(|()| yes("by-admin").group(group.record)))
}

/// What no person does in a managed room: ban, upgrade.
pub(super) fn only_kring(facts: &Facts<'_>) -> Decision {
    if matches!(facts.actor, Actor::Kring) { yes("by-kring") } else { no("only-kring") }
}
