//! Text to records, each with its physical line.

use csv::{Position, ReaderBuilder, StringRecord};

/// A record as it stands in the file.
pub(super) struct RawRecord {
    /// The physical line, from 1, on which it starts.
    pub(super) line: u64,
    pub(super) fields: StringRecord,
    /// Where it starts in the text, in bytes.
    start: usize,
}

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
    /// A line end has been counted up to this byte.
    counted: usize,
    line: u64,
}

impl<'t> Table<'t> {
    /// Reads `text` from byte `start`, which lies on the physical line `line`.
    pub(super) fn new(text: &'t str, start: usize, line: u64, separator: u8) -> Self {
        let rest = text.get(start..).unwrap_or_default();
        Self { text: rest, separator, reader: reader(rest, separator), counted: 0, line }
    }

    /// The next record that says something; `None` at the end.
    pub(super) fn next(&mut self) -> Option<RawRecord> {
        loop {
            let mut fields = StringRecord::new();
            let from = self.reader.position().byte();
            // Reading from memory that is valid UTF-8 cannot fail; should it, the file ends here.
            if !self.reader.read_record(&mut fields).unwrap_or(false) {
                return None;
            }
            let start = self.skip_line_ends(fields.position().map_or(from, Position::byte));
            let line = self.line_at(start);
            if fields.iter().any(|field| !crate::email::trim(field).is_empty()) {
                return Some(RawRecord { line, fields, start });
            }
        }
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

    /// The reader's positions lie before the line ends that separate records.
    fn skip_line_ends(&self, byte: u64) -> usize {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(self.text.len());
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

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes())
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
