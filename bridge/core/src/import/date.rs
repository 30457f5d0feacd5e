//! Dates as a member administration writes them.

use jiff::civil::Date;

/// Reads `d-m-jjjj` or `jjjj-mm-dd`; nothing else, since another order or a two-digit year would be a guess.
pub(super) fn parse(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split('-').collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let digits = |part: &str, least, most| {
        let fits = (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| part.parse::<i16>().ok()).flatten()
    };
    let (year, month, day) = match a.len() {
        4 => (digits(a, 4, 4)?, digits(b, 2, 2)?, digits(c, 2, 2)?),
        _ => (digits(c, 4, 4)?, digits(b, 1, 2)?, digits(a, 1, 2)?),
    };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1-2-2020", Some(date(2020, 2, 1)))]
    #[case("01-02-2020", Some(date(2020, 2, 1)))]
    #[case("2020-02-01", Some(date(2020, 2, 1)))]
    #[case("29-02-2024", Some(date(2024, 2, 29)))]
    #[case("31-12-9999", Some(date(9999, 12, 31)))]
    #[case::no_such_day("29-02-2023", None)]
    #[case::null_date("0000-00-00", None)]
    #[case::short_iso("2020-2-1", None)]
    #[case::two_digit_year("1-2-20", None)]
    #[case::slashes("1/2/2020", None)]
    #[case::with_time("2020-02-01 00:00:00", None)]
    #[case::with_time_t("2020-02-01T00:00", None)]
    #[case::serial_number("43862", None)]
    #[case::words("1 februari 2020", None)]
    #[case::american("12-31-2020", None)]
    #[case::sign("+1-2-2020", None)]
    #[case::other_digits("١-٢-٢٠٢٠", None)]
    #[case::empty("", None)]
    #[case::dash("-", None)]
    fn dates(#[case] text: &str, #[case] expected: Option<Date>) {
        assert_eq!(parse(text), expected, "{text}");
    }
}
