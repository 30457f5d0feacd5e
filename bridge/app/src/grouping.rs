//! Making a group by hand.

use std::collections::HashSet;

use kring_core::{
    audit::{Actor as AuditActor, AuditEntry},
    group::{Grant, GroupRecord, GroupSettings, Role},
    ids::{GroupKey, InvalidGroupKey, MemberId, PlaceKey},
};
use kring_policies::{
    decide::decide,
    decision::Decision,
    facts::{Actor, Facts, GroupFacts, Request},
};

use crate::{App, Error, Snapshot};

/// A group to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    /// A kind of the policy that people make groups of.
    pub kind: String,
    /// What people see.
    pub name: String,
    /// The group above it.
    pub under: GroupKey,
    /// Who runs it; at least one.
    pub admins: Vec<MemberId>,
}

/// Why a group was not made.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// The policy refuses it, with the reason and the next step.
    #[error("{}", .0.text().nl)]
    Refused(Box<Decision>),
    /// The kind is no word that a key can begin with.
    #[error(transparent)]
    Kind(#[from] InvalidGroupKey),
    /// The store failed; nothing was made.
    #[error(transparent)]
    Error(#[from] Error),
}

impl App {
    /// Stores the group and its admins on behalf of `actor`; the next plan makes its room.
    ///
    /// # Errors
    ///
    /// [`GroupError::Refused`] when the policy does not allow the group; when the store fails.
    pub async fn create_group(&self, new: &NewGroup, actor: Actor<'_>) -> Result<GroupRecord, GroupError> {
        let snapshot = self.reload().await?;
        let decision = self.may_create(&snapshot, new, actor);
        if !decision.allowed {
            return Err(GroupError::Refused(Box::new(decision)));
        }
        // Two keys may differ and still make one alias (`a/b-c`, `a/b/c`).
        let alias = |key: &GroupKey| PlaceKey::room(key.clone()).alias_localpart();
        let taken: HashSet<String> = snapshot.desired.groups.iter().map(|group| alias(&group.key)).collect();
        let above = Some(new.under.slug());
        let record = GroupRecord {
            key: GroupKey::mint(&new.kind, &new.name, above, |key| taken.contains(&alias(key)))?,
            template: new.kind.as_str().into(),
            values: Default::default(),
            name: new.name.clone(),
            parents: vec![new.under.clone()],
            settings: GroupSettings::default(),
            archived: false,
        };
        self.store_group(&record, new, actor, &decision).await?;
        self.reload().await?;
        Ok(record)
    }

    fn may_create(&self, snapshot: &Snapshot, new: &NewGroup, actor: Actor<'_>) -> Decision {
        let above = snapshot.desired.group(&new.under);
        let below = |group: &&GroupRecord| *group.template == *new.kind && group.parents.contains(&new.under);
        let groups_below = snapshot.world.groups.iter().filter(below).count();
        let facts = Facts {
            actor,
            actor_role: role_above(snapshot, new, actor),
            group: above.map(|record| GroupFacts { groups_below, ..GroupFacts::new(record) }),
            grants: &snapshot.world.grants,
            ..Facts::at(snapshot.world.today, snapshot.world.now)
        };
        let request = Request::CreateGroup { kind: new.kind.clone(), name: new.name.clone() };
        decide(&self.context.policy, &facts, &request)
    }

    async fn store_group(
        &self,
        record: &GroupRecord,
        new: &NewGroup,
        actor: Actor<'_>,
        decision: &Decision,
    ) -> Result<(), Error> {
        let by = match actor {
            Actor::Person(person) => Some(person.member.id.clone()),
            Actor::Kring | Actor::Unknown => None,
        };
        let who = by.clone().map_or(AuditActor::Operator, AuditActor::Member);
        let entry =
            AuditEntry::new(self.context.clock.now(), who, "create-group", &decision.code, decision.text())
                .with_group(record.key.clone());
        let mut writer = self.context.store.write().await?;
        writer.put_group(record).await?;
        for member in &new.admins {
            let (group, member) = (record.key.clone(), member.clone());
            let grant = Grant { group, member, role: Role::Admin, until: None, by: by.clone() };
            writer.put_grant(&grant).await?;
        }
        writer.append_audit(&entry).await?;
        Ok(writer.commit().await?)
    }
}

/// What the actor is in the group above: its admins may make groups below it.
fn role_above(snapshot: &Snapshot, new: &NewGroup, actor: Actor<'_>) -> Option<Role> {
    let Actor::Person(person) = actor else { return None };
    let (room, space) = (PlaceKey::room(new.under.clone()), PlaceKey::space(new.under.clone()));
    let user = person.user_id.as_ref()?;
    [room, space].iter().find_map(|place| snapshot.desired.seat(place, user)).map(|seat| seat.role)
}
