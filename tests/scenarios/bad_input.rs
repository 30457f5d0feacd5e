//! Whatever an operator gets wrong: one clear sentence with what to do, exit code 2, and nothing changed.

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use axum::{Json, Router, response::Html, routing::get};
use kring_tests::{Administration, cast, kring, process::free_port, venv::workspace};
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A folder with a good configuration, without a homeserver.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        desk.configure(&format!("http://127.0.0.1:{}", free_port()), "sqlite:kring.db", "ivn");
        let made = desk.said(&["registration"]);
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        desk
    }

    fn configure(&self, homeserver: &str, store: &str, policy: &str) {
        let config = json!({
            "homeserver": {
                "url": homeserver, "server_name": "kring.test", "registration_file": "bridge.yaml",
                "joiner_registration_file": "joiner.yaml",
            },
            "store": { "url": store }, "policy": { "source": policy },
            "listen": { "address": format!("127.0.0.1:{}", free_port()) },
            "association": { "name": "Ons IVN", "language": "nl" }, "data": { "dir": "." },
        });
        self.write("kring.yaml", serde_yaml::to_string(&config).expect("JSON is YAML"));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), text).expect("the folder can be written to");
        self.path(name).display().to_string()
    }

    fn said(&self, arguments: &[&str]) -> kring::Said {
        kring::command(Some(&self.path("kring.yaml")), arguments)
    }

    /// What the command answers when it refuses; asserts that it refuses and leaves every file as it was.
    fn refused(&self, arguments: &[&str]) -> String {
        let before = contents(self.folder.path());
        let said = self.said(arguments);
        assert_eq!(said.code, Some(2), "{arguments:?}: {}{}", said.stdout, said.stderr);
        assert_eq!(said.stdout, "", "{arguments:?}");
        let mut after = contents(self.folder.path());
        // The writer's lock is a file that stays, empty.
        after.retain(|name, bytes| before.contains_key(name) || !(name == "kring.lock" && bytes.is_empty()));
        let changed: Vec<_> = after.iter().filter(|(name, bytes)| before.get(*name) != Some(bytes)).collect();
        assert!(
            changed.is_empty(),
            "{arguments:?} changed {:?}",
            changed.iter().map(|c| c.0).collect::<Vec<_>>()
        );
        assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
        said.stderr.trim().replace(&format!("{}/", self.folder.path().display()), "")
    }
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).expect("the folder can be read").filter_map(Result::ok);
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    files.map(|file| (name(&file.path()), fs::read(file.path()).unwrap_or_default())).collect()
}

