//! What a document looks like: its members, its stored versions, and its shape as far as that differs between documents.
//!
//! Layer: jobs. Pure.

use std::collections::BTreeSet;

use versioned_core::{
    ConversionError, Declaration, Kind, LazyRef, LazyValue, Scope,
    document::{FoundVersion, stored_versions},
    json::Pointer,
};

use crate::content::text_hash;

/// The members of an object as JSON texts; `None` for a text that is no object.
pub(super) fn members(json: &str) -> Option<Vec<(String, String)>> {
    let mut found = None;
    let read = LazyValue::convert_str(json, |value| {
        if value.as_ref().kind() == Kind::Object {
            let members = value.as_ref().members();
            found = Some(members.map(|(key, json)| (key.into_owned(), json.to_json())).collect());
        }
        Ok::<_, ConversionError>(LazyValue::null())
    });
    read.ok().and(found)
}

/// The versions of a document, one for each version member, as they stand in the name of a file: `41`, or `1-3-2`.
pub(super) fn versions_label(declaration: &'static Declaration, document: &str) -> String {
    let Ok(versions) = stored_versions(declaration, document) else {
        return "unreadable".to_owned();
    };
    let mut seen = BTreeSet::new();
    let own = versions.into_iter().filter(|version| seen.insert(version.version_key));
    let label = own.map(|version| match version.found {
        FoundVersion::Number(version) => version.to_string(),
        FoundVersion::Missing => "missing".to_owned(),
        _ => "malformed".to_owned(),
    });
    label.collect::<Vec<_>>().join("-")
}

/// A hash of the places of a document and of the kinds of what stands there: equal for documents of one shape.
///
/// Elements of a list share a place, and so do those of a map whose elements are converted one by one, since their keys are
/// data.
pub(super) fn shape(declaration: &'static Declaration, document: &str) -> u128 {
    let maps: Vec<String> = declaration
        .versioned
        .iter()
        .filter(|attribute| attribute.scope == Scope::Each)
        .map(|attribute| {
            let mut place = Pointer::root();
            place.push_key(attribute.key);
            place.as_str().to_owned()
        })
        .collect();
    let mut places = BTreeSet::new();
    let read = LazyValue::convert_str(document, |value| {
        collect(value.as_ref(), &mut Pointer::root(), &maps, &mut places);
        Ok::<_, ConversionError>(LazyValue::null())
    });
    match read {
        Ok(_) => text_hash(places.iter().map(String::as_str)),
        Err(_) => 0,
    }
}

// Nesting is bounded by the scan.
fn collect(
    value: LazyRef<'_, '_>,
    place: &mut Pointer,
    maps: &[String],
    places: &mut BTreeSet<String>,
) {
    let kind = value.kind();
    places.insert(format!("{} {kind:?}", place.as_str()));
    let is_map = kind == Kind::Object && maps.iter().any(|map| map == place.as_str());
    for (key, member) in value.members() {
        place.push_key(if is_map { "*" } else { &key });
        collect(member, place, maps, places);
        place.pop();
    }
    for element in value.elements() {
        place.push_key("*");
        collect(element, place, maps, places);
        place.pop();
    }
}
