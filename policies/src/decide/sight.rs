//! What people see of groups and of each other.

use kring_core::member::Person;

use super::{
    join::belongs,
    people::{Refusal, either, place},
    standing::takes_part,
    words::{no, yes},
};
use crate::{
    decision::Decision,
    facts::{Actor, Facts},
    policy::{Policy, Reach, TypeRule},
};

/// People who both take part may write to each other, as far as the type of the one who begins reaches.
pub(super) fn chat(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(both_take_part(policy, facts).map(|()| {
        let rule = type_of_actor(policy, facts);
        let reach = rule.map_or(Reach::Anybody, |rule| rule.writes_to);
        let decision = match reach {
            Reach::Anybody => yes("may-chat"),
            Reach::SharedGroup if share_a_group(facts) => yes("may-chat"),
            Reach::SharedGroup => no("no-shared-group-to-write"),
            Reach::Nobody => no("no-private-chats"),
        };
        decision.because(policy.rule(rule.map_or(policy.at.types, |rule| rule.line)))
    }))
}

/// Everybody sees everybody who takes part; people from outside only whom they share the group with.
pub(super) fn profile(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(both_take_part(policy, facts).map(|()| {
        let rule = type_of_actor(policy, facts);
        let outsider = rule.is_some_and(|rule| rule.outsider);
        let decision = if outsider && !share_a_group(facts) { no("no-shared-group") } else { yes("may-see") };
        decision.because(policy.rule(rule.map_or(policy.at.types, |rule| rule.line)))
    }))
}

/// Who is in the group reads what was said before they came, unless its history starts with them.
pub(super) fn read_back(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(place(policy, facts).and_then(|(group, kind)| {
        let (_, _) = belongs(policy, facts)?;
        let decision = if &*kind.history == "shared" { yes("reads-back") } else { no("reads-from-joining") };
        Ok(decision.group(group.record).because(policy.rule(kind.lines.history)))
    }))
}

/// Everybody who takes part finds the groups that are not hidden; a hidden one is found by its own people.
pub(super) fn find(policy: &Policy, facts: &Facts<'_>) -> Decision {
    either(place(policy, facts).and_then(|(group, kind)| {
        let person = facts.subject.ok_or_else(|| no("unknown-person"))?;
        if !takes_part(policy, person, facts.today) {
            return Err(Box::new(no("unknown-person")));
        }
        // To somebody else a hidden group does not exist, and the answer must not tell that it does.
        if kind.hidden && belongs(policy, facts).is_err() {
            return Err(Box::new(no("unknown-group").because(policy.rule(kind.lines.hidden))));
        }
        Ok(yes("may-find").group(group.record).because(policy.rule(kind.lines.hidden)))
    }))
}

fn type_of_actor<'p>(policy: &'p Policy, facts: &Facts<'_>) -> Option<&'p TypeRule> {
    match facts.actor {
        Actor::Person(actor) => policy.user_type(&actor.member.user_type),
        Actor::Kring | Actor::Unknown => None,
    }
}

fn share_a_group(facts: &Facts<'_>) -> bool {
    facts.actor_role.is_some() && facts.subject_role.is_some()
}

fn both_take_part(policy: &Policy, facts: &Facts<'_>) -> Result<(), Refusal> {
    let takes_part = |person: &Person| takes_part(policy, person, facts.today);
    let actor = match facts.actor {
        Actor::Kring => true,
        Actor::Person(person) => takes_part(person),
        Actor::Unknown => false,
    };
    if actor && facts.subject.is_some_and(takes_part) { Ok(()) } else { Err(Box::new(no("unknown-person"))) }
}
