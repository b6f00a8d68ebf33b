//! The engine on declarations made by hand; what the derive makes of a struct is tested with the derive.

use serde_json::{Value, json};

use super::*;
use crate::{
    ContextAttribute, ConversionError, LossAttribute, OtherAttribute, OtherKind, SchemaVersion,
    SideOutputAttribute,
    chain::{ChainError, ChainErrorCause, ChainOutput, ChainRun, SideOutput},
    document::MemberValue,
    json::value_from_str,
};

const fn v(number: u32) -> SchemaVersion {
    SchemaVersion::new(number)
}

/// Appends ">2" and so on for every step; `"bad"` is refused by the step from version 2.
fn append_version(run: ChainRun<'_>) -> Result<ChainOutput, ChainError> {
    let error = |cause, source: ConversionError| ChainError { step: run.from, cause, source };
    let mut value = value_from_str(run.text.json())
        .map_err(|fault| error(ChainErrorCause::Input, ConversionError::from(fault)))?;
    let mut side_outputs = Vec::new();
    for from in run.from.get()..run.to.get() {
        if value == json!("bad") && from == 2 {
            let source = ConversionError::new("it is bad").at("/x");
            return Err(ChainError { step: v(from), cause: ChainErrorCause::Refused, source });
        }
        let text = value.as_str().unwrap_or_default().to_owned();
        value = Value::from(format!("{text}>{}", from + 1));
        if from == 2 {
            let json = text.len().to_string();
            side_outputs.push(SideOutput { field: "counted", json });
        }
    }
    Ok(ChainOutput { json: value.to_string(), side_outputs })
}

/// Puts the context in place of the value.
fn show_context(run: ChainRun<'_>) -> Result<ChainOutput, ChainError> {
    let read = |field: &'static str| {
        let sibling = run.context.sibling(field).map_err(|source| ChainError {
            step: run.from,
            cause: ChainErrorCause::Context(field),
            source,
        })?;
        Ok::<_, ChainError>(sibling.map_or_else(|| "absent".to_owned(), |json| json.into_owned()))
    };
    let json = format!("[{},{}]", read("plain")?, read("first")?);
    Ok(ChainOutput { json, side_outputs: Vec::new() })
}

const FIRST: VersionedAttribute = VersionedAttribute {
    field: "first",
    key: "first",
    version_field: "first_version",
    version_key: "firstVersion",
    min: v(1),
    max: v(3),
    missing_version: None,
    scope: Scope::Field,
    optional: false,
    context: &[],
    side_outputs: &[SideOutputAttribute { step: v(2), field: "counted", key: "counted" }],
    constants: &[],
    element_key: false,
    fetched: &[],
    losses: &[],
    moves: &[],
    run: append_version,
    check: None,
};
const SECOND: VersionedAttribute = VersionedAttribute {
    field: "second",
    key: "second",
    version_field: "second_version",
    version_key: "secondVersion",
    min: v(1),
    max: v(2),
    missing_version: Some(v(1)),
    optional: true,
    context: &[
        ContextAttribute { field: "plain", key: "plain", version: None },
        ContextAttribute { field: "first", key: "first", version: Some(v(2)) },
    ],
    side_outputs: &[],
    run: show_context,
    ..FIRST
};
const EACH: VersionedAttribute =
    VersionedAttribute { scope: Scope::Each, side_outputs: &[], version_key: "version", ..FIRST };
