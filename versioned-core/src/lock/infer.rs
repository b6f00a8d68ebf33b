//! Inference: the schema of a version from the documents that have it.
//!
//! Layer: core, feature `schema`. Invariant: every document that was seen is valid, and memory does not grow with their number.

use std::num::NonZeroU64;

use serde_json::Value;

use super::{hint::Hint, shape::Shape};
use crate::schema::canonical;

/// Puts a schema together from documents.
///
/// It is a guess, made for generating documents and for finding odd ones: objects and lists accept what was seen in them and
/// nothing else, and objects require what every one had; an object with many different keys, whose values are alike, is a map; integers have
/// the bounds of 32 or 64 bits; texts are an enum only where many of them have few values; formats are not guessed.
///
/// # Examples
///
/// ```
/// use serde_json::json;
/// use versioned_core::lock::Inference;
///
/// let mut inference = Inference::default();
/// inference.observe(&json!({ "title": "One", "tags": ["a"] }));
/// inference.observe(&json!({ "title": "Two" }));
/// assert_eq!(
///     inference.schema(),
///     json!({
///         "type": "object",
///         "properties": {
///             "tags": { "type": "array", "items": { "type": "string" } },
///             "title": { "type": "string" },
///         },
///         "required": ["title"],
///         "additionalProperties": false,
///     })
/// );
/// ```
#[derive(Debug, Clone, Default)]
pub struct Inference {
    documents: u64,
    /// Members that are told apart so far.
    members: usize,
    shape: Shape,
}

/// Different members at all places together, beyond which further ones are not told apart.
const MEMBERS_MAX: usize = 20_000;

impl Inference {
    /// Takes a document into account.
    pub fn observe(&mut self, document: &Value) {
        self.documents += 1;
        let mut room = MEMBERS_MAX.saturating_sub(self.members);
        self.shape.observe(document, &mut room);
        self.members = MEMBERS_MAX - room;
    }

    /// How many documents were seen; `None` before the first one.
    #[must_use]
    pub fn documents(&self) -> Option<NonZeroU64> {
        NonZeroU64::new(self.documents)
    }

    /// The schema, in the form of [`canonical`](crate::lock::canonical).
    #[must_use]
    pub fn schema(&self) -> Value {
        self.schema_like(None)
    }

    /// The same, where the schema of another version is known: what is a map in it is one here, and what is an object with
    /// members is one here.
    #[must_use]
    pub fn schema_like(&self, other: Option<&Value>) -> Value {
        canonical(&self.shape.schema(Hint::of(other)))
    }
}
