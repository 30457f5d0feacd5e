//! One writer at a time: a lock file beside the socket, which the system frees when its holder dies.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use tokio::net::UnixStream;

use super::ControlError;

/// The writer's lock; dropped, it is free.
#[derive(Debug)]
pub struct WriterLock(File);

impl WriterLock {
    /// Takes the lock that belongs to `socket` (`kring.sock` has `kring.lock` beside it). `None` when somebody
    /// else has it.
    ///
    /// # Errors
    /// When the lock file cannot be made or opened, for example because its folder is missing.
    pub fn try_take(socket: &Path) -> io::Result<Option<Self>> {
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(socket.with_extension("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The user id of the folder's files made by this process, which is the one it runs as.
    pub(super) fn owner(&self) -> io::Result<u32> {
        Ok(self.0.metadata()?.uid())
    }
}

/// Who does the work of a changing command.
#[derive(Debug)]
pub enum Turn {
    /// This process, for as long as it holds the lock.
    Ours(WriterLock),
    /// The `kring run` at the other end.
    Theirs(UnixStream),
}

impl Turn {
    /// Takes the lock, or connects to the process that has it.
    ///
    /// # Errors
    /// [`ControlError::Busy`] when the holder is no `kring run` (or one that is still starting);
    /// [`ControlError::Io`] when lock or socket may not be used.
    pub async fn take(socket: &Path) -> Result<Self, ControlError> {
        if let Some(lock) = WriterLock::try_take(socket)? {
            return Ok(Self::Ours(lock));
        }
        match UnixStream::connect(socket).await {
            Ok(stream) => Ok(Self::Theirs(stream)),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(error.into()),
            Err(_) => Err(ControlError::Busy),
        }
    }
}
