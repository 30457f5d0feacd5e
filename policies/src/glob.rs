//! Patterns of user ids: `*` stands for anything, `?` for one character (as in `m.policy.rule.*`).

use kring_core::ids::Shared;

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob(pub(crate) Shared);

impl Glob {
    /// Whether the whole text matches, in time linear in the text per star.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let (pattern, text): (Vec<char>, Vec<char>) = (self.0.chars().collect(), text.chars().collect());
        let (mut p, mut t, mut back) = (0, 0, None);
        while t < text.len() {
            match pattern.get(p) {
                Some('*') => {
                    back = Some((p, t));
                    p += 1;
                }
                Some(c) if *c == '?' || Some(c) == text.get(t) => (p, t) = (p + 1, t + 1),
                _ => match back {
                    Some((star, from)) => {
                        (p, t) = (star + 1, from + 1);
                        back = Some((star, from + 1));
                    }
                    None => return false,
                },
            }
        }
        pattern.iter().skip(p).all(|c| *c == '*')
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("@kring*:example.org", "@kring-help:example.org", true)]
    #[case("@kring*:example.org", "@merel:example.org", false)]
    #[case("*:example.org", "@merel:example.org.evil", false)]
    #[case("@a?:*", "@ab:x", true)]
    #[case("@a?:*", "@a:x", false)]
    #[case("*a*b", "aab", true)]
    fn pattern_matches_whole_user_id(#[case] pattern: &str, #[case] text: &str, #[case] matches: bool) {
        assert_eq!(Glob(pattern.into()).matches(text), matches);
    }
}
