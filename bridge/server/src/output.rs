//! What a command says: answers on standard output, sentences for the operator on standard error.
//!
//! A command that was handed over by another process says it through the control socket to that process, so
//! no command prints by itself.

mod bar;

use std::{
    fmt,
    io::{IsTerminal as _, Write as _, stderr, stdout},
    sync::LazyLock,
};

use kring_core::text::{Arg, Catalogue, Text};
use serde::Serialize;
use tokio::sync::mpsc::UnboundedSender;

use self::bar::Bar;
use crate::control::Frame;

const NL: &str = concat!(include_str!("../locales/nl/cli.ftl"), "\n", include_str!("../locales/nl/work.ftl"));
const EN: &str = concat!(include_str!("../locales/en/cli.ftl"), "\n", include_str!("../locales/en/work.ftl"));

/// The sentences of the command line.
pub fn texts() -> &'static Catalogue {
    static TEXTS: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(NL, EN));
    &TEXTS
}

/// Where a command speaks. Clones speak to the same reader.
#[derive(Clone)]
pub struct Output {
    sink: Sink,
    language: String,
    terminal: bool,
}

#[derive(Clone)]
enum Sink {
    Process(Bar),
    Frames(UnboundedSender<Frame>),
}

impl Output {
    /// This process' own standard output and error, in `language` (`nl` or `en`).
    pub fn process(language: &str) -> Self {
        Self {
            sink: Sink::Process(Bar::default()),
            language: language.to_owned(),
            terminal: stderr().is_terminal(),
        }
    }

    /// A reader at the other end of the control socket. Nobody listening is no error: the work goes on.
    pub fn frames(to: UnboundedSender<Frame>, language: &str, terminal: bool) -> Self {
        Self { sink: Sink::Frames(to), language: language.to_owned(), terminal }
    }

    /// The same place in another language.
    pub fn in_language(self, language: &str) -> Self {
        Self { language: language.to_owned(), ..self }
    }

    /// The reader's language, `nl` or `en`.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Whether a person watches standard error, so that a progress bar makes sense.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// A line of the answer, on standard output.
    pub fn line(&self, line: &str) {
        self.send(Frame::Out(line.to_owned()));
    }

    /// A value of the answer as one line of JSON, on standard output.
    ///
    /// # Errors
    /// When the value has no JSON form.
    pub fn json(&self, value: &impl Serialize) -> serde_json::Result<()> {
        self.line(&serde_json::to_string(value)?);
        Ok(())
    }

    /// The message `id` of `cli.ftl` as a line of the answer, on standard output.
    pub fn answer(&self, id: &str, args: &[(&str, Arg<'_>)]) {
        self.line(texts().text(id, args).get(&self.language));
    }

    /// The message `id` of `cli.ftl` for the operator, on standard error.
    pub fn say(&self, id: &str, args: &[(&str, Arg<'_>)]) {
        self.tell(&texts().text(id, args));
    }

    /// A sentence for the operator, on standard error, in the reader's language.
    pub fn tell(&self, text: &Text) {
        self.diagnostic(text.get(&self.language));
    }

    /// A line that is in the reader's language already, on standard error.
    pub fn diagnostic(&self, line: &str) {
        self.send(Frame::Err(line.to_owned()));
    }

    /// Shows that `done` of `total` steps are done, where a person watches.
    pub fn progress(&self, done: usize, total: usize) {
        if self.terminal {
            self.send(Frame::Progress { done, total });
        }
    }

    /// Takes the progress bar off the screen.
    pub fn progress_ends(&self) {
        if self.terminal {
            self.send(Frame::ProgressEnds);
        }
    }

    fn send(&self, frame: Frame) {
        match &self.sink {
            Sink::Process(bar) => print(&frame, bar),
            // A reader that went away does not stop the work.
            Sink::Frames(to) => drop(to.send(frame)),
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("language", &self.language).finish_non_exhaustive()
    }
}

/// Writes to this process' standard output or error; a closed pipe (`| head`) is not an error of ours.
fn print(frame: &Frame, bar: &Bar) {
    match frame {
        Frame::Out(line) => _ = bar.around(|| writeln!(stdout().lock(), "{line}")),
        Frame::Err(line) => _ = bar.around(|| writeln!(stderr().lock(), "{line}")),
        Frame::Progress { done, total } => bar.show(*done, *total),
        Frame::ProgressEnds => bar.end(),
        Frame::Exit(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_exists_in_both_languages() {
        assert_eq!(Catalogue::problems(NL, EN), Vec::<String>::new());
    }
}
