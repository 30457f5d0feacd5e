//! The plan as a person reads it: one heading per room or space, `+` in, `-` out, `~` changed.

use kring_core::text::Arg;

use super::{Action, ActionKind, Plan};
use crate::texts;

impl Plan {
    /// The plan in `language` (`nl` or `en`), with at most `people` people named per room and direction.
    pub fn render(&self, language: &str, people: usize) -> String {
        let mut actions: Vec<&Action> = self.actions.iter().collect();
        actions.sort_by_key(|a| &a.place);
        let mut lines: Vec<String> = Vec::new();
        for place in actions.chunk_by(|a, b| a.place == b.place) {
            lines.extend(place.first().map(|a| a.place.to_string()));
            lines.extend(place.iter().filter_map(|a| thing(a, language)));
            lines.extend(persons(place, '+', language, people));
            lines.extend(persons(place, '-', language, people));
        }
        lines.extend(self.alarms.iter().map(|a| format!("! {}: {}", a.place, a.text.get(language))));
        lines.extend(self.shortages.iter().map(|s| format!("! {}: {}", s.group, s.text.get(language))));
        lines.extend(self.confirmation.iter().map(|c| format!("! {}", c.text.get(language))));
        lines.push(self.summary_line(language));
        if self.unmanaged > 0 {
            let args = [("count", Arg::from(self.unmanaged))];
            lines.push(texts::plain("plan-unmanaged", &args).get(language).to_owned());
        }
        lines.join("\n")
    }

    fn summary_line(&self, language: &str) -> String {
        if self.actions.is_empty() {
            return texts::plain("plan-empty", &[]).get(language).to_owned();
        }
        let summary = self.summary();
        let args = [
            ("create", Arg::from(summary.create)),
            ("join", Arg::from(summary.join)),
            ("remove", Arg::from(summary.remove)),
            ("power", Arg::from(summary.power)),
            ("other", Arg::from(summary.other)),
        ];
        texts::plain("plan-summary", &args).get(language).to_owned()
    }
}

/// What happens to the room itself.
fn thing(action: &Action, language: &str) -> Option<String> {
    let sign = match &action.kind {
        ActionKind::Create(_) => '+',
        ActionKind::Power(_) | ActionKind::SetState { .. } | ActionKind::FinishFilling { .. } => '~',
        _ => return None,
    };
    Some(format!("  {sign} {}", action.because.get(language)))
}

fn persons(actions: &[&Action], sign: char, language: &str, most: usize) -> Vec<String> {
    let of_sign = |action: &&&Action| match &action.kind {
        ActionKind::Join { user, .. } | ActionKind::Unban { user, .. } if sign == '+' => Some(user.clone()),
        ActionKind::Remove { user, .. } if sign == '-' => Some(user.clone()),
        _ => None,
    };
    let these: Vec<_> = actions.iter().filter_map(|a| Some((of_sign(&a)?, a))).collect();
    let mut lines: Vec<String> = these
        .iter()
        .take(most)
        .map(|(user, action)| format!("  {sign} {user}: {}", action.because.get(language)))
        .collect();
    if these.len() > most {
        let args = [("count", Arg::from(these.len() - most))];
        lines.push(format!("  {sign} {}", texts::plain("plan-more", &args).get(language)));
    }
    lines
}
