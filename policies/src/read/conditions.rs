//! Conditions: from words to tests over known types, attributes and sorts of people.

use kring_core::{ids::UserType, member::Source};
use serde_saphyr::Location;

use super::{
    check::Checker,
    placed::Placed,
    raw::{OneOrMore, RawCondition, RawSource},
};
use crate::{
    condition::{Condition, Test, What},
    policy::{MemberRule, Whose},
};

impl Checker<'_> {
    /// A rule under `members:`, `admins:`, `writers:` or `contacts:`. Without a source it speaks of the administration.
    pub(super) fn member_rule(&mut self, raw: &Placed<RawCondition>, generated: bool) -> MemberRule {
        let everybody = raw.value.source.as_ref().is_some_and(|s| s.value != RawSource::Administration);
        if (raw.value.anywhere || raw.value.through.is_some()) && !generated {
            self.problem(raw.referenced, "problem-anywhere", &[]);
        }
        let who = self.tests(&raw.value);
        self.says_something(raw, &who);
        MemberRule { who, everybody, whose: self.whose(&raw.value, generated), line: line(raw.referenced) }
    }

    fn whose(&mut self, raw: &RawCondition, generated: bool) -> Whose {
        match (&raw.through, raw.anywhere, generated) {
            (Some(through), false, _) => {
                let known = self.attribute_names();
                self.expect_known(&through.value, through.referenced, "problem-attribute", &known);
                Whose::Through(through.value.as_str().into())
            }
            (Some(through), true, _) => {
                self.problem(through.referenced, "problem-through", &[]);
                Whose::Anywhere
            }
            (None, false, true) => Whose::Own,
            (None, _, _) => Whose::Anywhere,
        }
    }

    /// A condition that is no rule of a kind: which groups are meant makes no sense in it.
    pub(super) fn condition(&mut self, raw: &Placed<RawCondition>) -> Condition {
        if raw.value.anywhere || raw.value.through.is_some() {
            self.problem(raw.referenced, "problem-anywhere", &[]);
        }
        let condition = self.tests(&raw.value);
        self.says_something(raw, &condition);
        condition
    }

    /// A condition without tests holds for everybody. Somebody who wants that says so; it must not come from a line that
    /// was taken out or made into a remark.
    fn says_something(&mut self, raw: &Placed<RawCondition>, condition: &Condition) {
        if condition.tests.is_empty() && raw.value.source.is_none() {
            self.problem(raw.referenced, "problem-empty", &[]);
        }
    }

    fn tests(&mut self, raw: &RawCondition) -> Condition {
        let mut tests = Vec::new();
        if let Some(types) = &raw.types {
            tests.push(test(types.referenced, What::Type(self.type_list(types))));
        }
        if let Some(is) = &raw.is {
            tests.push(self.is(is));
        }
        for (name, values) in &raw.attributes {
            tests.push(self.attribute(name, values));
        }
        for (name, values) in &raw.without {
            let has = Condition { tests: vec![self.attribute(name, values)] };
            tests.push(test(values.referenced, What::Not(has)));
        }
        if let Some(address) = &raw.address {
            tests.push(test(address.referenced, What::AddressUnique));
        }
        let source = raw.source.as_ref().and_then(|s| Some((s.referenced, plain_source(s.value)?)));
        tests.extend(source.map(|(at, source)| test(at, What::Source(source))));
        if let Some(any) = &raw.any {
            let one_of = any.value.iter().map(|c| self.condition(c)).collect();
            tests.push(test(any.referenced, What::Any(one_of)));
        }
        if let Some(not) = &raw.not {
            tests.push(test(not.referenced, What::Not(self.condition(not))));
        }
        Condition { tests }
    }

    fn attribute(&mut self, name: &str, values: &Placed<OneOrMore>) -> Test {
        let known = self.attribute_names();
        self.expect_known(name, values.referenced, "problem-attribute", &known);
        let wanted = values.value.0.iter().map(|v| v.as_str().into()).collect();
        test(values.referenced, What::Attribute(name.into(), wanted))
    }

    /// One sort of people, or one of several.
    fn is(&mut self, is: &Placed<OneOrMore>) -> Test {
        let known: Vec<String> = self.people().iter().map(|p| p.name.to_string()).collect();
        for name in &is.value.0 {
            self.expect_known(name, is.referenced, "problem-people", &known);
        }
        let named = |name: &String| self.people().iter().find(|p| *p.name == **name).cloned();
        let sorts = is.value.0.iter().filter_map(named).map(|p| test(is.referenced, What::Is(p)));
        let mut sorts: Vec<Test> = sorts.collect();
        match (sorts.pop(), sorts.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                let one = |test| Condition { tests: vec![test] };
                test(is.referenced, What::Any(sorts.into_iter().chain(last).map(one).collect()))
            }
        }
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
