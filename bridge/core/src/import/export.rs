//! Writing fields that a spreadsheet will open.

use std::borrow::Cow;

/// Whether a spreadsheet would take the field for a formula (OWASP, "CSV Injection").
pub fn is_formula_like(field: &str) -> bool {
    let visible = crate::email::trim(field);
    visible.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) || field.starts_with(['\t', '\r', '\n'])
}

/// The field as it may be written to a CSV file: an apostrophe in front of what would run as a formula.
///
/// Quoting is left to the CSV writer.
pub fn csv_safe(field: &str) -> Cow<'_, str> {
    if is_formula_like(field) { Cow::Owned(format!("'{field}")) } else { Cow::Borrowed(field) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("=1+1", "'=1+1")]
    #[case("+31612345678", "'+31612345678")]
    #[case("-2", "'-2")]
    #[case("@SUM(A1)", "'@SUM(A1)")]
    #[case("\t=1", "'\t=1")]
    #[case(" =1", "' =1")]
    #[case("\u{a0}=1", "'\u{a0}=1")]
    #[case("＝1", "'＝1")]
    #[case("Van den Berg", "Van den Berg")]
    #[case("'s-Hertogenbosch", "'s-Hertogenbosch")]
    #[case("a=b", "a=b")]
    #[case("", "")]
    fn formulas_are_defused(#[case] field: &str, #[case] safe: &str) {
        assert_eq!(csv_safe(field), safe);
    }
}
