//! Schemas by hand, which together reach every keyword.

use serde_json::{Value, json};

/// Names and schemas.
pub(super) fn cases() -> Vec<(&'static str, Value)> {
    let mut cases = scalars();
    cases.extend(arrays());
    cases.extend(objects());
    cases.extend(combinations());
    cases
}

fn scalars() -> Vec<(&'static str, Value)> {
    vec![
        ("anything", json!(true)),
        ("anything, as an object", json!({"title": "any", "$comment": "no rule"})),
        ("null", json!({"type": "null"})),
        ("list of types", json!({"type": ["string", "null", "boolean"]})),
        ("bounded integer", json!({"type": "integer", "minimum": -3, "maximum": 7})),
        (
            "number between exclusive bounds",
            json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
        ),
        (
            "integers beyond 53 bits",
            json!({"type": "integer", "minimum": 9_007_199_254_740_993_i64}),
        ),
        ("multiple of seven", json!({"type": "integer", "multipleOf": 7, "minimum": 1})),
        ("multiple of cents", json!({"type": "number", "multipleOf": 0.01, "maximum": 1e6})),
        ("two multiples", json!({"type": "number", "multipleOf": 6, "allOf": [{"multipleOf": 4}]})),
        (
            "formats of integers",
            json!({"type": "array", "minItems": 12, "prefixItems": [
                {"type": "integer", "format": "int8"}, {"type": "integer", "format": "int16"},
                {"type": "integer", "format": "int32"}, {"type": "integer", "format": "int64"},
                {"type": "integer", "format": "int128"}, {"type": "integer", "format": "int"},
                {"type": "integer", "format": "uint8"}, {"type": "integer", "format": "uint16"},
                {"type": "integer", "format": "uint32"}, {"type": "integer", "format": "uint64"},
                {"type": "integer", "format": "uint128"}, {"type": "integer", "format": "uint"},
                {"type": "number", "format": "float"}, {"type": "number", "format": "double"}]}),
        ),
        ("text of a length", json!({"type": "string", "minLength": 3, "maxLength": 5})),
        ("pattern", json!({"type": "string", "pattern": "^[A-Z]{2}-\\d{3,5}(/\\w+)?$"})),
        ("open pattern", json!({"type": "string", "pattern": "ab|cd", "minLength": 6})),
        (
            "formats of texts",
            json!({"type": "array", "minItems": 9, "prefixItems": [
                {"type": "string", "format": "ip"}, {"type": "string", "format": "date"}, {"type": "string", "format": "time"},
                {"type": "string", "format": "date-time"}, {"type": "string", "format": "uuid"},
                {"type": "string", "format": "uri"}, {"type": "string", "format": "email"},
                {"type": "string", "format": "ipv4"}, {"type": "string", "format": "ipv6"}]}),
        ),
    ]
}

fn arrays() -> Vec<(&'static str, Value)> {
    vec![
        ("enum of all kinds", json!({"enum": [null, 1, "a", [1, 2], {"a": {"b": false}}]})),
        ("const", json!({"const": {"kind": "fixed", "size": 1.0}})),
        ("list", json!({"type": "array", "items": {"type": "boolean"}, "maxItems": 4})),
        ("set", json!({"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": true})),
        (
            "tuple",
            json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}],
                "minItems": 2, "maxItems": 2}),
        ),
        (
            "tuple and tail",
            json!({"type": "array", "prefixItems": [{"const": "v"}], "items": {"type": "null"},
                "minItems": 1}),
        ),
        (
            "closed tuple",
            json!({"type": "array", "prefixItems": [{"type": "string"}, true], "items": false}),
        ),
        (
            "contains",
            json!({"type": "array", "items": {"type": "integer"}, "contains": {"minimum": 500},
                "minContains": 2, "maxContains": 3}),
        ),
        (
            "contains none",
            json!({"type": "array", "contains": {"type": "string"}, "minContains": 0,
                "maxContains": 0}),
        ),
    ]
}

