//! Dutch words of nature: plain, neutral and kind, in ASCII.

/// Animals and birds.
pub const ANIMALS: &[&str] = &["merel"];

/// Plants, trees and landscape.
pub const PLANTS: &[&str] = &["beuk"];
