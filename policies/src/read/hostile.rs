//! Files that somebody made to do harm: refused with a sentence, in little time and memory, whether they are to be a policy
//! or a case table.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::{cases::run_file, policy::Policy};

/// A reader that is out of hand takes minutes; an unhurried machine that does other things too takes this at most.
const LONG: Duration = Duration::from_secs(20);

/// What a policy and a case table say about `yaml`. `None` where it is taken.
fn judged(yaml: &str) -> [Option<Vec<Problem>>; 2] {
    let load = |_: &str| read_policy("ivn", Policy::shipped("ivn").unwrap());
    [read_policy("kwaad.yaml", yaml).err(), run_file("kwaad.yaml", yaml, &load).err()]
}

/// Each of the two refuses it, with at most a hundred sentences of ordinary length.
fn refused(yaml: &str) {
    let start = Instant::now();
    for problems in judged(yaml) {
        let problems = problems.expect("it is refused");
        assert!((1..=100).contains(&problems.len()), "{} problems", problems.len());
        for Problem { message, .. } in &problems {
            assert!(!message.nl.is_empty() && message.nl.len() + message.en.len() < 4_000, "{message:?}");
        }
    }
    assert!(start.elapsed() < LONG, "it took {:?}", start.elapsed());
}

/// A good policy with one more thing behind it.
fn behind_a_policy(yaml: &str) -> String {
    format!("{}\n{yaml}\n", Policy::shipped("nov").unwrap())
}

/// `levels` times ten times ten …, as anchors that each name the one before ten times.
fn laughs(levels: usize, open: &str, close: &str) -> String {
    let mut yaml = format!("a0: &a0 {open}x{close}\n");
    for level in 1..levels {
        let before = vec![format!("*a{}", level - 1); 10].join(", ");
        let _ = writeln!(yaml, "a{level}: &a{level} {open}{before}{close}");
    }
    yaml
}

/// A mapping of `n` keys.
fn keys(n: usize) -> String {
    (0..n).map(|i| format!("sleutel{i}: {i}\n")).collect()
}

fn indented(levels: usize, line: &str) -> String {
    (0..levels).map(|level| format!("{}{line}\n", "  ".repeat(level))).collect()
}

#[rstest]
#[case::sequences(format!("name: {}{}", "[".repeat(100_000), "]".repeat(100_000)))]
#[case::sequences_that_do_not_end("[".repeat(200_000))]
#[case::mappings(format!("name: {}1{}", "{a: ".repeat(50_000), "}".repeat(50_000)))]
#[case::mappings_that_do_not_end("{a: ".repeat(60_000))]
#[case::blocks(indented(400, "a:"))]
#[case::lists_of_lists("- ".repeat(100_000))]
#[case::keys_that_are_mappings("? ".repeat(100_000))]
#[case::closing_only("]".repeat(100_000))]
#[case::tags(format!("name: {}x", "!a ".repeat(80_000)))]
fn deep(#[case] yaml: String) {
    refused(&yaml);
    refused(&behind_a_policy(&yaml));
}

#[rstest]
#[case::ten_to_the_twelfth(laughs(12, "[", "]"))]
#[case::in_a_mapping(laughs(12, "{k: [", "]}"))]
#[case::itself("a: &a [*a]\n".to_owned())]
#[case::each_other("a: &a [*b]\nb: &b [*a]\n".to_owned())]
#[case::nobody("name: *niemand\n".to_owned())]
#[case::many_names((0..20_000).map(|i| format!("- &n{i} x\n")).collect::<String>())]
#[case::one_name_often(format!("a: &a [x, y]\nb: [{}]\n", vec!["*a"; 50_000].join(", ")))]
#[case::one_name_anew((0..20_000).map(|i| format!("- &n x{i}\n- *n\n")).collect::<String>())]
fn aliases(#[case] yaml: String) {
    refused(&yaml);
    refused(&behind_a_policy(&yaml));
}

