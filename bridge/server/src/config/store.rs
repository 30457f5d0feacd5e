//! `store:`

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use url::Url;

/// Where Kring keeps what it knows.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// The database: `sqlite:PATH`, or `postgres://USER@HOST/NAME`. A relative path counts from `data.dir`. Left
    /// out, it is `sqlite:kring.db`. An address with a password does not belong here: see `url_file`.
    #[schemars(with = "Option<String>", example = &"sqlite:kring.db")]
    pub url: Option<Database>,
    /// A file that holds the database's address, for one with a password. Mode 0600.
    #[schemars(example = &"database-url")]
    pub url_file: Option<PathBuf>,
    /// How sure SQLite is before it says that something is stored. `full` survives a power cut; `normal` is
    /// faster and can lose the last moments in one, never the file.
    pub synchronous: Synchronous,
}

impl Store {
    pub(super) fn database(&self, dir: &Path) -> Database {
        match self.url.clone().unwrap_or_else(|| Database::Sqlite(PathBuf::from("kring.db"))) {
            Database::Sqlite(path) => Database::Sqlite(dir.join(path)),
            postgres @ Database::Postgres(_) => postgres,
        }
    }
}

/// How sure SQLite is before it says that something is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Synchronous {
    /// Waits for the disk at every commit.
    #[default]
    Full,
    /// Waits for the disk now and then.
    Normal,
}

/// The database to open. Its `Debug` shows no password.
#[derive(Clone)]
pub enum Database {
    /// A file, which is made when it is not there.
    Sqlite(PathBuf),
    /// A `postgres://` address, which may hold a password.
    Postgres(SecretString),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://[redacted]"),
        }
    }
}

impl FromStr for Database {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() || path.contains('?') {
                Err(())
            } else {
                Ok(Self::Sqlite(path.into()))
            };
        }
        let url = Url::parse(text).map_err(|_| ())?;
        let named = url.path().len() > 1 || url.query().is_some();
        let good = matches!(url.scheme(), "postgres" | "postgresql") && named;
        good.then(|| Self::Postgres(text.to_owned().into())).ok_or(())
    }
}

impl<'de> Deserialize<'de> for Database {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|()| D::Error::custom("no database address"))
    }
}

/// Whether the text is an address with a password in it.
pub(super) fn holds_password(text: &str) -> bool {
    Url::parse(text)
        .is_ok_and(|url| url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password"))
}
