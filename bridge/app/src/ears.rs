//! Hearing of events that another process stored.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::App;

/// How long to wait before the database is asked again.
const AGAIN: Duration = Duration::from_secs(1);

impl App {
    /// Wakes the lanes when another process stored events, until `stop`.
    pub async fn hear_of_events(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                ended = self.context.store.hear_of_events(|| self.events_stored.notify_one()) => {
                    if let Err(error) = ended {
                        // The lanes look by themselves, only less often.
                        tracing::warn!(%error, "other processes cannot be heard");
                    }
                }
                () = stop.cancelled() => return,
            }
            tokio::time::sleep(AGAIN).await;
        }
    }
}
