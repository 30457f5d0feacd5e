//! What a process has used so far, as Linux counts it.

use std::{path::PathBuf, time::Duration};

/// Clock ticks a second in `/proc` (`USER_HZ`), the same on every Linux that we run on.
const TICKS: f64 = 100.0;

/// Processor time of all its threads, waited for or not.
pub fn cpu(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(proc(pid).join("stat")).unwrap_or_default();
    // The name of the program is in brackets and may hold spaces; user and system time are the 12th and 13th behind it.
    let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
    let ticks: f64 = after.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    Duration::from_secs_f64(ticks / TICKS)
}

/// The memory that it holds now (resident set), in MB of a million bytes.
pub fn memory_mb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(proc(pid).join("status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line.and_then(|l| l.split_whitespace().next()?.parse().ok()).unwrap_or_default();
    kib * 1024.0 / 1e6
}

fn proc(pid: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}
