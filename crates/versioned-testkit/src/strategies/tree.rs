//! A document that `proptest` may shrink.
//!
//! Layer: testkit. Invariant: every document that is shown is accepted by the schema, and none is shown twice, so that
//! shrinking ends.

use std::{collections::BTreeSet, sync::Arc};

use proptest::strategy::ValueTree;
use serde_json::Value;

use super::{
    accept::Mode,
    compiled::{Compiled, ROOT},
    edits::{Edit, edits},
    limits::Limits,
};

/// A generated document, and what is left to try to make it simpler.
#[derive(Debug)]
pub struct SchemaValueTree {
    schema: Arc<Compiled>,
    limits: Limits,
    /// The simplest document known to fail.
    base: Value,
    /// What is shown instead, until it is known to fail or to pass.
    candidate: Option<Value>,
    /// The edits of `base`; none before the first is asked for.
    edits: Option<Vec<Edit>>,
    next: usize,
    /// Edits that were passed over since `base` changed last.
    passed: usize,
    shown: BTreeSet<String>,
}

impl SchemaValueTree {
    pub(super) fn new(schema: Arc<Compiled>, limits: Limits, document: Value) -> Self {
        let shown = BTreeSet::from([document.to_string()]);
        Self {
            schema,
            limits,
            base: document,
            candidate: None,
            edits: None,
            next: 0,
            passed: 0,
            shown,
        }
    }

    fn advance(&mut self) -> bool {
        let edits = self.edits.get_or_insert_with(|| edits(&self.schema, self.limits, &self.base));
        while self.passed < edits.len() {
            let edit = &edits[self.next % edits.len()];
            self.next += 1;
            self.passed += 1;
            let Some(document) = edit.applied_to(&self.base) else { continue };
            if self.schema.accepts(ROOT, &document, Mode::Surely)
                && self.shown.insert(document.to_string())
            {
                self.candidate = Some(document);
                return true;
            }
        }
        false
    }
}

impl ValueTree for SchemaValueTree {
    type Value = Value;

    fn current(&self) -> Value {
        self.candidate.as_ref().unwrap_or(&self.base).clone()
    }

    fn simplify(&mut self) -> bool {
        if let Some(simpler) = self.candidate.take() {
            self.base = simpler;
            // The place of an edit that helped may help again; those before it come round later.
            let last = self.next.saturating_sub(1);
            let edits = edits(&self.schema, self.limits, &self.base);
            self.next = if last < edits.len() { last } else { 0 };
            self.passed = 0;
            self.edits = Some(edits);
        }
        self.advance()
    }

    fn complicate(&mut self) -> bool {
        self.candidate.take().is_some() && self.advance()
    }
}
