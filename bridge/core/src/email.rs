//! An e-mail address: as a person wrote it, and as addresses are compared.

use std::fmt;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// An address that mail can reach.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Email {
    written: String,
    key: String,
}

/// A text that is no address mail can reach: no or an impossible domain, two addresses, a display name, spaces.
///
/// Does not carry the text: addresses stay out of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not one e-mail address that mail can reach; write it as name@example.nl")]
pub struct InvalidEmail;

impl Email {
    /// Reads one address. Outer spaces (no-break spaces too) do not count.
    ///
    /// What an address parser would read differently from what is written is refused rather than repaired:
    /// quoted local parts, comments, display names, address literals.
    ///
    /// # Errors
    ///
    /// When mail cannot reach the address (RFC 5321, section 4.1.2, and a domain of at least two labels).
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let written = trim(text);
        let (local, domain) = written.rsplit_once('@').ok_or(InvalidEmail)?;
        if written.chars().any(|c| c.is_control() || c.is_whitespace() || is_invisible(c) || c == '"') {
            return Err(InvalidEmail);
        }
        let domain = ascii_domain(domain)?;
        let key = format!("{}@{domain}", local.nfc().collect::<String>().to_lowercase().nfc());
        let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
        EmailAddress::parse_with_options(&key, options).map_err(|_| InvalidEmail)?;
        Ok(Self { written: written.to_owned(), key })
    }

    /// The address as it was written, trimmed.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// The address as it is compared: trimmed, lower case, the domain as IDNA A-label. `+tag` and dots stay.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether both are the same address.
    pub fn same_as(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

/// Addresses are personal data, and a `{:?}` ends up in logs.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

/// The domain as A-labels; at least two of them, and a top-level domain of letters, two or more.
fn ascii_domain(domain: &str) -> Result<String, InvalidEmail> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| InvalidEmail)?;
    let (_, top) = ascii.rsplit_once('.').ok_or(InvalidEmail)?;
    let real = top.len() >= 2 && (top.starts_with("xn--") || top.bytes().all(|b| b.is_ascii_alphabetic()));
    if real { Ok(ascii) } else { Err(InvalidEmail) }
}

/// Outer white space, no-break spaces and invisible characters off.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// Characters without width that come along when an address is copied from a mail or a web page.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::as_is("jan@example.nl", "jan@example.nl")]
    #[case::case_is_no_difference("Jan.Smit@Example.NL", "jan.smit@example.nl")]
    #[case::outer_spaces(" jan@example.nl\t\n", "jan@example.nl")]
    #[case::no_break_spaces("\u{a0}jan@example.nl\u{202f}", "jan@example.nl")]
    #[case::zero_width("\u{feff}jan@example.nl\u{200b}", "jan@example.nl")]
    #[case::tag_stays("jan+ivn@example.nl", "jan+ivn@example.nl")]
    #[case::dots_stay("j.a.n@example.nl", "j.a.n@example.nl")]
    #[case::domain_as_a_label("jan@Café.example", "jan@xn--caf-dma.example")]
    #[case::a_label_already("jan@xn--caf-dma.example", "jan@xn--caf-dma.example")]
    #[case::decomposed_domain("jan@cafe\u{301}.example", "jan@xn--caf-dma.example")]
    #[case::accents_in_the_local_part("RENÉ@example.nl", "rené@example.nl")]
    #[case::decomposed_local_part("rene\u{301}@example.nl", "rené@example.nl")]
    #[case::formula_like_but_real("=jan@example.nl", "=jan@example.nl")]
    #[case::subdomains("jan@mail.afdeling.example.nl", "jan@mail.afdeling.example.nl")]
    #[case::apostrophe("o'neill@example.nl", "o'neill@example.nl")]
    fn addresses_that_mail_reaches(#[case] written: &str, #[case] key: &str) {
        assert_eq!(Email::parse(written).unwrap().key(), key);
    }

    #[rstest]
    #[case::empty("")]
    #[case::no_at("jan.example.nl")]
    #[case::no_local("@example.nl")]
    #[case::no_domain("jan@")]
    #[case::no_top_level_domain("jan@localhost")]
    #[case::one_letter_top_level_domain("jan@example.n")]
    #[case::number_as_top_level_domain("jan@192.168.1.1")]
    #[case::address_literal("jan@[192.168.1.1]")]
    #[case::two_with_comma("jan@example.nl,els@example.nl")]
    #[case::two_with_semicolon("jan@example.nl;els@example.nl")]
    #[case::two_with_space("jan@example.nl els@example.nl")]
    #[case::two_with_slash("jan@example.nl/els@example.nl")]
    #[case::two_at_signs("jan@piet@example.nl")]
    #[case::display_name("Jan Smit <jan@example.nl>")]
    #[case::angle_brackets("<jan@example.nl>")]
    #[case::comment("jan@example.nl (thuis)")]
    #[case::mailto("mailto:jan@example.nl")]
    #[case::quoted("\"jan smit\"@example.nl")]
    #[case::inner_space("jan @example.nl")]
    #[case::inner_zero_width("ja\u{200b}n@example.nl")]
    #[case::control_character("ja\u{7}n@example.nl")]
    #[case::null_in_the_middle("jan@exam\0ple.nl")]
    #[case::dot_at_the_end("jan.@example.nl")]
    #[case::two_dots("jan..smit@example.nl")]
    #[case::empty_label("jan@example..nl")]
    #[case::root_dot("jan@example.nl.")]
    #[case::underscore_in_the_domain("jan@exa_mple.nl")]
    #[case::hyphen_at_the_edge("jan@-example.nl")]
    #[case::placeholder("onbekend")]
    fn what_mail_cannot_reach_is_refused(#[case] text: &str) {
        assert_eq!(Email::parse(text), Err(InvalidEmail), "{text:?}");
    }

    #[test]
    fn local_part_of_65_characters_is_too_long() {
        assert!(Email::parse(&format!("{}@example.nl", "a".repeat(64))).is_ok());
        assert!(Email::parse(&format!("{}@example.nl", "a".repeat(65))).is_err());
    }

    #[test]
    fn debug_shows_no_address() {
        assert_eq!(format!("{:?}", Email::parse("jan@example.nl").unwrap()), "Email(…)");
    }

    proptest::proptest! {
        #[test]
        fn a_key_is_its_own_key(text in "\\PC{0,40}@[a-zé]{1,8}\\.(nl|org)") {
            if let Ok(email) = Email::parse(&text) {
                let again = Email::parse(email.key()).unwrap();
                proptest::prop_assert_eq!(again.key(), email.key());
            }
        }
    }
}
