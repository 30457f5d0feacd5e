//! How many requests are under way.

use std::sync::{Mutex, MutexGuard};

use super::locked;

/// Requests that have come and not yet been answered. One whose caller went away is no longer under way.
#[derive(Debug, Default)]
pub(super) struct Traffic(Mutex<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    now: usize,
    most: usize,
}

/// Stands for one request.
pub(super) struct Running<'a>(&'a Traffic);

impl Traffic {
    pub(super) fn enter(&self) -> Running<'_> {
        let mut numbers = self.numbers();
        numbers.now += 1;
        numbers.most = numbers.most.max(numbers.now);
        Running(self)
    }

    pub(super) fn now(&self) -> usize {
        self.numbers().now
    }

    pub(super) fn most(&self) -> usize {
        self.numbers().most
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        locked(&self.0)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.numbers().now -= 1;
    }
}
