//! What is wrong with a file that holds a secret, in a sentence.

use kring_core::text::Text;
use kring_homeserver::SecretFileError;

use crate::output::texts;

/// The sentence about a file that the homeserver's client cannot use or write.
pub fn sentence(error: &SecretFileError) -> Text {
    let (id, path) = match error {
        SecretFileError::Exists(path) => ("secret-exists", path),
        SecretFileError::Io { path, .. } => ("secret-io", path),
        SecretFileError::Exposed { path, .. } => ("secret-exposed", path),
        SecretFileError::Invalid { path, .. } => ("secret-invalid", path),
        SecretFileError::Placeholder { path, .. } => ("secret-placeholder", path),
    };
    let reason = match error {
        SecretFileError::Io { error, .. } => error.to_string(),
        SecretFileError::Invalid { reason, .. } => reason.clone(),
        SecretFileError::Placeholder { field, .. } => (*field).to_owned(),
        SecretFileError::Exists(_) | SecretFileError::Exposed { .. } => String::new(),
    };
    texts().text(id, &[("path", path.display().to_string().into()), ("reason", reason.into())])
}
