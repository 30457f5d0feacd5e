//! The groups that exist and the places in them that people gave: `association_groups`, `grants`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kring_core::{
    group::{Grant, GroupRecord, GroupSettings, Role},
    ids::{GroupKey, MemberId, Shared},
};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;

use crate::{
    error::StoreError,
    row::{Columns, as_word, to_json},
    session::{Reader, Writer},
};

/// What of a group is stored as one JSON value.
#[derive(Serialize, Deserialize)]
struct Details {
    values: BTreeMap<Shared, Shared>,
    parents: Vec<GroupKey>,
    settings: GroupSettings,
}

fn group(row: &AnyRow) -> Result<GroupRecord, StoreError> {
    let columns = Columns::new(row, "association_groups", "group_key");
    let details: Details = columns.json("details")?;
    Ok(GroupRecord {
        key: columns.parse("group_key")?,
        template: columns.str("template")?.into(),
        values: details.values,
        name: columns.text("name")?,
        parents: details.parents,
        settings: details.settings,
        archived: columns.flag("archived")?,
    })
}

fn grant(row: &AnyRow) -> Result<Grant, StoreError> {
    let columns = Columns::new(row, "grants", "group_key");
    let until = columns.opt_int("until_ms")?.map(Timestamp::from_millisecond).transpose();
    Ok(Grant {
        group: columns.parse("group_key")?,
        member: MemberId::from(columns.str("member")?),
        role: columns.word("role")?,
        until: until.map_err(|_| columns.bad("until_ms", "no instant"))?,
        by: columns.opt_str("given_by")?.map(MemberId::from),
    })
}

impl Reader {
    /// All groups, archived ones too, sorted by key.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn groups(&mut self) -> Result<Vec<GroupRecord>, StoreError> {
        let sql =
            "SELECT group_key, template, name, archived, details FROM association_groups ORDER BY group_key";
        sqlx::query(sql).fetch_all(self.connection()).await?.iter().map(group).collect()
    }

    /// The group with this key.
    ///
    /// # Errors
    ///
    /// The database does not answer, or the row is not readable.
    pub async fn group(&mut self, key: &GroupKey) -> Result<Option<GroupRecord>, StoreError> {
        let sql = "SELECT group_key, template, name, archived, details FROM association_groups WHERE group_key = $1";
        let row = sqlx::query(sql).bind(key.as_str().to_owned()).fetch_optional(self.connection()).await?;
        row.as_ref().map(group).transpose()
    }

    /// All places that people gave, also those that have ended, sorted by group, member and role.
    ///
    /// # Errors
    ///
    /// The database does not answer, or a row is not readable.
    pub async fn grants(&mut self) -> Result<Vec<Grant>, StoreError> {
        let sql =
            "SELECT group_key, member, role, until_ms, given_by FROM grants ORDER BY group_key, member, role";
        sqlx::query(sql).fetch_all(self.connection()).await?.iter().map(grant).collect()
    }
}

impl Writer {
    /// Stores a group, new or changed.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn put_group(&mut self, group: &GroupRecord) -> Result<(), StoreError> {
        let details = Details {
            values: group.values.clone(),
            parents: group.parents.clone(),
            settings: group.settings.clone(),
        };
        let sql = "INSERT INTO association_groups (group_key, template, name, archived, details) \
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT (group_key) DO UPDATE SET template = excluded.template, \
                   name = excluded.name, archived = excluded.archived, details = excluded.details";
        sqlx::query(sql)
            .bind(group.key.as_str().to_owned())
            .bind(group.template.to_string())
            .bind(group.name.clone())
            .bind(i64::from(group.archived))
            .bind(to_json("the details of a group", &details)?)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Stores a place in a group; replaces one for the same person and role. `until` is kept to the millisecond.
    ///
    /// # Errors
    ///
    /// There is no such person ([`StoreError::Conflict`]), or the database does not answer.
    pub async fn put_grant(&mut self, grant: &Grant) -> Result<(), StoreError> {
        let sql = "INSERT INTO grants (group_key, member, role, until_ms, given_by) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (group_key, member, role) DO UPDATE SET until_ms = excluded.until_ms, \
                   given_by = excluded.given_by";
        sqlx::query(sql)
            .bind(grant.group.as_str().to_owned())
            .bind(grant.member.as_str().to_owned())
            .bind(as_word(&grant.role)?)
            .bind(grant.until.map(Timestamp::as_millisecond))
            .bind(grant.by.as_ref().map(|m| m.as_str().to_owned()))
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Takes a place back; `false` when there was none.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn remove_grant(
        &mut self,
        group: &GroupKey,
        member: &MemberId,
        role: Role,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM grants WHERE group_key = $1 AND member = $2 AND role = $3")
            .bind(group.as_str().to_owned())
            .bind(member.as_str().to_owned())
            .bind(as_word(&role)?)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
