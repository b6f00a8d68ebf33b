//! JSON Schemas as `proptest` strategies.
//!
//! Layer: testkit, feature `strategies`. Of the core it sees JSON pointers only: a schema comes in as JSON.
//! Invariant: every document, generated or shrunk, is accepted by its schema, formats included; a keyword that cannot be
//! honoured is an error when the strategy is made, and never passed over.
//!
//! [`SchemaStrategy`] reads what `schemars` writes (draft 2020-12). [`SUPPORTED_KEYWORDS`] lists what it honours. Refused are, with
//! their place: every other keyword that could restrict a document; references out of the schema, and those that come back to
//! themselves in place; patterns with look-around, word boundaries, back-references, Unicode classes or inner anchors; and
//! schemas for which no document is found. Formats other than the listed ones are counted
//! ([`ignored_formats`](SchemaStrategy::ignored_formats)).
//!
//! `not`, `if` and the exclusiveness of `oneOf` are kept by trying again, a bounded number of times.
//!
//! # Examples
//!
//! ```
//! use proptest::{strategy::Strategy, test_runner::TestRunner};
//! use serde_json::json;
//! use versioned_testkit::strategies::SchemaStrategy;
//!
//! let schema = json!({
//!     "type": "object",
//!     "properties": { "id": { "type": "string", "minLength": 1 }, "tags": { "$ref": "#/$defs/Tags" } },
//!     "required": ["id"],
//!     "$defs": { "Tags": { "type": "array", "items": { "enum": ["new", "old"] } } }
//! });
//! let documents = SchemaStrategy::new(&schema)?;
//! TestRunner::deterministic().run(&documents, |document| {
//!     assert!(document["id"].as_str().is_some_and(|id| !id.is_empty()));
//!     Ok(())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod accept;
mod compiled;
mod containers;
mod edits;
mod error;
mod format;
mod generate;
mod keywords;
mod limits;
mod node;
mod number;
mod parse;
mod pattern;
mod random;
mod refusal;
mod scalars;
mod search;
mod simpler;
#[cfg(test)]
mod tests;
mod tree;
mod walk;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use proptest::{
    strategy::{NewTree, Strategy},
    test_runner::TestRunner,
};
use serde_json::Value;

use self::{
    accept::Mode,
    compiled::{Compiled, ROOT},
    generate::Generator,
    limits::Limits,
    random::Random,
};
pub use self::{
    error::SchemaError,
    keywords::SUPPORTED_KEYWORDS,
    refusal::{Refusal, SchemaCheck},
    tree::SchemaValueTree,
};

/// Documents tried before a draw is given up.
const DOCUMENT_TRIES: u32 = 8;

/// Documents that a JSON Schema accepts.
///
/// They shrink towards small documents: fewer members, shorter arrays and texts, the first value of an `enum`, numbers towards zero,
/// `null` where it may be.
#[derive(Debug, Clone)]
pub struct SchemaStrategy {
    schema: Arc<Compiled>,
    limits: Limits,
    barren: Arc<BTreeSet<String>>,
}

impl SchemaStrategy {
    /// Reads a JSON Schema of draft 2020-12, and makes sure that documents are found for it.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] with the place in the schema: of a keyword or pattern that is not supported, of what is malformed, or of a
    /// schema for which no document was found.
    pub fn new(schema: &Value) -> Result<Self, SchemaError> {
        let schema = Arc::new(Compiled::new(schema)?);
        let limits = Limits::default();
        if let Some(node) = search::without_document(&schema, limits, ROOT) {
            let pointer = schema.node(node).pointer.clone();
            return Err(SchemaError::NoDocument { pointer, attempts: search::ATTEMPTS });
        }
        let barren = search::barren_parts(&schema, limits);
        Ok(Self { schema, limits, barren: Arc::new(barren) })
    }

    /// The same with at most so many levels of nesting, where the schema leaves the choice; 8 if this is not called. No
    /// document has more than 100.
    #[must_use]
    pub fn with_depth_max(mut self, levels: u32) -> Self {
        self.limits.depth_max = levels;
        self
    }

    /// The same with about so many values in a document, where the schema leaves the choice; 120 if this is not called.
    #[must_use]
    pub fn with_values_max(mut self, values: usize) -> Self {
        self.limits.values_max = values;
        self
    }

    /// The same with members that the schema does not speak of, where it does not forbid them.
    ///
    /// Without this, only objects that declare no member at all, and maps, get members with free names.
    #[must_use]
    pub fn with_unknown_members(mut self) -> Self {
        self.limits.has_unknown_members = true;
        self
    }

    /// Whether the schema accepts a document, formats included.
    ///
    /// Of formats that are too wide to be told with certainty (`uri`, `email`), this knows plain ones only.
    #[must_use]
    pub fn accepts(&self, document: &Value) -> bool {
        self.schema.accepts(ROOT, document, Mode::Surely)
    }

    /// Formats in the schema that are not honoured, with how often they stand there.
    #[must_use]
    pub fn ignored_formats(&self) -> &BTreeMap<String, usize> {
        &self.schema.ignored_formats
    }

    /// Places in the schema for which no value was found: optional members and branches that documents never have.
    ///
    /// Either the keywords there contradict each other, or trying again does not find what they ask for. A part that must be
    /// there is an error of [`new`](Self::new) instead; a plain `false` is no such place.
    #[must_use]
    pub fn parts_never_made(&self) -> &BTreeSet<String> {
        &self.barren
    }

    /// Which of [`SUPPORTED_KEYWORDS`] had a say in accepting this document.
    #[must_use]
    pub fn keywords_reached(&self, document: &Value) -> BTreeSet<&'static str> {
        self.schema.reached(document)
    }

    fn document(&self, random: Random) -> Option<Value> {
        Generator::new(&self.schema, self.limits, random).value(&[ROOT], 0)
    }
}

impl Strategy for SchemaStrategy {
    type Tree = SchemaValueTree;
    type Value = Value;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        for _ in 0..DOCUMENT_TRIES {
            let seed = proptest::num::u64::ANY.new_tree(runner)?;
            let random = Random::seeded(proptest::strategy::ValueTree::current(&seed));
            if let Some(document) = self.document(random) {
                return Ok(SchemaValueTree::new(Arc::clone(&self.schema), self.limits, document));
            }
        }
        Err("no document was found for the JSON Schema".into())
    }
}
