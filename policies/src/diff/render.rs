//! The difference as a person reads it: `-` what no longer holds, `+` what does from now on.

use kring_core::text::Arg;

use super::{GroupChange, GroupFate, PolicyDiff};
use crate::texts;

impl PolicyDiff {
    /// The difference in `language` (`nl` or `en`), with at most `groups` groups by name.
    pub fn render(&self, language: &str, groups: usize) -> String {
        if self.is_empty() {
            return texts::plain("diff-nothing", &[]).get(language).to_owned();
        }
        let mut lines = Vec::new();
        for rule in &self.rules {
            lines.push(rule.title.get(language).to_owned());
            lines.extend(rule.gone.iter().map(|text| format!("  - {}", text.get(language))));
            lines.extend(rule.new.iter().map(|text| format!("  + {}", text.get(language))));
        }
        if !self.groups.is_empty() {
            lines.push(texts::plain("diff-groups", &[]).get(language).to_owned());
        }
        lines.extend(self.groups.iter().take(groups).map(|group| format!("  {}", line(group, language))));
        let more = self.groups.len().saturating_sub(groups);
        if more > 0 {
            lines.push(format!(
                "  {}",
                texts::plain("plan-more", &[("count", Arg::from(more))]).get(language)
            ));
        }
        lines.extend((self.people.of > 0).then(|| self.summary(language)));
        lines.join("\n")
    }

    fn summary(&self, language: &str) -> String {
        let people = self.people;
        let args = [
            ("touched", Arg::from(people.touched)),
            ("of", Arg::from(people.of)),
            ("logins", Arg::from(people.with_login)),
            ("coming", Arg::from(people.coming)),
            ("going", Arg::from(people.going)),
            ("groups", Arg::from(self.groups.len())),
        ];
        let id = if people.touched == 0 { "diff-nobody" } else { "diff-people" };
        texts::plain(id, &args).get(language).to_owned()
    }
}

fn line(group: &GroupChange, language: &str) -> String {
    let args = [
        ("group", Arg::from(group.name.as_str())),
        ("coming", Arg::from(group.coming.len())),
        ("going", Arg::from(group.going.len())),
        ("changing", Arg::from(group.changing.len())),
    ];
    let quiet = group.coming.is_empty() && group.going.is_empty() && group.changing.is_empty();
    let id = match (group.fate, quiet) {
        (GroupFate::Comes, _) => "diff-group-comes",
        (GroupFate::Goes, _) => "diff-group-goes",
        (GroupFate::Stays, true) => "diff-group-looks",
        (GroupFate::Stays, false) => "diff-group-people",
    };
    format!("{}: {}", group.group, texts::plain(id, &args).get(language))
}
