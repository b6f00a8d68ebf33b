//! A chain reads no sibling that it does not declare.
//!
//! The engine hands a conversion nothing else, so what is found here came by a way of its own: a static, a file, or a part of the
//! document that another chain put aside.

use std::collections::BTreeSet;

use versioned_core::{Declaration, Scope, VersionedAttribute, document::Member};

use super::super::{
    documents::Sample,
    subject::{Body, Stale, Subject},
    text,
    violation::Violation,
};

const HELP: &str = "declare the sibling with `context(..)`, or what is not in the document with `context(fetched(..))`, and \
    read it from the context";

pub(super) fn context_is_declared(subject: &Subject, sample: &Sample) -> Result<(), Violation> {
    let fetched = sample.fetched();
    let Ok(migrated) = subject.migrate(&sample.text, &fetched) else { return Ok(()) };
    let migrated = Body::of(&migrated.document);
    let stored = Body::of(&sample.text);
    let other = Body::of(&sample.other.to_string());
    for stale in subject.stale(sample) {
        if stale.attribute.scope == Scope::Document {
            continue;
        }
        let declared = declared(subject.declaration, stale.attribute);
        alone(subject, sample, &stale, &declared)?;
        let mut changed = stored.clone();
        let mut names = Vec::new();
        for (key, json) in &stored.0 {
            let replacement = other.get(key).filter(|json_of_other| json_of_other != json);
            if let Some(replacement) = replacement.filter(|_| !declared.contains(key.as_str())) {
                changed.set(key, replacement);
                names.push(key.as_str());
            }
        }
        let document = changed.to_text();
        let Ok(beside_others) = subject.migrate(&document, &fetched) else { continue };
        let beside_others = Body::of(&beside_others.document);
        let outputs = stale.attribute.side_outputs.iter().map(|it| it.key);
        for key in std::iter::once(stale.attribute.key).chain(outputs) {
            let [first, second] =
                [&migrated, &beside_others].map(|body| body.get(key).unwrap_or("null"));
            let Some(difference) = text::difference(first, second) else { continue };
            let what = format!("it becomes something else where only {} changes", names.join(", "));
            return Err(Violation::new(what, HELP)
                .in_field(stale.attribute)
                .at(difference.pointer)
                .show("becomes", difference.first)
                .show("beside others", difference.second)
                .show("with others", document));
        }
    }
    Ok(())
}

/// The chain gives the same beside nothing but what it declares.
fn alone(
    subject: &Subject,
    sample: &Sample,
    stale: &Stale,
    declared: &BTreeSet<&str>,
) -> Result<(), Violation> {
    let stored = Body::of(&sample.text);
    let fetched = sample.fetched();
    let versions = (stale.from, stale.attribute.max);
    let run =
        |siblings: &[Member<'_>]| subject.convert(stale.attribute, &stale.json, versions, siblings);
    let members = stored.as_members();
    let all: Vec<Member<'_>> = members.iter().chain(&fetched).copied().collect();
    let Ok(expected) = run(&all) else { return Ok(()) };
    let few = members.iter().filter(|member| declared.contains(member.key));
    let of_field = |member: &&Member<'_>| {
        stale.attribute.fetched.iter().any(|fetched| fetched.name == member.key)
    };
    let few: Vec<Member<'_>> = few.chain(fetched.iter().filter(of_field)).copied().collect();
    let violation = |what: String| Violation::new(what, HELP).in_field(stale.attribute);
    match run(&few) {
        Ok(found) => match text::difference(&expected.json, &found.json) {
            None => Ok(()),
            Some(difference) => {
                let what = "it becomes something else beside nothing but its declared context";
                Err(violation(what.to_owned())
                    .at(difference.pointer)
                    .show("becomes", difference.first)
                    .show("alone", difference.second))
            }
        },
        Err(trouble) => {
            let trouble = trouble.violation(HELP);
            let what = "beside nothing but its declared context it does not upgrade";
            Err(Violation { what: format!("{what}: {}", trouble.what), ..trouble })
        }
    }
}

/// The members that a chain may depend on: the field, its context, and what the chains of the context read.
fn declared(
    declaration: &'static Declaration,
    attribute: &'static VersionedAttribute,
) -> BTreeSet<&'static str> {
    let mut keys = BTreeSet::new();
    let mut open = vec![attribute];
    while let Some(attribute) = open.pop() {
        if !keys.insert(attribute.key) {
            continue;
        }
        keys.insert(attribute.version_key);
        for entry in attribute.context {
            match declaration.attribute(entry.field) {
                Some(sibling) => open.push(sibling),
                None => {
                    keys.insert(entry.key);
                }
            }
        }
    }
    keys
}
