//! It makes no difference at which versions a document was stored on its way.

use versioned_core::{SchemaVersion, Scope, document::Member};

use super::super::{
    documents::Sample,
    subject::{Body, Stale, Subject, Trouble},
    text,
    violation::Violation,
};

const HELP: &str = "let the step depend on nothing but its input and its context: not on how the value came to it, on what \
    another step did before, nor on side outputs";

/// Takes the document to every version on its way, field by field, stores it there, and upgrades it from there.
pub(super) fn stepwise_is_direct(subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    let fetched = sample.fetched();
    let Ok(direct) = subject.migrate(&sample.text, &fetched) else { return Ok(()) };
    let stored = Body::of(&sample.text);
    let siblings: Vec<Member<'_>> =
        stored.as_members().into_iter().chain(fetched.iter().copied()).collect();
    let stale = subject.stale(sample);
    for one in &stale {
        for halt in one.steps().map(|(_, to)| to) {
            let together =
                stale.iter().filter(|it| it.attribute.version_key == one.attribute.version_key);
            // Fields of one version member are stored at one version.
            let is_first =
                together.clone().next().is_some_and(|it| it.attribute.field == one.attribute.field);
            if !is_first || is_asked_for_below(subject, sample, one, halt) {
                continue;
            }
            let halted = halted(subject, &stored, together, halt, &siblings);
            let halted = halted.map_err(|trouble| trouble.violation(HELP))?;
            let from_there = match subject.migrate(&halted, &fetched) {
                Ok(migrated) => migrated.document,
                Err(trouble) => {
                    let violation = trouble.violation(HELP);
                    let what = format!(
                        "it upgrades at once, but not where it was stored at v{halt} on the way: {}",
                        violation.what
                    );
                    let violation = Violation { what, ..violation };
                    return Err(violation
                        .in_field(one.attribute)
                        .show("stored on the way", halted));
                }
            };
            compare(subject, one, halt, [&direct.document, &from_there], &halted)?;
        }
    }
    Ok(())
}

/// The document with these fields at a version between.
fn halted<'s>(
    subject: &Subject,
    stored: &Body,
    fields: impl Iterator<Item = &'s Stale>,
    halt: SchemaVersion,
    siblings: &[Member<'_>],
) -> Result<String, Trouble> {
    let mut body = stored.clone();
    let mut whole = None;
    for Stale { attribute, from, json } in fields {
        // Step by step, each from the text that the one before gave.
        let mut json = json.clone();
        for step in from.get()..halt.get() {
            let versions = (SchemaVersion::new(step), SchemaVersion::new(step + 1));
            let converted = subject.convert(attribute, &json, versions, siblings)?;
            if attribute.scope == Scope::Document {
                let mut converted = Body::of(&converted.json);
                converted.set(attribute.version_key, versions.1.to_string());
                json = converted.to_text();
                whole = Some(json.clone());
            } else {
                body.set_converted(attribute, versions.1, &converted);
                json = converted.json;
            }
        }
    }
    Ok(whole.unwrap_or_else(|| body.to_text()))
}

/// Whether another stale field reads this one as context, at an older version.
fn is_asked_for_below(
    subject: &Subject,
    sample: &Sample,
    one: &Stale,
    halt: SchemaVersion,
) -> bool {
    let others = subject.declaration.versioned.iter();
    let mut stale = others.filter(|other| sample.version(other) < other.max);
    stale.any(|other| {
        other.context.iter().any(|entry| {
            let asked = subject.declaration.attribute(entry.field);
            let is_this = asked.is_some_and(|it| it.version_key == one.attribute.version_key);
            is_this && entry.version.is_some_and(|version| version < halt)
        })
    })
}

fn compare(
    subject: &Subject,
    one: &Stale,
    halt: SchemaVersion,
    [direct, from_there]: [&str; 2],
    halted: &str,
) -> Result<(), Violation> {
    let is_whole = one.attribute.scope == Scope::Document;
    let (expected, found) = (Body::of(direct), Body::of(from_there));
    let keys = expected.0.iter().chain(&found.0).map(|(key, _)| key.as_str());
    for key in keys {
        let [first, second] = [&expected, &found].map(|body| body.get(key).unwrap_or("null"));
        // The last version of a whole document is set by other means where the chain does not.
        let Some(mut difference) = text::difference(first, second) else { continue };
        let attribute = subject.attribute_of(key);
        if is_whole || attribute.is_none() {
            let mut place = versioned_core::json::Pointer::root();
            place.push_key(key);
            difference.pointer = place.join(&difference.pointer);
        }
        let what = format!("stored at v{halt} on the way, it becomes something else than at once");
        let to = one.attribute.max.get();
        return Err(Violation::new(what, HELP)
            .at_step(attribute.unwrap_or(one.attribute), one.from.get(), to)
            .at(difference.pointer)
            .show("at once", difference.first)
            .show("by the way", difference.second)
            .show("stored on the way", text::shortened(halted)));
    }
    Ok(())
}
