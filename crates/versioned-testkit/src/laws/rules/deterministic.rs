//! The same document gives the same bytes: again, and on another thread. What another process gives, `process` compares.

use std::thread;

use super::super::{
    documents::Sample,
    subject::Subject,
    text::{self, Difference},
    violation::Violation,
};

pub(super) const HELP: &str = "take what the conversion needs from its input and its context only: no clock, no \
    randomness, no counter, no address, and no order of a hash map";

pub(super) fn gives_the_same_bytes(subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    let run = || subject.migrate(&sample.text, &sample.fetched()).map(|it| it.document);
    let Ok(first) = run() else { return Ok(()) };
    for _ in 0..3 {
        compare(subject, &first, run().ok(), "the second time")?;
    }
    let elsewhere = thread::scope(|scope| scope.spawn(|| run().ok()).join());
    compare(subject, &first, elsewhere.ok().flatten(), "on another thread")
}

fn compare(
    subject: &Subject,
    first: &str,
    other: Option<String>,
    when: &str,
) -> Result<(), Violation> {
    let other = other.unwrap_or_else(|| "nothing but an error".to_owned());
    let Some(difference) = text::difference(first, &other) else { return Ok(()) };
    let what = format!("{when}, the same document gives other bytes");
    let Difference { pointer, first, second } = difference;
    let violation = Violation::new(what, HELP).show("first", first).show("then", second);
    Err(located(subject, violation, pointer.as_str()))
}

/// With the field that a place in the document lies in.
pub(super) fn located(subject: &Subject, violation: Violation, place: &str) -> Violation {
    let mut parts = place.splitn(3, '/');
    let key = parts.nth(1).unwrap_or_default().replace("~1", "/").replace("~0", "~");
    match subject.attribute_of(&key) {
        Some(attribute) => {
            let rest = parts.next().map_or_else(String::new, |rest| format!("/{rest}"));
            violation.in_field(attribute).at(rest.into())
        }
        None => violation.at(place.into()),
    }
}
