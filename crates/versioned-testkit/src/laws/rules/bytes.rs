//! Bytes outside of what is converted stay, and no value is changed in silence.
//!
//! In a field that a chain opens, values have to stay; bytes as well where its chain is said to keep them.

use serde_json::Value;
use versioned_core::{Scope, json::Pointer};

use super::{
    super::{
        documents::Sample,
        loss, panics,
        subject::{Body, Stale, Subject},
        text::{self, Edits},
        violation::Violation,
    },
    deterministic::located,
};

/// Places of one field that are written in another way.
const PLACES: usize = 12;

/// Members that no declaration speaks of, with what readers like to change.
const UNKNOWN: &str = concat!(
    "\"unknown\" :\t{ \"b\":1.0, \"a\" : 1e5,\"a\":[ -0.0,12345678901234567890123 ] } ,\n",
    "\"unknown\":\"\\u0041\\/\\ud800\" , "
);

pub(super) fn bytes_stay(subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    outside(subject, sample)?;
    for stale in subject.stale(sample) {
        values(subject, sample, &stale)?;
        if subject.keeps_bytes.contains(stale.attribute.field) {
            inside(subject, sample, &stale)?;
        }
    }
    Ok(())
}

/// Writes members that no chain converts in unusual ways, and looks for the same bytes around what was converted.
fn outside(subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    let declaration = subject.declaration;
    if declaration.versioned.iter().any(|attribute| attribute.scope == Scope::Document) {
        return Ok(());
    }
    let fetched = sample.fetched();
    let Ok(usual) = subject.migrate(&sample.text, &fetched) else { return Ok(()) };
    let usual = Body::of(&usual.document);
    let stored = Body::of(&sample.text);
    let is_read = |key: &str| {
        declaration.versioned.iter().any(|attribute| {
            key == attribute.key
                || key == attribute.version_key
                || attribute.context.iter().any(|entry| entry.key == key)
        })
    };
    let is_written = |key: &str| stored.get(key) != usual.get(key);
    // What is stored, and what is expected of it, side by side.
    let (mut before, mut after) = (format!("{{ {UNKNOWN}"), format!("{{ {UNKNOWN}"));
    for (index, (key, json)) in stored.0.iter().enumerate() {
        let separator = if index == 0 { "" } else { " ,\r\n" };
        let name = if is_read(key) || is_written(key) { text::quoted(key) } else { escaped(key) };
        let value = if is_read(key) || is_written(key) { json.clone() } else { odd(json) };
        before.push_str(&format!("{separator}{name} : {value}"));
        let expected = if is_written(key) { usual.get(key).unwrap_or(json) } else { &value };
        after.push_str(&format!("{separator}{name} : {expected}"));
    }
    before.push_str("\t}");
    after.push_str("\t}");
    let help = "set no member but the field and its declared side outputs";
    let migrated = match subject.migrate(&before, &fetched) {
        Ok(migrated) => migrated.document,
        Err(trouble) => {
            let what = "it upgrades no more where untouched members are written in another way";
            let trouble = trouble.violation(help);
            let what = format!("{what}: {}", trouble.what);
            return Err(Violation { what, ..trouble }.stored_as(before));
        }
    };
    let has_new = usual.0.iter().any(|(key, _)| stored.get(key).is_none());
    let is_same = if has_new { migrated.contains(UNKNOWN.trim_end()) } else { migrated == after };
    if is_same {
        return Ok(());
    }
    let what = "bytes outside of the converted fields have changed";
    Err(Violation::new(what, help)
        .show("expected", after)
        .show("becomes", migrated)
        .stored_as(before))
}