#[rstest]
#[case::of_a_bomb(format!("{}<<: *a11\n", laughs(12, "{k: [", "]}")))]
#[case::of_itself("a: &a\n  <<: *a\n".to_owned())]
#[case::many(format!("a: &a {{ k: 1 }}\nb:\n{}", "  <<: *a\n".repeat(20_000)))]
#[case::a_list_of_many(format!("a: &a {{ k: 1 }}\nb:\n  <<: [{}]\n", vec!["*a"; 20_000].join(", ")))]
#[case::of_no_mapping("<<: 7\n".to_owned())]
fn merge_keys(#[case] yaml: String) {
    refused(&yaml);
    refused(&behind_a_policy(&yaml));
}

#[rstest]
#[case::plain(format!("name: {}\n", "x".repeat(MAX_BYTES)))]
#[case::quoted(format!("name: \"{}\"\n", "\\u0041".repeat(MAX_BYTES / 6)))]
#[case::folded(format!("name: >\n{}", "  x\n".repeat(MAX_BYTES / 4)))]
#[case::a_key(format!("{}: 1\n", "k".repeat(MAX_BYTES - 10)))]
#[case::a_key_just_below_the_limit(format!("? {}\n: 1\n", "k".repeat(MAX_BYTES - 100)))]
#[case::a_comment("#".repeat(MAX_BYTES + 1))]
#[case::blank_lines("\n".repeat(MAX_BYTES))]
#[case::an_anchor(format!("name: &{} x\n", "a".repeat(MAX_BYTES - 100)))]
#[case::a_number(format!("grace_days: {}\n", "9".repeat(100_000)))]
#[case::a_float(format!("fill_above: 1e{}\n", "9".repeat(50_000)))]
fn huge(#[case] yaml: String) {
    refused(&yaml);
}

#[rstest]
#[case::many_keys(keys(12_000))]
#[case::many_items(format!("name: [{}]\n", vec!["x"; 100_000].join(",")))]
#[case::many_documents("---\na: 1\n".repeat(20_000))]
#[case::many_directives("%YAML 1.2\n".repeat(20_000))]
#[case::many_empty_documents("---\n".repeat(60_000))]
#[case::the_same_key("name: a\n".repeat(20_000))]
#[case::the_same_key_twice(behind_a_policy("name: Nog een naam"))]
#[case::the_same_key_in_two_scripts("n\u{430}me: x\nname: y\n".to_owned())]
#[case::a_second_document(behind_a_policy("---\nname: Iets anders"))]
fn many(#[case] yaml: String) {
    refused(&yaml);
}

#[rstest]
#[case::tabs("name:\n\t- x\n")]
#[case::a_tab_for_an_indent("types:\n\t- { type: lid }\n")]
#[case::nul("name: a\0b\n")]
#[case::nul_first("\0")]
#[case::a_bell("name: \x07\n")]
#[case::half_a_pair("name: \"\\ud800\"\n")]
#[case::beyond_unicode("name: \"\\U00110000\"\n")]
#[case::a_mark_of_the_other_order("\u{feff}\u{feff}name: x\n")]
#[case::from_right_to_left("\u{202e}name: x\n")]
#[case::no_text("!!binary aGFsbG8=\n")]
#[case::a_type_of_python("name: !!python/object/apply:os.system ['ls']\n")]
#[case::infinity("grace_days: .inf\n")]
#[case::no_number("ask_before_removing: { percent: .nan, at_least: 1 }\n")]
#[case::negative("ask_before_removing: { percent: 20, at_least: -1 }\n")]
#[case::the_norway_problem("no\n")]
#[case::only_a_comment("# niets\n")]
#[case::null("~\n")]
#[case::a_directive("%TAG ! tag:example.org,2026:\n--- !x\n")]
fn odd(#[case] yaml: &str) {
    refused(yaml);
}

/// Both take text. A file that is none is refused before; what remains of it is read like anything else.
#[test]
fn bytes_that_are_no_text_are_no_policy() {
    for bytes in [&b"name: \xff\xfe"[..], b"\xc3(", b"\xed\xa0\x80", b"name: \xf4\x90\x80\x80"] {
        assert!(std::str::from_utf8(bytes).is_err());
        refused(&String::from_utf8_lossy(bytes));
    }
}

/// What is shipped, policies and case tables alike.
fn shipped() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let cases = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = cases.filter(|path| path.extension().is_some_and(|e| e == "yaml")).collect();
    cases.sort();
    let mut all: Vec<String> = cases.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    all.extend(["ivn", "nov"].map(|name| Policy::shipped(name).unwrap().to_owned()));
    assert!(all.len() > 4);
    all
}

