//! `golden record`: samples of a database become files.
//!
//! Layer: cli.

use serde::Serialize;
use versioned_jobs::{
    Printable,
    golden::{GoldenDocument, GoldenError, GoldenOptions, GoldenOutcome, LeftOut},
};
use versioned_store::HistoryStore;

use super::files::{Folder, GoldenFileError, Kept};
use crate::{Output, VerbError, exit_code, job::AnyJob};

#[derive(Serialize)]
struct GoldenLine<'a> {
    file: String,
    entity: &'a str,
    versions: &'a str,
    state: &'static str,
    refused: Option<&'a str>,
}

#[derive(Serialize, Default)]
struct Summary {
    recorded: u64,
    known: u64,
    enough: u64,
    differ: u64,
    refused: u64,
    combinations: usize,
    deleted: u64,
    too_large: u64,
    unreadable: u64,
    beyond: u64,
    not_scrubbed: usize,
}

/// Samples each place and writes what is new.
pub(super) async fn record<S: HistoryStore>(
    jobs: &[&dyn AnyJob<S>],
    store: &S,
    options: &GoldenOptions,
    mut folder: Folder,
    output: &Output,
) -> Result<u8, VerbError> {
    let mut summary = Summary::default();
    for job in jobs {
        let sample = job.sample(store, options).await.map_err(verb_error)?;
        for document in &sample.documents {
            let kept = folder.keep(document).map_err(GoldenFileError::into_verb_error)?;
            summary.add(document, kept);
            show(document, kept, &folder, output);
        }
        summary.combinations += sample.combinations.len();
        summary.leave_out(job.name(), &sample.left_out, output);
    }
    conclude(&summary, output);
    Ok(if summary.differ > 0 { exit_code::FINDINGS } else { exit_code::DONE })
}

fn verb_error(error: GoldenError) -> VerbError {
    let help = error.help();
    let code = match &error {
        GoldenError::Store { source, .. } => exit_code::of_store_error(source),
        GoldenError::Prefetch { .. } => exit_code::INTERRUPTED,
        _ => exit_code::FINDINGS,
    };
    let error = VerbError::from(error).with_exit_code(code);
    match help {
        Some(help) => error.with_help(help),
        None => error,
    }
}

/// Why a document is refused, in its own words.
fn refusal(document: &GoldenDocument) -> Option<&str> {
    match &document.outcome {
        GoldenOutcome::Refused(refusal) => refusal.causes.last().map(String::as_str),
        _ => None,
    }
}

fn show(document: &GoldenDocument, kept: Kept, folder: &Folder, output: &Output) {
    let (file, refused) = (folder.path_of(document).display().to_string(), refusal(document));
    let state = match kept {
        Kept::Recorded => "recorded",
        Kept::Known => "known",
        Kept::Differs => "differs",
        Kept::Enough => "enough",
    };
    if output.is_json() {
        let (entity, versions) = (document.entity.as_str(), document.versions());
        output.json_line("golden", &GoldenLine { file, entity, versions, state, refused });
        return;
    }
    match kept {
        Kept::Recorded => match refused {
            Some(why) => {
                output.line(format_args!("recorded {file}, which is refused: {}", Printable(why)))
            }
            None => output.line(format_args!("recorded {file}")),
        },
        Kept::Differs => {
            output.line(format_args!("{file} is there, and the chains give something else today"));
            output.line("  left as it is: see what your test of golden documents says");
        }
        Kept::Known | Kept::Enough => {}
    }
}

impl Summary {
    fn add(&mut self, document: &GoldenDocument, kept: Kept) {
        let count = match kept {
            Kept::Recorded => &mut self.recorded,
            Kept::Known => &mut self.known,
            Kept::Differs => &mut self.differ,
            Kept::Enough => &mut self.enough,
        };
        *count += 1;
        self.refused += u64::from(kept == Kept::Recorded && refusal(document).is_some());
    }

    fn leave_out(&mut self, place: &str, left_out: &LeftOut, output: &Output) {
        self.deleted += left_out.deleted;
        self.too_large += left_out.too_large;
        self.unreadable += left_out.unreadable;
        self.beyond += left_out.beyond;
        self.not_scrubbed += left_out.not_scrubbed.len();
        if output.is_json() {
            return;
        }
        for (pointer, why) in left_out.not_scrubbed.iter().take(5) {
            let (pointer, why) = (Printable(pointer), Printable(why));
            output.line(format_args!(
                "left out one of {place}, which cannot be scrubbed: {why}, at {pointer}"
            ));
        }
    }
}

fn conclude(summary: &Summary, output: &Output) {
    if output.is_json() {
        output.json_line("golden_summary", summary);
        return;
    }
    let Summary { recorded, known, enough, combinations, .. } = summary;
    let refused = match summary.refused {
        0 => String::new(),
        refused => format!(" ({refused} of them refused)"),
    };
    output.line(format_args!(
        "{recorded} documents recorded{refused}, {known} known, for {combinations} combinations of versions"
    ));
    let left_out = [
        (*enough, "not needed: there are enough files of their versions"),
        (summary.too_large, "larger than --max-bytes"),
        (summary.unreadable, "in rows of which no document can be made"),
        (summary.beyond, "of combinations beyond the first thousand"),
        (summary.not_scrubbed as u64, "refused by the function that scrubs"),
    ];
    for (number, why) in left_out.iter().filter(|(number, _)| *number > 0) {
        output.line(format_args!("  left out: {number} {why}"));
    }
}
