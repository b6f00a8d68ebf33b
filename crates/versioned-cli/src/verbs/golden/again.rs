//! `golden record --again FILE`: what a file expects becomes what the chains give today.
//!
//! Layer: cli. Invariant: the stored document and what was fetched for it stay as they are.

use std::path::{Path, PathBuf};

use serde::Serialize;
use versioned_jobs::golden::GoldenDocument;

use super::files::{GoldenFileError, read, write};
use crate::{Output, VerbError, exit_code, job::AnyJob};

#[derive(Serialize)]
struct AgainLine {
    file: String,
    entity: String,
    versions: String,
    state: &'static str,
}

pub(super) fn record<S>(
    jobs: &[Box<dyn AnyJob<S>>],
    files: &[PathBuf],
    output: &Output,
) -> Result<u8, VerbError> {
    for path in files {
        let state = again(jobs, path).map_err(GoldenFileError::into_verb_error)?;
        show(state, output);
    }
    Ok(exit_code::DONE)
}

fn again<S>(jobs: &[Box<dyn AnyJob<S>>], path: &Path) -> Result<AgainLine, GoldenFileError> {
    let missing = || GoldenFileError::Unreadable {
        path: path.to_owned(),
        source: std::io::ErrorKind::NotFound.into(),
    };
    let text = read(path)?.ok_or_else(missing)?;
    let golden = text.parse::<GoldenDocument>();
    let golden =
        golden.map_err(|source| GoldenFileError::Malformed { path: path.to_owned(), source })?;
    let mut kinds = jobs.iter().map(|job| job.kind());
    let kind = kinds.find(|kind| kind.declaration().entity == golden.entity);
    let kind = kind.ok_or_else(|| GoldenFileError::EntityUnknown {
        path: path.to_owned(),
        entity: golden.entity.clone(),
    })?;
    let now = golden.recorded_again(kind).to_string();
    let is_same = now == text;
    if !is_same {
        write(path, &now)?;
    }
    Ok(AgainLine {
        file: path.display().to_string(),
        versions: golden.versions().to_owned(),
        entity: golden.entity,
        state: if is_same { "same" } else { "recorded again" },
    })
}

fn show(line: AgainLine, output: &Output) {
    if output.is_json() {
        output.json_line("golden", &line);
        return;
    }
    let AgainLine { file, state, .. } = line;
    match state {
        "same" => output.line(format_args!("{file} expects what the chains give already")),
        _ => output.line(format_args!(
            "{file} recorded again: review the difference before you commit it"
        )),
    }
}
