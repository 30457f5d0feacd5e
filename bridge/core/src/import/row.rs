//! One record of the file: what it says about a person, and what is wrong with it.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{
    Administration, ImportRules, date,
    export::is_formula_like,
    header::Header,
    messages::{Reject, Warning},
    number::{self, Lost, Zeros},
    quotes::Shape,
    rules::{Column, Feeds},
    table::{Ending, RawRecord},
};
use crate::{
    email::{Email, trim},
    ids::{MembershipNumber, Shared, UserType},
    member::Attributes,
    name::PersonName,
};

/// A row with everything that could be read of it, also when it is rejected.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) number: Option<MembershipNumber>,
    pub(super) restored_from: Option<MembershipNumber>,
    pub(super) name: PersonName,
    /// [`PersonName::comparison_key`], which is asked for many times.
    pub(super) name_key: String,
    pub(super) email: Option<Email>,
    pub(super) user_type: Option<UserType>,
    pub(super) attributes: Attributes,
    pub(super) since: Option<Date>,
    pub(super) until: Option<Date>,
    /// Whether its fields stand under the right columns.
    pub(super) in_columns: bool,
    /// Whether it swallowed rows after it, for want of a closing quote.
    pub(super) swallows: bool,
    /// Why it is rejected; `None` while it is accepted.
    pub(super) fault: Option<Reject>,
    pub(super) warnings: Vec<Warning>,
}

impl Row {
    /// Whether the membership is known to have ended before `today` (rule 5: the last day still counts).
    pub(super) fn has_ended(&self, today: Date) -> bool {
        self.in_columns && self.until.is_some_and(|last| last < today)
    }

    pub(super) fn runs_on(&self, today: Date) -> bool {
        !self.has_ended(today) && self.since.is_none_or(|first| first <= today)
    }

    pub(super) fn email_key(&self) -> Option<&str> {
        self.email.as_ref().map(Email::key)
    }

    /// Rejects the row; the first reason stays.
    pub(super) fn reject(&mut self, why: Reject) {
        self.fault.get_or_insert(why);
    }
}

