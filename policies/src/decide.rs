//! One question, one answer: total, pure and cheap.

use crate::{
    decision::Decision,
    facts::{Facts, Request},
    policy::Policy,
};

mod group;
mod join;
mod people;
mod power;
mod words;

pub(crate) use join::{Claim, claim_if, combine, grant_role, own_value, rule_claim, standing};
pub(crate) use power::ADMIN_STATE;

/// Answers `request` from `policy` and `facts` alone.
///
/// The answer to [`Request::Join`] is the one that the plan, the reaction to an event and `kring why` rest on.
pub fn decide(policy: &Policy, facts: &Facts<'_>, request: &Request) -> Decision {
    match request {
        Request::Join => join::join(policy, facts),
        Request::Invite => people::invite(policy, facts),
        Request::Knock => people::knock(policy, facts),
        Request::Leave => people::leave(policy, facts),
        Request::Kick => people::kick(policy, facts),
        Request::CreateGroup { kind, name } => group::create(policy, facts, kind, name),
        Request::ChangeSetting(setting) => group::change(policy, facts, setting),
        Request::SetPower { level } => power::set_power(policy, facts, *level),
        Request::ChangeState { event_type } => power::change_state(policy, facts, event_type),
        Request::Ban | Request::UpgradeRoom => power::only_kring(facts),
        Request::PublishInDirectory => Decision::new(false, "never-published", "never-published"),
        Request::StartPrivateChat => people::chat(policy, facts),
        Request::SeeSection => join::section(policy, facts),
        Request::SeeProfile => people::profile(policy, facts),
    }
}
