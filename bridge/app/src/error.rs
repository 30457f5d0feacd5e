//! What can go wrong in a use case.

/// A use case could not do its work; nothing is half done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store.
    #[error(transparent)]
    Store(#[from] kring_store::StoreError),
    /// The homeserver.
    #[error(transparent)]
    Homeserver(#[from] kring_homeserver::HomeserverError),
    /// The account provider.
    #[error(transparent)]
    Account(#[from] kring_homeserver::AccountError),
    /// Something stored cannot be read back.
    #[error("stored data cannot be read: {0}")]
    Corrupt(#[from] serde_json::Error),
    /// Somebody else did the same work first.
    #[error("somebody else was faster")]
    Overtaken,
    /// An event that no try will ever read: it waits among the dead letters for somebody who wants to know.
    #[error("this is no event")]
    Unreadable,
}

impl Error {
    /// Whether it is the store that does not answer for now, and nobody's fault.
    pub fn heals(&self) -> bool {
        matches!(self, Self::Store(error) if error.heals())
    }
}
