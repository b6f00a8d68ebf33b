//! Strict comparison of two JSON values.

use serde_json::Value;

/// The first difference between two values: where, and what stands on either side; `None` if they
/// are the same.
///
/// Numbers are compared by their text, so that 1 and 1.0, or 0.0 and -0.0, are different.
pub(super) fn first_difference(found: &Value, expected: &Value) -> Option<String> {
    difference_at(&mut String::new(), found, expected)
}

fn difference_at(pointer: &mut String, found: &Value, expected: &Value) -> Option<String> {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            let extra = found.keys().find(|key| !expected.contains_key(*key));
            if let Some(key) = extra {
                return Some(format!("{pointer}/{key}: not expected"));
            }
            expected.iter().find_map(|(key, expected)| match found.get(key) {
                Some(found) => below(pointer, key, found, expected),
                None => Some(format!("{pointer}/{key}: missing")),
            })
        }
        (Value::Array(found), Value::Array(expected)) => {
            if found.len() != expected.len() {
                let (found, expected) = (found.len(), expected.len());
                return Some(format!("{pointer}: {found} elements, expected {expected}"));
            }
            found.iter().zip(expected).enumerate().find_map(|(index, (found, expected))| {
                below(pointer, &index.to_string(), found, expected)
            })
        }
        (Value::Number(left), Value::Number(right)) if left.to_string() == right.to_string() => {
            None
        }
        (Value::Null, Value::Null) => None,
        (Value::Bool(left), Value::Bool(right)) if left == right => None,
        (Value::String(left), Value::String(right)) if left == right => None,
        _ => Some(format!("{pointer}: {}, expected {}", shortened(found), shortened(expected))),
    }
}

fn below(pointer: &mut String, key: &str, found: &Value, expected: &Value) -> Option<String> {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(key);
    let difference = difference_at(pointer, found, expected);
    pointer.truncate(length);
    difference
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(left: &str, right: &str, expect: Option<&str>) {
        let left = serde_json::from_str(left).unwrap();
        let right = serde_json::from_str(right).unwrap();
        assert_eq!(first_difference(&left, &right).as_deref(), expect);
    }

    #[test]
    fn equal_values_have_no_difference() {
        check(r#"{"a": [1, 2.5, "x", null, true]}"#, r#"{"a":[1,2.5,"x",null,true]}"#, None);
    }

    #[test]
    fn a_float_is_not_the_integer_of_the_same_size() {
        check("[1]", "[1.0]", Some("/0: 1, expected 1.0"));
        check("[0.0]", "[-0.0]", Some("/0: 0.0, expected -0.0"));
    }

    #[test]
    fn extra_missing_and_surplus_members_are_differences() {
        check(r#"{"a": 1}"#, "{}", Some("/a: not expected"));
        check("{}", r#"{"a": 1}"#, Some("/a: missing"));
        check("[1, 2]", "[1]", Some(": 2 elements, expected 1"));
        assert!(first_difference(&json!({"a": null}), &json!({})).is_some());
    }
}
