//! What the homeserver sends: stored, then acknowledged, then taken apart and handled.

use kring_store::{Arrival, Unpacked};
use ruma::UserId;
use tokio::sync::MutexGuard;

use crate::{App, Error, HEARTBEAT, incoming::incoming};

/// Times that something is taken apart at most before somebody goes on: far more than wait on an ordinary day.
const MOST: usize = 100;

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
        let turn = self.unpacking.lock().await;
        self.unpack_in(&turn).await
    }

    /// As [`App::unpack`]; takes nothing apart while somebody else has the turn.
    pub(crate) async fn try_unpack(&self) -> Result<usize, Error> {
        match self.unpacking.try_lock() {
            Ok(turn) => self.unpack_in(&turn).await,
            Err(_) => Ok(0),
        }
    }

    /// One at a time: that keeps the order in which they came.
    async fn unpack_in(&self, _turn: &MutexGuard<'_, ()>) -> Result<usize, Error> {
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
        let turn = self.unpacking.lock().await;
        self.unpack_all_in(&turn).await
    }

    /// As [`App::unpack_all`], for whoever has the turn.
    pub(crate) async fn unpack_all_in(&self, turn: &MutexGuard<'_, ()>) -> Result<(), Error> {
        // In a flood there is no end.
        for _ in 0..MOST {
            if self.unpack_in(turn).await? == 0 {
                break;
            }
        }
        Ok(())
    }
}
