//! The refusal that helps most: what kept the nearest rule from holding.

use kring_core::{
    group::GroupRecord,
    member::{AddressStanding, Member, Source},
};

use super::{
    join::{counts, own_value},
    words::no,
};
use crate::{
    condition::{Test, What},
    decision::Decision,
    policy::{Kind, MemberRule, Origin, Policy, Whose},
};

pub(super) fn without_claim(
    policy: &Policy,
    kind: &Kind,
    group: &GroupRecord,
    member: &Member,
    had_grant: bool,
) -> Decision {
    let because = |code, line| no(code).because(policy.rule(line));
    let invitation = kind.invites.first().map(|rule| rule.line);
    if let Some(line) = invitation.filter(|_| had_grant) {
        return because("invitation-ended", line);
    }
    let own = own_value(kind, group, member);
    let elsewhere = |r: &&MemberRule| !own && r.whose != Whose::Anywhere && counts(r, member);
    if let Some(rule) = kind.members.iter().find(elsewhere) {
        return not_theirs(policy, kind).because(policy.rule(rule.line));
    }
    if let Some(line) = invitation.filter(|_| kind.members.iter().all(|r| r.whose == Whose::Own)) {
        return because("invitation-needed", line);
    }
    let spoken_of = |r: &&MemberRule| {
        (own || r.whose == Whose::Anywhere) && (r.everybody || member.source == Source::Administration)
    };
    match (kind.members.iter().find(spoken_of).and_then(|r| r.who.failing(member)), invitation) {
        (Some(test), _) => failing(policy, test, member).because(policy.rule(test.line)),
        (None, Some(line)) => because("invitation-needed", line),
        (None, None) => because("condition-not-met", kind.line),
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
        (What::Attribute(name, values), _) if values.is_empty() => {
            Decision::new(false, "attribute-missing", "attribute-any-missing").attribute(policy, name)
        }
        (What::Attribute(name, values), _) => {
            no("attribute-missing").attribute(policy, name).with("value", values.join(", "))
        }
        (What::Is(people), _) => match people.who.as_slice() {
            // A sort of people with one condition fails for one reason, which says more than its name.
            [only] => only.failing(member).map_or_else(
                || no("condition-not-met"),
                |test| failing(policy, test, member).because(policy.rule(test.line)),
            ),
            _ => no("people-not-met").with_text("people", people.title.clone()),
        },
        _ => no("condition-not-met"),
    }
}
