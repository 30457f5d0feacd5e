//! Bytes to text: which encoding an export has, and whether it is text at all.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{
    Fatal,
    messages::{self, Kind},
};

/// The text of a file.
pub(super) struct Decoded {
    pub(super) text: String,
    /// Whether some lines were UTF-8 and others Windows-1252.
    pub(super) mixed: bool,
}

/// Decodes UTF-8 (with or without byte order mark), UTF-16 and Windows-1252.
///
/// # Errors
///
/// When the file is empty, or by its first bytes something else than text.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Fatal> {
    if let Some(kind) = foreign(bytes) {
        return Err(messages::not_csv(kind));
    }
    let decoded = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => utf16(UTF_16BE, rest),
        [0xef, 0xbb, 0xbf, rest @ ..] => by_line(rest),
        _ => match utf16_without_mark(bytes) {
            Some(encoding) => utf16(encoding, bytes),
            None => by_line(bytes),
        },
    };
    if decoded.text.chars().all(|c| c.is_whitespace() || ";,|\"\u{feff}".contains(c)) {
        return Err(messages::empty());
    }
    if looks_like_markup(&decoded.text) {
        return Err(messages::not_csv(Kind::Web));
    }
    Ok(decoded)
}

/// What the magic number says, for files that people take for a CSV file.
fn foreign(bytes: &[u8]) -> Option<Kind> {
    let kinds: [(&[u8], Kind); 9] = [
        (b"PK\x03\x04", Kind::Spreadsheet),
        (b"PK\x05\x06", Kind::Archive),
        (b"\xd0\xcf\x11\xe0", Kind::Spreadsheet),
        (b"%PDF", Kind::Pdf),
        (b"\x1f\x8b", Kind::Archive),
        (b"7z\xbc\xaf", Kind::Archive),
        (b"\x89PNG", Kind::Binary),
        (b"\xff\xd8\xff", Kind::Binary),
        (b"SQLite format 3\0", Kind::Binary),
    ];
    kinds.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind)
}

fn looks_like_markup(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(64).collect::<String>().to_lowercase();
    ["<!doctype", "<html", "<table", "<?xml", "<head", "<body", "<meta"]
        .iter()
        .any(|tag| start.starts_with(tag))
}

/// A letter of a header takes two bytes in UTF-16, one of them zero, and always the same one.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let sample = bytes.get(..bytes.len().min(512)).unwrap_or_default();
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    match pairs {
        0..8 => None,
        _ if odd * 10 > pairs * 9 && even == 0 => Some(UTF_16LE),
        _ if even * 10 > pairs * 9 && odd == 0 => Some(UTF_16BE),
        _ => None,
    }
}

fn utf16(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Decoded {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    Decoded { text: text.into_owned(), mixed: false }
}

/// Every line is UTF-8 where it can be and Windows-1252 where it cannot. Accents of one encoding are practically
/// never valid in the other, so a file in one of them comes out as that one, and a file that was cut in the
/// middle of a letter or pasted together from two sources does not lose all its accents for one line.
fn by_line(bytes: &[u8]) -> Decoded {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded { text: text.to_owned(), mixed: false };
    }
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 16);
    let (mut utf8, mut windows) = (false, false);
    for line in bytes.split_inclusive(|b| matches!(b, b'\n' | b'\r')) {
        match std::str::from_utf8(line) {
            Ok(line) => {
                utf8 |= !line.is_ascii();
                text.push_str(line);
            }
            // A letter cut in two by the end of the file: the rest of the line is still UTF-8.
            Err(error) if error.error_len().is_none() => text.push_str(&String::from_utf8_lossy(line)),
            Err(_) => {
                windows = true;
                text.push_str(&WINDOWS_1252.decode_without_bom_handling(line).0);
            }
        }
    }
    Decoded { text, mixed: utf8 && windows }
}
