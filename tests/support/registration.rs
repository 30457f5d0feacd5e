//! Registration files as Kring writes them, for tests that do without Kring.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// An application service's registration (spec, Application Service API, "Registration").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Unique on the homeserver.
    pub id: String,
    /// Where transactions go; `None` for a service that gets none.
    pub url: Option<String>,
    /// Proves the service to the homeserver.
    pub as_token: String,
    /// Proves the homeserver to the service.
    pub hs_token: String,
    /// The service's own user.
    pub sender_localpart: String,
    /// Whether the service is held to the rate limits.
    #[serde(default)]
    pub rate_limited: bool,
    /// What the service speaks for.
    #[serde(default)]
    pub namespaces: Namespaces,
}

/// The three kinds of namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespaces {
    /// User ids.
    #[serde(default)]
    pub users: Vec<Namespace>,
    /// Aliases.
    #[serde(default)]
    pub aliases: Vec<Namespace>,
    /// Room ids.
    #[serde(default)]
    pub rooms: Vec<Namespace>,
}

/// One namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// Nobody else may use what it matches.
    pub exclusive: bool,
    /// Anchored at the start only; end it with `$`.
    pub regex: String,
}

impl Namespace {
    /// A namespace of this service alone.
    pub fn exclusive(regex: &str) -> Self {
        Self { exclusive: true, regex: regex.to_owned() }
    }

    /// A namespace that others may use too.
    pub fn open(regex: &str) -> Self {
        Self { exclusive: false, regex: regex.to_owned() }
    }
}

impl Registration {
    /// The bridge: sender `kring`, the bots' users, all aliases, transactions to `url`.
    pub fn bridge(url: &str) -> Self {
        Self {
            id: "kring".into(),
            url: Some(url.into()),
            as_token: "bridge-as-token-of-a-test-0123456789abcdef".into(),
            hs_token: "bridge-hs-token-of-a-test-0123456789abcdef".into(),
            sender_localpart: "kring".into(),
            rate_limited: false,
            namespaces: Namespaces {
                users: vec![Namespace::exclusive("@kring(-[a-z]+)?:kring\\.test$")],
                aliases: vec![Namespace::exclusive("#.*:kring\\.test$")],
                rooms: vec![],
            },
        }
    }

    /// The second registration: no transactions, everybody who lives here, not exclusively.
    pub fn joiner() -> Self {
        Self {
            id: "kring-joiner".into(),
            url: None,
            as_token: "joiner-as-token-of-a-test-0123456789abcdef".into(),
            hs_token: "joiner-hs-token-of-a-test-0123456789abcdef".into(),
            sender_localpart: "kring-joiner".into(),
            rate_limited: false,
            namespaces: Namespaces {
                users: vec![Namespace::open("@.*:kring\\.test$")],
                ..Namespaces::default()
            },
        }
    }

    /// Reads a registration file.
    ///
    /// # Panics
    /// When it is none.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("the registration can be read");
        serde_yaml::from_str(&text).expect("the file is a registration")
    }

    /// Writes `<id>.yaml` into `folder`; answers its path.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, folder: &Path) -> PathBuf {
        let path = folder.join(format!("{}.yaml", self.id));
        let text = serde_yaml::to_string(self).expect("a registration can be written as YAML");
        std::fs::write(&path, text).expect("the folder can be written to");
        path
    }
}
