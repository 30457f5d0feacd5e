//! The progress bar of a long command.

use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

/// The bar that is on the screen, if there is one. Clones are the same bar.
#[derive(Debug, Clone, Default)]
pub(super) struct Bar(Arc<Mutex<Option<ProgressBar>>>);

impl Bar {
    /// Shows that `done` of `total` steps are done.
    pub(super) fn show(&self, done: usize, total: usize) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = shown.get_or_insert_with(|| ProgressBar::new(0).with_style(style()));
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    }

    /// Takes the bar off the screen.
    pub(super) fn end(&self) {
        if let Some(bar) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }

    /// Does `print` with the bar out of the way.
    pub(super) fn around<T>(&self, print: impl FnOnce() -> T) -> T {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

/// Numbers only: it is the same in every language.
fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {pos}/{len}  {elapsed_precise}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
