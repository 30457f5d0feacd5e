//! Who belongs where: the heart of everything.

use jiff::Timestamp;
use kring_core::{
    group::{Grant, GroupRecord, Role},
    ids::Shared,
    member::{Member, Source},
};

use super::{
    refusal::without_claim,
    standing::{self, standing},
    words::{no, yes},
};
use crate::{
    decision::Decision,
    facts::{Facts, GroupFacts},
    policy::{Kind, MemberRule, Origin, Phase, Policy, Whose},
};

/// A reason to be in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    /// As what.
    pub(crate) role: Role,
    /// The line of the rule; the line of the kind for a grant.
    pub(crate) line: u32,
    /// By a grant rather than a rule.
    pub(crate) granted: bool,
}

/// Whether the rule speaks of this person, apart from the group's own value.
pub(crate) fn counts(rule: &MemberRule, member: &Member) -> bool {
    (rule.everybody || member.source == Source::Administration) && rule.who.holds(member)
}

/// Whether the person has the attribute values that make the group.
///
/// Somebody without a value for `within` belongs to the group of that name wherever it is.
pub(crate) fn own_value(kind: &Kind, group: &GroupRecord, member: &Member) -> bool {
    let Origin::ForEach { attribute, within } = &kind.origin else { return true };
    let Some(value) = group.values.get(attribute) else { return false };
    if !member.attributes.get(attribute).contains(value) {
        return false;
    }
    let Some(within) = within else { return true };
    let theirs = member.attributes.get(within);
    group.values.get(within).is_none_or(|value| theirs.is_empty() || theirs.contains(value))
}

/// Whether the group's value stands in another attribute of the person.
fn through(kind: &Kind, group: &GroupRecord, member: &Member, other: &Shared) -> bool {
    let Origin::ForEach { attribute, .. } = &kind.origin else { return false };
    group.values.get(attribute).is_some_and(|value| member.attributes.get(other).contains(value))
}

/// The first rule that holds for this person in this group.
pub(crate) fn holding<'r>(
    rules: &'r [MemberRule],
    kind: &Kind,
    group: &GroupRecord,
    member: &Member,
) -> Option<&'r MemberRule> {
    rules.iter().find(|rule| {
        let here = match &rule.whose {
            Whose::Own => own_value(kind, group, member),
            Whose::Through(other) => through(kind, group, member, other),
            Whose::Anywhere => true,
        };
        here && counts(rule, member)
    })
}

/// The best claim that the kind's rules give in this group: as admin if one of those rules holds, else as member.
pub(crate) fn rule_claim(kind: &Kind, group: &GroupRecord, member: &Member) -> Option<Claim> {
    let claim = |role| move |rule: &MemberRule| Claim { role, line: rule.line, granted: false };
    let admin = holding(&kind.admins, kind, group, member).map(claim(Role::Admin));
    admin.or_else(|| holding(&kind.members, kind, group, member).map(claim(Role::Member)))
}

/// The best claim in a group whose value is the person's `own` or is not, apart from rules that look in other attributes.
pub(crate) fn claim_if(kind: &Kind, own: bool, member: &Member) -> Option<Claim> {
    let here = |rule: &MemberRule| match rule.whose {
        Whose::Own => own,
        Whose::Through(_) => false,
        Whose::Anywhere => true,
    };
    let holds = |rule: &&MemberRule| here(rule) && counts(rule, member);
    let claim = |role| move |rule: &MemberRule| Claim { role, line: rule.line, granted: false };
    let admin = kind.admins.iter().find(holds).map(claim(Role::Admin));
    admin.or_else(|| kind.members.iter().find(holds).map(claim(Role::Member)))
}

/// Whether somebody who is in the group may write where only some do, without being admin.
pub(crate) fn writes(kind: &Kind, group: &GroupRecord, member: &Member) -> bool {
    holding(&kind.writers, kind, group, member).is_some()
}

/// The role that running grants give this person in this group.
pub(crate) fn grant_role<'a>(grants: impl Iterator<Item = &'a Grant>, now: Timestamp) -> Option<Role> {
    grants.filter(|g| g.until.is_none_or(|until| now < until)).map(|g| g.role).max()
}

