//! The control socket: a command that changes something beside a running `kring run` is handed to it.
//!
//! There is one writer. It holds a lock file and, when it is `kring run`, listens on a Unix socket beside it. A
//! changing command asks for its [`Turn`]: it gets the lock and works itself, or it gets a connection and hands
//! the command over with [`hand_over`].
//!
//! On the wire are frames with their length in front (`tokio_util`'s `LengthDelimitedCodec`): one JSON
//! [`Request`], one raw frame per file that it brings, and then JSON [`Frame`]s back, the last one an exit code.

mod client;
mod lock;
mod server;

use std::path::Path;

use serde::{Deserialize, Serialize};
use tokio::net::UnixStream;
use tokio_util::codec::{Framed, LengthDelimitedCodec};

pub use self::{
    client::hand_over,
    lock::{Turn, WriterLock},
    server::{Handler, Listener, serve},
};

/// The largest frame, in bytes: one file of 64 MiB.
pub const MAX_FRAME: usize = 64 * 1024 * 1024;

/// The most files that one command brings.
const MAX_FILES: usize = 8;

/// A command as it is handed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The subcommand with its arguments, as `cli::Command` serialises.
    pub command: serde_json::Value,
    /// The reader's language, `nl` or `en`.
    pub language: String,
    /// Whether a person watches the output.
    pub terminal: bool,
    /// The names of the files that follow, as the command's arguments have them.
    pub names: Vec<String>,
    /// Their contents, in the same order: the running process may not read the caller's files.
    #[serde(skip)]
    pub files: Vec<Vec<u8>>,
}

impl Request {
    /// The contents of the file that the caller named `path`.
    pub fn file(&self, path: &Path) -> Option<&[u8]> {
        let named = self.names.iter().zip(&self.files);
        named.into_iter().find(|(name, _)| Path::new(name) == path).map(|(_, bytes)| bytes.as_slice())
    }
}

/// What comes back while the command runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frame {
    /// A line for standard output.
    Out(String),
    /// A line for standard error.
    Err(String),
    /// So many steps are done.
    Progress {
        /// Of them.
        done: usize,
        /// In all.
        total: usize,
    },
    /// The steps are over.
    ProgressEnds,
    /// The command has ended with this exit code; nothing follows.
    Exit(u8),
}

/// Why a command could not be handed over.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Another Kring holds the lock and listens on the socket.
    #[error("another kring run is at work here")]
    Running,
    /// Another command holds the lock and cannot take this one over.
    #[error("another kring command is at work; try again when it is done")]
    Busy,
    /// The file is too large to be sent.
    #[error("a file of more than {} MiB cannot be handed over", MAX_FRAME / 1024 / 1024)]
    TooLarge,
    /// The other end stopped before the command had ended.
    #[error("the running kring went away before the command had ended")]
    Cut,
    /// What came over the socket is no frame of ours.
    #[error("the running kring speaks another version of this command")]
    Malformed(#[from] serde_json::Error),
    /// The socket or the lock file itself.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

type Wire = Framed<UnixStream, LengthDelimitedCodec>;

fn wire(stream: UnixStream) -> Wire {
    LengthDelimitedCodec::builder().max_frame_length(MAX_FRAME).new_framed(stream)
}
