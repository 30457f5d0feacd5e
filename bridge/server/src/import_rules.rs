//! What a policy says about reading a member administration.

use jiff::civil::Date;
use kring_core::import::{Column, Feeds, ImportRules, Thresholds};
use kring_policies::policy::Policy;

/// The rules for an import on `today`: the columns of every administration, and with them the policy's types,
/// attributes, section and thresholds.
pub fn import_rules(policy: &Policy, today: Date) -> ImportRules {
    let mut rules = ImportRules::new(today);
    rules.types = policy.types.iter().map(|rule| rule.id.clone()).collect();
    let section = policy.kinds.iter().find(|kind| kind.section);
    rules.access_types = section.map(|kind| kind.admits.clone()).unwrap_or_default();
    for attribute in &policy.attributes {
        let known = rules.columns.iter().any(|column| column.name == attribute.column);
        if !known {
            let feeds = if attribute.list { Feeds::List } else { Feeds::Attribute };
            rules.columns.push(Column { name: attribute.column.clone(), required: false, feeds });
        }
    }
    rules.thresholds = Thresholds {
        share: percent(policy.removal.share),
        count: policy.removal.at_least,
        ..rules.thresholds
    };
    rules
}

/// A share between 0 and 1 in whole percent; what is no share asks at every removal.
fn percent(share: f64) -> u32 {
    (0..=100).rev().find(|percent| f64::from(*percent) <= share * 100.0 + 0.5).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use kring_core::ids::UserType;

    use super::*;
    use crate::{config::PolicySource, policy_file};

    #[test]
    fn the_shipped_policy_lets_volunteers_into_the_section() {
        let policy = policy_file::load(&PolicySource::default()).unwrap();
        let rules = import_rules(&policy, jiff::civil::date(2026, 1, 1));
        let expected = ["vrijwilliger", "beheervrijwilliger"].map(UserType::from);
        let access: Vec<_> = rules.access_types.iter().filter(|t| expected.contains(t)).collect();
        assert_eq!(access.len(), 2, "{:?}", rules.access_types);
        assert!(!rules.access_types.contains(&UserType::from("extern")));
        assert_eq!((rules.thresholds.share, rules.types.len()), (20, 4));
    }

    #[test]
    fn shares_become_whole_percents() {
        assert_eq!([0.2, 0.333, 0.0, 1.0, f64::NAN].map(percent), [20, 33, 0, 100, 0]);
    }
}
