//! Migrating: any bytes are a document at its latest versions afterwards, or refused with a reason.

use std::{
    error::Error,
    fmt::{Debug, Write as _},
};

use versioned_core::{
    BaseVersionedDomainObject, FieldChange, MigrationError, Scope,
    document::{
        FoundVersion, Member, MemberValue, MemberWrite, Migrated, WriteValue, assemble,
        stored_versions,
    },
};

use crate::{
    objects::{Album, Notice},
    tree::{self, decoded},
};

/// Checks one input: any bytes, as a stored document of every domain object.
///
/// # Panics
///
/// On a finding.
pub fn check(data: &[u8]) {
    stored_as::<Album>(data);
    stored_as::<Notice>(data);
}

fn stored_as<T: BaseVersionedDomainObject + Debug>(data: &[u8]) {
    let result = T::migrate_to_latest_schema_versions(data);
    if let Err(error) = &result {
        told(error);
    }
    if let Ok(migrated) = &result {
        latest(data, migrated);
    }
    read_alike::<T>(data);
    let declaration = T::schema_versioned_attributes();
    let is_in_fields =
        declaration.versioned.iter().all(|attribute| attribute.scope != Scope::Document);
    if is_in_fields && let Ok(text) = std::str::from_utf8(data) {
        match &result {
            Err(MigrationError::Unreadable { .. } | MigrationError::DuplicateMember { .. }) => {}
            result => in_columns(text, result),
        }
    }
}

/// An error can be shown, with everything that it names.
fn told(error: &MigrationError) -> String {
    let mut text = String::new();
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        writeln!(text, "{error}").expect("a text takes everything");
        cause = error.source();
    }
    assert!(error.help().is_some());
    if let Some(pointer) = error.pointer().map(versioned_core::json::Pointer::as_str) {
        assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer}");
    }
    text
}

/// An object is what the migrated text is read as, and a document that begins with its version, which is not scanned first,
/// is judged as behind a line break, where it is.
fn read_alike<T: BaseVersionedDomainObject + Debug>(data: &[u8]) {
    let shown = |object: Result<T, MigrationError>| match object {
        Ok(object) => format!("{object:?}"),
        Err(error) => told(&error),
    };
    let by_text = |data: &[u8]| {
        T::migrate_to_latest_schema_versions(data).and_then(|migrated| migrated.to_object())
    };
    let direct = shown(T::from_stored_document(data));
    assert_eq!(direct, shown(by_text(data)));
    let behind = [b"\n", data].concat();
    // Offsets are one apart.
    let without_digits = |text: String| text.replace(|it: char| it.is_ascii_digit(), "");
    assert_eq!(
        without_digits(direct),
        without_digits(shown(T::from_stored_document(behind.as_slice())))
    );
}

/// A migrated document is current, migrates to itself, and is an object or says why not.
fn latest<T: BaseVersionedDomainObject>(data: &[u8], migrated: &Migrated<'_, T>) {
    let document = migrated.document();
    if migrated.is_current() {
        assert_eq!(document.as_bytes(), data);
    }
    match migrated.to_object() {
        Ok(_) => {}
        Err(error @ MigrationError::ObjectMismatch { .. }) => drop(told(&error)),
        Err(error) => panic!("{}", told(&error)),
    }
    match T::migrate_to_latest_schema_versions(document) {
        Ok(again) => {
            assert!(again.is_current());
            assert_eq!(again.document(), document);
        }
        Err(error) => panic!("what was migrated is refused: {}", told(&error)),
    }
    let declaration = T::schema_versioned_attributes();
    let versions = stored_versions(declaration, document).expect("it was read before");
    for (attribute, version) in declaration.versioned.iter().zip(versions) {
        assert_eq!(version.found, FoundVersion::Number(attribute.max));
    }
}

/// The same members in columns give the same: values, changes, or error.
fn in_columns<T: BaseVersionedDomainObject + Debug>(
    text: &str,
    result: &Result<Migrated<'_, T>, MigrationError>,
) {
    let before = tree::members(text);
    // A key that no text can hold is no column.
    let keys: Vec<_> = before.iter().map(|(key, _)| decoded(key).unwrap_or_default()).collect();
    let columns: Vec<_> = before
        .iter()
        .zip(&keys)
        .map(|((_, json), key)| Member { key, value: MemberValue::Json(json) })
        .collect();
    match (result, T::migrate_members_to_latest_schema_versions(&columns)) {
        (Ok(document), Ok(in_columns)) => {
            let changes: &[FieldChange] = document.changes();
            assert_eq!(changes, in_columns.changes);
            assert_eq!(document.side_outputs(), in_columns.side_outputs);
            only_written(&before, document.document(), &in_columns.writes);
            let assembled = assemble("album", &columns, &in_columns.writes).expect("it is JSON");
            if let Err(error) = T::migrate_to_latest_schema_versions(&assembled) {
                panic!("what was put together is refused: {}", told(&error));
            }
        }
        (Err(document), Err(in_columns)) => {
            assert_eq!(told(document), told(&in_columns));
            assert_eq!(document.pointer(), in_columns.pointer());
        }
        (document, in_columns) => panic!("{document:?} as document, {in_columns:?} in columns"),
    }
}

/// Members keep their order and their bytes, except for what is written; new ones come last.
fn only_written(before: &[(&str, &str)], document: &str, writes: &[MemberWrite]) {
    let after = tree::members(document);
    let mut written = 0;
    for (index, (key, json)) in after.iter().enumerate() {
        let name = decoded(key);
        let write = writes.iter().find(|write| name.as_deref() == Some(write.key));
        written += usize::from(write.is_some());
        if let Some((key_before, json_before)) = before.get(index) {
            assert_eq!(key, key_before);
            if write.is_none() {
                assert_eq!(json, json_before);
            }
        } else {
            assert!(write.is_some(), "{key} was added and not written");
        }
        match write.map(|write| &write.value) {
            Some(WriteValue::Json(expected)) => assert_eq!(*json, expected.trim_ascii()),
            Some(WriteValue::Version(version)) => assert_eq!(*json, version.to_string()),
            Some(other) => panic!("{other:?} is new to this check"),
            None => {}
        }
    }
    assert!(after.len() >= before.len());
    assert_eq!(written, writes.len());
}
