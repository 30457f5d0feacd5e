//! `kring audit export`: the whole log with its hashes, to be looked at and checked without Kring.

use std::collections::HashMap;

use clap::{Args, ValueEnum};
use csv::{Terminator, WriterBuilder};
use kring_app::Context as Facts;
use kring_core::{
    audit::{Actor, AuditEntry},
    ids::MemberId,
    import::csv_safe,
};
use kring_store::AuditRow;
use serde::{Deserialize, Serialize};

use super::failed;
use crate::{
    context::Context,
    exit::{Exit, Failure},
    wiring,
};

/// `kring audit export`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct ExportArgs {
    /// A table for people, or one JSON object per line for programs
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    pub format: Format,
}

/// In which form the log is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JSON Lines
    Jsonl,
    /// A table with a header, separated by commas
    Csv,
}

/// What is needed to compute the hash, and nothing that is not in it.
#[derive(Serialize)]
struct Exported<'r> {
    seq: i64,
    previous: &'r str,
    hash: &'r str,
    /// A text and not an object: its bytes are what the hash is about.
    entry: &'r str,
}

/// The columns of the table. The last four are the chain, as in [`Exported`]; the others say the same for readers.
const HEADER: [&str; 13] = [
    "at",
    "actor",
    "actor_name",
    "verb",
    "code",
    "group",
    "person",
    "person_name",
    "text",
    "seq",
    "previous",
    "hash",
    "entry",
];

pub(super) async fn export(args: &ExportArgs, facts: &Facts, context: &Context) -> Result<Exit, Failure> {
    let mut reader = facts.store.read().await.map_err(|e| failed(&e))?;
    let names = match args.format {
        Format::Jsonl => HashMap::new(),
        Format::Csv => {
            context.out.line(&table_row(&HEADER.map(str::to_owned)).map_err(|e| failed(&e))?);
            let people = reader.people().await.map_err(|e| failed(&e))?;
            people.into_iter().map(|p| (p.member.id, p.member.name.display())).collect()
        }
    };
    let (mut lines, mut last) = (0_u64, AuditRow::default());
    loop {
        let rows = reader.audit_rows(last.seq).await.map_err(|e| failed(&e))?;
        let Some(end) = rows.last().cloned() else { break };
        for row in &rows {
            match args.format {
                Format::Jsonl => {
                    let AuditRow { seq, entry, previous, hash } = row;
                    let exported = Exported { seq: *seq, previous, hash, entry };
                    context.out.json(&exported).map_err(|e| wiring::failure("no-json", &e))?;
                }
                Format::Csv => {
                    let fields = fields(row, &names, context.out.language());
                    context.out.line(&table_row(&fields).map_err(|e| failed(&e))?);
                }
            }
        }
        lines += rows.len() as u64;
        last = end;
    }
    let proof = format!("{}:{}", last.seq, last.hash);
    context.out.say("audit-exported", &[("lines", lines.into()), ("proof", proof.into())]);
    Ok(Exit::Done)
}

/// A line that cannot be read, since somebody wrote something else there, has its chain only.
fn fields(row: &AuditRow, names: &HashMap<MemberId, String>, language: &str) -> [String; 13] {
    let entry: Option<AuditEntry> = serde_json::from_str(&row.entry).ok();
    let name = |member: Option<&MemberId>| member.and_then(|id| names.get(id)).cloned().unwrap_or_default();
    let said = entry.map(|entry| {
        let (actor, actor_name) = match &entry.actor {
            Actor::Kring => ("kring".to_owned(), String::new()),
            Actor::Operator => ("operator".to_owned(), String::new()),
            Actor::Member(id) => (id.to_string(), name(Some(id))),
        };
        let place = entry.place.as_ref().map(ToString::to_string);
        [
            entry.at.to_string(),
            actor,
            actor_name,
            entry.verb.to_string(),
            entry.code.to_string(),
            place.or(entry.group.as_ref().map(ToString::to_string)).unwrap_or_default(),
            entry.member.as_ref().map(ToString::to_string).unwrap_or_default(),
            name(entry.member.as_ref()),
            entry.text.get(language).to_owned(),
        ]
    });
    let [at, actor, actor_name, verb, code, group, person, person_name, text] =
        said.unwrap_or_default().map(|field| csv_safe(&field).into_owned());
    let (seq, previous, hash, entry) =
        (row.seq.to_string(), row.previous.clone(), row.hash.clone(), row.entry.clone());
    [at, actor, actor_name, verb, code, group, person, person_name, text, seq, previous, hash, entry]
}

fn table_row(fields: &[String]) -> Result<String, csv::Error> {
    let mut writer = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(Vec::new());
    writer.write_record(fields)?;
    let bytes = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
}
