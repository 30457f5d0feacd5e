//! When it dies.

use super::events::ALL;

/// The moment of the crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// As soon as the last transaction is acknowledged.
    LastAck,
    /// When half of the events have been handled.
    Half,
    /// When all of them have been handled, and the homeserver does not know it of the last hundred.
    All,
}

impl Moment {
    pub(crate) const ALL: [Self; 3] = [Self::LastAck, Self::Half, Self::All];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::LastAck => "at the last acknowledgement",
            Self::Half => "when half is handled",
            Self::All => "when all is handled",
        }
    }

    /// Whether it is now, when so many events have been handled.
    pub(crate) fn has_come(self, handled: usize) -> bool {
        match self {
            Self::LastAck => true,
            Self::Half => handled >= ALL / 2,
            Self::All => handled >= ALL,
        }
    }
}
