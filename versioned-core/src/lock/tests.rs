//! The text of a lock, and what differs between two schemas.

#![expect(clippy::needless_pass_by_value, reason = "cases read better without references")]

use std::num::NonZeroU64;

use serde_json::{Value, json};

use super::{Lock, LockError, LockedSchema, SchemaOrigin, changes};
use crate::SchemaVersion;

fn section(field: &str, version: u32, schema: Value, origin: SchemaOrigin) -> LockedSchema {
    LockedSchema::new("page", field, SchemaVersion::new(version), &schema, origin)
}

fn lock() -> Lock {
    let mut lock = Lock::default();
    let documents = NonZeroU64::new(120).unwrap();
    lock.insert(section("body", 9, json!({ "type": "string" }), SchemaOrigin::Type));
    lock.insert(section("body", 10, json!({ "type": "array" }), SchemaOrigin::Step));
    lock.insert(section("body", 2, json!(true), SchemaOrigin::Inferred { documents }));
    lock.insert(section("area", 1, json!({ "type": "null" }), SchemaOrigin::Written));
    lock
}

#[test]
fn a_lock_reads_back_as_it_was_written() {
    let text = lock().to_string();
    let read = Lock::parse(&text).unwrap();
    assert_eq!(read, lock());
    assert_eq!(read.to_string(), text);
    let names: Vec<String> = read.schemas().map(LockedSchema::name).collect();
    assert_eq!(names, ["page.area v1", "page.body v2", "page.body v9", "page.body v10"]);
}

/// Version control may rewrite line ends, and an editor white space.
#[test]
fn white_space_breaks_no_seal() {
    let text = lock().to_string().replace(": ", " :\t").replace('\n', "\r\n");
    assert_eq!(Lock::parse(&text).unwrap(), lock());
}

#[test]
fn what_is_written_by_hand_needs_no_hash() {
    let read = Lock::parse("[page.body v3] written\n{ \"type\": \"string\" }\n").unwrap();
    let section = read.schema("page", "body", SchemaVersion::new(3)).unwrap();
    assert!(!section.is_sealed());
    assert_eq!((section.origin(), section.line()), (SchemaOrigin::Written, Some(1)));
}

#[track_caller]
fn refused(text: &str, expect: &str) -> LockError {
    let error = Lock::parse(text).unwrap_err();
    assert_eq!(error.to_string(), expect);
    assert!(!error.help().is_empty());
    error
}

#[test]
fn an_edited_section_is_refused() {
    let text = lock().to_string();
    let edited = text.replace("\"string\"", "\"integer\"");
    let error =
        refused(&edited, "section `page.body v9` at line 10 was edited: it does not fit its hash");
    assert_eq!(error.line(), 10);
    // Neither can another origin or version be claimed for it.
    let claimed = text.replace("step", "type");
    refused(&claimed, "section `page.body v10` at line 13 was edited: it does not fit its hash");
    let moved = text.replace("v10", "v11");
    refused(&moved, "section `page.body v11` at line 13 was edited: it does not fit its hash");
    let bare = "[page.body v3] type\n{}\n";
    refused(bare, "section `page.body v3` at line 1 was edited: it does not fit its hash");
}

#[test]
fn a_merge_conflict_is_named() {
    let text = lock().to_string().replace("{ \"type\": \"array\" }", "<<<<<<< HEAD\n{}\n=======");
    refused(&text, "line 14 is a merge conflict in section `page.body v10`");
}

#[test]
fn a_section_is_there_once() {
    let text = lock().to_string();
    let again = text.lines().skip(9).take(2).collect::<Vec<_>>().join("\n");
    refused(
        &format!("{text}\n{again}"),
        "section `page.body v9` is there twice, at line 10 and at line 16",
    );
}

#[test]
fn what_is_no_section_is_refused_with_its_line() {
    refused("# note\n\n{}\n", "line 3 lies in no section: `{}`");
    refused("[page.body] type\n{}\n", "line 1 is no header of a section: `[page.body] type`");
    refused(
        "[page.body v1] typed 0\n{}\n",
        "line 1 is no header of a section: `[page.body v1] typed 0`",
    );
    refused(
        "[page.body v1] written\n{\n  \"a\": 1,\n}\n",
        "section `page.body v1` is no JSON from line 4 on",
    );
    refused(
        "[page.body v1] written\n[1]\n",
        "section `page.body v1` at line 1 has no schema: a schema is an object, `true` or `false`",
    );
}

/// Each change as `compatibility place: words`.
#[track_caller]
fn check(old: Value, new: Value, expect: &[&str]) {
    let found: Vec<String> = changes(&old, &new)
        .iter()
        .map(|change| format!("{} {change}", change.compatibility()))
        .collect();
    assert_eq!(found, expect, "from {old} to {new}");
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required })
}

#[test]
fn properties_are_added_removed_and_required() {
    let text = json!({ "type": "string" });
    let old = object(json!({ "a": text, "b": text, "c": text }), &["a"]);
    let new =
        object(json!({ "b": text, "c": { "type": "integer" }, "d": text, "e": text }), &["b", "d"]);
    check(
        json!({ "type": "array", "items": old }),
        json!({ "type": "array", "items": new }),
        &[
            "breaking /*/a: gone (was string); what is stored is no longer read",
            "breaking /*/b: required now; it was optional",
            "breaking /*/c: was string, is integer",
            "breaking /*/d: new and required (string); stored values do not have it",
            "compatible /*/e: new and optional (string)",
        ],
    );
    let (one, other) = (object(json!({ "a": text }), &["a"]), object(json!({ "a": text }), &[]));
    check(one.clone(), other.clone(), &["compatible /a: optional now; it was required"]);
    check(other, one, &["breaking /a: required now; it was optional"]);
}

