//! The two registrations that make the homeserver know Kring, and their files.

mod file;

use rand::CryptoRng;
use ruma::ServerName;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// The sender of the bridge's registration and the creator of every managed room. It can never `/sync`, so it is no
/// bot.
pub const SENDER: &str = "kring";

/// The local parts of the bots, all in the bridge's namespace.
pub const BOTS: [&str; 3] = ["kring-beheer", "kring-help", "kring-agenda"];

/// What stands in the sample in place of a token.
pub const PLACEHOLDER: &str = "replace-me";

/// A token is 32 random bytes as hex.
const TOKEN_BYTES: usize = 32;

/// Shorter tokens can be guessed, in characters.
pub(crate) const SHORTEST_TOKEN: usize = 32;

/// A registration file of an application service.
///
/// Source: Application Service API, "Registration".
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Registration {
    /// Unique among the homeserver's application services, never changes.
    pub id: String,
    /// Where the homeserver sends transactions; `None` (written as `null`) for nowhere.
    pub url: Option<String>,
    /// What we show to the homeserver.
    #[serde(serialize_with = "expose")]
    pub as_token: SecretString,
    /// What the homeserver shows to us.
    #[serde(serialize_with = "expose")]
    pub hs_token: SecretString,
    /// The local part of the sender.
    pub sender_localpart: String,
    /// Whose events we get, and whom we may speak for.
    pub namespaces: Namespaces,
    /// Whether our users' requests are slowed down; counts for requests with the `as_token` only.
    #[serde(default)]
    pub rate_limited: bool,
    /// Whether typing, receipts and presence are sent to us; never.
    #[serde(default)]
    pub receive_ephemeral: bool,
    /// Addresses and networks from which the `as_token` is taken (Synapse only); empty for everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ip_range_whitelist: Vec<String>,
    /// What other programs put in the file.
    #[serde(flatten)]
    pub other: std::collections::BTreeMap<String, serde_yaml::Value>,
}

/// The namespaces of a registration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespaces {
    /// User ids.
    #[serde(default)]
    pub users: Vec<Namespace>,
    /// Room aliases.
    #[serde(default)]
    pub aliases: Vec<Namespace>,
    /// Room ids.
    #[serde(default)]
    pub rooms: Vec<Namespace>,
}

/// One namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// Whether nobody else may make users or aliases in it.
    pub exclusive: bool,
    /// Matched from the start; homeservers do not anchor the end, so it must say `$` itself.
    pub regex: String,
}

/// What a pair of registrations is made from.
#[derive(Debug, Clone)]
pub struct RegistrationInput<'a> {
    /// The bridge's id; the joiner's is the same with `-joiner`.
    pub id: &'a str,
    /// Where the homeserver reaches us: `http://127.0.0.1:8090`.
    pub url: &'a str,
    /// The homeserver's name, the part of user ids after the colon.
    pub server_name: &'a ServerName,
    /// From where the homeserver takes the joiner's token: `127.0.0.1/32` and `::1/128` on one machine.
    pub joiner_networks: Vec<String>,
}

/// Both registrations.
#[derive(Debug, Clone)]
pub struct Registrations {
    /// The bridge: gets the events of managed rooms, owns its bots and all aliases.
    pub bridge: Registration,
    /// The joiner: gets nothing and may speak for every local person.
    pub joiner: Registration,
}

/// Makes both registrations with fresh tokens.
///
/// The joiner has `url: null` and a non-exclusive namespace of all local users: no event reaches us through it, and
/// nobody is kept from registering.
pub fn generate(input: &RegistrationInput<'_>, rng: &mut impl CryptoRng) -> Registrations {
    let server = escape(input.server_name.as_str());
    let bridge = Registration {
        id: input.id.to_owned(),
        url: Some(input.url.to_owned()),
        as_token: token(rng),
        hs_token: token(rng),
        sender_localpart: SENDER.to_owned(),
        namespaces: Namespaces {
            users: vec![
                Namespace { exclusive: true, regex: format!("@{SENDER}:{server}$") },
                Namespace { exclusive: true, regex: format!("@kring-(beheer|help|agenda):{server}$") },
            ],
            aliases: vec![Namespace { exclusive: true, regex: format!("#.*:{server}$") }],
            rooms: Vec::new(),
        },
        rate_limited: false,
        receive_ephemeral: false,
        ip_range_whitelist: Vec::new(),
        other: Default::default(),
    };
    let joiner = Registration {
        id: format!("{}-joiner", input.id),
        url: None,
        as_token: token(rng),
        hs_token: token(rng),
        sender_localpart: "kring-joiner".to_owned(),
        namespaces: Namespaces {
            users: vec![Namespace { exclusive: false, regex: format!("@.*:{server}$") }],
            ..Namespaces::default()
        },
        ip_range_whitelist: input.joiner_networks.clone(),
        ..bridge.clone()
    };
    Registrations { bridge, joiner }
}

pub(crate) fn token(rng: &mut impl CryptoRng) -> SecretString {
    let mut bytes = [0; TOKEN_BYTES];
    rng.fill_bytes(&mut bytes);
    hex::encode(bytes).into()
}

/// A server name has letters, digits and `.-:[]`; of these the dot and the brackets mean something to a pattern.
fn escape(server_name: &str) -> String {
    server_name.chars().fold(String::new(), |mut escaped, c| {
        if matches!(c, '.' | '[' | ']') {
            escaped.push('\\');
        }
        escaped.push(c);
        escaped
    })
}

fn expose<S: Serializer>(token: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose_secret())
}

#[cfg(test)]
mod tests;
