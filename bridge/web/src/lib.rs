//! The HTTP side: application service transactions, health, readiness.
