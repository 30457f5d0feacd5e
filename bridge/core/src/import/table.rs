//! Text to records, each with its physical line.

use csv::{Position, ReaderBuilder, StringRecord};

/// A record as it stands in the file.
pub(super) struct RawRecord {
    /// The physical line, from 1, on which it starts.
    pub(super) line: u64,
    pub(super) fields: StringRecord,
    /// Whether it swallowed others: only its own line is left, and nobody knows where its fields belong.
    pub(super) torn: bool,
    /// Where it starts and ends in the text, in bytes.
    start: usize,
    end: usize,
}

/// How often the whole file may be read again.
const MOST_READINGS: usize = 16;

/// How the file ends.
pub(super) enum Ending {
    /// With a line end.
    Whole,
    /// In the middle of the last line.
    NoLineEnd,
    /// Inside quotes that never close, so many lines after the record's start (1 for the line itself).
    QuoteOpen { lines: u64 },
}

/// Splits the text at `separator`; records of blank and all-empty lines are left out.
pub(super) struct Table<'t> {
    text: &'t str,
    separator: u8,
    reader: csv::Reader<&'t [u8]>,
    /// Where the reader began, in bytes.
    base: usize,
    /// How many bytes may still be read twice.
    patience: usize,
    /// A line end has been counted up to this byte.
    counted: usize,
    line: u64,
}

impl<'t> Table<'t> {
    /// Reads `text` from byte `start`, which lies on the physical line `line`.
    pub(super) fn new(text: &'t str, start: usize, line: u64, separator: u8) -> Self {
        let rest = text.get(start..).unwrap_or_default();
        let patience = rest.len().saturating_mul(MOST_READINGS);
        Self { text: rest, separator, reader: reader(rest, separator), base: 0, patience, counted: 0, line }
    }

    /// The next record that says something; `None` at the end.
    pub(super) fn next(&mut self) -> Option<RawRecord> {
        loop {
            let mut fields = StringRecord::new();
            let from = self.byte(self.reader.position());
            // Reading from memory that is valid UTF-8 cannot fail; should it, the file ends here.
            if !self.reader.read_record(&mut fields).unwrap_or(false) {
                return None;
            }
            let start = self.skip_line_ends(fields.position().map_or(from, |at| self.byte(at)));
            let line = self.line_at(start);
            if fields.iter().any(|field| !crate::email::trim(field).is_empty()) {
                let end = self.byte(self.reader.position());
                return Some(RawRecord { line, fields, torn: false, start, end });
            }
        }
    }

    /// The record as it stands in the file.
    pub(super) fn raw(&self, record: &RawRecord) -> &'t str {
        self.text.get(record.start..record.end).unwrap_or_default()
    }

    /// Goes back to read on after the first `lines` lines of the record; `false` when that was done too often, as in
    /// a file where every line swallows all others.
    pub(super) fn resume_within(&mut self, record: &RawRecord, own: u64) -> bool {
        let raw = self.raw(record);
        let Some(patience) = self.patience.checked_sub(raw.len()) else { return false };
        self.patience = patience;
        let own_length =
            usize::try_from(own).map_or(raw.len(), |own| lines(raw).take(own).map(str::len).sum());
        self.base = record.start + own_length;
        self.reader = reader(self.text.get(self.base..).unwrap_or_default(), self.separator);
        (self.counted, self.line) = (self.base, record.line + own);
        true
    }

    /// How the file ends, given its last record.
    pub(super) fn ending(&self, last: &RawRecord) -> Ending {
        let raw = self.text.get(last.start..).unwrap_or_default();
        if self.quote_is_open(raw) {
            return Ending::QuoteOpen { lines: lines_of(raw) };
        }
        if raw.ends_with(['\n', '\r']) { Ending::Whole } else { Ending::NoLineEnd }
    }

    /// A further line becomes a record of its own, unless a quote swallows it.
    fn quote_is_open(&self, raw: &str) -> bool {
        if !raw.contains('"') {
            return false;
        }
        let probe = format!("{raw}\nx");
        !reader(&probe, self.separator)
            .records()
            .any(|record| record.is_ok_and(|fields| fields.len() == 1 && fields.get(0) == Some("x")))
    }

    /// A position of the reader in the text.
    fn byte(&self, at: &Position) -> usize {
        let byte = usize::try_from(at.byte()).unwrap_or(usize::MAX);
        self.base.saturating_add(byte).min(self.text.len())
    }

    /// The reader's positions lie before the line ends that separate records.
    fn skip_line_ends(&self, byte: usize) -> usize {
        let rest = self.text.get(byte..).unwrap_or_default();
        byte + (rest.len() - rest.trim_start_matches(['\r', '\n']).len())
    }

    fn line_at(&mut self, byte: usize) -> u64 {
        let passed = self.text.get(self.counted..byte).unwrap_or_default();
        self.line += line_ends(passed);
        self.counted = byte;
        self.line
    }
}

pub(super) fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes())
}

/// The lines of a text with their ends, in any style.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.find(['\r', '\n']).map_or(rest.len(), |at| {
            at + if rest.get(at..).is_some_and(|rest| rest.starts_with("\r\n")) { 2 } else { 1 }
        });
        let (line, after) = rest.split_at_checked(end).filter(|(line, _)| !line.is_empty())?;
        rest = after;
        Some(line)
    })
}

/// Line ends in any style: LF, CR LF, and CR alone.
pub(super) fn line_ends(text: &str) -> u64 {
    let mut ends = 0;
    let mut before = b' ';
    for byte in text.bytes() {
        if byte == b'\r' || (byte == b'\n' && before != b'\r') {
            ends += 1;
        }
        before = byte;
    }
    ends
}

fn lines_of(raw: &str) -> u64 {
    line_ends(raw) + u64::from(!raw.ends_with(['\n', '\r']))
}
