//! What may not be in the repository, and what may not be in the graph of dependencies.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use cargo_metadata::{Metadata, MetadataCommand};
use kring_tests::{skip, venv::workspace};

/// Licences that go with Apache-2.0 in a binary that others may run and change.
const LICENCES: [&str; 16] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "MIT",
    "MIT-0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "CC0-1.0",
    "Unlicense",
    "Unicode-3.0",
    "MPL-2.0",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "OpenSSL",
];

/// Crates that we do not want, with the reason.
const BANNED: [(&str, &str); 6] = [
    ("openssl-sys", "TLS is rustls, so that nothing of the system has to fit"),
    ("native-tls", "TLS is rustls, so that nothing of the system has to fit"),
    ("chrono-tz", "time zones come from jiff"),
    ("serde_yaml", "archived; its maintained fork stands under that name"),
    ("atty", "unmaintained; the standard library has IsTerminal"),
    ("dotenv", "configuration has one place"),
];

/// Crates of which there may be one version only, because their types or their C library meet.
const SINGLE: [&str; 8] =
    ["ruma", "ruma-common", "ruma-events", "reqwest", "sqlx", "libsqlite3-sys", "tokio", "axum"];

/// Folders of one machine. Written in two halves, so that this file does not find itself.
const MACHINE_PATHS: [(&str, &str); 4] = [("/ho", "me/"), ("/ro", "ot/"), ("/wo", "rk/"), ("/Use", "rs/")];

fn metadata() -> Metadata {
    let manifest = workspace().join("Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).exec().expect("cargo reads the workspace")
}

/// Whether one of the ways to read `expression` (SPDX) consists of accepted licences only.
fn is_accepted(expression: &str) -> bool {
    let flat = expression.replace(['(', ')'], " ").replace('/', " OR ");
    flat.split(" OR ").any(|way| way.split(" AND ").all(|licence| LICENCES.contains(&licence.trim())))
}

#[test]
fn licences_of_dependencies_go_with_ours() {
    let metadata = metadata();
    let refused: Vec<_> = metadata
        .packages
        .iter()
        .filter(|p| !p.license.as_deref().is_some_and(is_accepted))
        .filter(|p| p.license.is_some() || p.license_file.is_none())
        .map(|p| format!("{} {}: {}", p.name, p.version, p.license.as_deref().unwrap_or("none")))
        .collect();
    assert!(refused.is_empty(), "licences that are not on the list: {refused:#?}");
}

#[test]
fn the_reading_of_licences_tells_good_from_bad() {
    assert!(is_accepted("MIT OR Apache-2.0"));
    assert!(is_accepted("(MIT OR GPL-3.0) AND Unicode-3.0"));
    assert!(is_accepted("MIT/Apache-2.0"));
    assert!(!is_accepted("GPL-3.0-only"));
    assert!(!is_accepted("Apache-2.0 AND GPL-2.0"));
}

#[test]
fn no_banned_crate_is_in_the_graph() {
    let metadata = metadata();
    let names: BTreeSet<_> = metadata.packages.iter().map(|p| p.name.as_str()).collect();
    let found: Vec<_> = BANNED.iter().filter(|(name, _)| names.contains(name)).collect();
    assert!(found.is_empty(), "banned: {found:?}");
}

#[test]
fn crates_that_must_be_one_are_one() {
    let metadata = metadata();
    let mut versions: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for package in &metadata.packages {
        versions.entry(package.name.as_str()).or_default().insert(package.version.to_string());
    }
    for name in SINGLE {
        let found = versions.get(name).cloned().unwrap_or_default();
        assert!(found.len() <= 1, "{name} is there in several versions: {found:?}");
    }
    assert!(versions.contains_key("ruma"), "the graph was read");
}

/// Runs git in the repository; `None` when there is no git or no repository (a source archive).
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").current_dir(workspace()).args(arguments).output().ok()?;
    // `git grep` answers 1 when nothing was found.
    let known = output.status.success() || output.status.code() == Some(1);
    known.then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn tracked_files_name_no_folder_of_one_machine() {
    let mut found = Vec::new();
    for (first, second) in MACHINE_PATHS {
        let path = format!("{first}{second}");
        let pattern = format!(r"(^|[^A-Za-z0-9_.~}}-]){path}");
        let Some(hits) = git(&["grep", "-n", "-I", "-E", "-e", &pattern]) else {
            skip("there is no git repository here");
            return;
        };
        found.extend(hits.lines().map(str::to_owned));
    }
    assert!(found.is_empty(), "paths of one machine: {found:#?}");
}

#[test]
fn scripts_can_be_executed() {
    let Some(listed) = git(&["ls-files", "--stage"]) else {
        skip("there is no git repository here");
        return;
    };
    let wrong: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(_, file)| starts_with_shebang(file))
        .filter(|(stage, _)| !stage.starts_with("100755"))
        .map(|(_, file)| file)
        .collect();
    assert!(wrong.is_empty(), "scripts without the executable bit: {wrong:?}");
}

fn starts_with_shebang(file: &str) -> bool {
    std::fs::read(workspace().join(file)).is_ok_and(|bytes| bytes.starts_with(b"#!/"))
}
