//! The facts that a policy is applied to.

use jiff::{Timestamp, civil::Date};
use kring_core::{
    group::{Grant, GroupRecord},
    member::Person,
};
use ruma::OwnedUserId;

/// Everything that the store knows and the policy asks about, as one value.
#[derive(Debug, Clone)]
pub struct World {
    /// Today in the association's zone: decides which memberships run.
    pub today: Date,
    /// Now: decides which grants have ended.
    pub now: Timestamp,
    /// Everybody, of the administration and by invitation, with or without an account.
    pub people: Vec<Person>,
    /// Groups that exist already; `desired` proposes records for those that do not.
    pub groups: Vec<GroupRecord>,
    /// Places in groups given by people.
    pub grants: Vec<Grant>,
    /// The bridge first, then its bots: in rooms by their own right, never planned in or out. The bridge is the creator
    /// of every managed room, and its server part goes into `via`.
    pub own_users: Vec<OwnedUserId>,
}
