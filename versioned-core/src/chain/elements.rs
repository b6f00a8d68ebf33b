//! Elements: what the conversions of a field declared `each` are applied to.
//!
//! Layer: core. Invariant: what these types have for elements is what the engine finds in their
//! JSON.

use std::collections::{BTreeMap, VecDeque};

/// A list or a map, whose elements a chain declared `each` converts one by one.
pub trait Elements {
    /// The type of one element.
    type Element;
}

impl<T> Elements for Vec<T> {
    type Element = T;
}

impl<T> Elements for VecDeque<T> {
    type Element = T;
}

impl<T> Elements for Box<[T]> {
    type Element = T;
}

impl<T, const N: usize> Elements for [T; N] {
    type Element = T;
}

impl<K, V> Elements for BTreeMap<K, V> {
    type Element = V;
}

#[expect(clippy::disallowed_types, reason = "an application's field may be a hash map")]
impl<K, V, S> Elements for std::collections::HashMap<K, V, S> {
    type Element = V;
}

impl Elements for serde_json::Map<String, serde_json::Value> {
    type Element = serde_json::Value;
}

impl Elements for serde_json::Value {
    type Element = Self;
}

impl<C: Elements> Elements for Option<C> {
    type Element = C::Element;
}

impl<C: Elements> Elements for Box<C> {
    type Element = C::Element;
}
