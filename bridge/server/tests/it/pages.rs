//! The pages about the policy: every file on them is real, and what a command prints there is what it prints.
//!
//! Written anew with `UPDATE_PAGES=1 cargo test -p kring pages`.

use std::{fs, path::PathBuf};

use crate::support::Site;

mod board;
mod files;
mod player;

use player::Player;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

/// Plays a page: makes its files, runs its commands, and compares the page with what came of it.
fn played(name: &str) -> Player {
    let mut player = Player::new(Site::new());
    let fresh = player.play(&fs::read_to_string(path(name)).unwrap());
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(path(name), &fresh).unwrap();
    }
    let page = fs::read_to_string(path(name)).unwrap();
    let first = page.lines().zip(fresh.lines()).position(|(stands_there, is)| stands_there != is);
    let line = first.unwrap_or_else(|| page.lines().count().min(fresh.lines().count())) + 1;
    let of = |text: &str| text.lines().nth(line - 1).unwrap_or_default().to_owned();
    assert!(
        page == fresh,
        "docs/{name}:{line} says “{}”, and it is “{}”: UPDATE_PAGES=1 cargo test -p kring pages",
        of(&page),
        of(&fresh)
    );
    player
}

#[test]
fn the_tutorial_builds_a_policy_that_keeps_its_cases() {
    let player = played("policy-tutorial.md");
    let said = player.site.bare(&["policy", "test", "."]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let pieces = fs::read_to_string(path("policy-tutorial.md")).unwrap().matches("```yaml\n").count();
    assert_eq!(player.policies + player.refused + player.tables, pieces, "a piece of YAML was not tried");
    assert!(player.policies >= 20 && player.tables >= 4 && player.commands >= 30);
    assert_eq!(player.refused, 2);
}

/// Whatever kind the tutorial ends with is the shipped one, sentence by sentence; it leaves out three that are alike.
#[test]
fn the_tutorial_ends_with_the_shipped_policy() {
    let player = played("policy-tutorial.md");
    let sections = |policy: &str| -> Vec<serde_json::Value> {
        let said = player.site.bare(&["policy", "explain", policy, "--json"]);
        let sections: Vec<serde_json::Value> = serde_json::from_str(&said.out).unwrap();
        let texts = |s: &serde_json::Value| {
            let sentences = s["sentences"].as_array().unwrap();
            serde_json::json!([s["kind"], sentences.iter().map(|s| s["text"].clone()).collect::<Vec<_>>()])
        };
        sections.iter().map(texts).collect()
    };
    let (ours, shipped) = (sections("policy.yaml"), sections("ivn"));
    let missing: Vec<_> = shipped.iter().filter(|s| !ours.contains(s)).map(|s| s[0].clone()).collect();
    assert_eq!(missing, ["huisstijl", "campagnes", "handleidingen"]);
    assert_eq!(ours.len() + missing.len(), shipped.len());
}

#[test]
fn the_commands_on_the_policy_page_say_what_it_prints() {
    assert!(played("policy.md").commands > 0);
}
