//! One question, one answer: total, pure and cheap.

use crate::{
    decision::Decision,
    facts::{Facts, Request},
    policy::Policy,
};

mod group;
mod invite;
mod join;
mod people;
mod power;
mod refusal;
mod settings;
mod sight;
mod standing;
mod words;

pub(crate) use join::{Claim, claim_if, combine, grant_role, holding, own_value, rule_claim, writes};
pub(crate) use power::ADMIN_STATE;
pub(crate) use standing::{Standing, standing};
pub(crate) use words::person_name;

/// Answers `request` from `policy` and `facts` alone.
///
/// The answer to [`Request::Join`] is the one that the plan, the reaction to an event and `kring why` rest on.
pub fn decide(policy: &Policy, facts: &Facts<'_>, request: &Request) -> Decision {
    match request {
        Request::Join => join::join(policy, facts),
        Request::Invite => invite::invite(policy, facts),
        Request::InviteNatively => invite::natively(policy, facts),
        Request::Knock => people::knock(policy, facts),
        Request::Leave => people::leave(policy, facts),
        Request::Kick => people::kick(policy, facts),
        Request::CreateGroup { kind, name } => group::create(policy, facts, kind, name),
        Request::ChangeSetting(setting) => settings::change(policy, facts, setting),
        Request::SetPower { level } => power::set_power(policy, facts, *level),
        Request::Write => power::write(policy, facts),
        Request::ReadBack => sight::read_back(policy, facts),
        Request::FindGroup => sight::find(policy, facts),
        Request::ChangeState { event_type } => power::change_state(policy, facts, event_type),
        Request::Ban | Request::UpgradeRoom => power::only_kring(policy, facts),
        Request::PublishInDirectory => power::publish(policy, facts),
        Request::StartPrivateChat => sight::chat(policy, facts),
        Request::SeeSection => join::section(policy, facts),
        Request::SeeProfile => sight::profile(policy, facts),
    }
}
