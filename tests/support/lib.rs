//! What the stories stand on: real servers as unprivileged processes, members with a client nobody here wrote, a
//! fake homeserver that behaves like the real one, a named cast and small administrations.
//!
//! A harness fails by panicking with a sentence that says what was expected. Everything that it starts listens on
//! the loopback interface only, and dies with the value that stands for it, or with the test process.
#![expect(clippy::expect_used, clippy::panic, reason = "a harness fails by panicking")]

pub mod administration;
pub mod api;
pub mod association;
pub mod cast;
pub mod eventually;
pub mod fake;
pub mod kring;
pub mod nio;
pub mod on_fake;
pub mod peers;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod push;
pub mod receiver;
pub mod registration;
pub mod skip;
pub mod story;
pub mod synapse;
pub mod usage;
pub mod venv;

pub use administration::Administration;
pub use association::Association;
pub use eventually::eventually;
pub use kring::KringProcess;
pub use nio::NioClient;
pub use postgres::Postgres;
pub use proxy::{Line, Proxy};
pub use receiver::Receiver;
pub use registration::Registration;
pub use skip::skip;
pub use story::Story;
pub use synapse::{Database, Synapse, SynapseOptions};
