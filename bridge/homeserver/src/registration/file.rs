//! Registration files.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::{PLACEHOLDER, Registration, SHORTEST_TOKEN};
use crate::{
    SecretFileError,
    private_file::{self, Readers},
};

impl Registration {
    /// Writes the file with mode 0600, whole or not at all; replaces an existing one only with `overwrite`.
    ///
    /// # Errors
    ///
    /// [`SecretFileError::Exists`] without `overwrite`; when the file cannot be written.
    pub fn write(&self, path: &Path, overwrite: bool) -> Result<(), SecretFileError> {
        let yaml = serde_yaml::to_string(self)
            .map_err(|_| SecretFileError::invalid(path, "it cannot be written"))?;
        private_file::write(path, yaml.as_bytes(), overwrite)
    }

    /// Reads a registration that is in use.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, others can read it, it is no registration, or its tokens are the sample's.
    pub fn read(path: &Path) -> Result<Self, SecretFileError> {
        let registration = Self::parse(path, &private_file::read(path, Readers::Group)?)?;
        for (field, token) in [("as_token", &registration.as_token), ("hs_token", &registration.hs_token)] {
            if !is_real(token) {
                return Err(SecretFileError::Placeholder { path: path.to_owned(), field });
            }
        }
        Ok(registration)
    }

    /// Reads the text of a registration, sample or real; `path` is for messages only.
    ///
    /// # Errors
    ///
    /// When it is no registration.
    pub fn parse(path: &Path, yaml: &str) -> Result<Self, SecretFileError> {
        serde_yaml::from_str(yaml).map_err(|e| {
            // The parser quotes values of the wrong type, which may be a token; the place says enough.
            let place = e.location().map_or(String::new(), |l| format!(", line {}", l.line()));
            let reason = format!("it is no registration: a key is missing or has the wrong type{place}");
            SecretFileError::invalid(path, reason)
        })
    }
}

fn is_real(token: &SecretString) -> bool {
    let token = token.expose_secret();
    token.len() >= SHORTEST_TOKEN && !token.contains(PLACEHOLDER)
}
