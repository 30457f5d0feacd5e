//! What the homeserver sends: stored, then acknowledged, then handled.

use kring_store::IncomingEvent;

use crate::{App, Error, HEARTBEAT};

impl App {
    /// Stores a transaction in one database transaction and wakes the lanes. The caller acknowledges afterwards.
    ///
    /// # Errors
    ///
    /// When the store fails; nothing is stored then, and the homeserver sends the transaction again.
    pub async fn ingest(&self, txn_id: &str, events: Vec<IncomingEvent>) -> Result<(), Error> {
        // Seen here already: behind a long first filling the lane of its room may take a while.
        for event in events.iter().filter(|event| event.event_type == HEARTBEAT) {
            self.heartbeat.beat(&event.json);
        }
        let ingested = self.context.store.ingest(txn_id, events).await?;
        if ingested.lied {
            tracing::warn!(
                txn.id = txn_id,
                "a transaction id came back with other events; all were looked at"
            );
            metrics::counter!("kring_transactions_lied_total").increment(1);
            // It counts from 1 again: it was started anew, and forgot what it had in memory.
            self.heartbeat.suspect();
        }
        if ingested.new > 0 {
            self.events_stored.notify_one();
        }
        Ok(())
    }
}
