//! The homeserver as Kring sees it: the Client-Server API as an application service, and account providers.
//!
//! * [`Registration`](registration::Registration): the two files that make the homeserver know us;
//! * [`Homeserver`]: requests with the bridge's token, as the sender `@kring` or as one of the bots;
//! * [`Joiner`]: requests with the second registration's token, which may speak for every local person and
//!   therefore can do nothing here but join, leave and decline;
//! * [`AccountProvider`]: making, suspending and ending accounts, with [`SynapseAdmin`] as its first implementation;
//! * [`probe`](probe::probe): what is wrong between the homeserver and us, in a sentence.
//!
//! Nothing here retries or limits how many requests run at once: the caller's outbox does both, guided by
//! [`HomeserverError::class`].
//!
//! # Another account provider
//!
//! Implement [`AccountProvider`] (its documentation lists what must hold), give it its own secret from its own
//! file, and let it pass the cases of `tests/it/accounts.rs`.

pub mod account;
mod client;
mod error;
mod fence;
mod joiner;
#[cfg(test)]
mod mock;
mod module_token;
mod private_file;
pub mod probe;
pub mod registration;
mod synapse;

pub use account::{Account, AccountError, AccountProvider, Creation, NewAccount};
pub use client::{
    Homeserver, HomeserverOptions, MessagesPage, RawEvent, RoomMember, ServerVersions, StateContent,
    create::{CreateRoomSpec, MARKER, ROOM_VERSION},
};
pub use error::{Class, HomeserverError};
pub use fence::Fence;
pub use joiner::Joiner;
pub use module_token::ModuleToken;
pub use private_file::SecretFileError;
pub use synapse::{
    SynapseAdmin,
    secret::AdminSecret,
    shared_secret::{create_admin, shared_secret_is_set},
};
