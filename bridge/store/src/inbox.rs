//! What the homeserver sent and nobody has looked at yet: one row for each transaction, stored before it is acknowledged.
//!
//! The homeserver waits for this, so it is as little as can be: one row, one commit. Whoever leads takes it apart soon
//! after ([`Store::unpack`]); then each event has a row of its own, and what is known already is recognised. It leaves the
//! inbox after that row is stored: in between it is in both.
//!
//! On SQLite the inbox is a file beside the database ([`sqlite`]): a file has one writer at a time, and the homeserver must
//! not wait until events are handled. On PostgreSQL it is a table.

mod postgres;
pub(crate) mod sqlite;

use std::collections::HashSet;

use crate::{
    error::StoreError,
    ingest::{IncomingEvent, Ingested, Transaction},
    open::Store,
    url::Engine,
};

pub(crate) use postgres::CHANNEL;

/// Transactions that are taken apart at once.
const ROWS: usize = 128;

/// Of these no more than this together, in bytes; one of them may be larger.
const BYTES: usize = 2 * 1024 * 1024;

/// Below this size, in bytes, packing costs more than it saves.
const WORTH_PACKING: usize = 2 * 1024;

/// A transaction that waits in the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    seq: i64,
    /// The transaction's id.
    pub txn_id: String,
    /// When it came, in ms since the Unix epoch.
    pub received_at_ms: i64,
    /// Its events, one JSON text after the other; `None` when the row is not readable.
    pub events: Option<String>,
}

impl Arrival {
    /// For whoever has none from the store.
    pub fn new(seq: i64, txn_id: &str, received_at_ms: i64, events: Option<String>) -> Self {
        Self { seq, txn_id: txn_id.to_owned(), received_at_ms, events }
    }

    /// The row's own number.
    pub fn number(&self) -> i64 {
        self.seq
    }
}

/// What taking transactions apart led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Transactions that are taken apart.
    pub transactions: usize,
    /// Events that are stored now.
    pub new: usize,
    /// Their rooms.
    pub rooms: HashSet<String>,
    /// Ids of transactions that were seen before with other events: the homeserver counts from 1 again.
    pub lied: Vec<String>,
}

/// What waits in the inbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Events.
    pub(crate) events: u64,
    /// When the oldest of them came.
    pub(crate) oldest_ms: Option<i64>,
}

/// A row on its way in.
#[derive(Debug)]
struct Row {
    txn_id: String,
    received_at_ms: i64,
    /// How many events it has.
    events: i64,
    /// Bytes of their text; when `body` has fewer, it is packed.
    size: i64,
    body: Vec<u8>,
}

impl Row {
    fn new(txn_id: &str, received_at_ms: i64, count: usize, events: &str) -> Self {
        let int = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        Self {
            txn_id: crate::row::without_nul(&txn_id.chars().take(255).collect::<String>()),
            received_at_ms,
            events: int(count),
            size: int(events.len()),
            body: pack(events),
        }
    }
}

/// The events of one transaction are much alike. Gives the text itself where packing does not make it smaller.
fn pack(events: &str) -> Vec<u8> {
    let plain = events.as_bytes();
    if plain.len() >= WORTH_PACKING {
        let packed = lz4_flex::block::compress(plain);
        if packed.len() < plain.len() {
            return packed;
        }
    }
    plain.to_owned()
}

/// The inverse of [`pack`]. `None` for something that we cannot have written.
fn unpack(body: Vec<u8>, size: i64) -> Option<String> {
    // LZ4 packs a byte of its own into at most 255.
    let size = usize::try_from(size).ok().filter(|size| *size <= body.len().saturating_mul(255))?;
    let plain = if body.len() < size { lz4_flex::block::decompress(&body, size).ok()? } else { body };
    String::from_utf8(plain).ok().filter(|text| text.len() == size)
}

/// How many of these, which are the oldest, are taken apart at once; by their sizes.
fn batch(sizes: impl IntoIterator<Item = i64>) -> usize {
    let mut total = 0_usize;
    let mut fits = |n: usize, size: i64| {
        total = total.saturating_add(usize::try_from(size).unwrap_or_default());
        n == 0 || (n < ROWS && total <= BYTES)
    };
    sizes.into_iter().enumerate().take_while(|(n, size)| fits(*n, *size)).count()
}