const fn other(field: &'static str, key: &'static str, kind: OtherKind) -> OtherAttribute {
    OtherAttribute { field, key, kind }
}
pub(super) static TWO: Declaration = Declaration {
    entity: "pair",
    type_name: "tests::Pair",
    versioned: &[FIRST, SECOND],
    others: &[
        other("first_version", "firstVersion", OtherKind::Version),
        other("second_version", "secondVersion", OtherKind::Version),
        other("plain", "plain", OtherKind::Plain),
        other("counted", "counted", OtherKind::Plain),
    ],
};
pub(crate) static LIST: Declaration = Declaration {
    entity: "list",
    type_name: "tests::List",
    versioned: &[EACH],
    others: &[other("version", "version", OtherKind::Version)],
};
static WHOLE: Declaration = Declaration {
    entity: "whole",
    type_name: "tests::Whole",
    versioned: &[VersionedAttribute {
        field: "document",
        key: "",
        version_key: "version",
        scope: Scope::Document,
        missing_version: Some(v(1)),
        run: |_| Ok(ChainOutput { json: r#"{ "new": 1 }"#.to_owned(), side_outputs: Vec::new() }),
        ..EACH
    }],
    others: &[other("version", "version", OtherKind::Version)],
};

pub(super) fn migrate(
    declaration: &'static Declaration,
    text: &str,
) -> Result<String, MigrationError> {
    migrate_document(declaration, text.into()).map(|migrated| migrated.text.into_owned())
}

fn refused(text: &str) -> MigrationError {
    migrate(&TWO, text).expect_err(text)
}

#[test]
fn a_current_document_is_returned_borrowed() {
    let text = r#" { "firstVersion":3, "first":{"a":1,"a":1.0}, "secondVersion":2 } "#;
    let migrated = migrate_document(&TWO, text.into()).expect("it is current");
    assert!(matches!(migrated.text, Cow::Borrowed(same) if same == text));
    assert_eq!(migrated.changes, []);
}

#[test]
fn only_stale_members_change_and_all_other_bytes_stay() {
    let text = concat!(
        r#" {"z":1e5, "dup":1,"dup":-0, "first"  : "a\u0062" ,"#,
        r#""firstVersion":2,  "big":123456789012345678901234567890,"s":"\ud800\/", "#,
        r#""secondVersion" :2, "second":[1.0, {"k":1,"k":2}] } "#
    );
    let expected = concat!(
        r#" {"z":1e5, "dup":1,"dup":-0, "first"  : "ab>3" ,"#,
        r#""firstVersion":3,  "big":123456789012345678901234567890,"s":"\ud800\/", "#,
        r#""secondVersion" :2, "second":[1.0, {"k":1,"k":2}],"counted":2 } "#
    );
    let migrated = migrate_document(&TWO, text.into()).expect("it is valid");
    assert_eq!(migrated.text, expected);
    assert_eq!(migrated.side_outputs, ["counted"]);
    assert_eq!(migrated.changes, [FieldChange { field: "first", from: v(2), to: v(3) }]);
    assert_eq!(migrate(&TWO, expected).expect("it is current"), expected);
}

#[test]
fn a_context_is_the_stored_sibling_or_a_versioned_one_at_the_stated_version() {
    let text = r#"{"firstVersion":1,"first":"a","plain":"p","second":0,"secondVersion":1}"#;
    let expected = concat!(
        r#"{"firstVersion":3,"first":"a>2>3","plain":"p","#,
        r#""second":["p","a>2"],"secondVersion":2,"counted":3}"#
    );
    assert_eq!(migrate(&TWO, text).expect("it is valid"), expected);
}

#[test]
fn a_context_stored_newer_than_asked_for_is_an_error_and_not_a_guess() {
    let error = refused(r#"{"firstVersion":3,"first":"a","second":0,"secondVersion":1}"#);
    assert!(matches!(&error, MigrationError::ContextUnavailable { sibling: "first", .. }));
    let cause = std::error::Error::source(&error).expect("it has a cause").to_string();
    assert_eq!(cause, "it is stored at version 3, newer than version 2 that the chain asks for");
}

#[test]
fn a_missing_version_member_is_an_error_unless_declared_and_is_written_then() {
    let error = refused(r#"{"first":"a","secondVersion":2}"#);
    assert!(matches!(error, MigrationError::VersionMissing { version_key: "firstVersion", .. }));
    let text = r#"{"firstVersion":3,"first":"a"}"#;
    let expected = r#"{"firstVersion":3,"first":"a","secondVersion":2}"#;
    assert_eq!(migrate(&TWO, text).expect("second is optional"), expected);
}

#[test]
fn malformed_too_old_and_too_new_versions_are_different_errors() {
    let at = |version: &str| refused(&format!(r#"{{"firstVersion":{version},"first":"a"}}"#));
    assert_eq!(
        at("\"2\"").to_string(),
        "`pair.first` has a malformed schema version: member `firstVersion` holds `\"2\"`, \
         not an integer from 0 to 4294967295"
    );
    assert_eq!(
        at("0").to_string(),
        "`pair.first` is at version 0, older than the oldest supported version 1"
    );
    let error = at("4").of(crate::EntityId::new("p1"));
    assert_eq!(
        error.to_string(),
        "`pair.first` of `p1` is at version 4, newer than the latest known version 3"
    );
    assert!(error.help().is_some());
}

#[test]
fn a_declared_member_that_stands_twice_is_an_error_and_any_other_is_not() {
    for text in [
        r#"{"firstVersion":3,"first":"a","firstVersion":2,"secondVersion":2}"#,
        r#"{"firstVersion":3,"first":"a","\u0066irst":"b","secondVersion":2}"#,
        r#"{"firstVersion":3,"first":"a","secondVersion":2,"plain":1,"plain":2}"#,
    ] {
        assert!(matches!(refused(text), MigrationError::DuplicateMember { .. }), "{text}");
    }
}

#[test]
fn a_missing_body_is_an_error_and_a_malformed_document_too() {
    let error = refused(r#"{"firstVersion":1,"secondVersion":2}"#);
    assert!(matches!(error, MigrationError::FieldMissing { key: "first", .. }));
    for text in ["[1]", "{", r#"{"first":}"#, ""] {
        assert!(matches!(refused(text), MigrationError::Unreadable { .. }), "{text}");
    }
    let bytes: &[u8] = b"{\"first\":\"\xff\"}";
    let error = migrate_document(&TWO, bytes.into()).expect_err("not UTF-8");
    assert!(matches!(error, MigrationError::Unreadable { .. }));
}

#[test]
fn a_refusal_names_field_step_pointer_and_cause() {
    let error = refused(r#"{"firstVersion":2,"first":"bad"}"#);
    assert_eq!(error.to_string(), "conversion of `pair.first` from version 2 to 3 failed");
    assert_eq!(error.step(), Some((v(2), v(3))));
    assert_eq!(error.pointer().map(crate::json::Pointer::as_str), Some("/x"));
    assert_eq!(std::error::Error::source(&error).expect("a cause").to_string(), "it is bad");
}

#[test]
fn elements_are_converted_one_by_one_and_what_is_between_them_stays() {
    let list = r#"{"version":1,"first":[ "a" , "b"]}"#;
    assert_eq!(
        migrate(&LIST, list).expect("a list"),
        r#"{"version":3,"first":[ "a>2>3" , "b>2>3"]}"#
    );
    let map = r#"{"version":2,"first":{"k" : "a","k2":"b" }}"#;
    assert_eq!(
        migrate(&LIST, map).expect("a map"),
        r#"{"version":3,"first":{"k" : "a>3","k2":"b>3" }}"#
    );
    let error = migrate(&LIST, r#"{"version":2,"first":{"ok":"a","k/1":"bad"}}"#).expect_err("bad");
    assert_eq!(error.pointer().map(crate::json::Pointer::as_str), Some("/k~11/x"));
    let error = migrate(&LIST, r#"{"version":2,"first":"a"}"#).expect_err("no list");
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert_eq!(cause, "expected a list or a map");
}

#[test]
fn one_version_for_the_whole_document_is_set_whatever_the_conversions_leave_there() {
    assert_eq!(migrate(&WHOLE, r#"{"old":1}"#).expect("valid"), r#"{ "new": 1,"version":3 }"#);
    let error = migrate(&WHOLE, r#"{"version":3,"version":1}"#).expect_err("twice");
    assert!(matches!(error, MigrationError::DuplicateMember { .. }));
    let error = migrate_members(&WHOLE, &[]).expect_err("no columns");
    assert!(matches!(error, MigrationError::NotInColumns { .. }));
}

#[test]
fn columns_are_migrated_by_the_same_plan() {
    let members = [
        Member { key: "firstVersion", value: MemberValue::Integer(2) },
        Member { key: "first", value: MemberValue::Json("\"a\"") },
        Member { key: "secondVersion", value: MemberValue::Integer(1) },
        Member { key: "second", value: MemberValue::Json("0") },
        Member { key: "plain", value: MemberValue::Text("say \"hi\"") },
    ];
    let migrated = migrate_members(&TWO, &members).expect("valid");
    let json = |text: &str| WriteValue::Json(text.to_owned());
    let expected = [
        ("first", json("\"a>3\"")),
        ("counted", json("1")),
        ("firstVersion", WriteValue::Version(v(3))),
        ("second", json(r#"["say \"hi\"","a"]"#)),
        ("secondVersion", WriteValue::Version(v(2))),
    ];
    assert_eq!(migrated.writes, expected.map(|(key, value)| MemberWrite { key, value }));
    assert_eq!(migrated.changes.len(), 2);
}

#[test]
fn a_current_entity_in_columns_needs_its_versions_only() {
    let members = [
        Member { key: "firstVersion", value: MemberValue::Integer(3) },
        Member { key: "secondVersion", value: MemberValue::Integer(2) },
    ];
    let migrated = migrate_members(&TWO, &members).expect("it is current");
    assert_eq!(migrated, MigratedMembers::default());
}

#[test]
fn the_limits_of_a_document_hold() {
    let document = StoredDocument::from(r#"{"firstVersion":3,"a":[[1]]}"#);
    let limits = Limits::DEFAULT.with_depth_max(2);
    assert!(migrate_document(&TWO, document.with_limits(limits)).is_err());
    let limits = Limits::DEFAULT.with_bytes_max(10);
    assert!(migrate_document(&TWO, document.with_limits(limits)).is_err());
}

#[test]
fn a_part_of_a_chain_can_be_run_on_its_own() {
    assert_eq!(TWO.convert("first", "\"a\"", v(1)..=v(2), &[]).expect("valid"), "\"a>2\"");
    assert_eq!(TWO.convert("first", "\"a\"", v(2)..=v(2), &[]).expect("valid"), "\"a\"");
    for range in [v(0)..=v(2), v(1)..=v(4), v(3)..=v(2)] {
        assert!(TWO.convert("first", "\"a\"", range, &[]).is_err());
    }
}

/// A chain that shows nothing between its steps must not pass for one that lost nothing.
#[test]
fn a_chain_written_by_hand_that_shows_nothing_is_not_counted() {
    static LOSSY: Declaration = Declaration {
        versioned: &[VersionedAttribute {
            losses: &[
                LossAttribute { step: v(1), path: "/a" },
                LossAttribute { step: v(2), path: "/a" },
            ],
            ..EACH
        }],
        ..LIST
    };
    let options = MigrationOptions::new().with_counted_losses(true);
    let text = r#"{"first":["x","y"],"version":1}"#;
    let migrated = migrate_document_with(&LOSSY, text.into(), &options).expect("valid");
    let counts: Vec<_> = migrated.losses.iter().map(|loss| (loss.step, loss.count)).collect();
    assert_eq!(counts, [(v(1), None), (v(2), None)]);
    assert_eq!(migrated.text, migrate(&LOSSY, text).expect("valid"));
}
