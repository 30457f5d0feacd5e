//! Who sits where: claims by the rules and grants become seats of accounts.

use std::{collections::HashMap, sync::Arc};

use kring_core::{group::Grant, ids::Shared};

use super::{
    Account, GrantRef, Seat, SeatReason,
    claims::{Claims, KindClaim},
    groups::Groups,
};
use crate::{
    decide::{Claim, combine, grant_role, own_value, rule_claim, writes},
    policy::{Kind, Origin, Phase, Policy},
    world::World,
};

/// Accounts, and the seats of each group.
pub(super) struct Seating {
    pub(super) accounts: Vec<Account>,
    /// By group, sorted by account.
    pub(super) seats: Vec<Arc<[Seat]>>,
    pub(super) reasons: Vec<SeatReason>,
    pub(super) grants: Vec<GrantRef>,
}

struct Seats<'a> {
    policy: &'a Policy,
    world: &'a World,
    groups: &'a Groups,
    /// By person: the account's index.
    account_of: Vec<Option<u32>>,
    /// By group.
    seats: Vec<Vec<Seat>>,
    reasons: Vec<SeatReason>,
}

pub(super) fn seats(policy: &Policy, world: &World, claims: &Claims, groups: &Groups) -> Seating {
    let accounts = accounts(world);
    let mut account_of = vec![None; world.people.len()];
    for (account, i) in accounts.iter().zip(0u32..) {
        if let Some(slot) = account_of.get_mut(account.person as usize) {
            *slot = Some(i);
        }
    }
    let mut seats = Seats {
        policy,
        world,
        groups,
        account_of,
        seats: vec![Vec::new(); groups.records.len()],
        reasons: Vec::new(),
    };
    for claim in &claims.claims {
        seats.by_rule(claim);
    }
    let grants = grant_refs(world, groups);
    seats.by_grants(&grants, claims);
    Seating { accounts, seats: seats.seats.into_iter().map(sorted).collect(), reasons: seats.reasons, grants }
}

fn accounts(world: &World) -> Vec<Account> {
    let account = |(person, index): (&kring_core::member::Person, u32)| {
        let user_id = person.user_id.clone().filter(|u| !world.own_users.contains(u))?;
        Some(Account { user_id, member: person.member.id.clone(), person: index })
    };
    let mut accounts: Vec<Account> = world.people.iter().zip(0u32..).filter_map(account).collect();
    accounts.sort_by(|a, b| a.user_id.cmp(&b.user_id));
    accounts.dedup_by(|a, b| a.user_id == b.user_id);
    accounts
}

/// One seat per account, the one with the highest role.
fn sorted(mut seats: Vec<Seat>) -> Arc<[Seat]> {
    seats.sort_unstable_by_key(|s| (s.account, std::cmp::Reverse(s.role), s.reason));
    seats.dedup_by_key(|s| s.account);
    seats.into()
}