#[test]
fn a_policy_with_a_misspelt_word_names_line_and_column_and_the_word_that_was_meant() {
    let desk = Desk::new();
    let shipped =
        fs::read_to_string(workspace().join("policies/ivn/policy.yaml")).expect("the shipped policy");
    desk.write("beleid.yaml", shipped.replacen("grace_days:", "grace_day:", 1));
    desk.configure("http://127.0.0.1:9", "sqlite:kring.db", "beleid.yaml");
    let line = shipped.lines().position(|l| l.starts_with("grace_days:")).unwrap_or_default() + 1;
    for command in [&["run"][..], &["apply"], &["plan"], &["config", "check"]] {
        let said = desk.refused(command);
        assert!(said.contains(&format!("beleid.yaml:{line}:1: ")), "{said}");
        assert!(said.contains("grace_days"), "it says what was meant: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn a_registration_that_others_can_read_is_not_used() {
    let desk = Desk::new();
    fs::set_permissions(desk.path("joiner.yaml"), Permissions::from_mode(0o644)).expect("our own file");
    for command in [&["run"][..], &["apply"], &["config", "check"]] {
        let said = desk.refused(command);
        assert!(said.contains("anderen op deze machine kunnen dit bestand lezen"), "{command:?}: {said}");
        assert!(said.contains("chmod 600"), "{command:?}: {said}");
    }
}

#[test]
fn the_sample_registration_is_not_used() {
    let desk = Desk::new();
    fs::copy(workspace().join("appservice.yaml"), desk.path("bridge.yaml"))
        .expect("the sample can be copied");
    fs::set_permissions(desk.path("bridge.yaml"), Permissions::from_mode(0o600)).expect("our own file");
    for command in [&["run"][..], &["apply"], &["config", "check"]] {
        let said = desk.refused(command);
        assert!(
            said.contains("staat geen echte sleutel") || said.contains("placeholder"),
            "{command:?}: {said}"
        );
        assert!(said.contains("kring registration"), "{command:?}: {said}");
    }
}

#[test]
fn a_registration_that_is_missing_is_asked_for() {
    let desk = Desk::new();
    fs::remove_file(desk.path("bridge.yaml")).expect("our own file");
    let said = desk.refused(&["run"]);
    assert!(said.contains("dit bestand is er niet. Maak het met: kring registration"), "{said}");
}

#[test]
fn a_database_that_cannot_be_used_is_told_by_its_kind() {
    let desk = Desk::new();
    let nobody = format!("postgres://kring@127.0.0.1:{}/kring", free_port());
    let no_folder = format!("sqlite:{}", desk.path("nergens/kring.db").display());
    desk.write(
        "notes.txt",
        "dit is geen database, maar wel lang genoeg om er een te kunnen zijn.".repeat(20),
    );
    for (url, expected) in [
        (
            "mysql://kring@localhost/kring",
            "dit is geen adres van een database. Schrijf sqlite:PAD of postgres://",
        ),
        (nobody.as_str(), "De database geeft geen antwoord"),
        ("sqlite:notes.txt", "Dit bestand is geen database van Kring"),
        (no_folder.as_str(), "deze map is er niet. Maak haar met: mkdir"),
    ] {
        desk.configure("http://127.0.0.1:9", url, "ivn");
        let said = desk.refused(&["run"]);
        assert!(said.contains(expected), "{url}: {said}");
    }
    desk.configure("http://127.0.0.1:9", "sqlite:kring.db", "ivn");
    let said = desk.refused(&["plan"]);
    assert!(said.starts_with("Er is nog geen database"), "{said}");
}

#[test]
fn an_administration_that_is_none_changes_nothing() {
    let desk = Desk::new();
    let good = Administration::of_the_cast();
    let file = good.write(desk.folder.path()).display().to_string();
    assert_eq!(desk.said(&["import", &file]).code, Some(0));
    let before = desk.said(&["plan", "--json"]).json();
    let picture = desk.write("leden.png", [0x89, b'P', b'N', b'G', 0, 1, 2, 3, 0xff, 0xfe]);
    let empty = desk.write("leeg.csv", "");
    let other = desk.write("wensen.csv", "wens;prijs\nverrekijker;200\n");
    for file in [picture.as_str(), &empty, &other, "nergens.csv"] {
        let said = desk.said(&["import", file]);
        assert_eq!(said.code, Some(2), "{file}: {}", said.stderr);
        assert_eq!(said.stderr.trim().lines().count(), 1, "one sentence about {file}: {}", said.stderr);
    }
    // Half of the file is gone: nobody is removed before somebody confirms the number.
    let many = Administration::generated(60, 3, 1);
    let all = desk.write("alle.csv", many.csv());
    assert_eq!(desk.said(&["import", &all, "--confirm", &token(&desk, &all)]).code, Some(0));
    let few = Administration::generated(20, 3, 1).with(cast::kees());
    let few = desk.write("weinig.csv", few.csv());
    let said = desk.said(&["import", &few]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(said.stderr.contains("--confirm"), "{}", said.stderr);
    assert!(before.get("actions").is_some_and(|actions| actions.as_array().is_some_and(|a| !a.is_empty())));
}

/// The token that confirms the removal of everybody who is not in `file`; empty when none is needed.
fn token(desk: &Desk, file: &str) -> String {
    let preview = desk.said(&["import", file, "--dry-run", "--json"]).json();
    let token = preview.pointer("/confirmation/token").and_then(|token| token.as_str());
    token.unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_homeserver_is_told_apart() {
    let desk = Desk::new();
    let file = Administration::of_the_cast().write(desk.folder.path()).display().to_string();
    assert_eq!(desk.said(&["import", &file]).code, Some(0));
    let page = Router::new().fallback(get(|| async { Html("<h1>Welkom bij onze provider</h1>") }));
    let old = Router::new().route(
        "/_matrix/client/versions",
        get(|| async { Json(json!({ "versions": ["r0.5.0", "r0.6.1"] })) }),
    );
    let nobody = format!("http://127.0.0.1:{}", free_port());
    for (url, expected) in [
        (nobody, "De homeserver antwoordt niet"),
        (serve(page).await, "antwoordt iets anders dan een Matrix-homeserver"),
        (serve(old).await, "De homeserver is te oud of te beperkt (r0.6.1)"),
    ] {
        desk.configure(&url, "sqlite:kring.db", "ivn");
        for command in [&["apply"][..], &["plan", "--compare"]] {
            let before = desk.said(&["plan", "--json"]).json();
            let said = tokio::task::block_in_place(|| desk.said(command));
            assert_eq!(said.code, Some(2), "{command:?}: {}", said.stderr);
            assert!(said.stderr.contains(expected), "{command:?}: {}", said.stderr);
            assert_eq!(said.stderr.trim().lines().count(), 1, "{command:?}: {}", said.stderr);
            assert_eq!(desk.said(&["plan", "--json"]).json(), before, "nothing changed");
        }
    }
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("a bound socket"));
    tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    url
}
