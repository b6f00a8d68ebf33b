//! What a migration gives is within the limits of what a migration reads.

use super::{tests::TWO, *};
use crate::{
    LazyValue, SchemaVersion,
    chain::{ChainError, ChainErrorCause, ChainOutput, ChainRun},
    document::MemberValue,
};

/// Puts every value into a list of its own.
fn wrap(run: ChainRun<'_>) -> Result<ChainOutput, ChainError> {
    let error = |cause, source| ChainError { step: run.from, cause, source };
    let value = run.text.lazy().map_err(|source| error(ChainErrorCause::Input, source))?;
    let json = LazyValue::from(vec![value]).into_json_within(run.text.room());
    let json = json.map_err(|source| error(ChainErrorCause::Output, source))?;
    Ok(ChainOutput { json, side_outputs: Vec::new() })
}

const fn wrapping(scope: Scope, version_key: &'static str) -> VersionedAttribute {
    VersionedAttribute {
        scope,
        version_key,
        max: SchemaVersion::new(2),
        side_outputs: &[],
        run: wrap,
        ..TWO.versioned[0]
    }
}

static FIELD: Declaration =
    Declaration { versioned: &[wrapping(Scope::Field, "firstVersion")], ..TWO };
static EACH: Declaration =
    Declaration { versioned: &[wrapping(Scope::Each, "firstVersion")], ..TWO };

fn document(levels: usize) -> String {
    let nested = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    format!(r#"{{"firstVersion":1,"first":{nested}}}"#)
}

fn migrated(
    declaration: &'static Declaration,
    document: &str,
    limits: Limits,
) -> Result<String, MigrationError> {
    let stored = StoredDocument::from(document).with_limits(limits);
    migrate_document(declaration, stored).map(|migrated| migrated.text.into_owned())
}

fn cause(error: &MigrationError) -> String {
    let source = std::error::Error::source(error).expect("it has a cause");
    format!("{error}: {source}")
}

#[test]
fn a_step_that_nests_a_document_deeper_than_the_limit_is_refused_with_its_field() {
    let at_limit = migrated(&FIELD, &document(125), Limits::DEFAULT).unwrap();
    assert!(migrated(&FIELD, &at_limit, Limits::DEFAULT).is_ok());
    let error = migrated(&FIELD, &document(126), Limits::DEFAULT).unwrap_err();
    assert_eq!(
        cause(&error),
        "what the conversion of `pair.first` from version 1 to 2 returned cannot be written as \
         JSON: nested deeper than 126 levels at byte 126"
    );
    let five = Limits::DEFAULT.with_depth_max(5);
    assert!(migrated(&FIELD, &document(3), five).is_ok());
    assert!(migrated(&FIELD, &document(4), five).is_err());
}

#[test]
fn elements_lie_one_level_deeper() {
    let at_limit = migrated(&EACH, &document(125), Limits::DEFAULT).unwrap();
    assert!(migrated(&EACH, &at_limit, Limits::DEFAULT).is_ok());
    assert!(migrated(&EACH, &document(126), Limits::DEFAULT).is_err());
}

#[test]
fn brackets_in_texts_and_flat_documents_beside_deep_ones_are_no_nesting() {
    // The deepest place of the text is below what was not wrapped, so that the result is counted.
    let deep = "[".repeat(124) + &"]".repeat(124);
    let flat = format!(r#"{{"firstVersion":1,"first":["{}",{deep}]}}"#, "[".repeat(300));
    let text = migrated(&FIELD, &flat, Limits::DEFAULT).unwrap();
    assert!(migrated(&FIELD, &text, Limits::DEFAULT).is_ok());
}

#[test]
fn columns_have_the_limit_of_the_document_that_they_belong_to() {
    for (levels, accepted) in [(125, true), (126, false)] {
        let nested = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let members = [
            Member { key: "firstVersion", value: MemberValue::Integer(1) },
            Member { key: "first", value: MemberValue::Json(&nested) },
        ];
        assert_eq!(migrate_members(&FIELD, &members).is_ok(), accepted, "{levels}");
    }
}

#[test]
fn a_step_that_makes_a_document_longer_than_the_limit_is_refused() {
    let document = document(1);
    let limits = |bytes| Limits::DEFAULT.with_bytes_max(bytes);
    assert!(migrated(&FIELD, &document, limits(document.len() + 2)).is_ok());
    let error = migrated(&FIELD, &document, limits(document.len() + 1)).unwrap_err();
    assert!(cause(&error).contains("`pair.first` from version 1 to 2"), "{}", cause(&error));
    assert!(cause(&error).contains("longer than 30 bytes"), "{}", cause(&error));
}
