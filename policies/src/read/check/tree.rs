//! Which kind stands above which.

use super::{Checker, name};
use crate::{
    policy::{Kind, ParentRule},
    read::raw::{Name, RawKind},
};

impl Checker<'_> {
    pub(super) fn parents(&mut self, raw: &RawKind) -> Vec<ParentRule> {
        let names = raw.parents.as_ref().map(|p| p.value.as_slice()).unwrap_or_default();
        names.iter().filter_map(|p| self.parent(p, raw.all_parents)).collect()
    }

    fn parent(&mut self, name: &Name, all: bool) -> Option<ParentRule> {
        let known = self.kinds.clone();
        self.expect_known(&name.value, name.referenced, "problem-kind", &known);
        self.kinds.iter().position(|k| *k == name.value).map(|kind| ParentRule { kind, all })
    }

    /// Every kind but the root and hidden ones hangs below another.
    pub(super) fn hung(&mut self, root: &Name, raw: &[RawKind]) {
        let loose = |kind: &&RawKind| {
            let parents = kind.parents.as_ref().is_some_and(|p| !p.value.is_empty());
            let is_root = kind.key.as_ref().is_some_and(|key| key.value == root.value);
            !parents && !is_root && !kind.hidden.as_ref().is_some_and(|h| h.value)
        };
        // A root that does not exist is a problem of its own.
        let found = raw.iter().any(|kind| kind.key.as_ref().is_some_and(|key| key.value == root.value));
        for kind in raw.iter().filter(|_| found).filter(loose) {
            self.problem(kind.kind.referenced, "problem-no-parents", &[]);
        }
    }

    /// No group may be above itself.
    pub(super) fn circles(&mut self, kinds: &[Kind], raw: &[RawKind]) {
        for (start, written) in raw.iter().enumerate() {
            let (mut seen, mut todo) = (vec![false; kinds.len()], vec![start]);
            let mut circle = false;
            while let Some(at) = todo.pop() {
                for parent in kinds.get(at).map(|k| k.parents.as_slice()).unwrap_or_default() {
                    circle |= parent.kind == start;
                    if let Some(seen) = seen.get_mut(parent.kind).filter(|s| !**s) {
                        *seen = true;
                        todo.push(parent.kind);
                    }
                }
            }
            if circle {
                self.problem(written.kind.referenced, "problem-circle", &name(&written.kind.value));
            }
        }
    }
}
