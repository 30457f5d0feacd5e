//! Whether the files that a configuration names are there, are private and make sense. Changes nothing.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use kring_core::text::Text;
use kring_homeserver::{AdminSecret, ModuleToken, SecretFileError, registration::Registration};

use crate::{
    config::{Config, Database, Origin, Problem},
    exit::Failure,
    output::texts,
    policy_file, secret_file,
};

const ANTISPAM: &str = "antispam.token_file";

/// Looks at everything that `config` names on this machine.
///
/// # Errors
/// With a sentence for each thing that is wrong.
pub fn files(config: &Config) -> Result<(), Failure> {
    let mut wrong = secrets(config);
    wrong.extend(folder(config).into_iter().map(|problem| problem.text));
    if let Err(Failure(sentences)) = policy_file::load(&config.policy.source) {
        wrong.extend(sentences);
    }
    if wrong.is_empty() { Ok(()) } else { Err(Failure(wrong)) }
}

/// What is wrong with the files that hold secrets: not there, readable by others, or not what they should be.
fn secrets(config: &Config) -> Vec<Text> {
    let homeserver = &config.homeserver;
    let required = [
        ("homeserver.registration_file", Some(&homeserver.registration_file)),
        ("homeserver.joiner_registration_file", Some(&homeserver.joiner_registration_file)),
        ("homeserver.admin_token_file", homeserver.admin_token_file.as_ref()),
        ("store.url_file", config.store.url_file.as_ref()),
        (ANTISPAM, config.antispam.token_file.as_ref()),
    ];
    let present = required.into_iter().filter_map(|(key, path)| Some((key, path?)));
    present
        .filter_map(|(key, path)| match outside(key, path) {
            Some(problem) => Some(problem.text),
            None => inside(key, path).err().map(|error| sentence(key, &error)),
        })
        .collect()
}

/// What is wrong with the contents, with the command that makes them anew.
fn sentence(key: &str, error: &SecretFileError) -> Text {
    match key {
        ANTISPAM => texts().text("antispam-token-bad", &[("reason", error.to_string().into())]),
        _ => secret_file::sentence(error),
    }
}

/// What the homeserver's client says about the contents.
fn inside(key: &str, path: &Path) -> Result<(), SecretFileError> {
    match key {
        "homeserver.registration_file" | "homeserver.joiner_registration_file" => {
            Registration::read(path).map(drop)
        }
        "homeserver.admin_token_file" => AdminSecret::read(path).map(drop),
        ANTISPAM => ModuleToken::read(path).map(drop),
        _ => Ok(()),
    }
}

fn outside(key: &str, path: &Path) -> Option<Problem> {
    let at = || Origin::File { path: path.to_owned(), line: 0 };
    match fs::metadata(path) {
        Err(_) if key == "store.url_file" => Some(Problem::new("file-missing", &at(), key, &[])),
        Err(_) if key.ends_with("admin_token_file") => {
            Some(Problem::new("file-admin-missing", &at(), key, &[]))
        }
        Err(_) if key == ANTISPAM => Some(Problem::new("file-antispam-missing", &at(), key, &[])),
        Err(_) => Some(Problem::new("file-registration-missing", &at(), key, &[])),
        Ok(found) if !found.is_file() => Some(Problem::new("file-no-file", &at(), key, &[])),
        Ok(found) if found.permissions().mode() & others(key) != 0 => {
            let path = ("path", path.display().to_string().into());
            Some(Problem::new("file-open-to-others", &at(), key, &[path]))
        }
        Ok(_) => None,
    }
}

/// The permission bits that a file must not have. The homeserver reads the registrations and its module's token too, as a
/// user of its own that may share our group.
fn others(key: &str) -> u32 {
    if key.ends_with("registration_file") || key == ANTISPAM { 0o007 } else { 0o077 }
}

/// What is wrong with the folder of the data and of a SQLite database.
fn folder(config: &Config) -> Vec<Problem> {
    let database = match config.database() {
        Database::Sqlite(path) => path.parent().map(Path::to_owned),
        Database::Postgres(_) => None,
    };
    let mut folders = vec![("data.dir", config.data.dir.clone())];
    folders.extend(database.filter(|dir| *dir != config.data.dir).map(|dir| ("store.url", dir)));
    let missing = folders.into_iter().filter(|(_, dir)| !dir.is_dir());
    missing
        .map(|(key, path)| {
            let name = ("path", path.display().to_string().into());
            Problem::new("folder-missing", &Origin::File { path, line: 0 }, key, &[name])
        })
        .collect()
}
