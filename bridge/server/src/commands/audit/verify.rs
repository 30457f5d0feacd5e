//! `kring audit verify`: whether every line is as it was written.

use std::str::FromStr;

use clap::Args;
use kring_app::Context as Facts;
use kring_store::{AuditChain, Breach, BrokenLine};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::failed;
use crate::{
    context::Context,
    exit::{Exit, Failure},
    wiring,
};

/// `kring audit verify`
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct VerifyArgs {
    /// A proof that was printed earlier and kept elsewhere, NUMBER:HASH: look whether that line is still the same
    #[arg(long, value_name = "PROOF")]
    pub seen: Option<Proof>,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// The number of a line and its hash. Whoever keeps it elsewhere can tell later whether all lines up to that one are the
/// same still, whatever somebody did who may write the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    seq: i64,
    hash: String,
}

impl FromStr for Proof {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (seq, hash) = text.split_once(':').ok_or("NUMBER:HASH")?;
        let seq = seq.parse().map_err(|_| "NUMBER:HASH")?;
        let is_hash = hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit());
        if is_hash {
            Ok(Self { seq, hash: hash.to_ascii_lowercase() })
        } else {
            Err("NUMBER:HASH".to_owned())
        }
    }
}

pub(super) async fn verify(args: &VerifyArgs, facts: &Facts, context: &Context) -> Result<Exit, Failure> {
    let mut reader = facts.store.read().await.map_err(|e| failed(&e))?;
    let chain = reader.walk_audit().await.map_err(|e| failed(&e))?;
    let seen = match &args.seen {
        None => None,
        Some(proof) => {
            let now = reader.audit_hash(proof.seq).await.map_err(|e| failed(&e))?;
            Some((proof, now.as_ref() == Some(&proof.hash)))
        }
    };
    let is_seen = seen.map(|(_, same)| same);
    if args.json {
        context.out.json(&view(&chain, is_seen)).map_err(|e| wiring::failure("no-json", &e))?;
    } else {
        tell(&chain, context);
        if let Some((proof, same)) = seen {
            let id = if same { "audit-seen" } else { "audit-not-seen" };
            context.out.answer(id, &[("line", proof.seq.to_string().into())]);
        }
    }
    let whole = chain.broken.is_none() && is_seen != Some(false);
    Ok(if whole { Exit::Done } else { Exit::NotGood })
}

fn view(chain: &AuditChain, seen: Option<bool>) -> serde_json::Value {
    let broken = chain.broken.map(|broken| json!({"line": broken.seq, "why": code(broken.what)}));
    json!({"lines": chain.good, "last": chain.last, "broken": broken, "seen": seen})
}

fn code(what: Breach) -> &'static str {
    match what {
        Breach::Changed => "changed",
        Breach::Missing => "missing",
        Breach::Added => "added",
    }
}

fn tell(chain: &AuditChain, context: &Context) {
    let Some(BrokenLine { seq, what }) = chain.broken else {
        let proof = format!("{}:{}", chain.good, chain.last);
        return context.out.answer("audit-whole", &[("lines", chain.good.into()), ("proof", proof.into())]);
    };
    let id = match what {
        Breach::Changed => "audit-changed",
        Breach::Missing => "audit-missing",
        Breach::Added => "audit-added",
    };
    context.out.answer(id, &[("line", seq.to_string().into())]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_a_number_and_a_hash() {
        let hash = "ab".repeat(32);
        let proof = format!("12:{}", hash.to_uppercase()).parse();
        assert_eq!(proof, Ok(Proof { seq: 12, hash: hash.clone() }));
        for wrong in
            [hash.clone(), format!("x:{hash}"), "12:ab".to_owned(), format!("12:{}", "zz".repeat(32))]
        {
            assert!(wrong.parse::<Proof>().is_err(), "{wrong}");
        }
    }
}
