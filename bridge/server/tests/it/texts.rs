//! The sentences of the command line.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use kring::output::texts;

/// The calls that take the id of a sentence first.
const CALLS: [&str; 6] = ["Failure::new(", "failure(", ".say(", ".answer(", "Problem::new(", "texts().text("];

#[test]
fn every_sentence_that_is_said_exists() {
    let mut seen = 0;
    for source in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&source).unwrap();
        for id in CALLS.iter().flat_map(|call| text.split(call).skip(1)).filter_map(quoted) {
            seen += 1;
            assert!(texts().has(id), "{} says '{id}', which is in no cli.ftl", source.display());
        }
    }
    assert!(seen > 30, "the calls have other names now: {seen}");
}

#[test]
fn no_sentence_is_written_twice() {
    for file in ["locales/nl/cli.ftl", "locales/en/cli.ftl"] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let ids = text.lines().filter(|l| !l.starts_with([' ', '#'])).filter_map(|l| l.split_once(" ="));
        let mut known = BTreeSet::new();
        for (id, _) in ids {
            assert!(known.insert(id.to_owned()), "{file} has '{id}' twice");
        }
    }
}

/// The text in quotes that comes first.
fn quoted(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('"')?.split('"').next()
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
