//! Keywords of JSON Schema: where schemas lie in schemas, and what restricts no document.
//!
//! Layer: core, feature `schema`.

/// What the value of a keyword holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// One schema.
    Schema,
    /// Schemas by names that the application chose.
    Named,
    /// A list of schemas.
    List,
    /// Data.
    Data,
}

pub(crate) fn holds(keyword: &str) -> Holds {
    match keyword {
        "items"
        | "additionalItems"
        | "unevaluatedItems"
        | "contains"
        | "additionalProperties"
        | "unevaluatedProperties"
        | "propertyNames"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contentSchema" => Holds::Schema,
        "properties" | "patternProperties" | "dependentSchemas" => Holds::Named,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Holds::List,
        _ => Holds::Data,
    }
}

/// Whether a keyword only speaks to people, or is about the schema as a document.
///
/// `default` is no such keyword: what stands for an absent member is what old documents are read as.
pub(crate) fn is_annotation(keyword: &str) -> bool {
    matches!(
        keyword,
        "$schema"
            | "$id"
            | "$comment"
            | "$anchor"
            | "$vocabulary"
            | "$defs"
            | "definitions"
            | "title"
            | "description"
            | "example"
            | "examples"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
    )
}

/// Whether a keyword says something of values of one type alone, so that a `null` beside it changes nothing.
pub(crate) fn is_of_one_type(keyword: &str) -> bool {
    !matches!(
        keyword,
        "$ref" | "allOf" | "anyOf" | "oneOf" | "not" | "if" | "then" | "else" | "const" | "enum"
    )
}
