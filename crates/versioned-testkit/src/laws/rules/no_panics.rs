//! Damaged documents, and any JSON, are errors and no panics.

use serde_json::Value;
use versioned_core::{Scope, document::Member, json::Pointer};

use super::super::{
    documents::Sample,
    subject::{Body, Subject, Trouble},
    text::{self, Edits},
    violation::Violation,
};

const HELP: &str = "return an error instead: `LazyValue` has a `try_` for every access, and a `Value` is asked with `get` \
    and `as_..`, not indexed";

/// Damages of one document that are tried.
const DAMAGES: usize = 48;

/// What stands where something else is expected; an empty text takes the place away.
const HARD: &[&str] = &[
    "",
    "null",
    "[]",
    "{}",
    "\"\"",
    "0",
    "true",
    "-1",
    "1.5",
    "\"text\"",
    "[null]",
    "[[],{}]",
    "{\"\":null}",
    "18446744073709551616",
    "-9223372036854775809",
    "1e400",
    "0.12345678901234567890123",
    "\"\\ud800\"",
    "\"\\u0000\\u00e9 \"",
    "{\"id\":1,\"id\":2}",
];

pub(super) fn errors_not_panics(subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    let fetched = sample.fetched();
    let damages = damages(subject, sample);
    let start = text::hash(&sample.text);
    // All damages of a small document; of a large one, others for every document.
    let step = (damages.len() / DAMAGES).max(1);
    let first = usize::try_from(start % u64::try_from(step).unwrap_or(1)).unwrap_or(0);
    for (place, hard) in damages.iter().skip(first).step_by(step) {
        let edits = Edits::from([(place.clone(), hard.clone())]);
        let document = text::write(&sample.document, &edits);
        let result = subject.migrate(&document, &fetched);
        let result = result.and_then(|migrated| subject.fits(&migrated.document));
        if let Err(Trouble::Panicked(message)) = result {
            return Err(told(subject, sample, (&document, place, hard), message));
        }
    }
    Ok(())
}

/// Every place in what chains read, with everything that may stand there instead.
fn damages(subject: &Subject, sample: &Sample) -> Vec<(Pointer, String)> {
    let read = |place: &Pointer| {
        let key = place.as_str().split('/').nth(1).unwrap_or_default();
        subject.declaration.versioned.iter().any(|attribute| {
            attribute.scope == Scope::Document
                || attribute.key == key
                || attribute.version_key == key
                || attribute.context.iter().any(|entry| entry.key == key)
        })
    };
    let places = text::places(&sample.document).into_iter();
    let places: Vec<Pointer> = places
        .map(|(place, _)| place)
        .filter(|place| !place.as_str().is_empty() && read(place))
        .collect();
    let deep = [format!("{}{}", "[".repeat(90), "]".repeat(90)), nested_objects(90)];
    let hard: Vec<String> = HARD.iter().map(|hard| (*hard).to_owned()).chain(deep).collect();
    let every =
        places.iter().flat_map(|place| hard.iter().map(|hard| (place.clone(), hard.clone())));
    every.collect()
}

fn nested_objects(levels: usize) -> String {
    format!("{}null{}", "{\"a\":".repeat(levels), "}".repeat(levels))
}

/// With the step that panics, which is looked for one by one.
fn told(
    subject: &Subject,
    sample: &Sample,
    (document, place, hard): (&str, &Pointer, &str),
    message: String,
) -> Violation {
    let body = Body::of(document);
    let fetched = sample.fetched();
    let siblings: Vec<Member<'_>> = body.as_members().into_iter().chain(fetched).collect();
    let damage = match hard {
        "" => format!("nothing at {place}"),
        hard => format!("{} at {place}", text::shortened(hard)),
    };
    let violation =
        Violation::new(message, HELP).stored_as(document.to_owned()).show("damage", damage);
    for stale in subject.stale(&damaged(sample, document)) {
        let mut json = stale.json.clone();
        for (from, to) in stale.steps() {
            match subject.convert(stale.attribute, &json, (from, to), &siblings) {
                Ok(converted) => json = converted.json,
                Err(Trouble::Refused(_)) => break,
                Err(Trouble::Panicked(_)) => {
                    return violation.at_step(stale.attribute, from.get(), to.get());
                }
            }
        }
    }
    violation
}

fn damaged(sample: &Sample, document: &str) -> Sample {
    let value = serde_json::from_str::<Value>(document).unwrap_or_default();
    Sample { text: document.to_owned(), document: value, ..sample.clone() }
}
