//! Why a schema refuses a value, and where.
//!
//! Layer: testkit. Invariant: a value is refused only where no validator takes it; what is in doubt is accepted.

use serde_json::Value;
use versioned_core::json::Pointer;

use super::{
    SchemaError,
    accept::Mode,
    compiled::{Compiled, ROOT},
    node::{Kinds, Node, NodeId},
    number::same,
};

/// A JSON Schema that says of a value whether it is valid; unlike a strategy, it looks for no documents first.
#[derive(Debug)]
pub struct SchemaCheck {
    schema: Compiled,
}

/// Why a value is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The place in the value.
    pub pointer: Pointer,
    /// What is wrong there, as a fragment of a sentence.
    pub reason: String,
}

impl SchemaCheck {
    /// Reads a JSON Schema of draft 2020-12.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] with the place in the schema.
    ///
    /// # Examples
    ///
    /// ```
    /// use serde_json::json;
    /// use versioned_testkit::strategies::SchemaCheck;
    ///
    /// let schema = json!({"type": "array", "items": {"type": "object", "required": ["id"]}});
    /// let check = SchemaCheck::new(&schema)?;
    /// let refusal = check.refusal(&json!([{"id": 1}, {}])).unwrap();
    /// assert_eq!((refusal.pointer.as_str(), refusal.reason.as_str()), ("/1", "it has no `id`"));
    /// # Ok::<(), versioned_testkit::strategies::SchemaError>(())
    /// ```
    pub fn new(schema: &Value) -> Result<Self, SchemaError> {
        Compiled::new(schema).map(|schema| Self { schema })
    }

    /// Why the value is not valid; `None` if it is.
    #[must_use]
    pub fn refusal(&self, value: &Value) -> Option<Refusal> {
        if self.schema.accepts(ROOT, value, Mode::Possibly) {
            return None;
        }
        let mut place = Pointer::root();
        Some(self.explain(ROOT, value, &mut place).unwrap_or_else(|| Refusal {
            pointer: Pointer::root(),
            reason: "its parts do not go together".to_owned(),
        }))
    }

    fn accepts(&self, id: NodeId, value: &Value) -> bool {
        self.schema.accepts(id, value, Mode::Possibly)
    }

    /// The first reason, from the outside to the inside; `None` where the node accepts the value.
    fn explain(&self, id: NodeId, value: &Value, place: &mut Pointer) -> Option<Refusal> {
        if self.accepts(id, value) {
            return None;
        }
        let node = self.schema.node(id);
        let here = |reason: String| Some(Refusal { pointer: place.clone(), reason });
        if node.is_never {
            return here("nothing may stand there".to_owned());
        }
        if !node.kinds.meets(Kinds::of(value)) {
            return here(format!("it is {}, not {}", words(Kinds::of(value)), words(node.kinds)));
        }
        if node.fixed.as_ref().is_some_and(|fixed| !fixed.iter().any(|it| same(it, value))) {
            return here("it is none of the listed values".to_owned());
        }
        if let Value::Object(members) = value
            && let Some(name) = node.object.required.iter().find(|it| !members.contains_key(*it))
        {
            return here(format!("it has no `{name}`"));
        }
        let pointer = place.clone();
        self.explain_parts(node, value, place)
            .or_else(|| self.explain_in_place(node, value, place))
            .or_else(|| {
                let reason = format!("the schema refuses it at `#{}`", node.pointer);
                Some(Refusal { pointer, reason })
            })
    }

    fn explain_parts(&self, node: &Node, value: &Value, place: &mut Pointer) -> Option<Refusal> {
        match value {
            Value::Array(elements) => elements.iter().enumerate().find_map(|(index, element)| {
                let id = node.array.element(index)?;
                place.push_index(index);
                let found = self.explain(id, element, place);
                place.pop();
                found
            }),
            Value::Object(members) => members.iter().find_map(|(name, member)| {
                place.push_key(name);
                let mut ids = node.object.member(name).into_iter();
                let found = ids.find_map(|id| self.explain(id, member, place));
                place.pop();
                found
            }),
            _ => None,
        }
    }