fn objects() -> Vec<(&'static str, Value)> {
    vec![
        (
            "closed object",
            json!({"type": "object", "properties": {"a": {"type": "string"}, "b": true},
                "required": ["a"], "additionalProperties": false}),
        ),
        ("map", json!({"type": "object", "additionalProperties": {"type": "integer"}})),
        ("open map", json!({"type": "object", "additionalProperties": true, "minProperties": 2})),
        (
            "map by patterns",
            json!({"type": "object", "patternProperties": {"^n_": {"type": "number"},
                "_s$": {"type": ["string", "number"]}}, "additionalProperties": false,
                "minProperties": 1, "maxProperties": 4}),
        ),
        (
            "names",
            json!({"type": "object", "propertyNames": {"pattern": "^[a-z]{1,3}$"},
                "additionalProperties": {"type": "null"}, "minProperties": 1}),
        ),
        ("required without schema", json!({"type": "object", "required": ["x", "y"]})),
        (
            "flattened",
            json!({"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"],
                "oneOf": [{"properties": {"kind": {"const": "a"}, "x": {"type": "string"}},
                    "required": ["kind", "x"]},
                    {"properties": {"kind": {"const": "b"}}, "required": ["kind"]}],
                "unevaluatedProperties": false}),
        ),
        (
            "unevaluated members of a kind",
            json!({"type": "object", "allOf": [{"properties": {"a": {"type": "string"}}}],
                "unevaluatedProperties": {"type": "boolean"}}),
        ),
    ]
}

fn combinations() -> Vec<(&'static str, Value)> {
    vec![
        (
            "all of",
            json!({"allOf": [{"type": "integer"}, {"minimum": 10}, {"maximum": 20},
                {"not": {"const": 15}}]}),
        ),
        ("any of", json!({"anyOf": [{"type": "string", "maxLength": 2}, {"type": "null"}]})),
        (
            "one of overlapping",
            json!({"oneOf": [{"multipleOf": 3}, {"multipleOf": 5}],
            "type": "integer"}),
        ),
        (
            "one of formats",
            json!({"oneOf": [{"type": "string", "format": "uuid"},
            {"type": "string", "format": "date"}, {"type": "integer"}]}),
        ),
        ("not", json!({"not": {"type": ["object", "array", "string"]}})),
        (
            "not required",
            json!({"type": "object", "properties": {"a": true, "b": true},
            "not": {"required": ["a", "b"]}}),
        ),
        (
            "condition",
            json!({"type": "object", "properties": {"kind": {"enum": ["circle", "square"]}},
                "required": ["kind"], "if": {"properties": {"kind": {"const": "circle"}}},
                "then": {"properties": {"radius": {"type": "number"}}, "required": ["radius"]},
                "else": {"properties": {"side": {"type": "number"}}, "required": ["side"]}}),
        ),
        (
            "tree",
            json!({"$ref": "#/$defs/Tree", "$defs": {"Tree": {"type": "object",
                "properties": {"value": {"type": "integer"}, "children": {"type": "array",
                    "items": {"$ref": "#/$defs/Tree"}}}, "required": ["value", "children"],
                "additionalProperties": false}}}),
        ),
        (
            "list by links",
            json!({"anyOf": [{"type": "null"}, {"type": "object", "properties":
                {"head": {"type": "string"}, "tail": {"$ref": "#"}},
                "required": ["head", "tail"]}]}),
        ),
        (
            "reference with neighbours and an encoded name",
            json!({"$ref": "#/$defs/a~1b%25", "maximum": 9, "description": "small",
                "$defs": {"a/b%": {"type": "integer", "minimum": 0}}}),
        ),
        (
            "mutual recursion",
            json!({"$ref": "#/$defs/Even", "$defs": {
                "Even": {"oneOf": [{"const": "end"}, {"type": "array", "minItems": 1, "maxItems": 1,
                    "items": {"$ref": "#/$defs/Odd"}}]},
                "Odd": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Even"}},
                    "required": ["next"]}}}),
        ),
        // Without a memory of its answers, the check asks for the same parts four times at every level.
        (
            "recursion through branches and conditions",
            json!({"oneOf": [
                {"type": "object", "properties": {"n": {"$ref": "#"}}, "additionalProperties": false},
                {"type": "object", "required": ["k"],
                    "if": {"properties": {"l": {"$ref": "#"}}, "required": ["l"]},
                    "then": {"properties": {"m": {"$ref": "#"}}, "required": ["m"]},
                    "else": {"properties": {"k": {"$ref": "#"}}}}]}),
        ),
    ]
}
