//! How people, groups and types are named in a sentence.

use kring_core::{
    group::GroupRecord,
    ids::{Shared, UserType},
    member::{Member, Person},
    text::Text,
};

use crate::{decision::Decision, policy::Policy};

/// "Kees van den Heuvel"; the membership number where there is no name at all.
pub(crate) fn person_name(member: &Member) -> Shared {
    let name = &member.name;
    let parts = [&name.given, &name.infix, &name.family].map(String::as_str);
    let joined = parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
    match (joined.is_empty(), &member.number) {
        (true, Some(number)) => number.as_str().into(),
        (true, None) => member.id.as_str().into(),
        _ => joined.into(),
    }
}

impl Decision {
    pub(super) fn person(self, person: &Person) -> Self {
        self.with("person", person_name(&person.member))
    }

    pub(super) fn group(self, group: &GroupRecord) -> Self {
        self.with("group", group.name.as_str())
    }

    pub(super) fn user_type(self, policy: &Policy, user_type: &UserType) -> Self {
        let title = policy.types.iter().find(|t| t.id == *user_type).map(|t| t.title.clone());
        let own = || Text { nl: user_type.to_string(), en: user_type.to_string() };
        self.with_text("type", title.unwrap_or_else(own))
    }

    pub(super) fn attribute(self, policy: &Policy, name: &str) -> Self {
        let title = policy.attribute(name).map(|a| a.title.clone());
        self.with_text(
            "attribute",
            title.unwrap_or_else(|| Text { nl: name.to_owned(), en: name.to_owned() }),
        )
    }
}

pub(super) fn yes(code: &'static str) -> Decision {
    Decision::new(true, code, code)
}

pub(super) fn no(code: &'static str) -> Decision {
    Decision::new(false, code, code)
}
