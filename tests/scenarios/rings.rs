//! The rings of the house: arrows point inward only, and the pure crates know no runtime, database or network.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use kring_tests::venv::workspace;

/// Every crate of the house with its ring, from the inside out, also those that are still to come. A crate may depend
/// on crates of lower rings.
const HOUSE: [(&str, u8); 14] = [
    ("kring-core", 0),
    ("kring-policies", 1),
    ("kring-language", 1),
    ("kring-store", 2),
    ("kring-homeserver", 2),
    ("kring-mail", 2),
    ("kring-app", 3),
    ("kring-bot-kit", 4),
    ("kring-web", 4),
    ("kring-beheer", 5),
    ("kring-help", 5),
    ("kring-agenda", 5),
    ("kring", 6),
    ("kring-tests", 7),
];

/// Crates that take values and give values.
const PURE: [&str; 3] = ["kring-core", "kring-policies", "kring-language"];

/// What no pure crate may reach, however far down. A name that ends with `*` stands for all that start so.
const IMPURE: [&str; 22] = [
    "tokio*",
    "async-std",
    "smol",
    "mio",
    "socket2",
    "sqlx*",
    "rusqlite",
    "libsqlite3-sys",
    "postgres*",
    "diesel",
    "axum*",
    "hyper*",
    "tower",
    "tonic",
    "warp",
    "reqwest",
    "ureq",
    "h2",
    "rustls",
    "native-tls",
    "lettre",
    "matrix-sdk*",
];

/// Crates that take what they need as traits: nothing of the house but these.
const ALLOWED_ONLY: [(&str, &[&str]); 2] = [("kring-web", &["kring-core"]), ("kring-core", &[])];

fn metadata() -> Metadata {
    let manifest = workspace().join("Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).exec().expect("cargo reads the workspace")
}

fn ring(name: &str) -> Option<u8> {
    HOUSE.iter().find(|(house, _)| *house == name).map(|(_, ring)| *ring)
}

/// Normal and build dependencies of `package` by name, as its manifest has them.
fn named(package: &Package) -> impl Iterator<Item = &str> {
    let shipped = package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development);
    shipped.map(|d| d.name.as_str())
}

#[test]
fn every_crate_belongs_to_the_house() {
    let metadata = metadata();
    let members = metadata.workspace_packages();
    let strangers: Vec<_> = members.iter().filter(|p| ring(&p.name).is_none()).map(|p| &p.name).collect();
    assert!(strangers.is_empty(), "not in the house list of tests/scenarios/rings.rs: {strangers:?}");
}

#[test]
fn arrows_point_inward_only() {
    let metadata = metadata();
    let mut outward = Vec::new();
    for package in metadata.workspace_packages() {
        let own = ring(&package.name).unwrap_or(0);
        let wrong = named(package).filter(|dependency| ring(dependency).is_some_and(|other| other >= own));
        outward.extend(wrong.map(|dependency| format!("{} -> {dependency}", package.name)));
    }
    assert!(outward.is_empty(), "dependencies that point outward: {outward:?}");
}

#[test]
fn crates_that_take_traits_know_nothing_else_of_the_house() {
    let metadata = metadata();
    for (name, allowed) in ALLOWED_ONLY {
        for package in metadata.workspace_packages().into_iter().filter(|p| *p.name == name) {
            let known: Vec<_> =
                named(package).filter(|d| ring(d).is_some() && !allowed.contains(d)).collect();
            assert!(known.is_empty(), "{name} depends on {known:?}");
        }
    }
}

/// Everything that `start` reaches over normal dependencies, with the way there.
fn reachable(metadata: &Metadata, start: &PackageId) -> BTreeMap<String, Vec<String>> {
    let nodes = &metadata.resolve.as_ref().expect("cargo resolves the graph").nodes;
    let by_id: BTreeMap<_, _> = nodes.iter().map(|node| (&node.id, node)).collect();
    let mut found = BTreeMap::new();
    let mut open = vec![(start.clone(), Vec::new())];
    let mut seen = BTreeSet::new();
    while let Some((id, way)) = open.pop() {
        let Some(node) = by_id.get(&id) else { continue };
        for dependency in &node.deps {
            let normal = dependency.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal);
            if normal && seen.insert(dependency.pkg.clone()) {
                let name = metadata[&dependency.pkg].name.to_string();
                let way: Vec<_> = way.iter().cloned().chain([name.clone()]).collect();
                found.insert(name, way.clone());
                open.push((dependency.pkg.clone(), way));
            }
        }
    }
    found
}

fn is_impure(name: &str) -> bool {
    IMPURE.iter().any(|impure| impure.strip_suffix('*').map_or(name == *impure, |p| name.starts_with(p)))
}

#[test]
fn pure_crates_reach_no_runtime_database_or_network() {
    let metadata = metadata();
    for package in metadata.workspace_packages().into_iter().filter(|p| PURE.contains(&p.name.as_str())) {
        let found = reachable(&metadata, &package.id);
        let impure: Vec<_> = found.iter().filter(|(name, _)| is_impure(name)).map(|(_, way)| way).collect();
        assert!(impure.is_empty(), "{} reaches {impure:?}", package.name);
    }
}

#[test]
fn the_search_for_impure_crates_finds_some_where_they_are() {
    let metadata = metadata();
    let members = metadata.workspace_packages();
    let store = members.iter().find(|p| *p.name == "kring-store").expect("the store is in the house");
    assert!(reachable(&metadata, &store.id).keys().any(|name| is_impure(name)), "the store has a database");
}

#[test]
fn each_dependency_says_why_it_is_here() {
    let text = std::fs::read_to_string(workspace().join("Cargo.toml")).expect("the manifest can be read");
    let section = text.split("[workspace.dependencies]").nth(1).expect("dependencies are in one place");
    let section = section.split("\n[").next().unwrap_or_default();
    let mut reason = false;
    let mut silent = Vec::new();
    for line in section.lines().map(str::trim) {
        if line.starts_with('#') {
            reason = !line.starts_with("# ---");
        } else if let Some((name, _)) = line.split_once(" = ") {
            if !reason && !name.starts_with("kring-") {
                silent.push(name.to_owned());
            }
            reason = false;
        }
    }
    assert!(silent.is_empty(), "without a comment above that says why: {silent:?}");
    assert!(section.lines().count() > 20, "the section was found");
}

#[test]
fn crates_take_their_dependencies_from_the_workspace() {
    for package in metadata().workspace_packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).expect("a manifest can be read");
        let own: Vec<_> = manifest
            .split("\n[")
            .filter(|section| section.contains("dependencies]"))
            .flat_map(|section| section.lines().skip(1))
            .filter(|line| line.contains('=') && !line.contains("workspace = true"))
            .collect();
        assert!(own.is_empty(), "{} has versions of its own: {own:?}", package.name);
    }
}
