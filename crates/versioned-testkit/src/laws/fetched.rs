//! Schemas of fetched values, by the names of their Rust types.
//!
//! Layer: testkit. The declaration has the type as it was written; what is made of plain types is known here.

use serde_json::{Value, json};

/// The schema of a type that is made of plain ones; `None` for all others.
pub(super) fn schema_of(type_name: &str) -> Option<Value> {
    let name: String = type_name.chars().filter(|letter| !letter.is_whitespace()).collect();
    let (outer, inner) = match name.split_once('<') {
        Some((outer, inner)) => (outer, inner.strip_suffix('>')?),
        None => (name.as_str(), ""),
    };
    let outer = outer.rsplit("::").next().unwrap_or(outer);
    Some(match (outer, inner) {
        ("String" | "str" | "&str", "") => json!({"type": "string"}),
        ("bool", "") => json!({"type": "boolean"}),
        ("f64" | "f32", "") => json!({"type": "number"}),
        ("u8", "") => json!({"type": "integer", "minimum": 0, "maximum": u8::MAX}),
        ("u16", "") => json!({"type": "integer", "minimum": 0, "maximum": u16::MAX}),
        ("u32", "") => json!({"type": "integer", "minimum": 0, "maximum": u32::MAX}),
        ("u64" | "usize", "") => json!({"type": "integer", "minimum": 0, "maximum": u64::MAX}),
        ("i8", "") => json!({"type": "integer", "minimum": i8::MIN, "maximum": i8::MAX}),
        ("i16", "") => json!({"type": "integer", "minimum": i16::MIN, "maximum": i16::MAX}),
        ("i32", "") => json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}),
        ("i64" | "isize", "") => {
            json!({"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX})
        }
        ("Value", "") => json!(true),
        ("Option", inner) => json!({"anyOf": [schema_of(inner)?, {"type": "null"}]}),
        ("Vec" | "VecDeque", inner) => json!({"type": "array", "items": schema_of(inner)?}),
        ("BTreeSet" | "HashSet", inner) => {
            json!({"type": "array", "items": schema_of(inner)?, "uniqueItems": true})
        }
        ("BTreeMap" | "HashMap", inner) => {
            let (key, value) = inner.split_once(',')?;
            schema_of(key).filter(|key| key["type"] == "string")?;
            json!({"type": "object", "additionalProperties": schema_of(value)?})
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_types_have_schemas() {
        let check = |name: &str, expect: Option<Value>| assert_eq!(schema_of(name), expect);
        check("u8", Some(json!({"type": "integer", "minimum": 0, "maximum": 255})));
        let sizes = json!({"type": "object", "additionalProperties":
            {"type": "integer", "minimum": 0, "maximum": u32::MAX}});
        check("std :: collections :: BTreeMap < String , u32 >", Some(sizes));
        let texts = json!({"type": "array", "items":
            {"anyOf": [{"type": "string"}, {"type": "null"}]}});
        check("Vec<Option<String>>", Some(texts));
        check("BTreeMap<u8, u8>", None);
        check("Vec<Topic>", None);
    }
}
