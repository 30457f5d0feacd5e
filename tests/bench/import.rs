//! How long it takes to read an administration, from bytes to the difference with the previous one.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use jiff::civil::date;
use kring_core::import::{ImportRules, read};
use kring_tests::Administration;

/// How often each size is measured.
const TIMES: usize = 7;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "| people | size | first import | same again |\n| --- | --- | --- | --- |")?;
    for (people, branches) in [(120, 6), (26_000, 165), (100_000, 1_000)] {
        let file = Administration::generated(people, branches, 1).csv();
        let (first, again) = measure(file.as_bytes(), people);
        let size = file.len() / 1024;
        writeln!(out, "| {people} | {size} kB | {first:.1?} | {again:.1?} |")?;
    }
    writeln!(out, "\npeak memory of this process: {}", peak_memory())
}

/// The medians of a first import and of one against itself.
///
/// # Panics
/// When the import is not the whole file: a fast wrong answer is no result.
fn measure(file: &[u8], people: usize) -> (Duration, Duration) {
    let rules = ImportRules::new(date(2026, 7, 1));
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..TIMES {
        let start = Instant::now();
        let Ok(first) = read(file, &rules, None) else { fail("the file was refused") };
        let between = Instant::now();
        let Ok(again) = read(file, &rules, Some(&first.administration)) else { fail("the file was refused") };
        for (list, from) in times.iter_mut().zip([between - start, between.elapsed()]) {
            list.push(from);
        }
        if (first.report.accepted, again.report.changed) != (people, 0) {
            fail("the import did not accept the file as it is");
        }
    }
    let [first, again] = times.map(|mut list| {
        list.sort_unstable();
        list.get(list.len() / 2).copied().unwrap_or_default()
    });
    (first, again)
}

#[expect(clippy::panic, reason = "a bench of something that does not work has no result")]
fn fail(why: &str) -> ! {
    panic!("{why}")
}

/// The most memory that this process had at a time, as Linux counts it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |kb| kb.trim().to_owned())
}
