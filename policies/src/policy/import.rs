//! What a policy says to an import of the member administration.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kring_core::{
    ids::UserType,
    import::{Column, Feeds, GroupThreshold, ImportRules, Level},
};

use super::{Origin, Policy, Removal};

impl Policy {
    /// The rules for an import on `today`: types, who may enter the section, columns, levels and thresholds.
    ///
    /// Columns that the administration always has keep their meaning; the policy adds its own attributes to them.
    pub fn import_rules(&self, today: Date) -> ImportRules {
        let mut rules = ImportRules::new(today);
        rules.types = self.types.iter().map(|t| t.id.clone()).collect();
        rules.access_types = self.section_types();
        for attribute in &self.attributes {
            let feeds = if attribute.list { Feeds::List } else { Feeds::Attribute };
            match rules.columns.iter_mut().find(|c| c.name == attribute.column) {
                Some(column) => column.feeds = feeds,
                None => rules.columns.push(Column { name: attribute.column.clone(), required: false, feeds }),
            }
        }
        rules.levels = self.levels();
        rules.thresholds.share = self.removal.total.percent();
        rules.thresholds.group = rules.levels.first().filter(|_| self.removal.says_in_group).map(|level| {
            let Removal { in_group, .. } = self.removal;
            GroupThreshold {
                column: level.column.clone(),
                share: in_group.percent(),
                count: in_group.at_least,
            }
        });
        rules
    }

    /// The types that the section's rules name; none where the policy has no section.
    fn section_types(&self) -> Vec<UserType> {
        let Some(kind) = self.section.and_then(|i| self.kinds.get(i)) else { return Vec::new() };
        // A rule that names no types speaks of everybody whom the section admits.
        let named =
            kind.members.iter().flat_map(|rule| rule.who.types().unwrap_or_else(|| kind.admits.clone()));
        named.filter(|t| kind.admits.contains(t)).collect()
    }

    /// Generated kinds, from the smallest groups to the largest: a kind stands before those above it. A kind that hangs
    /// below several groups at once ends the list: its groups lie in no single one.
    fn levels(&self) -> Vec<Level> {
        let mut generated: Vec<(usize, bool, Level)> = self
            .kinds
            .iter()
            .enumerate()
            .filter_map(|(index, kind)| match &kind.origin {
                Origin::ForEach { attribute, .. } => {
                    let rule = self.attribute(attribute).filter(|a| !a.list && !a.is_derived())?;
                    let noun = rule.title.en.to_lowercase().into();
                    let several = kind.parents.iter().any(|p| p.all);
                    Some((self.depth(index), several, Level { column: rule.column.clone(), noun }))
                }
                _ => None,
            })
            .collect();
        generated.sort_by_key(|(depth, ..)| std::cmp::Reverse(*depth));
        let mut seen = BTreeSet::new();
        generated.retain(|(_, _, level)| seen.insert(level.column.clone()));
        let single = generated.iter().position(|(_, several, _)| *several).map_or(generated.len(), |i| i + 1);
        generated.into_iter().take(single).map(|(_, _, level)| level).collect()
    }

    /// How many kinds stand above this one, on the longest way.
    fn depth(&self, kind: usize) -> usize {
        let parents = self.kinds.get(kind).map(|k| k.parents.as_slice()).unwrap_or_default();
        parents.iter().map(|p| 1 + self.depth(p.kind)).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::testing::{ivn, ivn_with};

    #[test]
    fn shipped_policy_says_what_the_importer_takes_for_granted() {
        let today = date(2026, 11, 23);
        assert_eq!(ivn().import_rules(today), ImportRules::new(today));
    }

    #[test]
    fn threshold_of_a_group_holds_for_the_smallest_groups_of_the_administration() {
        let own = "  at_least: 10\n  in_group: { percent: 30, at_least: 4 }\n";
        let thresholds = ivn_with("  at_least: 10\n", own).import_rules(date(2026, 11, 23)).thresholds;
        let group = GroupThreshold { column: "afdeling".into(), share: 30, count: 4 };
        assert_eq!((thresholds.share, thresholds.group), (20, Some(group)));
    }

    #[test]
    fn own_attribute_becomes_an_optional_column() {
        let from = "attributes:\n  - attribute: afdeling\n";
        let own = "attributes:\n  - attribute: stam\n    column: stam\n    title: { nl: stam, en: tribe }\n  - attribute: afdeling\n";
        let rules = ivn_with(from, own).import_rules(date(2026, 11, 23));
        let column = rules.columns.iter().find(|c| &*c.name == "stam").unwrap();
        assert_eq!((column.required, column.feeds), (false, Feeds::Attribute));
    }
}
