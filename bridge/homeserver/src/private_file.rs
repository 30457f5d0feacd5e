//! Files with secrets: written for their owner only, read with suspicion.

use std::{
    fs,
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Larger files hold no secret of ours, in bytes.
const LARGEST_FILE: u64 = 64 * 1024;

/// Why a file with a secret cannot be written or used.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// It exists, and overwriting was not asked for: the homeserver still has the old tokens.
    #[error("{} exists already; move it away, or ask for new tokens explicitly", .0.display())]
    Exists(PathBuf),
    /// It cannot be opened, read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Others can read the tokens, or its group can change them.
    #[error("{0} is open to others (mode {mode:o}); run: chmod 600 {0}", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It does not hold what it should.
    #[error("{}: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Where and what, without the tokens.
        reason: String,
    },
    /// It still has the sample's token, or one that is too short.
    #[error("{}: {field} is not a real token; make the files with: kring registration", path.display())]
    Placeholder {
        /// The file.
        path: PathBuf,
        /// `as_token` or `hs_token`.
        field: &'static str,
    },
}

impl SecretFileError {
    pub(crate) fn invalid(path: &Path, reason: impl Into<String>) -> Self {
        Self::Invalid { path: path.to_owned(), reason: reason.into() }
    }

    fn io(path: &Path, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists(path.to_owned()),
            _ => Self::Io { path: path.to_owned(), error },
        }
    }
}

/// Writes the file with mode 0600, whole or not at all; replaces an existing one only with `overwrite`.
pub(crate) fn write(path: &Path, bytes: &[u8], overwrite: bool) -> Result<(), SecretFileError> {
    let beside = path.with_extension("new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .map_err(|e| SecretFileError::io(&beside, e))?;
    let placed =
        file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| place(&beside, path, overwrite));
    if placed.is_err() || !overwrite {
        // After a link the second name is superfluous; after a failure the file is.
        fs::remove_file(&beside).map_err(|e| SecretFileError::io(&beside, e))?;
    }
    placed.map_err(|e| SecretFileError::io(path, e))
}

/// A link fails where the name has been taken meanwhile; a rename would replace it.
fn place(beside: &Path, path: &Path, overwrite: bool) -> io::Result<()> {
    if overwrite { fs::rename(beside, path) } else { fs::hard_link(beside, path) }
}

/// Who beside its owner may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Nobody.
    Nobody,
    /// Its group: the homeserver runs under a user of its own and reads the registrations too. It may not write.
    Group,
}

impl Readers {
    /// The permission bits that must not be set.
    fn forbidden(self) -> u32 {
        match self {
            Self::Nobody => 0o077,
            Self::Group => 0o037,
        }
    }
}

/// Reads a file that nobody but `readers` can read and nobody else can write.
pub(crate) fn read(path: &Path, readers: Readers) -> Result<String, SecretFileError> {
    let file = fs::File::open(path).map_err(|e| SecretFileError::io(path, e))?;
    let mode = file.metadata().map_err(|e| SecretFileError::io(path, e))?.permissions().mode() & 0o777;
    if mode & readers.forbidden() != 0 {
        return Err(SecretFileError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    file.take(LARGEST_FILE + 1).read_to_string(&mut text).map_err(|e| SecretFileError::io(path, e))?;
    if text.len() as u64 > LARGEST_FILE {
        return Err(SecretFileError::invalid(path, "it is larger than 64 KiB"));
    }
    Ok(text)
}
