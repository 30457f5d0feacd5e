//! From "who does what" to a request.

use kring_core::ids::UserType;

use super::{Question, raw::RawWhen};
use crate::facts::{Request, Setting};

/// The question; `None` when there is not exactly one verb.
pub(super) fn question(when: &RawWhen) -> Option<Question<'_>> {
    let mut questions =
        about_oneself(when).into_iter().chain(about_others(when)).chain(about_groups(when)).flatten();
    let question = questions.next();
    if questions.next().is_none() { question } else { None }
}

fn about_oneself(when: &RawWhen) -> [Option<Question<'_>>; 7] {
    let who = Some(when.who.as_str());
    let on = |group, request| Question { actor: who, subject: who, group, request };
    [
        when.joins.as_deref().map(|g| on(Some(g), Request::Join)),
        when.knocks.as_deref().map(|g| on(Some(g), Request::Knock)),
        when.leaves.as_deref().map(|g| on(Some(g), Request::Leave)),
        when.writes_in.as_deref().map(|g| on(Some(g), Request::Write)),
        when.reads_back.as_deref().map(|g| on(Some(g), Request::ReadBack)),
        when.finds.as_deref().map(|g| on(Some(g), Request::FindGroup)),
        when.sees_section.map(|_| on(None, Request::SeeSection)),
    ]
}

fn about_others(when: &RawWhen) -> [Option<Question<'_>>; 7] {
    let level = when.level.unwrap_or_default();
    let pairs = [
        (&when.invites, Request::Invite),
        (&when.invites_with_client, Request::InviteNatively),
        (&when.removes, Request::Kick),
        (&when.bans, Request::Ban),
        (&when.sets_power_of, Request::SetPower { level }),
        (&when.writes_to, Request::StartPrivateChat),
        (&when.looks_at, Request::SeeProfile),
    ];
    pairs.map(|(subject, request)| {
        let subject = Some(subject.as_deref()?);
        Some(Question { actor: Some(when.who.as_str()), subject, group: when.group.as_deref(), request })
    })
}

fn about_groups(when: &RawWhen) -> [Option<Question<'_>>; 10] {
    let on = |group, request| Question { actor: Some(when.who.as_str()), subject: None, group, request };
    let here = |request| on(when.group.as_deref(), request);
    let set = |setting| here(Request::ChangeSetting(setting));
    let name = when.name.clone().unwrap_or_default();
    let admits =
        |types: &Vec<String>| Setting::Admits(types.iter().map(|t| UserType::from(t.as_str())).collect());
    [
        when.creates.clone().map(|kind| here(Request::CreateGroup { kind, name })),
        when.admits.as_ref().map(|types| set(admits(types))),
        when.renames_to.clone().map(|name| set(Setting::Name(name))),
        when.describes.clone().map(|topic| set(Setting::Topic(topic))),
        when.sets_read_only.map(|read_only| set(Setting::ReadOnly(read_only))),
        when.sets_join.map(|join| set(Setting::Join(join))),
        when.ends_on.map(|day| set(Setting::EndsOn(Some(day)))),
        when.sends_state.clone().map(|event_type| here(Request::ChangeState { event_type })),
        when.upgrades.as_deref().map(|g| on(Some(g), Request::UpgradeRoom)),
        when.publishes.as_deref().map(|g| on(Some(g), Request::PublishInDirectory)),
    ]
}
