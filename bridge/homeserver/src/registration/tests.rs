use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use regex::Regex;
use ruma::server_name;
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::{BOTS, Namespace, Registration, RegistrationInput, SENDER, generate};
use crate::{SecretFileError, mock::registrations};

const SAMPLE: &str = include_str!("../../../../appservice.yaml");

/// As homeservers match: from the start only.
fn matches(namespaces: &[Namespace], name: &str) -> bool {
    namespaces.iter().any(|n| Regex::new(&format!("^(?:{})", n.regex)).unwrap().is_match(name))
}

fn check_bridge_namespaces(registration: &Registration) {
    let users = &registration.namespaces.users;
    assert!(users.iter().all(|n| n.exclusive && n.regex.ends_with('$')));
    for localpart in BOTS.into_iter().chain([SENDER]) {
        assert!(matches(users, &format!("@{localpart}:example.org")), "{localpart}");
        assert!(!matches(users, &format!("@{localpart}:example.org.evil.net")), "{localpart}");
        assert!(!matches(users, &format!("@{localpart}:exampleXorg")), "{localpart}");
    }
    for person in ["@merel-beuk-482:example.org", "@kring-x:example.org", "@xkring:example.org"] {
        assert!(!matches(users, person), "{person}");
    }
    let aliases = &registration.namespaces.aliases;
    assert!(aliases.iter().all(|n| n.exclusive && n.regex.ends_with('$')));
    assert!(matches(aliases, "#afdeling-utrecht:example.org"));
    assert_eq!(registration.namespaces.rooms, []);
    assert_eq!(registration.sender_localpart, SENDER);
    assert!(!registration.rate_limited && !registration.receive_ephemeral);
}

#[test]
fn sample_covers_every_bot_and_no_person() {
    check_bridge_namespaces(&Registration::parse(Path::new("appservice.yaml"), SAMPLE).unwrap());
}

#[test]
fn made_bridge_registration_covers_every_bot_and_no_person() {
    check_bridge_namespaces(&registrations().bridge);
}

#[test]
fn sample_is_what_is_made_but_for_the_tokens() {
    let sample = Registration::parse(Path::new("appservice.yaml"), SAMPLE).unwrap();
    let mut made = registrations().bridge;
    (made.as_token, made.hs_token) = (sample.as_token.clone(), sample.hs_token.clone());
    let text = |r: &Registration| serde_yaml::to_string(r).unwrap();
    assert_eq!(text(&sample), text(&made));
}

#[test]
fn joiner_gets_no_events_and_reserves_nobody() {
    let joiner = registrations().joiner;
    assert_eq!(joiner.url, None);
    assert!(serde_yaml::to_string(&joiner).unwrap().contains("url: null"), "absent is an error for Synapse");
    assert!(joiner.namespaces.users.iter().all(|n| !n.exclusive && n.regex.ends_with('$')));
    assert!(matches(&joiner.namespaces.users, "@merel-beuk-482:example.org"));
    assert!(!matches(&joiner.namespaces.users, "@merel:elsewhere.org"));
    assert_eq!(joiner.namespaces.aliases, []);
    assert_eq!(joiner.ip_range_whitelist, ["127.0.0.1/32"]);
}

#[test]
fn tokens_are_long_and_all_different() {
    let (one, two) = (registrations(), registrations());
    let all: BTreeSet<_> = [&one.bridge, &one.joiner, &two.bridge, &two.joiner]
        .iter()
        .flat_map(|r| [r.as_token.expose_secret(), r.hs_token.expose_secret()])
        .collect();
    assert_eq!(all.len(), 8);
    assert!(all.iter().all(|token| token.len() == 64));
}

#[test]
fn address_with_a_port_and_brackets_is_matched_literally() {
    let server_name = server_name!("[2001:db8::1]:8448");
    let input = RegistrationInput { id: "k", url: "", server_name, joiner_networks: Vec::new() };
    let bridge = generate(&input, &mut rand::rng()).bridge;
    assert!(matches(&bridge.namespaces.users, "@kring:[2001:db8::1]:8448"));
    assert!(!matches(&bridge.namespaces.users, "@kring:2"));
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("bridge.yaml")
    }

    fn with(text: &str, mode: u32) -> Self {
        let folder = Self::new();
        fs::write(folder.file(), text).unwrap();
        fs::set_permissions(folder.file(), fs::Permissions::from_mode(mode)).unwrap();
        folder
    }
}

#[test]
fn written_file_is_private_and_reads_back() {
    let folder = Folder::new();
    let bridge = registrations().bridge;
    bridge.write(&folder.file(), false).unwrap();
    assert_eq!(fs::metadata(folder.file()).unwrap().permissions().mode() & 0o777, 0o600);
    let read = Registration::read(&folder.file()).unwrap();
    assert_eq!(read.as_token.expose_secret(), bridge.as_token.expose_secret());
    assert_eq!(read.hs_token.expose_secret(), bridge.hs_token.expose_secret());
    assert_eq!(read.namespaces, bridge.namespaces);
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn existing_file_is_replaced_only_when_asked() {
    let folder = Folder::new();
    let (old, new) = (registrations().bridge, registrations().bridge);
    old.write(&folder.file(), false).unwrap();
    let error = new.write(&folder.file(), false).unwrap_err();
    assert!(matches!(error, SecretFileError::Exists(_)), "{error}");
    let token = || Registration::read(&folder.file()).unwrap().as_token.expose_secret().to_owned();
    assert_eq!(token(), old.as_token.expose_secret());
    new.write(&folder.file(), true).unwrap();
    assert_eq!(token(), new.as_token.expose_secret());
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn file_that_others_can_read_is_refused_and_the_homeservers_group_is_not_others() {
    let text = serde_yaml::to_string(&registrations().bridge).unwrap();
    for (mode, refused) in [(0o600, false), (0o640, false), (0o644, true), (0o604, true), (0o660, true)] {
        let folder = Folder::with(&text, mode);
        let result = Registration::read(&folder.file());
        match result {
            Err(SecretFileError::Exposed { mode: said, .. }) => assert!(refused && said == mode, "{mode:o}"),
            other => assert!(!refused && other.is_ok(), "{mode:o}: {other:?}"),
        }
    }
}

#[test]
fn unedited_sample_is_refused() {
    let folder = Folder::with(SAMPLE, 0o600);
    let error = Registration::read(&folder.file()).unwrap_err();
    assert!(matches!(error, SecretFileError::Placeholder { field: "as_token", .. }), "{error}");
    let short = SAMPLE.replace("replace-me-with-kring-registration", "geheim");
    let error = Registration::read(&Folder::with(&short, 0o600).file()).unwrap_err();
    assert!(matches!(error, SecretFileError::Placeholder { field: "as_token", .. }), "{error}");
}

#[test]
fn broken_file_is_named_without_its_tokens() {
    let cases = [
        ("id: kring\n", "it is no registration: a key is missing or has the wrong type"),
        ("as_token: [geheim\n", "it is no registration: a key is missing or has the wrong type"),
        ("geheim", "it is no registration: a key is missing or has the wrong type"),
    ];
    for (text, expected) in cases {
        let SecretFileError::Invalid { reason, .. } =
            Registration::read(&Folder::with(text, 0o600).file()).unwrap_err()
        else {
            panic!("{text}: expected Invalid");
        };
        assert!(reason.starts_with(expected) && !reason.contains("geheim"), "{reason}");
    }
    let large = Folder::with(&"#".repeat(70_000), 0o600);
    let error = Registration::read(&large.file()).unwrap_err();
    assert!(error.to_string().ends_with("it is larger than 64 KiB"), "{error}");
}
