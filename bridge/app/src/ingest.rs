//! What the homeserver sends: stored, then acknowledged, then taken apart and handled.

use kring_store::{Arrival, Unpacked};
use ruma::UserId;

use crate::{App, Error, HEARTBEAT, incoming::incoming};

impl App {
    /// Stores a transaction as it came, `count` events one after the other, and wakes whoever handles them. The caller
    /// acknowledges afterwards.
    ///
    /// # Errors
    ///
    /// When the store fails; nothing is stored then, and the homeserver sends the transaction again.
    pub async fn receive(&self, txn_id: &str, count: usize, events: &str) -> Result<(), Error> {
        let now = self.context.clock.now_ms();
        self.context.store.receive(txn_id, now, count, events).await?;
        if events.contains(HEARTBEAT) {
            // Seen here already: behind a long first filling the lane of its room may take a while.
            self.look_for_heartbeat(events);
        }
        if count > 0 {
            self.events_stored.notify_one();
        }
        Ok(())
    }

    fn look_for_heartbeat(&self, events: &str) {
        let arrival = Arrival::new(0, "", 0, Some(events.to_owned()));
        let all = incoming(&arrival, &|_| false);
        for event in all.iter().filter(|event| event.event_type == HEARTBEAT) {
            self.heartbeat.beat(&event.json);
        }
    }

    /// Takes what came apart: each event is stored in the lane of its room, once. Gives how many transactions those were;
    /// there may be more.
    ///
    /// # Errors
    ///
    /// When the store fails; what was not taken apart still waits.
    pub async fn unpack(&self) -> Result<usize, Error> {
        // One at a time: that keeps the order in which they came.
        let _turn = self.unpacking.lock().await;
        let own = |user: &str| <&UserId>::try_from(user).is_ok_and(|user| self.context.is_own(user));
        let read = |arrival: &Arrival| incoming(arrival, &own);
        let Unpacked { transactions, rooms, lied, .. } = self.context.store.unpack(read).await?;
        self.touched.add(rooms);
        for id in lied {
            tracing::warn!(txn.id = id, "a transaction id came back with other events; all were looked at");
            metrics::counter!("kring_transactions_lied_total").increment(1);
            // It counts from 1 again: it was started anew, and forgot what it had in memory.
            self.heartbeat.suspect();
        }
        Ok(transactions)
    }

    /// Takes apart all that came until now.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub(crate) async fn unpack_all(&self) -> Result<(), Error> {
        while self.unpack().await? > 0 {}
        Ok(())
    }
}
