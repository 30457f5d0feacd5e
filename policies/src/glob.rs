//! Patterns of user ids: `*` stands for anything, `?` for one character (as in `m.policy.rule.*`).

use wildmatch::WildMatch;

/// A pattern that a whole user id must match.
pub(crate) type Glob = WildMatch;

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
        assert_eq!(Glob::new(pattern).matches(text), matches);
    }
}
