//! Where a piece of a file goes, as the first line of its block says.

/// What the first line of a block of YAML says: `# slip.yaml, as policy.yaml, in kind afdeling`.
#[derive(Debug, PartialEq)]
pub(crate) struct Place<'a> {
    /// The file.
    pub(crate) file: &'a str,
    /// The file that it is a copy of; the file itself unless said.
    pub(crate) of: &'a str,
    /// Where in it.
    pub(crate) spot: Spot<'a>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Spot<'a> {
    /// The block is the whole file.
    Whole,
    /// Below the last line.
    End,
    /// Above the line that begins with `root:`.
    AboveRoot,
    /// Below the last line of this kind of group.
    InKind(&'a str),
}

impl<'a> Place<'a> {
    pub(crate) fn read(line: &'a str) -> Self {
        let mut parts = line.strip_prefix("# ").unwrap_or_else(|| panic!("no file: {line}")).split(", ");
        let file = parts.next().unwrap();
        let mut place = Place { file, of: file, spot: Spot::Whole };
        for part in parts {
            if let Some(of) = part.strip_prefix("as ") {
                place.of = of;
            } else {
                place.spot = Spot::read(part);
            }
        }
        place
    }
}

impl<'a> Spot<'a> {
    fn read(words: &'a str) -> Self {
        match words {
            "at the end" => Self::End,
            "above root" => Self::AboveRoot,
            _ => Self::InKind(words.strip_prefix("in kind ").unwrap_or_else(|| panic!("where? {words}"))),
        }
    }

    /// The file with the block in its place.
    pub(crate) fn put(&self, file: &str, block: &str) -> String {
        let at = match self {
            Self::Whole => return block.to_owned(),
            Self::End => file.len(),
            Self::AboveRoot => start(file, |line| line.starts_with("root:")).unwrap(),
            Self::InKind(kind) => end_of_kind(file, kind),
        };
        let (before, after) = file.split_at(at);
        format!("{before}{block}{after}")
    }
}

/// Where the first line begins that is meant.
fn start(file: &str, is: impl Fn(&str) -> bool) -> Option<usize> {
    let mut at = 0;
    for line in file.split_inclusive('\n') {
        if is(line) {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// Behind the last line of a kind that is not empty.
fn end_of_kind(file: &str, kind: &str) -> usize {
    let begin = start(file, |line| line.trim_end() == format!("  - kind: {kind}"))
        .unwrap_or_else(|| panic!("no kind {kind}"));
    let inside = &file[begin..];
    let next = start(&inside[2..], |line| line.starts_with("  - kind:")).map_or(inside.len(), |at| at + 2);
    begin + inside[..next].trim_end().len() + 1
}

#[test]
fn a_piece_goes_where_its_first_line_says() {
    let file = "root: a\ngroups:\n  - kind: a\n    x: 1\n\n  - kind: b\n    y: 1\n";
    let put = |line: &str| Place::read(line).spot.put(file, "NEW\n");
    assert_eq!(put("# p.yaml"), "NEW\n");
    assert_eq!(put("# p.yaml, at the end"), format!("{file}NEW\n"));
    assert_eq!(put("# p.yaml, above root"), format!("NEW\n{file}"));
    assert_eq!(put("# p.yaml, in kind a"), file.replace("x: 1\n", "x: 1\nNEW\n"));
    assert_eq!(put("# p.yaml, in kind b"), format!("{file}NEW\n"));
    let copy = Place { file: "s.yaml", of: "p.yaml", spot: Spot::InKind("a") };
    assert_eq!(Place::read("# s.yaml, as p.yaml, in kind a"), copy);
}
