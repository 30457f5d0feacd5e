//! Who belongs where: the heart of everything.

use jiff::{Timestamp, ToSpan, civil::Date};
use kring_core::{
    group::{Grant, GroupRecord, Role},
    member::{AddressStanding, Member, Person, Source},
};

use super::words::{no, yes};
use crate::{
    condition::{Test, What},
    decision::Decision,
    facts::Facts,
    policy::{Kind, MemberRule, Origin, Policy},
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

/// Why a person as such belongs nowhere now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoStanding {
    Removed,
    Ended,
    NotBegun(Date),
}

/// Whether the person takes part at all today. Somebody who left does so until the grace period is over.
pub(crate) fn standing(policy: &Policy, person: &Person, today: Date) -> Result<(), NoStanding> {
    let in_grace = |day: Date| {
        let until = day.checked_add(i64::from(policy.grace_days).days()).unwrap_or(Date::MAX);
        today < until
    };
    if person.removed_on.is_some_and(|day| !in_grace(day)) {
        return Err(NoStanding::Removed);
    }
    // `until` is the last day of the membership; the grace period starts on the day after.
    let after = |day: Date| day.tomorrow().unwrap_or(day);
    if person.member.until.is_some_and(|day| day < today && !in_grace(after(day))) {
        return Err(NoStanding::Ended);
    }
    match person.member.since {
        Some(since) if since > today => Err(NoStanding::NotBegun(since)),
        _ => Ok(()),
    }
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

/// The best claim that the kind's rules give in this group.
pub(crate) fn rule_claim(kind: &Kind, group: &GroupRecord, member: &Member) -> Option<Claim> {
    claim_if(kind, own_value(kind, group, member), member)
}

/// The best claim in a group whose value is the person's `own` or is not: as admin if one of those rules holds, else
/// as member.
pub(crate) fn claim_if(kind: &Kind, own: bool, member: &Member) -> Option<Claim> {
    let holds = |rule: &&MemberRule| (own || !rule.own) && counts(rule, member);
    let claim = |role| move |rule: &MemberRule| Claim { role, line: rule.line, granted: false };
    let admin = kind.admins.iter().find(holds).map(claim(Role::Admin));
    admin.or_else(|| kind.members.iter().find(holds).map(claim(Role::Member)))
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
        (None, Some(role)) if kind.by_invitation => Some(Claim { role, line: kind.line, granted: true }),
        (None, _) => None,
    }
}

/// Answers [`Request::Join`](crate::facts::Request::Join).
pub(super) fn join(policy: &Policy, facts: &Facts<'_>) -> Decision {
    if facts.subject_account.is_some_and(|user| policy.leaves_alone(user)) {
        return yes("left-alone");
    }
    match belongs(policy, facts) {
        Ok((kind, claim)) => allowed(policy, facts, kind, claim),
        Err(refusal) => *refusal,
    }
}

fn allowed(policy: &Policy, facts: &Facts<'_>, kind: &Kind, claim: Claim) -> Decision {
    let decision = yes(if claim.granted { "by-invitation" } else { "by-rule" });
    let decision = decision.because(policy.rule(claim.line));
    let decision = if claim.granted { decision.because(policy.rule(kind.admits_line)) } else { decision };
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
    standing(policy, person, facts.today).map_err(|why| refuse(not_standing(why)))?;
    let group = facts.group.ok_or_else(|| refuse(no("unknown-group")))?.record;
    let kind = policy.kind_of(group).ok_or_else(|| refuse(no("unknown-group")))?;
    if group.archived {
        return Err(refuse(no("group-archived")));
    }
    if !policy.admits(kind, Some(group), &person.member.user_type) {
        let decision = no("type-not-admitted").user_type(policy, &person.member.user_type);
        return Err(refuse(decision.because(policy.rule(kind.admits_line))));
    }
    let mine = || facts.grants.iter().filter(|g| g.member == person.member.id && g.group == group.key);
    let by_rule = rule_claim(kind, group, &person.member);
    combine(kind, by_rule, grant_role(mine(), facts.now))
        .map(|claim| (kind, claim))
        .ok_or_else(|| refuse(without_claim(policy, kind, group, &person.member, mine().next().is_some())))
}

fn not_standing(why: NoStanding) -> Decision {
    match why {
        NoStanding::Removed => no("removed-from-administration"),
        NoStanding::Ended => no("membership-ended"),
        NoStanding::NotBegun(date) => {
            no("membership-not-begun").with("date", date.strftime("%d-%m-%Y").to_string())
        }
    }
}

/// The refusal that helps most: what kept the nearest rule from holding.
fn without_claim(
    policy: &Policy,
    kind: &Kind,
    group: &GroupRecord,
    member: &Member,
    had_grant: bool,
) -> Decision {
    if had_grant && kind.by_invitation {
        return no("invitation-ended").because(policy.rule(kind.line));
    }
    if let Some(rule) = kind.members.iter().find(|r| r.own && counts(r, member)) {
        return not_theirs(policy, kind).because(policy.rule(rule.line));
    }
    let own = own_value(kind, group, member);
    let spoken_of =
        |r: &&MemberRule| (own || !r.own) && (r.everybody || member.source == Source::Administration);
    if kind.by_invitation && kind.members.iter().all(|r| r.own) {
        return no("invitation-needed").because(policy.rule(kind.line));
    }
    match kind.members.iter().find(spoken_of).and_then(|r| r.who.failing(member)) {
        Some(test) => failing(policy, test, member).because(policy.rule(test.line)),
        None if kind.by_invitation => no("invitation-needed").because(policy.rule(kind.line)),
        None => no("condition-not-met").because(policy.rule(kind.line)),
    }
}

fn not_theirs(policy: &Policy, kind: &Kind) -> Decision {
    let Origin::ForEach { attribute, .. } = &kind.origin else { return no("condition-not-met") };
    let code = policy.attribute(attribute).map(|a| a.not_theirs.clone());
    Decision::new(false, code.unwrap_or_else(|| "value-not-theirs".into()), "value-not-theirs")
        .attribute(policy, attribute)
}

fn failing(policy: &Policy, test: &Test, member: &Member) -> Decision {
    match (&test.what, member.address) {
        (What::AddressUnique, AddressStanding::Shared) => no("address-shared"),
        (What::AddressUnique, _) => no("address-missing"),
        (What::Attribute(name, values), _) => {
            no("attribute-missing").attribute(policy, name).with("value", values.join(", "))
        }
        _ => no("condition-not-met"),
    }
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
    join(policy, &Facts { group: Some(crate::facts::GroupFacts::new(&record)), ..*facts })
}