/// A rule's claim stands by itself; a grant makes an admin of somebody who is in, and brings somebody in only where
/// the kind takes invitations.
pub(crate) fn combine(kind: &Kind, by_rule: Option<Claim>, grant: Option<Role>) -> Option<Claim> {
    match (by_rule, grant) {
        (Some(claim), Some(Role::Admin)) => Some(Claim { role: Role::Admin, ..claim }),
        (Some(claim), _) => Some(claim),
        (None, Some(role)) if kind.by_invitation() => Some(Claim { role, line: kind.line, granted: true }),
        (None, _) => None,
    }
}

/// Answers [`Request::Join`](crate::facts::Request::Join).
pub(super) fn join(policy: &Policy, facts: &Facts<'_>) -> Decision {
    if facts.subject_account.is_some_and(|user| policy.leaves_alone(user)) {
        return yes("left-alone").because(policy.rule(policy.at.leave_alone));
    }
    match belongs(policy, facts) {
        Ok((kind, claim)) => allowed(policy, facts, kind, claim),
        Err(refusal) => *refusal,
    }
}

fn allowed(policy: &Policy, facts: &Facts<'_>, kind: &Kind, claim: Claim) -> Decision {
    let decision = yes(if claim.granted { "by-invitation" } else { "by-rule" });
    let decision = decision.because(policy.rule(claim.line));
    let decision = if claim.granted { decision.because(policy.rule(kind.lines.admits)) } else { decision };
    named(decision, facts)
}

fn named(decision: Decision, facts: &Facts<'_>) -> Decision {
    let decision = match facts.subject {
        Some(person) => decision.person(person),
        None => decision,
    };
    match facts.group {
        Some(group) => decision.group(group.record),
        None => decision,
    }
}

/// The claim of the subject to the group, or the refusal.
pub(crate) fn belongs<'p>(policy: &'p Policy, facts: &Facts<'_>) -> Result<(&'p Kind, Claim), Box<Decision>> {
    let refuse = |decision: Decision| Box::new(named(decision, facts));
    let person = facts.subject.ok_or_else(|| refuse(no("unknown-person")))?;
    let place = facts.group.and_then(|group| Some((group.record, policy.kind_of(group.record)?)));
    let kind = place.map(|(_, kind)| kind);
    let today = standing(person, facts.today);
    today.within(policy.grace(kind)).map_err(|why| refuse(standing::refusal(policy, kind, why)))?;
    let (group, kind) = place.ok_or_else(|| refuse(no("unknown-group")))?;
    match kind.phase(group, facts.today) {
        Phase::Archived => return Err(refuse(no("group-archived").because(policy.rule(kind.line)))),
        Phase::Ended(line) => return Err(refuse(no("group-ended").because(policy.rule(line)))),
        Phase::Open | Phase::ReadOnly(_) => {}
    }
    if !policy.admits(kind, Some(group), &person.member.user_type) {
        let decision = no("type-not-admitted").user_type(policy, &person.member.user_type);
        return Err(refuse(decision.because(policy.rule(kind.lines.admits))));
    }
    let mine = || facts.grants.iter().filter(|g| g.member == person.member.id && g.group == group.key);
    let by_rule = rule_claim(kind, group, &person.member);
    combine(kind, by_rule, grant_role(mine(), facts.now))
        .map(|claim| (kind, claim))
        .ok_or_else(|| refuse(without_claim(policy, kind, group, &person.member, mine().next().is_some())))
}

/// Answers [`Request::SeeSection`](crate::facts::Request::SeeSection): the same as joining the section's group.
pub(super) fn section(policy: &Policy, facts: &Facts<'_>) -> Decision {
    let Some(kind) = policy.section.and_then(|i| policy.kinds.get(i)) else { return no("no-section") };
    let Origin::Fixed(key) = &kind.origin else { return no("no-section") };
    let record = GroupRecord {
        key: key.clone(),
        template: kind.name.clone(),
        values: Default::default(),
        name: kind.title.clone(),
        parents: Vec::new(),
        settings: Default::default(),
        archived: false,
    };
    join(policy, &Facts { group: Some(GroupFacts::new(&record)), ..*facts })
}
