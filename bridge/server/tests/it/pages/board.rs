//! The pages for a board: sentences that are cases, and the policy in sentences.

use super::{path, played};
use crate::support::Site;

const TABLE: &str = include_str!("../../../../../docs/cases/voor-het-bestuur.yaml");

/// The sentences of the table, as a list below a heading for each part. `says` is Dutch; `en` stands above each case.
pub(crate) fn sentences(which: &str) -> String {
    let (column, mark) = if which == "en" { (1, "# en: ") } else { (0, "- says: ") };
    let mut lines = Vec::new();
    for line in TABLE.lines().map(str::trim) {
        if let Some(title) = line.strip_prefix("# --- ") {
            let title = title.split(" / ").nth(column).unwrap();
            lines.push(format!("\n### {title}\n\n"));
        } else if let Some(sentence) = line.strip_prefix(mark) {
            lines.push(format!("* {sentence}\n"));
        }
    }
    lines.concat().trim_start().to_owned()
}

/// The words of each sentence that a person wrote on a page for a board: what stands above the rules themselves.
fn lengths(page: &str) -> Vec<usize> {
    let text = std::fs::read_to_string(path(page)).unwrap();
    let own = text.split("<!-- $ kring").next().unwrap();
    let own: Vec<_> = own.lines().filter(|line| !line.starts_with(['#', '<'])).collect();
    let paragraphs = own.join("\n").replace("\n* ", ".\n* ").replace('\n', " ");
    let sentences = paragraphs.split_inclusive(['.', '?', '!', ':']);
    let words = |s: &str| s.split_whitespace().filter(|w| w.contains(char::is_alphabetic)).count();
    sentences.map(words).filter(|n| *n > 0).collect()
}

#[test]
fn what_the_board_reads_is_so() {
    let docs = path("");
    let said = Site::new().bare(&["policy", "test", docs.to_str().unwrap()]);
    let count = TABLE.matches("- says: ").count();
    assert_eq!(said.out, format!("cases: {count} passed, 0 failed\n"));
    assert_eq!(said.code, 0);
}

#[test]
fn the_pages_for_the_board_are_the_policy_in_sentences() {
    let count = TABLE.matches("- says: ").count();
    for page in ["policy-for-the-board.md", "beleid-voor-het-bestuur.md"] {
        assert_eq!(played(page).commands, 1);
    }
    assert!(count >= 25, "{count}");
    for which in ["says", "en"] {
        assert_eq!(sentences(which).matches("* ").count(), count, "a sentence lacks a language");
    }
}

/// NL-1: level B1 means 12 words in a sentence on average, and never more than 20.
#[test]
fn the_pages_for_the_board_have_short_sentences() {
    for page in ["policy-for-the-board.md", "beleid-voor-het-bestuur.md"] {
        let lengths = lengths(page);
        let (longest, all) = (lengths.iter().max().copied().unwrap(), lengths.iter().sum::<usize>());
        assert!(lengths.len() > 40, "{page}: {}", lengths.len());
        assert!(longest <= 20 && all <= 12 * lengths.len(), "{page}: {longest}, {all} in {}", lengths.len());
    }
}
