//! A list of addresses, such as the accounts that an association had elsewhere.

use jiff::civil::Date;

use super::{Column, Fatal, Feeds, ImportRules, decode, header, messages};

/// Reads the column `email` of a table: (physical line from 1, the address as written). Empty fields are left out; what
/// the addresses are worth is the caller's to find out.
///
/// # Errors
///
/// When the file cannot be read as a table, has no column `email`, or has more than `most` rows.
pub fn read_addresses(bytes: &[u8], most: usize) -> Result<Vec<(u64, String)>, Fatal> {
    let column = Column { name: "email".into(), required: true, feeds: Feeds::Email };
    let rules = ImportRules { columns: vec![column], ..ImportRules::new(Date::ZERO) };
    if bytes.len() > rules.limits.bytes {
        return Err(messages::too_large(rules.limits.bytes));
    }
    let decoded = decode::decode(bytes)?;
    let (head, mut table) = header::read(&decoded.text, &rules)?;
    let position = head.columns.iter().position(Option::is_some).unwrap_or_default();
    let mut addresses = Vec::new();
    while let Some(record) = table.next() {
        let address = record.fields.get(position).map(crate::email::trim).unwrap_or_default();
        if !address.is_empty() {
            addresses.push((record.line, address.chars().take(rules.limits.field).collect()));
        }
        if addresses.len() > most {
            return Err(messages::too_many_rows(most));
        }
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_with_their_line_whatever_stands_around_them() {
        let file = "\u{feff}geactiveerd;E-mail;email\r\n2020;x; jan@example.nl \r\n;;\r\n2021;y;\r\n2022;z;niets\r\n";
        let read = read_addresses(file.as_bytes(), 10).unwrap();
        assert_eq!(read, [(2, "jan@example.nl".to_owned()), (5, "niets".to_owned())]);
    }

    #[test]
    fn a_table_without_the_column_is_refused() {
        let fatal = read_addresses(b"naam;adres\nJan;jan@example.nl\n", 10).unwrap_err();
        assert_eq!(fatal.why, "column-missing");
    }

    #[test]
    fn a_list_beyond_the_limit_is_refused() {
        assert!(read_addresses(b"email\na@b.nl\nc@d.nl\n", 1).is_err());
    }
}
