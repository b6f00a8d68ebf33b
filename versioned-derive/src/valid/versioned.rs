//! Versioned fields: version fields, ranges, and what serde may not do to them.

use proc_macro2::Span;

use super::{Chain, Versioned};
use crate::{
    ast::{Field, Input},
    attr::FieldAttr,
    errors::{Errors, suggestion},
};

/// The most steps of a chain.
const STEPS_MAX: u32 = 1000;

pub(super) fn read<'a>(input: &'a Input, errors: &mut Errors) -> Vec<Versioned<'a>> {
    let mut versioned = Vec::new();
    if let Some(span) = input.attr.document {
        versioned.push(versioned_field(input, None, &input.attr.versions, span, errors));
    }
    for field in &input.fields {
        check_unversioned(input, field, errors);
        if !field.attr.is_versioned() {
            continue;
        }
        let span = field.attr.span.unwrap_or_else(|| field.span());
        if input.attr.document.is_some() {
            errors.add(
                span,
                format!(
                    "`{}.{}` belongs to the document, which has one version for the whole; \
                     remove this, or `document` on the struct",
                    input.ident, field.name
                ),
            );
            continue;
        }
        versioned.push(versioned_field(input, Some(field), &field.attr, span, errors));
    }
    versioned
}

fn check_unversioned(input: &Input, field: &Field, errors: &mut Errors) {
    let attr = &field.attr;
    let Some(span) = attr.unversioned else { return };
    if attr.version_field.is_some()
        || attr.min.is_some()
        || attr.max.is_some()
        || attr.chain.is_some()
        || attr.each.is_some()
        || !attr.context.is_empty()
        || !attr.fetched.is_empty()
        || !attr.side_outputs.is_empty()
        || !attr.losses.is_empty()
        || !attr.moves.is_empty()
    {
        let place = format!("`{}.{}`", input.ident, field.name);
        errors.add(
            span,
            format!("{place} is either `unversioned` or has versions; keep one of both"),
        );
    }
}

fn versioned_field<'a>(
    input: &'a Input,
    field: Option<&'a Field>,
    attr: &'a FieldAttr,
    span: Span,
    errors: &mut Errors,
) -> Versioned<'a> {
    let before = errors.count();
    let name = field.map_or("document", |field| field.name.as_str());
    let place = format!("`{}.{name}`", input.ident);
    let mut checked = Versioned {
        name,
        field,
        attr,
        version: None,
        chain: Chain::Unknown {
            min: attr.min.map(|number| number.value),
            max: attr.max.map(|number| number.value),
        },
        context: Vec::new(),
        constants: Vec::new(),
        element_key: false,
        fetched: Vec::new(),
        side_outputs: Vec::new(),
        anchor: attr
            .max
            .map(|number| number.span)
            .or(attr.chain.as_ref().map(|chain| chain.span))
            .unwrap_or(span),
        sound: false,
    };
    checked.version = version_field(input, &checked, &place, span, errors);
    if let Some(chain) = chain(input, &checked, &place, span, errors) {
        checked.chain = chain;
        check_missing_version(&checked, &place, errors);
    }
    if let Some(field) = field {
        check_serde(&place, "versioned", field, errors);
    }
    if attr.each.is_some() && !attr.side_outputs.is_empty() {
        errors.add(
            attr.side_outputs[0].span,
            format!(
                "{place} is declared `each`: its steps see one element, and cannot set a sibling \
                 of all"
            ),
        );
    }
    checked.sound = !attr.poisoned && errors.count() == before;
    checked
}

fn version_field<'a>(
    input: &'a Input,
    versioned: &Versioned<'a>,
    place: &str,
    span: Span,
    errors: &mut Errors,
) -> Option<&'a Field> {
    let attr = versioned.attr;
    let Some((name, span)) = &attr.version_field else {
        if !attr.poisoned {
            let message = format!(
                "{place} does not say which field holds its version: \
                 add `version_field = \"{}_schema_version\"`",
                versioned.name
            );
            errors.add(span, message);
        }
        return None;
    };
    let Some(version) = input.field(name) else {
        let nearest = suggestion(name, input.names());
        let message = format!(
            "`{}` has no field `{name}`, which {place} names as its version field{nearest}\n\
             add it: `{name}: SchemaVersion`",
            input.ident
        );
        errors.add(*span, message);
        return None;
    };
    let problem = if versioned.field.is_some_and(|field| field.name == *name) {
        Some("is the versioned field itself")
    } else if version.attr.is_versioned() {
        Some("is versioned itself; a version is a plain integer")
    } else if version.attr.unversioned.is_some() {
        Some("is declared `unversioned`; remove that, a version field needs no declaration")
    } else {
        None
    };
    if let Some(problem) = problem {
        errors.add(*span, format!("the version field `{name}` of {place} {problem}"));
        return None;
    }
    Some(version)
}