/// Puts values into the field that a careless reader changes; they are refused, or they stay.
fn values(subject: &Subject, sample: &Sample, stale: &Stale) -> Result<(), Violation> {
    let Ok(field) = serde_json::from_str::<Value>(&stale.json) else { return Ok(()) };
    let fetched = sample.fetched();
    let scalars = text::places(&field).into_iter().filter_map(|(place, value)| {
        let odd: &[&str] = match value {
            Value::Number(number) if number.is_f64() => &["0.12345678901234567890123", "1e400"],
            Value::Number(_) => &["9007199254740993", "123456789012345678901234567890"],
            Value::String(_) => &["\" A\\u00c4\\n \""],
            _ => return None,
        };
        Some((place, odd))
    });
    let is_whole = stale.attribute.scope == Scope::Document;
    for (place, odd) in scalars.take(PLACES) {
        for odd in odd {
            let edits = Edits::from([(place.clone(), (*odd).to_owned())]);
            let json = text::write(&field, &edits);
            let document = if is_whole {
                json
            } else {
                let mut body = Body::of(&sample.text);
                body.set(stale.attribute.key, json);
                body.to_text()
            };
            let Ok(migrated) = subject.migrate(&document, &fetched) else { continue };
            let losses = panics::caught(|| {
                loss::find(subject.declaration, &document, &fetched, &migrated.changes)
            });
            let Ok(Ok(losses)) = losses else { continue };
            let mut losses = losses.into_iter();
            let is_it = |it: &loss::UndeclaredLoss| {
                it.field == stale.attribute.field && it.value == *odd && it.pointer == place
            };
            if let Some(found) = losses.find(is_it) {
                let help = "let the step move values on, and not read them into a type that cannot hold them; or return an \
                            error for what it cannot hold";
                let step = found.step.get();
                let what = format!("{odd} is changed in silence");
                let violation = Violation::new(what, help).stored_as(document);
                return Err(violation.at_step(stale.attribute, step, step + 1).at(place));
            }
        }
    }
    Ok(())
}

/// Writes what the chain leaves as it is in another way, and looks for the same bytes; an object that a step opens loses the blanks
/// between its members.
fn inside(subject: &Subject, sample: &Sample, stale: &Stale) -> Result<(), Violation> {
    let fetched = sample.fetched();
    let Ok(usual) = subject.migrate(&sample.text, &fetched) else { return Ok(()) };
    let Ok(field) = serde_json::from_str::<Value>(&stale.json) else { return Ok(()) };
    let is_whole = stale.attribute.scope == Scope::Document;
    let in_document = |place: &Pointer| {
        let mut full = Pointer::root();
        if !is_whole {
            full.push_key(stale.attribute.key);
        }
        full.join(place)
    };
    let left = text::places(&field).into_iter().filter(|(place, value)| {
        let is_version = is_whole && place.as_str() == format!("/{}", stale.attribute.version_key);
        let result = text::at(&usual.document, &in_document(place));
        !place.as_str().is_empty() && !is_version && result == Some(value.to_string())
    });
    for (place, value) in left.take(PLACES) {
        let odd = odd(&value.to_string());
        let edits = Edits::from([(in_document(&place), odd.clone())]);
        let document = text::write(&sample.document, &edits);
        // What a step reads may be refused in another form.
        let Ok(migrated) = subject.migrate(&document, &fetched) else { continue };
        let result = text::at(&migrated.document, &in_document(&place));
        if result.as_deref().map(text::without_blanks) != Some(text::without_blanks(&odd)) {
            let help = "change what the step converts with `LazyValue`, which leaves all else as it was written";
            let what = "what the chain does not change is written in another way";
            let violation = Violation::new(what, help)
                .show("was", odd)
                .show("becomes", result.unwrap_or_else(|| "nothing".to_owned()))
                .stored_as(document);
            return Err(located(subject, violation, in_document(&place).as_str()));
        }
    }
    Ok(())
}

/// The same value in other bytes: blanks, escapes, and fractions with more zeros.
fn odd(json: &str) -> String {
    match serde_json::from_str::<Value>(json) {
        Ok(value) => odd_value(&value),
        Err(_) => json.to_owned(),
    }
}

fn odd_value(value: &Value) -> String {
    match value {
        Value::Number(number) if number.is_f64() && !json_has_exponent(value) => {
            format!("{number}00")
        }
        Value::String(text) => escaped(text),
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(odd_value).collect();
            format!("[ {}\t]", elements.join(" ,\n"))
        }
        Value::Object(members) => {
            let members = members.iter().rev();
            let members: Vec<String> =
                members.map(|(name, it)| format!("{} :{}", escaped(name), odd_value(it))).collect();
            format!("{{\n{} }}", members.join(" , "))
        }
        _ => value.to_string(),
    }
}

fn json_has_exponent(value: &Value) -> bool {
    value.to_string().contains(['e', 'E'])
}

/// A text whose first letter is an escape.
fn escaped(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if first.is_ascii_graphic() => {
            let rest = text::quoted(letters.as_str());
            format!("\"\\u{:04X}{}", u32::from(first), &rest[1..])
        }
        _ => text::quoted(text),
    }
}
