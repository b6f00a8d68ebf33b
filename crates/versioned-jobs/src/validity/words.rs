//! What a JSON Schema refuses, in words without the value, and where, as a path that many values share.

use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use super::ValueProblem;

/// Names that one problem lists.
const NAMES_MAX: usize = 5;

/// Says what an error means; of alternatives of which one nearly fits, what is wrong with that one.
pub(super) fn add_problems(error: &ValidationError<'_>, problems: &mut Vec<ValueProblem>) {
    if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind()
        && let Some(nearest) = nearest(error, context)
    {
        // Nesting is that of the schema's alternatives, which ends where the value ends.
        for error in nearest {
            add_problems(error, problems);
        }
        return;
    }
    let path = path(error);
    match error.kind() {
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected.iter().take(NAMES_MAX) {
                let problem = format!("has a member `{name}` that the schema does not have");
                problems.push(ValueProblem::new(path.as_str(), problem));
            }
        }
        // What `additionalProperties: false` refuses where no property is declared.
        Kind::FalseSchema
            if error.evaluation_path().as_str().ends_with("/additionalProperties") =>
        {
            problems.push(ValueProblem::new(path, "has members, and the schema has none"));
        }
        kind => problems.push(ValueProblem::new(path, words(kind, error.instance()))),
    }
}