/// Reads the rows of one file.
pub(super) struct RowReader<'a> {
    rules: &'a ImportRules,
    columns: &'a [Option<&'a Column>],
    names: &'a [String],
    width: usize,
    separator: u8,
    previous: Option<&'a Administration>,
    zeros: Option<Zeros<'a>>,
    /// Values that occur many times, stored once.
    shared: HashMap<String, Shared>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(
        header: &'a Header<'a>,
        rules: &'a ImportRules,
        previous: Option<&'a Administration>,
    ) -> Self {
        Self {
            rules,
            columns: &header.columns,
            names: &header.names,
            width: header.width,
            separator: header.separator,
            previous,
            zeros: previous.map(Zeros::of),
            shared: HashMap::new(),
        }
    }

    /// What a row of the file looks like.
    pub(super) fn shape(&self) -> Shape<'a> {
        let Self { rules, columns, width, separator, .. } = *self;
        Shape { rules, columns, width, separator }
    }

    /// Reads one record; `ending` for the last one of the file.
    pub(super) fn read(&mut self, record: &RawRecord, ending: Option<&Ending>) -> Row {
        let mut row = Row { line: record.line, in_columns: true, ..Row::default() };
        self.check_shape(&mut row, record, ending);
        self.check_characters(&mut row, record);
        let mut parts = ["", "", ""];
        for (column, field) in self.columns.iter().zip(&record.fields) {
            let Some(column) = column else { continue };
            match column.feeds {
                Feeds::Given => parts[0] = field,
                Feeds::Infix => parts[1] = field,
                Feeds::Family => parts[2] = field,
                _ => self.take(&mut row, column, trim(field)),
            }
        }
        row.name = PersonName::new(parts[0], parts[1], parts[2]);
        row.name_key = row.name.comparison_key();
        self.restore_zeros(&mut row);
        self.note_oddities(&mut row, record);
        row
    }

    /// Rule 11: a row has the header's number of fields; the last one may have been cut off.
    fn check_shape(&self, row: &mut Row, record: &RawRecord, ending: Option<&Ending>) {
        let (expected, found) = (self.width, record.fields.len());
        row.in_columns = found == expected && !record.torn;
        if record.torn {
            row.reject(Reject::QuoteMissing);
            return;
        }
        match ending {
            Some(Ending::QuoteOpen { lines }) => {
                row.in_columns = false;
                row.swallows = *lines > 1;
                row.reject(Reject::QuoteUnclosed { lines: *lines });
            }
            Some(Ending::NoLineEnd) if found < expected => row.reject(Reject::CutOff),
            _ if found != expected => row.reject(Reject::FieldCount { expected, found }),
            _ => {}
        }
    }

    /// Rule 12: no control characters but line breaks, and no endless fields, whatever the column.
    fn check_characters(&self, row: &mut Row, record: &RawRecord) {
        let limit = self.rules.limits.field;
        for (i, field) in record.fields.iter().enumerate() {
            let column = || self.names.get(i).cloned().unwrap_or_default();
            if field.chars().any(is_control) {
                row.reject(Reject::ControlCharacter { column: column() });
            }
            // A character has at least one byte, so short fields need no counting.
            if field.len() >= limit && field.chars().count() >= limit {
                row.reject(Reject::FieldTooLong { column: column(), limit });
            }
        }
    }

    fn take(&mut self, row: &mut Row, column: &Column, field: &str) {
        match column.feeds {
            Feeds::Number if field.chars().any(is_control) => {}
            Feeds::Number => match number::read(field, self.previous) {
                Ok(number) => {
                    if number.as_str() != field {
                        row.warnings.push(Warning::NumberCleaned { number: number.as_str().to_owned() });
                    }
                    row.number = Some(number);
                }
                Err(why) => row.reject(why),
            },
            Feeds::Email if field.is_empty() => {}
            Feeds::Email => match Email::parse(field) {
                Ok(email) => row.email = Some(email),
                Err(_) => row.reject(Reject::EmailInvalid),
            },
            Feeds::Type => match self.rules.type_named(field) {
                Some(known) => row.user_type = Some(known.clone()),
                None => row.reject(Reject::TypeUnknown { types: self.known_types() }),
            },
            Feeds::Since => row.since = read_date(row, column, field),
            Feeds::Until => row.until = read_date(row, column, field),
            Feeds::Attribute => {
                let values = self.values(std::iter::once(field));
                row.attributes.set(column.name.clone(), values);
            }
            Feeds::List => {
                let values = self.values(field.split(','));
                row.attributes.set(column.name.clone(), values);
            }
            Feeds::Given | Feeds::Infix | Feeds::Family => {}
        }
    }

    /// The values of a field, trimmed, each once, empty ones left out.
    fn values<'f>(&mut self, fields: impl Iterator<Item = &'f str>) -> Vec<Shared> {
        let mut values: Vec<Shared> = Vec::new();
        for value in fields.map(trim).filter(|value| !value.is_empty()) {
            if !values.iter().any(|known| **known == *value) {
                values.push(self.share(value));
            }
        }
        values
    }

    fn share(&mut self, value: &str) -> Shared {
        if let Some(known) = self.shared.get(value) {
            return known.clone();
        }
        let shared = Shared::from(value);
        self.shared.insert(value.to_owned(), shared.clone());
        shared
    }

    /// Rule 10: leading zeros that a spreadsheet took away come back from the previous administration.
    fn restore_zeros(&self, row: &mut Row) {
        let (Some(zeros), Some(number)) = (&self.zeros, row.number.clone()) else { return };
        match zeros.look_up(&number, row.email_key(), &row.name_key) {
            Lost::Nothing => {}
            Lost::Unclear => row.warnings.push(Warning::NumberZeros),
            Lost::Restored(whole) => {
                row.warnings.push(Warning::NumberRestored { number: whole.as_str().to_owned() });
                row.restored_from = Some(number);
                row.number = Some(whole);
            }
        }
    }

    fn note_oddities(&self, row: &mut Row, record: &RawRecord) {
        let known = self
            .columns
            .iter()
            .zip(&record.fields)
            .filter_map(|(column, field)| Some((column.as_ref()?, field)));
        let named = |odd: fn(&str) -> bool| {
            let columns: Vec<&str> = known.clone().filter(|(_, f)| odd(f)).map(|(c, _)| &*c.name).collect();
            (!columns.is_empty()).then(|| columns.join(", "))
        };
        row.warnings.extend(named(is_formula_like).map(|columns| Warning::Formula { columns }));
        let damaged = named(|field| field.contains(char::REPLACEMENT_CHARACTER));
        row.warnings.extend(damaged.map(|columns| Warning::Damaged { columns }));
        let today = self.rules.today;
        let (since, until) = (row.since, row.until);
        let dates = [
            (row.has_ended(today), Warning::Ended),
            (!row.has_ended(today) && since.is_some_and(|first| first > today), Warning::NotStarted),
            (since.zip(until).is_some_and(|(first, last)| last < first), Warning::DatesReversed),
            (row.name.is_empty(), Warning::NameMissing),
        ];
        row.warnings.extend(dates.into_iter().filter(|(odd, _)| *odd).map(|(_, warning)| warning));
    }

    fn known_types(&self) -> String {
        self.rules.types.iter().map(UserType::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// Rule 5: a date that cannot be read rejects the row, so that it never means "no end".
fn read_date(row: &mut Row, column: &Column, field: &str) -> Option<Date> {
    let date = date::parse(field);
    if date.is_none() && !field.is_empty() {
        row.reject(Reject::DateUnreadable { column: column.name.to_string() });
    }
    date
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r')
}
