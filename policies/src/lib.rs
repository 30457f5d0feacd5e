//! The policy language and its meaning, pure: read a policy, [`decide`](decide::decide) one question, compute what
//! is [`desired`](desired::desired), and [`plan`](plan::plan) the way there from the mirror of the homeserver.

pub mod mirror;
pub mod plan;
pub mod world;
