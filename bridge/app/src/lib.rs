//! The use cases: ask the policy, write the store, enqueue the effects.