/// The only alternative that is not refused as a whole: what is wrong with it lies deeper in the value.
fn nearest<'e>(
    error: &ValidationError<'_>,
    alternatives: &'e [Vec<ValidationError<'static>>],
) -> Option<&'e [ValidationError<'static>]> {
    let place = error.instance_path().as_str();
    let is_of_shape = |errors: &&Vec<ValidationError<'static>>| {
        !errors.iter().any(|error| {
            let is_here = error.instance_path().as_str() == place;
            is_here
                && matches!(
                    error.kind(),
                    Kind::Type { .. } | Kind::Constant { .. } | Kind::Enum { .. }
                )
        })
    };
    let mut of_shape = alternatives.iter().filter(is_of_shape);
    match (of_shape.next(), of_shape.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// The place of an error in the value, with `*` for what the schema does not name: indexes, and keys of maps.
fn path(error: &ValidationError<'_>) -> String {
    let mut named = Vec::new();
    let evaluation = error.evaluation_path().as_str().to_owned();
    let mut keywords = evaluation.split('/').skip(1).peekable();
    while let Some(keyword) = keywords.next() {
        match keyword {
            "properties" | "prefixItems" => named.push(keywords.next().is_some()),
            "patternProperties" => {
                named.push(false);
                keywords.next();
            }
            "items"
            | "additionalProperties"
            | "unevaluatedProperties"
            | "contains"
            | "unevaluatedItems" => named.push(false),
            "allOf" | "anyOf" | "oneOf" | "dependentSchemas" => {
                keywords.next();
            }
            _ => {}
        }
    }
    let mut named = named.into_iter();
    let place = error.instance_path().as_str();
    let segments = place.split('/').skip(1).map(|segment| {
        let is_index = segment.bytes().all(|byte| byte.is_ascii_digit());
        // What the keywords do not explain is shown, but for indexes.
        if named.next().unwrap_or(!is_index) { segment } else { "*" }
    });
    segments.fold(String::new(), |path, segment| format!("{path}/{segment}"))
}

fn words(kind: &Kind, value: &Value) -> String {
    match kind {
        Kind::Type { kind } => format!("is {}, not {}", shape(value), types(kind)),
        Kind::Required { property: Value::String(name) } => format!("has no member `{name}`"),
        Kind::Required { .. } => "has no member that it must have".to_owned(),
        Kind::Enum { .. } => format!("is {} that is not among the listed values", shape(value)),
        Kind::Constant { .. } => "is not the only value that may be there".to_owned(),
        Kind::Format { format } => format!("does not have the format `{format}`"),
        Kind::Pattern { pattern } => format!("does not match `{pattern}`"),
        Kind::Minimum { limit } => format!("is below {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("is not above {limit}"),
        Kind::Maximum { limit } => format!("is above {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("is not below {limit}"),
        Kind::MultipleOf { multiple_of, .. } => format!("is no multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("has fewer than {limit} characters"),
        Kind::MaxLength { limit } => format!("has more than {limit} characters"),
        Kind::MinItems { limit } => format!("has fewer than {limit} elements"),
        Kind::MaxItems { limit } => format!("has more than {limit} elements"),
        Kind::AdditionalItems { limit } => format!("has more than {limit} elements"),
        Kind::MinProperties { limit } => format!("has fewer than {limit} members"),
        Kind::MaxProperties { limit } => format!("has more than {limit} members"),
        Kind::UniqueItems => "has an element twice".to_owned(),
        Kind::FalseSchema => "must not be there".to_owned(),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            format!("is {} that fits none of the forms that it may have", shape(value))
        }
        Kind::OneOfMultipleValid { .. } => "fits several forms of which only one may be".to_owned(),
        Kind::PropertyNames { .. } => "has a key that may not be one".to_owned(),
        other => format!("breaks `{}`", other.keyword()),
    }
}

fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn types(kind: &TypeKind) -> String {
    let name = |json_type: JsonType| match json_type {
        JsonType::Null => "null",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "an integer",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "a list",
        JsonType::Object => "an object",
    };
    match kind {
        TypeKind::Single(json_type) => name(*json_type).to_owned(),
        TypeKind::Multiple(set) => set.iter().map(name).collect::<Vec<_>>().join(" or "),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(schema: &Value, value: &Value, expect: &[(&str, &str)]) {
        let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
        let mut problems = Vec::new();
        for error in validator.iter_errors(value) {
            add_problems(&error, &mut problems);
        }
        let told: Vec<_> =
            problems.iter().map(|it| (it.path.as_str(), it.problem.as_str())).collect();
        assert_eq!(told, expect, "{schema}");
    }

    /// Otherwise every key of a map would make a finding of its own.
    #[test]
    fn indexes_and_keys_that_are_data_are_stars_in_a_path() {
        let schema = json!({
            "type": "object",
            "additionalProperties": {"$ref": "#/$defs/State"},
            "properties": {"items": {"type": "array", "prefixItems": [{"type": "null"}]}},
            "$defs": {"State": {"properties": {"a/b": {"items": {"type": "string"}}}}}
        });
        let value = json!({"Start": {"a/b": ["x", 7]}, "End": {"a/b": [null]}, "items": [1]});
        let expect = [
            ("/*/a~1b/*", "is null, not a string"),
            ("/items/0", "is a number, not null"),
            ("/*/a~1b/*", "is a number, not a string"),
        ];
        let mut sorted = expect;
        sorted.sort_unstable();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut problems = Vec::new();
        for error in validator.iter_errors(&value) {
            add_problems(&error, &mut problems);
        }
        problems.sort();
        let told: Vec<_> =
            problems.iter().map(|it| (it.path.as_str(), it.problem.as_str())).collect();
        assert_eq!(told, sorted);
    }

    #[test]
    fn of_alternatives_the_one_that_nearly_fits_is_explained() {
        let point =
            json!({"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]});
        let schema = json!({"anyOf": [point, {"type": "null"}]});
        check(&schema, &json!({"x": "1"}), &[("/x", "is a string, not an integer")]);
        check(&schema, &json!({}), &[("", "has no member `x`")]);
        let expect = "is a list that fits none of the forms that it may have";
        check(&schema, &json!([]), &[("", expect)]);
    }

    #[test]
    fn problems_are_told_without_the_value() {
        check(
            &json!({"enum": ["a"]}),
            &json!("secret"),
            &[("", "is a string that is not among the listed values")],
        );
        check(
            &json!({"const": 1}),
            &json!("secret"),
            &[("", "is not the only value that may be there")],
        );
        check(
            &json!({"format": "date"}),
            &json!("secret"),
            &[("", "does not have the format `date`")],
        );
        check(
            &json!({"minItems": 1, "maxItems": 0}),
            &json!([]),
            &[("", "has fewer than 1 elements")],
        );
        check(
            &json!({"type": ["string", "null"]}),
            &json!(1.5),
            &[("", "is a number with a fraction, not null or a string")],
        );
        let empty = json!({"type": "object", "additionalProperties": false});
        check(&empty, &json!({"b": 1}), &[("", "has members, and the schema has none")]);
        let closed = json!({"properties": {"a": true}, "additionalProperties": false});
        check(
            &closed,
            &json!({"b": 1, "c": 2}),
            &[
                ("", "has a member `b` that the schema does not have"),
                ("", "has a member `c` that the schema does not have"),
            ],
        );
    }
}
