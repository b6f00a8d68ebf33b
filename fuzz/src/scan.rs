//! Scanning and reading: what serde_json accepts is accepted, and nothing is changed on the way.

use std::collections::BTreeSet;

use serde_json::{Value, value::RawValue};
use versioned_core::{
    BaseVersionedDomainObject as _, Kind, LazyRef, LazyValue, MigrationError,
    json::{JsonErrorKind, Limits, Pointer, value_from_str},
};

use crate::{
    objects::Album,
    tree::{Tree, depth},
};

/// Checks one input: any bytes.
///
/// # Panics
///
/// On a finding.
pub fn check(data: &[u8]) {
    match std::str::from_utf8(data) {
        Err(error) => refused_as_not_utf8(data, error.valid_up_to()),
        Ok(text) => {
            if lazily(text) {
                opened(text);
                located(text, |length| length - 1);
                located(text, |length| length / 2);
            }
            strictly(text);
        }
    }
}

fn refused_as_not_utf8(data: &[u8], valid: usize) {
    match Album::migrate_to_latest_schema_versions(data) {
        Err(MigrationError::Unreadable { source, .. }) => {
            assert_eq!((source.kind(), source.offset()), (JsonErrorKind::InvalidUtf8, valid));
        }
        other => panic!("bytes that are not UTF-8 gave {other:?}"),
    }
}

/// Whether the text is accepted; where it is, it comes out as it went in.
fn lazily(text: &str) -> bool {
    let theirs = serde_json::from_str::<&RawValue>(text);
    match LazyValue::convert_str(text, |value| Ok(value)) {
        Ok(ours) => {
            assert_eq!(ours, text.trim_matches([' ', '\n', '\t', '\r']));
            assert_eq!(theirs.map(RawValue::get).ok(), Some(ours.as_str()));
            assert!(depth(text) <= Limits::DEPTH_MAX);
            true
        }
        Err(error) => {
            if error.to_string().starts_with("nested deeper") {
                assert!(depth(text) > Limits::DEPTH_MAX, "{error}");
            } else {
                assert!(theirs.is_err(), "{error}");
            }
            assert!(error.pointer().is_some(), "{error}");
            false
        }
    }
}

/// A value that is opened everywhere equals itself and prints what stood there, without blanks.
fn opened(text: &str) {
    let mut expected = String::new();
    Tree::of(text).print(&mut expected);
    let printed = LazyValue::convert_str(text, |value| {
        let mut all = value.clone();
        open(&mut all);
        assert_eq!(all, value);
        assert_eq!(value, all);
        assert_eq!(all.to_value().ok(), value.to_value().ok());
        found_alike(value.as_ref(), all.as_ref());
        drop(format!("{value:?} {all:?}"));
        Ok(all)
    });
    assert_eq!(printed.expect("it was accepted before"), expected);
}

fn open(value: &mut LazyValue<'_>) {
    let length = value.len();
    match value.kind() {
        Kind::List => {
            let elements = value.as_list_mut().expect("a list");
            assert_eq!(elements.len(), length);
            elements.iter_mut().for_each(open);
        }
        Kind::Object => {
            assert_eq!(value.as_object_mut().expect("an object").len(), length);
            value.members_mut().for_each(|(_, member)| open(member));
        }
        Kind::String => assert_eq!(value.as_str().is_some(), value.try_str().is_ok()),
        Kind::Number => {
            let number = value.number_text().expect("a number");
            assert_eq!(value.as_i64(), number.parse().ok());
            assert_eq!(value.as_f64().is_some(), value.try_f64().is_ok());
        }
        Kind::Bool => assert!(value.as_bool().is_some()),
        Kind::Null => assert!(value.is_null()),
    }
}

/// How many members of one object or list are looked up, each of which costs a walk.
const LOOKED_UP_MAX: usize = 8;

/// Looking up finds the same in a value that was opened as in one that was not.
fn found_alike(closed: LazyRef<'_, '_>, opened: LazyRef<'_, '_>) {
    assert_eq!(closed.len(), opened.len());
    let keys: BTreeSet<_> = closed.members().map(|(key, _)| key).take(LOOKED_UP_MAX).collect();
    for key in keys {
        match (closed.get(&key), opened.get(&key)) {
            (Some(closed), Some(opened)) => found_alike(closed, opened),
            (closed, opened) => assert!(closed.is_none() && opened.is_none(), "{key}"),
        }
    }
    for index in 0..closed.len().min(LOOKED_UP_MAX) {
        match (closed.at(index), opened.at(index)) {
            (Some(closed), Some(opened)) => found_alike(closed, opened),
            (closed, opened) => assert!(closed.is_none() && opened.is_none(), "{index}"),
        }
    }
}

/// An error about a value names the place of that value; `pick` chooses among so many members.
fn located(text: &str, pick: fn(usize) -> usize) {
    let mut expected = Pointer::root();
    let result = LazyValue::convert_str(text, |root| {
        let mut value = root.as_ref();
        while !value.is_empty() {
            let index = pick(value.len());
            value = if value.kind() == Kind::List {
                expected.push_index(index);
                value.at(index).expect("the index is below the length")
            } else {
                let (key, member) = value.members().nth(index).expect("it is below the length");
                expected.push_key(&key);
                member
            };
        }
        Err(match value.kind() {
            Kind::Bool => value.try_f64().map(drop),
            _ => value.try_bool().map(drop),
        }
        .expect_err("it is of another kind"))
    });
    assert_eq!(result.expect_err("the conversion refuses").pointer(), Some(&expected));
}

/// The strict reader refuses what serde_json refuses, and what serde_json would change.
fn strictly(text: &str) {
    match (value_from_str(text), serde_json::from_str::<Value>(text)) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours, theirs);
            assert!(!Tree::of(text).has_equal_keys());
        }
        (Ok(_), Err(error)) => panic!("serde_json refuses it: {error}"),
        (Err(error), Ok(theirs)) => {
            assert!(text.is_char_boundary(error.offset()), "{error}");
            let pointer = error.pointer().expect("it is known where").as_str();
            match (error.kind(), Tree::of(text).has_equal_keys()) {
                (JsonErrorKind::DuplicateKey, true) | (JsonErrorKind::NumberNotHeld, true) => {}
                (JsonErrorKind::NumberNotHeld, false) => {
                    let found = theirs.pointer(pointer).expect("the pointer leads somewhere");
                    assert!(found.is_number(), "{pointer} leads to {found}");
                }
                _ => panic!("serde_json accepts it: {error}"),
            }
        }
        (Err(error), Err(_)) => assert!(error.offset() <= text.len(), "{error}"),
    }
}
