//! Conditions: from words to tests over known types and attributes.

use kring_core::{ids::UserType, member::Source};
use serde_saphyr::Location;

use super::{
    check::Checker,
    placed::Placed,
    raw::{OneOrMore, RawCondition, RawSource},
};
use crate::{
    condition::{Condition, Test, What},
    policy::MemberRule,
};

impl Checker<'_> {
    /// A rule under `members:` or `admins:`. Without a source it speaks of the administration.
    pub(super) fn member_rule(&mut self, raw: &Placed<RawCondition>, generated: bool) -> MemberRule {
        let everybody = raw.value.source.as_ref().is_some_and(|s| s.value != RawSource::Administration);
        if raw.value.anywhere && !generated {
            self.problem(raw.referenced, "problem-anywhere", &[]);
        }
        let who = self.condition(&raw.value);
        MemberRule { who, everybody, own: generated && !raw.value.anywhere, line: line(raw.referenced) }
    }

    pub(super) fn condition(&mut self, raw: &RawCondition) -> Condition {
        let mut tests = Vec::new();
        if let Some(types) = &raw.types {
            tests.push(test(types.referenced, What::Type(self.type_list(types))));
        }
        for (name, values) in &raw.attributes {
            let known = self.attribute_names();
            self.expect_known(name, values.referenced, "problem-attribute", &known);
            let values_wanted = values.value.0.iter().map(|v| v.as_str().into()).collect();
            tests.push(test(values.referenced, What::Attribute(name.as_str().into(), values_wanted)));
        }
        if let Some(address) = &raw.address {
            tests.push(test(address.referenced, What::AddressUnique));
        }
        if let Some((at, source)) =
            raw.source.as_ref().and_then(|s| Some((s.referenced, plain_source(s.value)?)))
        {
            tests.push(test(at, What::Source(source)));
        }
        if let Some(any) = &raw.any {
            let one_of = any.value.iter().map(|c| self.condition(&c.value)).collect();
            tests.push(test(any.referenced, What::Any(one_of)));
        }
        if let Some(not) = &raw.not {
            tests.push(test(not.referenced, What::Not(self.condition(&not.value))));
        }
        Condition { tests }
    }

    fn type_list(&mut self, types: &Placed<OneOrMore>) -> Vec<UserType> {
        let known = self.type_names();
        for name in &types.value.0 {
            self.expect_known(name, types.referenced, "problem-type", &known);
        }
        types.value.0.iter().map(|name| UserType::from(name.as_str())).collect()
    }
}

fn plain_source(source: RawSource) -> Option<Source> {
    match source {
        RawSource::Any => None,
        RawSource::Administration => Some(Source::Administration),
        RawSource::Invitation => Some(Source::Invitation),
    }
}

fn test(at: Location, what: What) -> Test {
    Test { what, line: line(at) }
}

pub(super) fn line(at: Location) -> u32 {
    u32::try_from(at.line()).unwrap_or(u32::MAX)
}
