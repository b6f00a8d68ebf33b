//! JSON keys: every member has one, and version fields can be found by it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Versioned, versioned::check_serde};
use crate::{ast::Input, errors::Errors};

pub(super) fn check(input: &Input, versioned: &[Versioned<'_>], errors: &mut Errors) {
    let mut seen = BTreeMap::new();
    for field in input.fields.iter().filter(|field| field.is_stored()) {
        if let Some(other) = seen.insert(field.key.as_str(), field) {
            let message = format!(
                "`{}.{}` and `{}.{}` have one JSON key, `{}`: rename one of them",
                input.ident, other.name, input.ident, field.name, field.key
            );
            errors.add(field.serde.rename_span.unwrap_or_else(|| field.span()), message);
        }
    }
    check_flattened(input, versioned, errors);
    let mut checked = BTreeSet::new();
    for version in versioned.iter().filter_map(|one| one.version) {
        if checked.insert(version.name.as_str()) {
            let place = format!("`{}.{}`", input.ident, version.name);
            check_serde(&place, "a version field", version, errors);
        }
    }
}

/// A flattened field has no key, so it can be nothing but `unversioned`; a version field is
/// reported elsewhere.
fn check_flattened(input: &Input, versioned: &[Versioned<'_>], errors: &mut Errors) {
    for field in &input.fields {
        let Some(span) = field.serde.flatten else { continue };
        let is_version = versioned
            .iter()
            .any(|one| one.version.is_some_and(|version| version.name == field.name));
        if field.attr.span.is_some() || input.attr.document.is_some() || is_version {
            continue;
        }
        let message = format!(
            "`{}.{}` is flattened into the document, and what it takes has no versions: \
             write `#[versioned(unversioned)]` above it, or give it a key of its own",
            input.ident, field.name
        );
        errors.add(span, message);
    }
}
