//! Cases that are no question to `decide`: where a group hangs, whom it turns to, who is proposed as its admin.

use kring_core::ids::GroupKey;

use super::{Scene, raw::RawWhen};
use crate::{
    decision::Decision,
    staffing::{contacts, shortages},
};

impl Scene<'_> {
    /// The answer where the case is about a group rather than about what somebody does.
    pub(super) fn about_group(&self, when: &RawWhen) -> Option<Decision> {
        let key = |text: &Option<String>| text.as_ref().map(|text| text.parse().ok());
        if let Some(group) = key(&when.hangs) {
            return Some(self.place_in_tree(group.as_ref(), when.under.as_deref()));
        }
        if let Some(group) = key(&when.is_contact_of) {
            return Some(self.contact(group.as_ref(), &when.who));
        }
        key(&when.is_proposed_in).map(|group| self.proposal(group.as_ref(), &when.who))
    }

    /// Whether the group is found in the space of the other.
    fn place_in_tree(&self, group: Option<&GroupKey>, above: Option<&str>) -> Decision {
        let places = group.map(|group| self.desired.above(group)).unwrap_or_default();
        either(places.iter().any(|k| Some(k.as_str()) == above), "hangs-under", "hangs-elsewhere")
    }

    fn contact(&self, group: Option<&GroupKey>, who: &str) -> Decision {
        let record = group.and_then(|group| self.desired.group(group));
        let place = record.and_then(|record| Some((self.policy.kind_of(record)?, record)));
        let names = place.map(|(kind, record)| contacts(self.policy, self.world, kind, record));
        let is = names.into_iter().flatten().any(|person| person.member.id.as_str() == who);
        either(is, "is-contact", "is-no-contact")
    }

    fn proposal(&self, group: Option<&GroupKey>, who: &str) -> Decision {
        let all = shortages(self.policy, self.world, &self.desired);
        match all.iter().find(|shortage| Some(&shortage.group) == group) {
            None => Decision::new(false, "enough-admins", "enough-admins"),
            Some(shortage) => {
                let is = shortage.proposed.as_ref().is_some_and(|member| member.as_str() == who);
                either(is, "is-proposed", "is-not-proposed")
            }
        }
    }
}

fn either(is: bool, yes: &'static str, no: &'static str) -> Decision {
    let code = if is { yes } else { no };
    Decision::new(is, code, code)
}
