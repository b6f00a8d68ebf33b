//! The program that counts allocations: each side of a case once, after a first run that warms up what is made once.

use std::process::ExitCode;

use versioned_core::BaseVersionedDomainObject as _;

use crate::{
    cases::{
        current_read,
        inputs::{self, Input, Inputs},
    },
    measure::{Better, Line, as_f64},
    subjects::lesson::Lesson,
};

/// What the allocator has counted so far.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "the program that counts builds it")]
pub struct Counts {
    /// Blocks that were asked for, or moved to grow.
    pub allocations: usize,
    /// Bytes that were asked for.
    pub bytes: usize,
}

/// Prints a line of JSON for each case of the bench that the command line names.
pub fn count(counts: impl Fn() -> Counts) -> ExitCode {
    let bench = std::env::args().nth(1).unwrap_or_default();
    let corpus = std::env::var_os("VERSIONED_CORPUS").filter(|path| !path.is_empty());
    let corpus = corpus.as_deref().map(std::path::Path::new);
    match bench.as_str() {
        current_read::BENCH => current(corpus, &counts),
        ALLOCATIONS => {
            let mut all = inputs::quoted(corpus);
            all.push(inputs::lesson("40KB", 40_000, 5));
            all.push(inputs::lesson_document("40KB", 40_000, 5));
            for inputs in &all {
                stale(inputs, &counts);
            }
        }
        other => {
            eprintln!(
                "error: `{other}` is no bench that counts; start it with `cargo xtask bench`"
            );
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Name of the bench that counts what conversions allocate.
pub(crate) const ALLOCATIONS: &str = "allocations";

fn stale(inputs: &Inputs, counts: &impl Fn() -> Counts) {
    let run = |convert: &dyn Fn(&Input) -> String| {
        counted(counts, || inputs.documents.iter().map(|input| convert(input).len()).sum())
    };
    let this = run(&Input::migrate);
    let other = run(&Input::by_hand);
    let documents = as_f64(inputs.documents.len());
    let line = |what: &str, unit: &str, this: f64, other: f64| {
        print(ALLOCATIONS, &format!("{}/{what}", inputs.name), unit, this, other);
    };
    let per_document = |counts: Counts| as_f64(counts.allocations) / documents;
    line("per_document", "allocations", per_document(this), per_document(other));
    let per_byte = |counts: Counts| as_f64(counts.bytes) / as_f64(inputs.bytes());
    line("bytes_per_byte_of_input", "bytes", per_byte(this), per_byte(other));
}

fn current(corpus: Option<&std::path::Path>, counts: &impl Fn() -> Counts) {
    let members = current_read::current_columns();
    let this = counted(counts, || {
        let migrated = Lesson::migrate_members_to_latest_schema_versions(&members);
        usize::from(migrated.is_ok_and(|migrated| migrated.changes.is_empty()))
    });
    let current = current_read::current(corpus);
    let parsed = |text: &str| {
        serde_json::from_str::<serde_json::Value>(text).map_or(0, |it| usize::from(it.is_object()))
    };
    let documents = as_f64(current.documents.len());
    let other = counted(counts, || current.documents.iter().map(|text| parsed(text)).sum());
    let other = as_f64(other.allocations) / documents;
    let bench = current_read::BENCH;
    print(bench, "columns_allocations", "allocations", as_f64(this.allocations), other);
    let this = counted(counts, || {
        current.documents.iter().filter(|text| (current.is_current)(text)).count()
    });
    let case = format!("{}_allocations", current.name);
    print(bench, &case, "allocations", as_f64(this.allocations) / documents, other);
}

fn counted(counts: &impl Fn() -> Counts, run: impl Fn() -> usize) -> Counts {
    std::hint::black_box(run());
    let before = counts();
    std::hint::black_box(run());
    let after = counts();
    Counts {
        allocations: after.allocations - before.allocations,
        bytes: after.bytes - before.bytes,
    }
}

fn print(bench: &str, case: &str, unit: &str, this: f64, other: f64) {
    let line = Line {
        bench: bench.to_owned(),
        case: case.to_owned(),
        this,
        other,
        unit: unit.to_owned(),
        ratio: this / other,
        better: Better::Lower,
    };
    println!("{}", line.json());
}
