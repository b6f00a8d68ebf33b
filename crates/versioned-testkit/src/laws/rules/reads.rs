//! What was upgraded is read by the type, and is not upgraded again.

use std::error::Error;

use versioned_core::MigrationError;

use super::super::{
    documents::Sample,
    subject::{Subject, Trouble},
    text,
    violation::{Violation, chain},
};

pub(super) fn fits_type(subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    let fetched = sample.fetched();
    let Ok(migrated) = subject.migrate(&sample.text, &fetched) else { return Ok(()) };
    let help =
        "let the last step return what the type reads, or the type read what the step returns";
    let result =
        subject.fits(&migrated.document).and_then(|()| subject.read(&sample.text, &fetched));
    let Err(trouble) = result else { return Ok(()) };
    let mut violation = trouble.violation(help);
    if let Trouble::Refused(error @ MigrationError::ObjectMismatch { .. }) = &trouble
        && let Some(source) = error.source()
    {
        violation.what = format!("the type refuses it: {}", chain(source));
    }
    if violation.field.is_none()
        && let Some(pointer) = &violation.pointer
    {
        let key = pointer.as_str().split('/').nth(1).unwrap_or_default();
        let key = key.replace("~1", "/").replace("~0", "~");
        violation.field = subject.attribute_of(&key).map(|attribute| attribute.field);
        violation.pointer = match violation.field {
            // As for all others: the place in the field.
            Some(_) => {
                let text = pointer.as_str();
                let rest = text.get(1..).and_then(|rest| rest.find('/'));
                Some(Box::new(rest.map_or("", |end| &text[end + 1..]).into()))
            }
            None => violation.pointer,
        };
    }
    Err(violation.show("upgraded", text::shortened(&migrated.document)))
}

pub(super) fn twice_is_once(subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    let fetched = sample.fetched();
    let Ok(once) = subject.migrate(&sample.text, &fetched) else { return Ok(()) };
    let help = "let every chain end at the version that its version member is set to, and set no member of another chain";
    let twice = match subject.migrate(&once.document, &fetched) {
        Ok(twice) => twice,
        Err(trouble) => {
            let violation = trouble.violation(help);
            let what = format!("what was upgraded is refused: {}", violation.what);
            let document = text::shortened(&once.document);
            return Err(Violation { what, ..violation }.show("upgraded", document));
        }
    };
    let Some(change) = twice.changes.first() else { return Ok(()) };
    let what = "what was upgraded is upgraded again";
    let mut violation = Violation::new(what, help).show("once", text::shortened(&once.document));
    violation.field = Some(change.field);
    violation.step = Some((change.from.get(), change.to.get()));
    Err(violation.show("twice", text::shortened(&twice.document)))
}