    /// What `allOf`, `$ref` and the branches say; of branches, the one that goes deepest.
    fn explain_in_place(&self, node: &Node, value: &Value, place: &mut Pointer) -> Option<Refusal> {
        if let Some(found) = node.all.iter().find_map(|id| self.explain(*id, value, place)) {
            return Some(found);
        }
        let branches = [&node.any, &node.one].into_iter().find(|branches| {
            !branches.is_empty() && !branches.iter().any(|id| self.accepts(*id, value))
        })?;
        let of_kind = |id: &&NodeId| self.schema.kinds[**id].meets(Kinds::of(value));
        let reasons = branches.iter().filter(of_kind);
        let reasons = reasons.filter_map(|id| self.explain(*id, value, place));
        let deepest = reasons.max_by_key(|refusal| refusal.pointer.as_str().len());
        deepest.or_else(|| {
            let kinds = branches.iter().map(|id| self.schema.kinds[*id]);
            let kinds = words(kinds.fold(Kinds::NONE, Kinds::or));
            let reason = format!("it is {}, not {kinds}", words(Kinds::of(value)));
            Some(Refusal { pointer: place.clone(), reason })
        })
    }
}

/// Kinds of values in words.
fn words(kinds: Kinds) -> String {
    let all = [
        (Kinds::NULL, "null"),
        (Kinds::BOOLEAN, "true or false"),
        (Kinds::NUMBER, "a number"),
        (Kinds::INTEGER, "an integer"),
        (Kinds::FRACTION, "a fraction"),
        (Kinds::STRING, "a text"),
        (Kinds::ARRAY, "a list"),
        (Kinds::OBJECT, "an object"),
    ];
    let mut left = kinds;
    let mut found = Vec::new();
    for (kind, word) in all {
        if left.and(kind) == kind {
            left = left.without(kind);
            found.push(word);
        }
    }
    match found.split_last() {
        None => "anything".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(schema: &Value, value: &Value, expect: Option<(&str, &str)>) {
        let found = SchemaCheck::new(schema).unwrap().refusal(value);
        let found = found.as_ref().map(|it| (it.pointer.as_str(), it.reason.as_str()));
        assert_eq!(found, expect, "{value}");
    }

    #[test]
    fn the_place_and_the_reason_are_told() {
        let schema = json!({
            "type": "object",
            "properties": {
                "name": {"type": ["string", "null"]},
                "size": {"anyOf": [{"$ref": "#/$defs/Size"}, {"type": "null"}]},
                "kind": {"enum": ["a", "b"]},
                "list": {"type": "array", "items": {"type": "integer", "minimum": 0}},
            },
            "required": ["name"],
            "additionalProperties": false,
            "$defs": {"Size": {"type": "object", "properties": {"x": {"type": "number"}}}},
        });
        check(&schema, &json!({"name": null, "size": {"x": 1.5}, "kind": "b", "list": [0]}), None);
        check(&schema, &json!([]), Some(("", "it is a list, not an object")));
        check(&schema, &json!({}), Some(("", "it has no `name`")));
        check(
            &schema,
            &json!({"name": 1}),
            Some(("/name", "it is an integer, not null or a text")),
        );
        let wrong_size = json!({"name": "", "size": {"x": "1"}});
        check(&schema, &wrong_size, Some(("/size/x", "it is a text, not a number")));
        let no_size = json!({"name": "", "size": true});
        check(&schema, &no_size, Some(("/size", "it is true or false, not null or an object")));
        let kind = json!({"name": "", "kind": "c"});
        check(&schema, &kind, Some(("/kind", "it is none of the listed values")));
        let unknown = json!({"name": "", "other": 1});
        check(&schema, &unknown, Some(("/other", "nothing may stand there")));
        let bound = "the schema refuses it at `#/properties/list/items`";
        check(&schema, &json!({"name": "", "list": [1, -1]}), Some(("/list/1", bound)));
    }
}
