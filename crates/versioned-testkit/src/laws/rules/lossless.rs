//! What a step drops, it declares.

use versioned_core::Scope;

use super::super::{documents::Sample, loss, panics, subject::Subject, violation::Violation};

pub(super) fn nothing_is_lost(subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    let fetched = sample.fetched();
    let Ok(migrated) = subject.migrate(&sample.text, &fetched) else { return Ok(()) };
    let losses = panics::caught(|| {
        loss::find(subject.declaration, &sample.text, &fetched, &migrated.changes)
    });
    // What cannot be walked step by step, or be read between two steps, breaks other laws.
    let Ok(Ok(losses)) = losses else { return Ok(()) };
    let Some(first) = losses.into_iter().next() else { return Ok(()) };
    let step = first.step.get();
    let attribute = subject.declaration.attribute(first.field);
    let is_each = attribute.is_some_and(|attribute| attribute.scope == Scope::Each);
    let path = pattern(first.pointer.as_str(), is_each);
    let help = match first.moved_to {
        Some(to) => format!("put it there; or declare where it is put instead of `to = \"{to}\"`"),
        None => format!(
            "keep it; or declare it on the field, with `*` for any key or index, such as `loss(step = {step}, path = \
         \"{path}\")`, or with `moved(step = .., from = .., to = ..)` where it is put elsewhere"
        ),
    };
    let what = first.what();
    let violation = Violation::new(what, help).at(first.pointer);
    Err(match attribute {
        Some(attribute) => violation.at_step(attribute, step, step.saturating_add(1)),
        None => violation,
    })
}

/// A place with `*` for indices; in the element, where the chain converts elements.
fn pattern(place: &str, is_each: bool) -> String {
    let parts = place.split('/').skip(if is_each { 2 } else { 1 }).map(|part| {
        let is_index = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_index { "/*".to_owned() } else { format!("/{part}") }
    });
    parts.collect()
}
