//! The store of files, which conversions must not reach for: what they need of it is looked up
//! before, and put beside the entity.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The sizes in bytes of all thumbnails, by path.
pub(crate) fn thumbnail_sizes() -> BTreeMap<String, u32> {
    [
        ("story/baker/flour.svg", 21_504),
        ("story/baker/oven.svg", 18_022),
        ("story/sailor/harbour.svg", 33_190),
    ]
    .map(|(path, size)| (path.to_owned(), size))
    .into()
}

/// A stored story with what its conversions need of the store.
pub(crate) fn with_thumbnail_sizes(story: &Value) -> Value {
    let mut story = story.clone();
    story["thumbnail_sizes"] = json!(thumbnail_sizes());
    story
}
