//! A member administration into the store.

use jiff::Timestamp;
use kring_core::{
    audit::{Actor, AuditEntry},
    confirm::Answer,
    ids::MemberId,
    import::{self, Administration, Fatal, Import, PeopleChange, Report, reconcile},
    member::Person,
    text::Arg,
};
use kring_store::ImportRecord;
use sha2::{Digest, Sha256};

use crate::{Context, Error, texts};

/// Why an import was not accepted. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read as an administration.
    #[error("{}", .0.text.nl)]
    Fatal(Box<Fatal>),
    /// It would remove so many people that somebody has to confirm the number; the report says which.
    #[error("the import removes many people and is not confirmed")]
    Unconfirmed(Box<Import>),
    /// The store failed.
    #[error(transparent)]
    Error(#[from] Error),
}

impl Context {
    /// What an import would conclude, compared with the people the store has.
    ///
    /// # Errors
    ///
    /// [`ImportError::Fatal`]; when the store cannot be read.
    pub async fn preview_import(&self, bytes: &[u8]) -> Result<(Import, Vec<Person>), ImportError> {
        let people = self.store.read().await.map_err(Error::from)?.people().await.map_err(Error::from)?;
        let rules = self.policy.import_rules(self.clock.today(&self.zone())).at(self.clock.now());
        let previous = Administration::from_people(&people);
        let previous = (!previous.records().is_empty()).then_some(previous);
        let import =
            import::read(bytes, &rules, previous.as_ref()).map_err(|f| ImportError::Fatal(Box::new(f)))?;
        Ok((import, people))
    }

    /// Takes an administration in. `confirmed` is the token of a mass removal, which is good for a quarter of an hour.
    ///
    /// People, renamed groups, the record of the import and its audit line are one transaction.
    ///
    /// # Errors
    ///
    /// [`ImportError::Fatal`] and [`ImportError::Unconfirmed`] change nothing; when the store fails, nothing has changed
    /// either.
    pub async fn import(&self, bytes: &[u8], confirmed: Option<&str>) -> Result<Import, ImportError> {
        let (import, people) = self.preview_import(bytes).await?;
        if let Some(question) = &import.report.confirmation {
            let answer = |token| question.asked.answer(token, self.clock.now());
            if confirmed.map(answer) != Some(Answer::Good) {
                return Err(ImportError::Unconfirmed(Box::new(import)));
            }
        }
        let today = self.clock.today(&self.zone());
        let change = reconcile(&people, &import, today, &mut new_member_id);
        self.store_import(bytes, &import, &change).await?;
        Ok(import)
    }

    async fn store_import(&self, bytes: &[u8], import: &Import, change: &PeopleChange) -> Result<(), Error> {
        let at = self.clock.now();
        let mut writer = self.store.write().await?;
        for person in &change.put {
            writer.put_person(person).await?;
        }
        for mut group in writer.groups().await? {
            if follow_renaming(&mut group, import) {
                writer.put_group(&group).await?;
            }
        }
        let report = &import.report;
        let counts = serde_json::json!({
            "rows": report.rows, "accepted": report.accepted, "rejected": report.rejected.len(),
            "added": report.added, "changed": report.changed, "removed": report.removed,
        });
        let sha256 = hex::encode(Sha256::digest(bytes));
        writer.append_audit(&audit(at, &sha256, &counts, report)).await?;
        writer.put_import(&ImportRecord { at, sha256, counts, records: None }).await?;
        writer.commit().await?;
        Ok(())
    }
}

/// A branch that was renamed keeps its group: key, room and people stay, name and value follow.
fn follow_renaming(group: &mut kring_core::group::GroupRecord, import: &Import) -> bool {
    let mut changed = false;
    for renamed in &import.diff.renamed {
        let elsewhere =
            |parent| group.values.len() > 1 && !group.values.values().any(|value| value == parent);
        if renamed.parent.as_ref().is_some_and(elsewhere) {
            continue;
        }
        if let Some(value) = group.values.get_mut(&renamed.column).filter(|value| **value == renamed.from) {
            *value = renamed.to.clone();
            group.name = group.name.replace(&*renamed.from, &renamed.to);
            changed = true;
        }
    }
    changed
}

fn audit(at: Timestamp, sha256: &str, counts: &serde_json::Value, report: &Report) -> AuditEntry {
    let count = |n: usize| Arg::from(n);
    let of = [
        ("added", count(report.added)),
        ("changed", count(report.changed)),
        ("removed", count(report.removed)),
    ];
    let text = texts::CATALOGUE.text("audit-import", &of);
    let mut entry = AuditEntry::new(at, Actor::Operator, "import", "accepted", text);
    entry = entry.with_detail("sha256", sha256);
    // An import that asks is taken in only once somebody has said yes.
    if report.confirmation.is_some() {
        entry = entry.with_detail("confirmed", true);
    }
    entry.with_detail("counts", counts.clone())
}

/// Random: says nothing about the person and is never used again.
pub(crate) fn new_member_id() -> MemberId {
    MemberId::new(format!("p{:016x}", rand::random::<u64>()))
}
