//! Every valid document upgrades, and every step on its way gives what the next version allows.

use serde_json::Value;
use versioned_core::{Scope, document::Member, json::Pointer};

use super::super::{
    documents::Sample,
    subject::{Body, Subject, Trouble},
    text,
    violation::Violation,
};

const REFUSED: &str = "let the step accept every value that the schema of its version allows; or, if no program ever \
    stored such a value, narrow that schema, or say so with `valid_if`";

pub(super) fn upgrades(subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    let migrated = subject.migrate(&sample.text, &sample.fetched());
    let Err(trouble) = migrated else { return Ok(()) };
    if let Trouble::Refused(_) = trouble {
        return Err(trouble.violation(REFUSED));
    }
    Err(panicking_step(subject, sample).unwrap_or_else(|| trouble.violation(REFUSED)))
}

/// The step that panics, which no error names.
fn panicking_step(subject: &Subject, sample: &Sample) -> Option<Violation> {
    let body = Body::of(&sample.text);
    let siblings: Vec<Member<'_>> = body.as_members().into_iter().chain(sample.fetched()).collect();
    for stale in subject.stale(sample) {
        let mut json = stale.json.clone();
        for (from, to) in stale.steps() {
            match subject.convert(stale.attribute, &json, (from, to), &siblings) {
                Ok(converted) => json = converted.json,
                Err(Trouble::Refused(_)) => break,
                Err(trouble @ Trouble::Panicked(_)) => {
                    let violation = trouble.violation("return an error instead of a panic");
                    return Some(violation.at_step(stale.attribute, from.get(), to.get()));
                }
            }
        }
    }
    None
}

pub(super) fn steps_are_valid(subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    let body = Body::of(&sample.text);
    let siblings: Vec<Member<'_>> = body.as_members().into_iter().chain(sample.fetched()).collect();
    for stale in subject.stale(sample) {
        let mut json = stale.json.clone();
        for (from, to) in stale.steps() {
            let converted = subject.convert(stale.attribute, &json, (from, to), &siblings);
            // What does not upgrade breaks another law.
            let Ok(converted) = converted else { break };
            let violation = |pointer: Pointer, reason: &str| {
                let value = text::at(&converted.json, &pointer);
                let value = value.unwrap_or_else(|| converted.json.clone());
                let help = format!(
                    "return what the schema of v{to} allows; if the schema is wrong, correct it where no document \
                     was stored by it"
                );
                let what = format!("what the step returned is not valid at v{to}: {reason}");
                Violation::new(what, help)
                    .at_step(stale.attribute, from.get(), to.get())
                    .at(pointer)
                    .show("what stands there", text::shortened(&value))
            };
            if let Some(check) = subject.checks.get(&(stale.attribute.field, to)) {
                let Ok(mut value) = serde_json::from_str::<Value>(&converted.json) else {
                    return Err(violation(Pointer::root(), "its JSON cannot be read"));
                };
                // The version of a whole document is set after its step.
                if stale.attribute.scope == Scope::Document
                    && let Some(members) = value.as_object_mut()
                {
                    members.insert(stale.attribute.version_key.to_owned(), to.get().into());
                }
                if let Some(refusal) = check.refusal(&value) {
                    return Err(violation(refusal.pointer, &refusal.reason));
                }
            }
            json = converted.json;
        }
    }
    whole_is_valid(subject, sample)
}

/// Side outputs are parts of the object, whose schema speaks of them.
fn whole_is_valid(subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    let Some(check) = &subject.object else { return Ok(()) };
    let Ok(migrated) = subject.migrate(&sample.text, &sample.fetched()) else { return Ok(()) };
    let value = serde_json::from_str::<Value>(&migrated.document).unwrap_or_default();
    let Some(refusal) = check.refusal(&value) else { return Ok(()) };
    let help = "set a side output to what the schema of the object allows";
    let what = format!("the upgraded document is not valid: {}", refusal.reason);
    let writes = subject.declaration.versioned.iter().find(|attribute| {
        let keys = attribute.side_outputs.iter().map(|side_output| side_output.key);
        keys.into_iter().any(|key| refusal.pointer.as_str().starts_with(&format!("/{key}")))
    });
    let violation = Violation::new(what, help).at(refusal.pointer);
    Err(match writes {
        Some(attribute) => violation.in_field(attribute),
        None => violation,
    })
}
