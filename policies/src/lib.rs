//! The policy language and its meaning, pure: read a policy, [`decide`](decide::decide) one question, compute what
//! is [`desired`](desired::desired), and [`plan`](plan::plan) the way there from the mirror of the homeserver.

pub mod cases;
pub mod condition;
pub mod decide;
pub mod decision;
pub mod describe;
pub mod desired;
pub mod diff;
pub mod explain;
pub mod facts;
mod glob;
pub mod mirror;
pub mod plan;
pub mod policy;
pub mod power;
pub mod read;
#[cfg(any(test, feature = "sim"))]
pub mod sim;
pub mod staffing;
mod texts;
pub mod world;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod testing;
