//! The keywords of JSON Schema, as far as they are known here.
//!
//! Layer: testkit. Invariant: a keyword in neither list is refused, so none that restricts documents is passed over.

/// Keywords and formats that strategies honour, sorted.
///
/// A format stands as `format: NAME`, since each is generated in a way of its own.
pub const SUPPORTED_KEYWORDS: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "boolean schema",
    "const",
    "contains",
    "else",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format: date",
    "format: date-time",
    "format: double",
    "format: email",
    "format: float",
    "format: int",
    "format: int128",
    "format: int16",
    "format: int32",
    "format: int64",
    "format: int8",
    "format: ip",
    "format: ipv4",
    "format: ipv6",
    "format: time",
    "format: uint",
    "format: uint128",
    "format: uint16",
    "format: uint32",
    "format: uint64",
    "format: uint8",
    "format: uri",
    "format: uuid",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
    "then",
    "type",
    "unevaluatedProperties",
    "uniqueItems",
];

/// Keywords that accept and refuse nothing by themselves.
const WITHOUT_EFFECT: &[&str] = &[
    "$comment",
    "$defs",
    "$schema",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
];

/// The supported keyword of this name, which lives as long as the program.
pub(super) fn supported(name: &str) -> Option<&'static str> {
    let found = SUPPORTED_KEYWORDS.binary_search(&name);
    found.ok().and_then(|index| SUPPORTED_KEYWORDS.get(index).copied())
}

/// The supported format of this name.
pub(super) fn format(name: &str) -> Option<&'static str> {
    supported(&format!("format: {name}"))
}

/// Whether a keyword only informs. Extensions such as `x-label` do, by custom.
pub(super) fn is_without_effect(name: &str) -> bool {
    name.starts_with("x-") || WITHOUT_EFFECT.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_for_the_search() {
        assert!(SUPPORTED_KEYWORDS.is_sorted());
        assert!(WITHOUT_EFFECT.is_sorted());
    }
}