fn chain<'a>(
    input: &Input,
    versioned: &Versioned<'a>,
    place: &str,
    span: Span,
    errors: &mut Errors,
) -> Option<Chain<'a>> {
    let attr = versioned.attr;
    if let (Some(min), Some(max)) = (attr.min, attr.max) {
        if min.value > max.value {
            let message = format!(
                "{place} declares `min` {} above `max` {}: `min` is the oldest version that is \
                 still read, `max` the one that is written",
                min.value, max.value
            );
            errors.add(min.span, message);
            return None;
        }
        if max.value - min.value > STEPS_MAX {
            let message = format!(
                "{place} declares versions {}..={}, which is more than {STEPS_MAX} steps; \
                 raise `min`",
                min.value, max.value
            );
            errors.add(max.span, message);
            return None;
        }
    }
    if let Some(path) = &attr.chain {
        let owner = path
            .owner
            .segments
            .last()
            .is_some_and(|last| last.ident == input.ident || last.ident == "Self");
        let field = path.field.as_deref().unwrap_or(versioned.name);
        if owner && field == versioned.name {
            errors.add(path.span, format!("{place} cannot share its own chain"));
            return None;
        }
        return Some(Chain::Shared { path, min: attr.min, max: attr.max });
    }
    match (attr.min, attr.max) {
        (Some(min), Some(max)) => Some(Chain::Own { min: min.value, max: max.value }),
        _ if attr.poisoned => None,
        (None, None) => {
            errors.add(span, format!("{place} lacks its versions: add `min = 1, max = 1`"));
            None
        }
        (Some(min), None) => {
            errors.add(min.span, format!("{place} has a `min` and lacks `max`"));
            None
        }
        (None, Some(max)) => {
            errors.add(max.span, format!("{place} has a `max` and lacks `min`"));
            None
        }
    }
}

fn check_missing_version(versioned: &Versioned<'_>, place: &str, errors: &mut Errors) {
    let Some(missing) = versioned.attr.missing_version else { return };
    let below = versioned.chain.min().is_some_and(|min| missing.value < min);
    let above = versioned.chain.max().is_some_and(|max| missing.value > max);
    if below || above {
        let range = range(versioned.chain);
        let message = format!(
            "`missing_version` of {place} is {}, outside its versions {range}: \
             documents without a version could not be read",
            missing.value
        );
        errors.add(missing.span, message);
    }
}

/// "41..=45"
pub(crate) fn range(chain: Chain<'_>) -> String {
    let text = |bound: Option<u32>| bound.map_or_else(String::new, |bound| bound.to_string());
    format!("{}..={}", text(chain.min()), text(chain.max()))
}

/// What serde may not do to a field that the engine reads or writes by its key.
pub(super) fn check_serde(place: &str, role: &str, field: &Field, errors: &mut Errors) {
    let serde = &field.serde;
    if let Some(span) = serde.flatten {
        let message =
            format!("{place} is {role} and cannot be `flatten`: it needs a JSON key of its own");
        errors.add(span, message);
    }
    if let Some(span) = serde.skip {
        errors
            .add(span, format!("{place} is {role} and cannot be skipped: it is read and written"));
    }
    if let Some((span, name)) = serde.skip_half {
        errors.add(
            span,
            format!("{place} is {role} and cannot have `{name}`: it is read and written"),
        );
    }
    if let Some(span) = serde.alias {
        let message = format!(
            "{place} is {role} and cannot have an `alias`: it is looked up by one key; \
             rename the member in a conversion"
        );
        errors.add(span, message);
    }
    if field.two_keys {
        let message = format!("{place} is {role} and needs the same key for reading and writing");
        errors.add(serde.rename_span.unwrap_or_else(|| field.span()), message);
    }
}

/// Fields that have one version field agree on what its values mean.
pub(super) fn check_groups(versioned: &mut [Versioned<'_>], errors: &mut Errors) {
    for later in 1..versioned.len() {
        let (before, rest) = versioned.split_at_mut(later);
        let this = &mut rest[0];
        let Some(version) = this.version.filter(|_| this.sound) else { continue };
        let same = before
            .iter()
            .filter(|one| one.sound)
            .find(|one| one.version.is_some_and(|other| other.name == version.name));
        let Some(first) = same else { continue };
        let missing = |one: &Versioned<'_>| one.attr.missing_version.map(|number| number.value);
        let differs = |left: Option<u32>, right: Option<u32>| {
            left.zip(right).is_some_and(|(left, right)| left != right)
        };
        let problem = if differs(first.chain.min(), this.chain.min())
            || differs(first.chain.max(), this.chain.max())
        {
            format!("declare {} and {}", range(first.chain), range(this.chain))
        } else if missing(first) != missing(this) {
            "declare different values of `missing_version`".to_owned()
        } else {
            continue;
        };
        let message = format!(
            "`{}` and `{}` have one version field, `{}`, and {problem}; \
             they need the same `min`, `max` and `missing_version`",
            first.name, this.name, version.name
        );
        errors.add(this.anchor, message);
        this.sound = false;
    }
}
