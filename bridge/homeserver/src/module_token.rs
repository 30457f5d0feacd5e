//! The token with which a module inside the homeserver shows us that it is one.

use std::path::Path;

use rand::CryptoRng;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    SecretFileError,
    private_file::{self, Readers},
    registration::{SHORTEST_TOKEN, token},
};

/// What the homeserver's module shows to us. Its file holds nothing else, and the homeserver reads it too.
#[derive(Debug, Clone)]
pub struct ModuleToken(SecretString);

impl ModuleToken {
    /// A fresh one.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(token(rng))
    }

    /// Writes the file with mode 0600, whole or not at all; replaces an existing one only with `overwrite`.
    ///
    /// # Errors
    ///
    /// [`SecretFileError::Exists`] without `overwrite`; when the file cannot be written.
    pub fn write(&self, path: &Path, overwrite: bool) -> Result<(), SecretFileError> {
        private_file::write(path, format!("{}\n", self.0.expose_secret()).as_bytes(), overwrite)
    }

    /// Reads the file. White space around the token does not count, as for the module.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, others can read it, or its token can be guessed.
    pub fn read(path: &Path) -> Result<Self, SecretFileError> {
        let text = private_file::read(path, Readers::Group)?;
        let token = text.trim();
        let sendable = token.bytes().all(|byte| byte.is_ascii_graphic());
        if token.len() < SHORTEST_TOKEN || !sendable {
            let reason = format!("it holds no token of at least {SHORTEST_TOKEN} letters and digits");
            return Err(SecretFileError::invalid(path, reason));
        }
        Ok(Self(token.to_owned().into()))
    }

    /// The token itself.
    pub fn into_secret(self) -> SecretString {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn token_is_read_as_it_was_written_and_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("antispam-token");
        let token = ModuleToken::generate(&mut rand::rng());
        token.write(&file, false).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let read = ModuleToken::read(&file).unwrap().into_secret();
        assert_eq!(read.expose_secret(), token.0.expose_secret());
        assert!(matches!(token.write(&file, false), Err(SecretFileError::Exists(_))));
        ModuleToken::generate(&mut rand::rng()).write(&file, true).unwrap();
        assert_ne!(fs::read_to_string(&file).unwrap().trim(), token.0.expose_secret());
    }

    #[test]
    fn token_that_others_can_read_or_guess_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("antispam-token");
        ModuleToken::generate(&mut rand::rng()).write(&file, false).unwrap();
        for (mode, good) in [(0o640, true), (0o660, false), (0o644, false)] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(ModuleToken::read(&file).is_ok(), good, "{mode:o}");
        }
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        for bad in ["", "\n", "geheim", "een zin van meer dan tweeëndertig tekens"] {
            fs::write(&file, bad).unwrap();
            let error = ModuleToken::read(&file).unwrap_err().to_string();
            assert!(error.ends_with("it holds no token of at least 32 letters and digits"), "{error}");
        }
    }
}
