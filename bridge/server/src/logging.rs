//! Where log lines go: standard error, as text or as JSON lines.

use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Log, LogFormat};

/// Starts logging as `log` says. A second call does nothing: the first one counts.
pub fn init(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt().with_env_filter(filter).with_writer(stderr);
    _ = match log.format {
        LogFormat::Text => lines.with_ansi(stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}

/// Starts logging for a command that ends by itself: warnings only.
pub fn init_quiet() {
    init(&Log { filter: "warn".to_owned(), ..Log::default() });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_call_counts() {
        init_quiet();
        init(&Log::default());
        assert!(!tracing::enabled!(tracing::Level::INFO));
        assert!(tracing::enabled!(tracing::Level::WARN));
    }
}