impl Seats<'_> {
    fn by_rule(&mut self, claim: &KindClaim) {
        let kind_index = usize::from(claim.kind);
        let Some(Some(account)) = self.account_of.get(claim.person as usize).copied() else { return };
        let (groups, world, policy) = (self.groups, self.world, self.policy);
        let (Some(kind), Some(person)) =
            (policy.kinds.get(kind_index), world.people.get(claim.person as usize))
        else {
            return;
        };
        if claim.through {
            return self.by_asking(kind_index, kind, account, claim.person);
        }
        if let Some(anywhere) = claim.anywhere {
            for group in groups.of_kind.get(kind_index).into_iter().flatten() {
                self.seat(*group, account, claim.person, anywhere);
            }
        }
        let Some(own) = claim.own.filter(|own| claim.anywhere != Some(*own)) else { return };
        match &kind.origin {
            Origin::ForEach { attribute, .. } => {
                for value in person.member.attributes.get(attribute) {
                    for group in groups.with_value(kind_index, value) {
                        let record = groups.records.get(*group as usize);
                        if record.is_some_and(|record| own_value(kind, record, &person.member)) {
                            self.seat(*group, account, claim.person, own);
                        }
                    }
                }
            }
            _ => {
                for group in groups.of_kind.get(kind_index).into_iter().flatten() {
                    self.seat(*group, account, claim.person, own);
                }
            }
        }
    }

    /// Where rules look in several attributes, each group that the person could mean is asked by itself.
    fn by_asking(&mut self, kind_index: usize, kind: &Kind, account: u32, person: u32) {
        let (groups, world) = (self.groups, self.world);
        let Some(member) = world.people.get(person as usize).map(|p| &p.member) else { return };
        let all = groups.of_kind.get(kind_index).into_iter().flatten();
        for group in all {
            let claim = groups.records.get(*group as usize).and_then(|r| rule_claim(kind, r, member));
            if let Some(claim) = claim {
                self.seat(*group, account, person, claim);
            }
        }
    }

    fn by_grants(&mut self, grants: &[GrantRef], claims: &Claims) {
        for same in grants.chunk_by(|a, b| (a.group, a.person) == (b.group, b.person)) {
            let Some(GrantRef { group, person, .. }) = same.first().copied() else { continue };
            let kind = self.groups.kinds.get(group as usize).and_then(|k| self.policy.kinds.get(*k));
            let standing = claims.standing.get(person as usize).copied().unwrap_or_default();
            if standing.within(self.policy.grace(kind)).is_err() {
                continue;
            }
            let Some(Some(account)) = self.account_of.get(person as usize).copied() else { continue };
            let given: Vec<&Grant> =
                same.iter().filter_map(|g| self.world.grants.get(g.grant as usize)).collect();
            if let Some(claim) = self.granted(group, person, &given) {
                self.seat(group, account, person, claim);
            }
        }
    }

    fn granted(&self, group: u32, person: u32, given: &[&Grant]) -> Option<Claim> {
        let record = self.groups.records.get(group as usize)?;
        let kind = self.groups.kinds.get(group as usize).and_then(|k| self.policy.kinds.get(*k))?;
        let member = &self.world.people.get(person as usize)?.member;
        let by_rule = rule_claim(kind, record, member);
        combine(kind, by_rule, grant_role(given.iter().copied(), self.world.now))
    }

    fn seat(&mut self, group: u32, account: u32, person: u32, claim: Claim) {
        let (Some(record), Some(person)) =
            (self.groups.records.get(group as usize), self.world.people.get(person as usize))
        else {
            return;
        };
        let Some(kind) = self.groups.kinds.get(group as usize).and_then(|k| self.policy.kinds.get(*k)) else {
            return;
        };
        let in_use = matches!(kind.phase(record, self.world.today), Phase::Open | Phase::ReadOnly(_));
        if !in_use || !self.policy.admits(kind, Some(record), &person.member.user_type) {
            return;
        }
        let reason = self.reason(claim);
        let writes = !kind.writers.is_empty() && writes(kind, record, &person.member);
        if let Some(seats) = self.seats.get_mut(group as usize) {
            seats.push(Seat { account, role: claim.role, writes, reason });
        }
    }

    /// There are as many reasons as rules: a few dozen at most.
    fn reason(&mut self, claim: Claim) -> u16 {
        let code = if claim.granted { "by-invitation" } else { "by-rule" };
        let found = self.reasons.iter().position(|r| r.line == claim.line && *r.code == *code);
        let index = found.unwrap_or_else(|| {
            self.reasons.push(SeatReason { code: Shared::from(code), line: claim.line });
            self.reasons.len() - 1
        });
        u16::try_from(index).unwrap_or(u16::MAX)
    }
}

fn grant_refs(world: &World, groups: &Groups) -> Vec<GrantRef> {
    if world.grants.is_empty() {
        return Vec::new();
    }
    let people: HashMap<&str, u32> = world.people.iter().map(|p| p.member.id.as_str()).zip(0u32..).collect();
    let keys: HashMap<&str, u32> = groups.records.iter().map(|g| g.key.as_str()).zip(0u32..).collect();
    let find = |(grant, index): (&Grant, u32)| {
        let group = *keys.get(grant.group.as_str())?;
        Some(GrantRef { group, person: *people.get(grant.member.as_str())?, grant: index })
    };
    let mut refs: Vec<GrantRef> = world.grants.iter().zip(0u32..).filter_map(find).collect();
    refs.sort_unstable();
    refs
}
