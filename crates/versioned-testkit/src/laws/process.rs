//! The same documents in another process: other hash seeds, other addresses, another second.
//!
//! Layer: testkit. The test that checks this runs its own executable again, which runs that one test, and prints a number for each
//! result instead. Invariant: one process for all documents, and none where it runs already as the other one.

use std::{collections::BTreeMap, env, process::Command, thread, time::Duration};

use super::{
    documents::Sample,
    entity_laws::Laws,
    law::Law,
    rules::deterministic_help,
    subject::Body,
    text,
    violation::{Counterexample, Violation},
};

/// Set in the other process.
const IS_OTHER: &str = "VERSIONED_LAWS_OTHER_PROCESS";
/// How the lines of the other process begin.
const LINE: &str = "versioned-laws-digest";

/// Numbers that stand for results, by entity kind and document.
type Digests = BTreeMap<String, String>;

/// Whether this is the other process.
pub(super) fn is_other() -> bool {
    env::var_os(IS_OTHER).is_some()
}

/// Prints what the other process compares.
#[expect(clippy::print_stdout, reason = "this is how the other process answers")]
pub(super) fn print_digests(entities: &[Laws]) {
    for laws in entities {
        for (name, digest) in digests(laws) {
            println!("\n{LINE} {name} {digest}");
        }
    }
}

/// Runs the test with this name in another process, and compares.
///
/// # Errors
///
/// The other process cannot be started, or it ends before it has answered.
pub(super) fn compare(entities: &[Laws], test: &str) -> Result<Vec<Counterexample>, String> {
    let here: Vec<Digests> = entities.iter().map(digests).collect();
    // A step that reads a clock shall see another second.
    thread::park_timeout(Duration::from_millis(1_100));
    let executable =
        env::current_exe().map_err(|error| format!("the test cannot be run again: {error}"))?;
    let mut command = Command::new(executable);
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]);
    command.env(IS_OTHER, "1").env("TZ", "Pacific/Kiritimati").env("LC_ALL", "C");
    let output =
        command.output().map_err(|error| format!("the test cannot be run again: {error}"))?;
    let told = String::from_utf8_lossy(&output.stdout);
    let there: Digests = told
        .lines()
        .filter_map(|line| {
            let (name, digest) = line.strip_prefix(LINE)?.trim().rsplit_once(' ')?;
            Some((name.to_owned(), digest.to_owned()))
        })
        .collect();
    let expected: usize = here.iter().map(BTreeMap::len).sum();
    if there.len() != expected {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "`{test}` in another process gave {} of {expected} results; it said:\n{told}\n{error}",
            there.len()
        ));
    }
    let differing = entities.iter().zip(here).filter_map(|(laws, here)| {
        let differing = here.into_iter().filter(|(name, digest)| there.get(name) != Some(digest));
        let samples = laws.prepared().samples();
        let samples: Digested<'_> =
            samples.map(|(number, sample)| (name_of(laws, number), sample)).collect();
        let differing = differing.filter_map(|(name, digest)| {
            let sample = samples.get(&name).copied()?;
            Some((sample, differing_key(laws, sample, &digest, there.get(&name)?)))
        });
        let smallest = differing.min_by_key(|(sample, _)| sample.text.len())?;
        Some(told_of(laws, smallest))
    });
    Ok(differing.collect())
}

type Digested<'s> = BTreeMap<String, &'s Sample>;

fn told_of(laws: &Laws, (sample, key): (&Sample, Option<String>)) -> Counterexample {
    let subject = &laws.prepared().subject;
    let migrated = subject.migrate(&sample.text, &sample.fetched());
    let migrated = migrated.map_or_else(|_| "an error".to_owned(), |it| it.document);
    let here = key.as_deref().and_then(|key| Body::of(&migrated).get(key).map(str::to_owned));
    let what = "in another process, the same document gives other bytes";
    let violation = Violation::new(what, deterministic_help());
    let violation = violation.show("here", text::shortened(here.as_ref().unwrap_or(&migrated)));
    let violation = match key.as_deref().and_then(|key| subject.attribute_of(key)) {
        Some(attribute) => violation.in_field(attribute),
        None => violation,
    };
    laws.told(Law::Deterministic, violation, sample)
}

/// The member that differs, which stands at the same place in both processes.
fn differing_key(laws: &Laws, sample: &Sample, here: &str, there: &str) -> Option<String> {
    let migrated = laws.prepared().subject.migrate(&sample.text, &sample.fetched()).ok()?;
    let mut pairs = here.split(':').zip(there.split(':'));
    let index = pairs.position(|(here, there)| here != there)?;
    Body::of(&migrated.document).0.into_iter().nth(index).map(|(key, _)| key)
}

/// A number for each member of each result.
fn digests(laws: &Laws) -> Digests {
    let prepared = laws.prepared();
    let samples = prepared.samples().map(|(number, sample)| {
        let migrated = prepared.subject.migrate(&sample.text, &sample.fetched());
        let digest = migrated.map_or_else(
            |_| "error".to_owned(),
            |migrated| {
                let members = Body::of(&migrated.document).0;
                let members = members.iter().map(|(key, json)| {
                    format!("{:016x}", text::hash(&format!("{}:{json}", text::quoted(key))))
                });
                members.collect::<Vec<_>>().join(":")
            },
        );
        (name_of(laws, number), digest)
    });
    samples.collect()
}

fn name_of(laws: &Laws, number: usize) -> String {
    format!("{} {number}", laws.entity())
}
