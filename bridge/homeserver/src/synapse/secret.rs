//! The administrator's token in its own file.

use std::path::Path;

use ruma::OwnedUserId;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::{
    SecretFileError,
    private_file::{self, Readers},
};

/// Who the administrator is and their access token; kept in a file of its own, mode 0600.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminSecret {
    /// Never a person.
    pub user_id: OwnedUserId,
    /// What the admin API asks for.
    #[serde(serialize_with = "expose")]
    pub access_token: SecretString,
}

impl AdminSecret {
    /// Writes the file with mode 0600; never over another one.
    ///
    /// # Errors
    ///
    /// When the file exists or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), SecretFileError> {
        let yaml = serde_yaml::to_string(self)
            .map_err(|_| SecretFileError::invalid(path, "it cannot be written"))?;
        private_file::write(path, yaml.as_bytes(), false)
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// When it cannot be read, others can read it, or it holds no administrator.
    pub fn read(path: &Path) -> Result<Self, SecretFileError> {
        let text = private_file::read(path, Readers::Nobody)?;
        // The parser quotes what it does not understand, which may be the token.
        serde_yaml::from_str(&text)
            .map_err(|_| SecretFileError::invalid(path, "it has no user_id and access_token"))
    }
}

fn expose<S: Serializer>(token: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose_secret())
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use ruma::owned_user_id;
    use secrecy::ExposeSecret;

    use super::AdminSecret;
    use crate::SecretFileError;

    #[test]
    fn administrators_token_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("admin.yaml");
        let secret = AdminSecret {
            user_id: owned_user_id!("@kring-admin:example.org"),
            access_token: "geheim".into(),
        };
        secret.write(&file).unwrap();
        assert_eq!(AdminSecret::read(&file).unwrap().access_token.expose_secret(), "geheim");
        assert!(matches!(secret.write(&file), Err(SecretFileError::Exists(_))));

        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let error = AdminSecret::read(&file).unwrap_err();
        assert!(matches!(error, SecretFileError::Exposed { mode: 0o640, .. }), "{error}");

        fs::write(&file, "access_token: geheim\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let error = AdminSecret::read(&file).unwrap_err().to_string();
        assert!(error.ends_with("admin.yaml: it has no user_id and access_token"), "{error}");
    }
}