/// One way to spoil a file.
#[derive(Debug, Clone)]
enum Spoil {
    /// A bit of the byte there.
    Flip(prop::sample::Index, u8),
    /// So many bytes there.
    Cut(prop::sample::Index, usize),
    /// A piece of another file, or of this one, put there.
    Splice(prop::sample::Index, prop::sample::Index, prop::sample::Index, usize),
    /// Something that means something in YAML, put there.
    Insert(prop::sample::Index, &'static str),
}

static WORDS: [&str; 18] = [
    "\t",
    "\0",
    "&a ",
    "*a",
    "<<: *a\n",
    "!!str ",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "- ",
    "\n",
    "\"",
    "|\n",
    "---\n",
    "9999999999",
    "\u{2028}",
];

fn spoil() -> impl Strategy<Value = Spoil> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), 0u8..8).prop_map(|(at, bit)| Spoil::Flip(at, bit)),
        (at(), 1usize..200).prop_map(|(at, length)| Spoil::Cut(at, length)),
        (at(), at(), at(), 1usize..400)
            .prop_map(|(at, file, from, length)| Spoil::Splice(at, file, from, length)),
        (at(), prop::sample::select(&WORDS[..])).prop_map(|(at, word)| Spoil::Insert(at, word)),
    ]
}

fn piece(bytes: &[u8], from: usize, length: usize) -> &[u8] {
    let end = (from + length).min(bytes.len());
    bytes.get(from..end).unwrap_or_default()
}

fn spoiled(files: &[String], file: prop::sample::Index, spoils: &[Spoil]) -> String {
    let mut bytes = file.get(files).clone().into_bytes();
    for spoil in spoils {
        let place = |at: &prop::sample::Index, bytes: &[u8]| at.index(bytes.len().max(1)).min(bytes.len());
        match spoil {
            Spoil::Flip(at, bit) => {
                let at = place(at, &bytes);
                bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1_u8 << *bit);
            }
            Spoil::Cut(at, length) => {
                let at = place(at, &bytes);
                let end = (at + length).min(bytes.len());
                bytes.drain(at..end);
            }
            Spoil::Splice(at, file, from, length) => {
                let other = file.get(files).as_bytes();
                let stolen = piece(other, place(from, other), *length).to_vec();
                let at = place(at, &bytes);
                bytes.splice(at..at, stolen);
            }
            Spoil::Insert(at, word) => {
                let at = place(at, &bytes);
                bytes.splice(at..at, word.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// So many files in the ordinary form; a hundred times as many with `KRING_LONG=1`.
fn files() -> u32 {
    let long = std::env::var_os("KRING_LONG").is_some_and(|long| long == "1");
    if long { 20_000 } else { 200 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: files(), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever became of a shipped file: nothing panics, nothing takes long, a refusal has sentences, and the same file is
    /// judged the same a second time.
    #[test]
    fn spoiled_file_is_judged_in_time_and_always_the_same(
        file in any::<prop::sample::Index>(),
        spoils in prop::collection::vec(spoil(), 1..6),
    ) {
        let yaml = spoiled(&shipped(), file, &spoils);
        let start = Instant::now();
        let first = judged(&yaml);
        prop_assert!(start.elapsed() < LONG, "{:?}", start.elapsed());
        for problems in first.iter().flatten() {
            prop_assert!(!problems.is_empty());
            let whole = |text: &str| !text.is_empty() && !text.starts_with("problem-");
            prop_assert!(problems.iter().all(|p| whole(&p.message.nl) && whole(&p.message.en)));
            let lines = yaml.lines().count() as u64 + 1;
            prop_assert!(problems.iter().all(|p| p.line <= lines + 1), "{:?} of {} lines", problems, lines);
        }
        prop_assert_eq!(&judged(&yaml), &first);
        if let Ok(policy) = read_policy("kwaad.yaml", &yaml) {
            // Taken once more it means the same, to the last value.
            let again = read_policy("kwaad.yaml", &yaml).unwrap();
            prop_assert_eq!(format!("{again:?}"), format!("{policy:?}"));
        }
    }
}
