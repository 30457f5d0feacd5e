//! The innermost ring: the association's own nouns as values.
//!
//! Members, groups, the import of a member administration, identifiers, texts and the clock. No runtime, no
//! database, no network: everything here takes values and gives values.

pub mod audit;
pub mod clock;
pub mod confirm;
pub mod email;
pub mod group;
pub mod ids;
pub mod import;
pub mod member;
pub mod name;
pub mod text;
pub mod user_name;
