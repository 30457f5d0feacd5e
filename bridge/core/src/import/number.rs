//! Membership numbers: text that spreadsheets take for numbers.

use std::{borrow::Cow, collections::HashMap};

use super::{Administration, administration::Record, messages::Reject};
use crate::{email::trim, ids::MembershipNumber};

/// The number of a field, trimmed; what a spreadsheet put around it off.
///
/// # Errors
///
/// When there is none, or when a spreadsheet replaced it by what it takes for the same number.
pub(super) fn read(field: &str, previous: Option<&Administration>) -> Result<MembershipNumber, Reject> {
    let known =
        |field: &str| previous.is_some_and(|people| people.get(&MembershipNumber::from(field)).is_some());
    // Unless the association really writes its numbers like that.
    let plain = if known(field) { Cow::Borrowed(field) } else { plain_number(field) };
    let field = &*plain;
    if field.is_empty() {
        return Err(Reject::NumberMissing);
    }
    if is_scientific(field) {
        return Err(Reject::NumberScientific);
    }
    // "1001.0" is 1001 after a detour.
    if has_zero_decimals(field) && !known(field) {
        return Err(Reject::NumberMangled);
    }
    Ok(MembershipNumber::from(field))
}

/// The apostrophe that tells a spreadsheet "this is text" off, and wide digits as plain ones.
fn plain_number(field: &str) -> Cow<'_, str> {
    let field = trim(field.strip_prefix(['\'', '’', '‘']).unwrap_or(field));
    if !field.contains(|c| matches!(c, '０'..='９')) {
        return Cow::Borrowed(field);
    }
    let plain = |c| match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        other => other,
    };
    Cow::Owned(field.chars().map(plain).collect())
}

/// `1,00E+06`, `1.5e7`, `1E6`.
fn is_scientific(field: &str) -> bool {
    let unsigned = field.trim_start_matches(['+', '-']);
    let Some((mantissa, exponent)) = unsigned.split_once(['e', 'E']) else { return false };
    let mantissa = mantissa.replacen([',', '.'], "", 1);
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    is_digits(&mantissa) && is_digits(exponent)
}

fn has_zero_decimals(field: &str) -> bool {
    let whole = field.trim_end_matches('0').strip_suffix(['.', ',']);
    !field.ends_with(['.', ',']) && whole.is_some_and(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The previous administration by number without leading zeros.
pub(super) struct Zeros<'p>(HashMap<&'p str, Vec<&'p Record>>);

/// What the previous administration says about a number that may have lost its zeros.
pub(super) enum Lost {
    /// Nothing: the number is known, or nobody had one like it.
    Nothing,
    /// The same person had this number.
    Restored(MembershipNumber),
    /// Somebody had a number like it, but not with this name and address.
    Unclear,
}

impl<'p> Zeros<'p> {
    pub(super) fn of(previous: &'p Administration) -> Self {
        let mut index: HashMap<&str, Vec<&Record>> = HashMap::new();
        for record in previous.records() {
            if is_digits(record.number.as_str()) {
                index.entry(record.number.as_str().trim_start_matches('0')).or_default().push(record);
            }
        }
        Self(index)
    }

    /// Looks for the same address and name under a longer number that differs in leading zeros only.
    pub(super) fn look_up(&self, number: &MembershipNumber, address: Option<&str>, name: &str) -> Lost {
        let digits = number.as_str();
        let like = self.0.get(digits.trim_start_matches('0')).filter(|_| is_digits(digits));
        let like = like.map(Vec::as_slice).unwrap_or_default();
        let same = |record: &Record| record.email_key() == address && record.name.comparison_key() == name;
        let longer = |record: &&&Record| record.number.as_str().len() > digits.len();
        if like.iter().any(|record| record.number == *number && same(record)) {
            return Lost::Nothing;
        }
        let mut candidates = like.iter().filter(longer);
        let mut matching = candidates.clone().filter(|record| same(record));
        match (matching.next(), matching.next()) {
            (Some(one), None) => Lost::Restored(one.number.clone()),
            _ if candidates.next().is_some() && !like.iter().any(|record| record.number == *number) => {
                Lost::Unclear
            }
            _ => Lost::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0001003", None)]
    #[case("1003", None)]
    #[case("A-12", None)]
    #[case("12E", None)]
    #[case("E12", None)]
    #[case("1.003", None)]
    #[case("100.", None)]
    #[case("", Some("number-missing"))]
    #[case("'", Some("number-missing"))]
    #[case("'1E+06", Some("number-scientific"))]
    #[case("1,00E+06", Some("number-scientific"))]
    #[case("1.00E+06", Some("number-scientific"))]
    #[case("1E+06", Some("number-scientific"))]
    #[case("1e6", Some("number-scientific"))]
    #[case("1003.0", Some("number-mangled"))]
    #[case("1003,00", Some("number-mangled"))]
    fn numbers(#[case] field: &str, #[case] why: Option<&str>) {
        assert_eq!(read(field, None).err().map(|reject| reject.code()), why, "{field}");
    }

    #[rstest]
    #[case::apostrophe("'0007", "0007")]
    #[case::apostrophe_and_letters("'A-7", "A-7")]
    #[case::curly_apostrophe("’0007", "0007")]
    #[case::wide_digits("０００７", "0007")]
    #[case::inner_apostrophe("A'7", "A'7")]
    fn numbers_as_they_are_meant(#[case] field: &str, #[case] meant: &str) {
        assert_eq!(read(field, None), Ok(meant.into()));
    }
}