impl Store {
    /// Stores a transaction of the homeserver as it came: `count` events, one JSON text after the other. When this returns
    /// they are as safe as [`crate::Synchronous`] says and may be acknowledged. Any process may do this, whoever leads.
    ///
    /// # Errors
    ///
    /// The database could not store it; nothing of it is stored then, and the homeserver has to send it again.
    pub async fn receive(
        &self,
        txn_id: &str,
        received_at_ms: i64,
        count: usize,
        events: &str,
    ) -> Result<(), StoreError> {
        if count == 0 {
            return Ok(());
        }
        let row = Row::new(txn_id, received_at_ms, count, events);
        match self.engine() {
            Engine::Sqlite => self.receive_sqlite(row).await,
            Engine::Postgres => self.receive_postgres(row).await,
        }
    }

    /// Takes some transactions apart, the oldest first: `read` gives the events of one. Their events are stored, each once,
    /// before they leave the inbox. One call at a time keeps their order. Gives no transactions when nothing waits, or when
    /// they could not leave the inbox.
    ///
    /// # Errors
    ///
    /// The database does not answer, or another process leads now ([`Store::under`]); then all of it still waits.
    pub async fn unpack(
        &self,
        read: impl Fn(&Arrival) -> Vec<IncomingEvent>,
    ) -> Result<Unpacked, StoreError> {
        let arrivals = match self.engine() {
            Engine::Sqlite => self.arrivals_sqlite().await?,
            Engine::Postgres => self.arrivals_postgres().await?,
        };
        if arrivals.is_empty() {
            return Ok(Unpacked::default());
        }
        let (seqs, mut unpacked) =
            (arrivals.iter().map(|arrival| arrival.seq).collect(), Unpacked::default());
        let mut transactions = Vec::with_capacity(arrivals.len());
        for arrival in &arrivals {
            let events = read(arrival);
            for event in &events {
                if !unpacked.rooms.contains(&event.room_id) {
                    unpacked.rooms.insert(event.room_id.clone());
                }
            }
            transactions.push(Transaction::new(&arrival.txn_id, events));
        }
        unpacked.transactions = arrivals.len();
        for (Ingested { new, lied, .. }, arrival) in self.ingest_all(transactions).await?.iter().zip(arrivals)
        {
            unpacked.new += new;
            if *lied {
                unpacked.lied.push(arrival.txn_id);
            }
        }
        let forgotten = match self.engine() {
            Engine::Sqlite => self.forget_sqlite(seqs).await,
            Engine::Postgres => self.forget_postgres(seqs).await,
        };
        if let Err(error) = forgotten {
            // They come again, and are known then; what they told is told now.
            tracing::warn!(%error, "transactions stay in the inbox although they are taken apart");
            unpacked.transactions = 0;
        }
        Ok(unpacked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_as_it_was() {
        let long = r#"{"type":"m.room.message","content":{"body":"vleermuis"}}"#.repeat(100);
        for text in ["", "{}", "é", &"x".repeat(WORTH_PACKING), &long] {
            let size = i64::try_from(text.len()).unwrap();
            assert_eq!(unpack(pack(text), size).as_deref(), Some(text));
        }
        assert!(pack(&long).len() < long.len() / 5);
    }

    #[test]
    fn a_body_that_we_cannot_have_written_is_told_and_nothing_panics() {
        for (body, size) in
            [(vec![0xff_u8; 3], 3), (vec![1, 2, 3], 40), (vec![], 7), (vec![0x7b], -1), (vec![], i64::MAX)]
        {
            assert_eq!(unpack(body.clone(), size), None, "{body:?} {size}");
        }
    }

    #[test]
    fn a_batch_is_bounded_in_rows_and_bytes_and_never_empty() {
        let large = i64::try_from(BYTES).unwrap();
        assert_eq!(batch([]), 0);
        assert_eq!(batch([large * 5, 1]), 1);
        assert_eq!(batch([large - 1, 1, 1]), 2);
        assert_eq!(batch([1, large, 1]), 1);
        assert_eq!(batch(vec![10; 1_000]), ROWS);
    }
}
