//! Every relative link in a tracked Markdown file leads to a file or folder of the repository.

use std::{path::Path, process::Command};

use kring_tests::{skip, venv::workspace};
use regex::Regex;

/// The tracked Markdown files; `None` where there is no git or no repository (a source archive).
fn pages() -> Option<Vec<String>> {
    let listed =
        Command::new("git").current_dir(workspace()).args(["ls-files", "-z", "*.md"]).output().ok()?;
    let names = String::from_utf8(listed.stdout).ok().filter(|_| listed.status.success())?;
    Some(names.split_terminator('\0').map(str::to_owned).collect())
}

/// The targets of `[text](target)`, without what stands in code.
fn targets(page: &str) -> Vec<String> {
    let code = Regex::new(r"(?s)```.*?```|`[^`\n]*`").expect("a pattern");
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern");
    let text = code.replace_all(page, "");
    link.captures_iter(&text).map(|found| found[1].to_owned()).collect()
}

/// Whether `target`, as `page` has it, leads nowhere. Addresses and headings on the same page are not looked at.
fn is_broken(page: &str, target: &str) -> bool {
    if target.contains("://") || target.starts_with("mailto:") || target.starts_with('#') {
        return false;
    }
    let file = target.split('#').next().unwrap_or_default();
    let folder = Path::new(page).parent().unwrap_or(Path::new(""));
    !workspace().join(folder).join(file).exists()
}

#[test]
fn every_link_leads_somewhere() {
    let Some(pages) = pages() else {
        skip("there is no git repository here");
        return;
    };
    let mut broken = Vec::new();
    let mut looked_at = 0;
    for page in &pages {
        // A page that was deleted and is not committed yet has no links.
        let Ok(text) = std::fs::read_to_string(workspace().join(page)) else { continue };
        let found = targets(&text);
        looked_at += found.len();
        broken.extend(found.into_iter().filter(|t| is_broken(page, t)).map(|t| format!("{page}: {t}")));
    }
    assert!(looked_at > 0, "the pages have no links at all");
    assert!(broken.is_empty(), "links that lead nowhere: {broken:#?}");
}

#[test]
fn a_link_is_told_from_what_only_looks_like_one() {
    let page = "[a](b.md) and `[no](c.md)`\n```\n[no](d.md)\n```\n[e](../f.md#part)";
    assert_eq!(targets(page), ["b.md", "../f.md#part"]);
    assert!(!is_broken("README.md", "ARCHITECTURE.md#limits"));
    assert!(!is_broken("docs/page.md", "../README.md"));
    assert!(!is_broken("README.md", "https://matrix.org"));
    assert!(is_broken("docs/page.md", "README.md"));
}
