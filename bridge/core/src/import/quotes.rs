//! Records that swallow the rows after them, for want of a quote.
//!
//! A quote that opens and does not close where it should runs on to the next quote of the file, rows later. What
//! comes out may even have the right number of fields: the first ones of one person, the last ones of another.
//! Such a record is torn: its first line is kept, without being trusted, and reading resumes on the next line.

use csv::StringRecord;

use super::{
    date,
    rules::{Column, Feeds, ImportRules},
    table::{RawRecord, line_ends, lines, reader},
};
use crate::email::{Email, trim};

/// What a row of this file looks like.
pub(super) struct Shape<'a> {
    pub(super) rules: &'a ImportRules,
    pub(super) columns: &'a [Option<&'a Column>],
    pub(super) width: usize,
    pub(super) separator: u8,
}

/// What is left of a record that swallowed others.
pub(super) struct Torn {
    /// The fields of its own line, as far as they can be told apart.
    pub(super) fields: StringRecord,
    /// How many physical lines are its own.
    pub(super) lines: u64,
}

impl Shape<'_> {
    /// Tears a record one of whose fields holds rows; `None` for a sound one. `raw` is the record as it stands in
    /// the file.
    pub(super) fn tear(&self, record: &RawRecord, raw: &str) -> Option<Torn> {
        let mut before = 0;
        for (k, field) in record.fields.iter().enumerate() {
            let inner = line_ends(field);
            if inner > 0 && self.holds_rows(record, raw, k, before) {
                return Some(Torn { fields: self.own_fields(&record.fields, k), lines: before + 1 });
            }
            before += inner;
        }
        None
    }

    /// Whether field `k`, which starts on line `first` of the record (from 0), holds rows: one of its further lines
    /// is a row, or the record does not fit and this field has the separators of a row.
    fn holds_rows(&self, record: &RawRecord, raw: &str, k: usize, first: u64) -> bool {
        let field = record.fields.get(k).unwrap_or_default();
        if record.fields.len() != self.width && self.separators(field) + 1 >= self.width {
            return true;
        }
        let count = usize::try_from(line_ends(field)).unwrap_or(usize::MAX);
        let skip = usize::try_from(first).unwrap_or(usize::MAX).saturating_add(1);
        let whole = self.own_fields(&record.fields, k).len() == self.width;
        lines(raw).skip(skip).take(count).any(|line| self.is_row(line, whole))
    }

    fn separators(&self, field: &str) -> usize {
        field.bytes().filter(|byte| *byte == self.separator).count()
    }

    /// The fields before the one that swallows, and what its first line says of the others.
    fn own_fields(&self, fields: &StringRecord, k: usize) -> StringRecord {
        let swallowing = fields.get(k).and_then(|field| lines(field).next()).unwrap_or_default();
        let rest = swallowing.split(char::from(self.separator)).map(|field| field.trim_matches('"'));
        fields.iter().take(k).chain(rest).take(self.width + 1).collect()
    }

    /// Whether a line by itself is a row: all fields, and at least one that says so.
    ///
    /// The last line of a field that was meant ends in its closing quote and the fields after it. With the
    /// separators of a remark before the quote that can look like a row too; `whole` says that the first line has
    /// all its fields, and so that nothing was meant to go on.
    fn is_row(&self, line: &str, whole: bool) -> bool {
        let mut fields = StringRecord::new();
        if self.separators(line) + 1 < self.width
            || !reader(line, self.separator).read_record(&mut fields).unwrap_or(false)
        {
            return false;
        }
        let closes = fields.iter().any(|field| field.matches('"').count() % 2 == 1);
        let first_closes = !line.starts_with('"') && fields.get(0).is_some_and(|field| field.ends_with('"'));
        let known =
            || self.columns.iter().zip(&fields).filter_map(|(column, field)| Some(((*column)?, field)));
        fields.len() == self.width
            && !first_closes
            && (whole || !closes)
            && known().any(|(column, field)| self.is_telling(column, trim(field)))
    }

    /// Whether the field is what only its column has.
    fn is_telling(&self, column: &Column, field: &str) -> bool {
        match column.feeds {
            Feeds::Number => {
                field.contains(|c: char| c.is_ascii_digit())
                    && !field.contains(|c: char| c.is_whitespace() || c == '"')
            }
            Feeds::Email => Email::parse(field).is_ok(),
            Feeds::Type => self.rules.type_named(field).is_some(),
            Feeds::Since | Feeds::Until => date::parse(field).is_some(),
            _ => false,
        }
    }
}