#[test]
fn a_wider_type_is_compatible_and_a_narrower_one_is_not() {
    let of = |name: Value| json!({ "type": name });
    check(
        of(json!("integer")),
        of(json!("number")),
        &["compatible the value: was integer, is number"],
    );
    check(
        of(json!("number")),
        of(json!("integer")),
        &["breaking the value: was number, is integer"],
    );
    let nullable = of(json!(["object", "null"]));
    check(
        of(json!("object")),
        nullable.clone(),
        &["compatible the value: was object, is object or null"],
    );
    check(nullable, of(json!("object")), &["breaking the value: was object or null, is object"]);
    check(json!(true), of(json!("string")), &["breaking the value: was anything, is string"]);
    check(of(json!("string")), json!(true), &["compatible the value: was string, is anything"]);
    let tight = |format: &str| json!({ "type": "integer", "format": format });
    check(
        tight("uint32"),
        tight("uint64"),
        &["compatible the value: `format` was \"uint32\", is \"uint64\""],
    );
    check(
        tight("uint32"),
        tight("int32"),
        &["breaking the value: `format` was \"uint32\", is \"int32\""],
    );
}

#[test]
fn values_bounds_and_defaults_are_compared() {
    check(
        json!({ "enum": ["a", "b", "c"] }),
        json!({ "enum": ["b", "c", "d"] }),
        &["breaking the value: may no longer be \"a\"", "compatible the value: may be \"d\" now"],
    );
    check(
        json!({ "const": "a" }),
        json!({ "type": "string" }),
        &["compatible the value: was \"a\", is string"],
    );
    let of = |keyword: &str, value: Value| json!({ "type": "integer", keyword: value });
    check(
        of("minimum", json!(0)),
        of("minimum", json!(1)),
        &["breaking the value: `minimum` was 0, is 1"],
    );
    check(
        of("maximum", json!(5)),
        of("maximum", json!(9)),
        &["compatible the value: `maximum` was 5, is 9"],
    );
    check(
        json!({ "type": "integer" }),
        of("maximum", json!(9)),
        &["breaking the value: `maximum` is 9 now; there was none"],
    );
    check(
        of("default", json!(1)),
        of("default", json!(2)),
        &["compatible the value: what an absent one is read as was 1, is 2"],
    );
}

#[test]
fn objects_are_opened_and_closed() {
    let map = |others: Value| json!({ "type": "object", "additionalProperties": others });
    check(
        map(json!(true)),
        map(json!(false)),
        &["breaking the value: refuses further properties now"],
    );
    check(
        map(json!(false)),
        map(json!(true)),
        &["compatible the value: accepts further properties now"],
    );
    check(
        map(json!({ "type": "string" })),
        map(json!({ "type": "integer" })),
        &["breaking /*: was string, is integer"],
    );
}

/// What an enum with data is: each shape is found again by its tag, not by its place in the list.
#[test]
fn shapes_are_compared_with_those_of_the_same_tag() {
    let tagged = |tag: &str, size: &str| {
        object(json!({ "kind": { "const": tag }, "size": { "type": size } }), &["kind", "size"])
    };
    let old = json!({ "oneOf": [
        tagged("box", "integer"), tagged("ball", "integer"), tagged("cone", "number"),
    ] });
    let new = json!({ "oneOf": [
        tagged("ball", "string"), tagged("cone", "number"), tagged("disc", "number"),
    ] });
    check(
        old,
        new,
        &[
            "breaking the value: may no longer be object with `kind` \"box\"",
            "breaking /size (object with `kind` \"ball\"): was integer, is string",
            "compatible the value: may be object with `kind` \"disc\" now",
        ],
    );
    let one = tagged("box", "integer");
    let two = json!({ "oneOf": [tagged("box", "number"), { "type": "string" }] });
    check(
        one,
        two,
        &[
            "compatible the value: may be string now",
            "compatible /size (object with `kind` \"box\"): was integer, is number",
        ],
    );
}

#[test]
fn what_contains_itself_is_compared_once() {
    let tree = |name: &str, size: &str| {
        let below = json!({ "$ref": format!("#/$defs/{name}") });
        json!({
            "$ref": format!("#/$defs/{name}"),
            "$defs": { name: object(
                json!({
                    "size": { "type": size },
                    "below": { "type": "array", "items": below },
                }),
                &[],
            ) },
        })
    };
    check(tree("Node", "integer"), tree("Tree", "integer"), &[]);
    check(
        tree("Node", "integer"),
        tree("Node", "string"),
        &["breaking /size: was integer, is string"],
    );
}

#[test]
fn a_keyword_that_is_not_known_is_compared_as_it_is() {
    check(
        json!({ "type": "string", "contentEncoding": "base64" }),
        json!({ "type": "string" }),
        &["compatible the value: `contentEncoding` is gone; it was \"base64\""],
    );
    check(
        json!({ "properties": { "a*/b": { "type": "string", "pattern": "^a" } } }),
        json!({ "properties": { "a*/b": { "type": "string", "pattern": "^b" } } }),
        &["breaking /a~2~1b: `pattern` was \"^a\", is \"^b\""],
    );
}
