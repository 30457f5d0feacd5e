//! The address of the database.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use url::Url;

use crate::error::OpenError;

/// Which database keeps what Kring knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, one writing process.
    Sqlite,
    /// A server, several processes.
    Postgres,
}

/// The address of a database; prints itself without its password.
///
/// `sqlite:PATH` (also `sqlite://PATH`; a relative path counts from the current folder, and is taken as it is, without
/// percent signs or parameters), or `postgres://user:password@host:port/database` with libpq's parameters.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreUrl(Address);

#[derive(Clone, PartialEq, Eq)]
enum Address {
    Sqlite(PathBuf),
    Postgres(Box<Url>),
}

impl StoreUrl {
    /// The address of a SQLite file.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Address::Sqlite(path.into()))
    }

    /// Which engine it speaks of.
    pub fn engine(&self) -> Engine {
        match self.0 {
            Address::Sqlite(_) => Engine::Sqlite,
            Address::Postgres(_) => Engine::Postgres,
        }
    }

    /// The SQLite file; `None` on PostgreSQL.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Address::Sqlite(path) => Some(path),
            Address::Postgres(_) => None,
        }
    }

    /// What sqlx opens, password included.
    pub(crate) fn connect_url(&self, sqlite_mode: &str) -> Result<Url, OpenError> {
        match &self.0 {
            Address::Postgres(url) => Ok((**url).clone()),
            Address::Sqlite(path) => sqlite_url(path, sqlite_mode).ok_or_else(|| bad("the path is no text")),
        }
    }
}

/// `Url` escapes the path as sqlx unescapes it.
fn sqlite_url(path: &Path, mode: &str) -> Option<Url> {
    let file = Url::from_file_path(std::path::absolute(path).ok()?).ok()?;
    Url::parse(&format!("sqlite://{}?mode={mode}", file.path())).ok()
}

fn bad(why: impl Into<String>) -> OpenError {
    OpenError::BadUrl { why: why.into() }
}

impl FromStr for StoreUrl {
    type Err = OpenError;

    fn from_str(text: &str) -> Result<Self, OpenError> {
        let (scheme, rest) = text.trim().split_once(':').ok_or_else(|| bad("it has no scheme"))?;
        match scheme {
            "sqlite" => sqlite(rest),
            "postgres" | "postgresql" => postgres(text.trim()),
            // What stands before the colon may be a password that somebody pasted; it is not repeated.
            _ => Err(bad("it starts neither with sqlite: nor with postgres:")),
        }
    }
}

fn sqlite(rest: &str) -> Result<StoreUrl, OpenError> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    match path {
        "" => Err(bad("the file's path is missing")),
        ":memory:" => Err(bad("a database in memory keeps nothing")),
        p if p.contains('?') => Err(bad("a SQLite address takes no parameters")),
        p => Ok(StoreUrl::sqlite(p)),
    }
}

fn postgres(text: &str) -> Result<StoreUrl, OpenError> {
    let url = Url::parse(text).map_err(|e| bad(e.to_string()))?;
    if url.cannot_be_a_base() {
        return Err(bad("it needs // after postgres:"));
    }
    Ok(StoreUrl(Address::Postgres(Box::new(url))))
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Address::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Address::Postgres(url) => f.write_str(without_secrets(url).as_str()),
        }
    }
}

/// A password may also stand among the parameters, so they go as a whole.
fn without_secrets(url: &Url) -> Url {
    let mut shown = url.clone();
    // Fails only for an address without a host, which then has no password in front of it either.
    let _ = shown.set_password(None);
    shown.set_query(None);
    shown
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_both_engines_are_understood() {
        let cases = [
            ("sqlite:kring.db", Engine::Sqlite, "sqlite:kring.db"),
            ("sqlite:///var/lib/kring/kring.db", Engine::Sqlite, "sqlite:/var/lib/kring/kring.db"),
            ("sqlite:/var/lib/Ons IVN/100%#.db", Engine::Sqlite, "sqlite:/var/lib/Ons IVN/100%#.db"),
            ("postgres://kring@db/kring", Engine::Postgres, "postgres://kring@db/kring"),
            ("postgresql:///kring?host=/run/postgresql", Engine::Postgres, "postgresql:///kring"),
        ];
        for (text, engine, shown) in cases {
            let url: StoreUrl = text.parse().unwrap();
            assert_eq!((url.engine(), url.to_string().as_str()), (engine, shown), "{text}");
        }
    }

    #[test]
    fn passwords_are_never_printed() {
        for text in ["postgres://kring:geheim@db/kring", "postgres:///kring?user=kring&password=geheim"] {
            let url: StoreUrl = text.parse().unwrap();
            assert!(!format!("{url} {url:?}").contains("geheim"), "{url:?}");
        }
        for text in ["geheim", "geheim:x", "postgres:geheim", "postgres://a:geheim@[", "sqlite:x?key=geheim"]
        {
            let error = text.parse::<StoreUrl>().unwrap_err();
            assert_eq!(error.code(), "store-bad-url");
            assert!(!format!("{error} {error:?}").contains("geheim"), "{error}");
        }
    }
}
