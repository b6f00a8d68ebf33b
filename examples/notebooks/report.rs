//! The report: what a migration makes of the notebooks below some folders. The files are read and
//! never written.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use versioned_cli::{Output, VerbCall, VerbError, exit_code};
use versioned_core::document::MemberValue;
use versioned_jobs::{
    Align, BaseMigrateVersionedModelJob, JobOptions, JobReport, NoProgress, TextTable,
    VersionedModel,
};
use versioned_sql::SqlStore;
use versioned_store::{BatchLimits, Bodies, ModelStore, ScanRequest};

use crate::{
    database,
    folder::{FolderError, NotebookFile, notebook_files},
    import::{Imported, create_table, import_files},
    job::{MigrateNotebookJob, Notebooks},
    notebook::Format,
};

/// The name of the verb.
pub(crate) const VERB: &str = "report";

/// Most failures that are shown in full.
const FAILURES_SHOWN_MAX: usize = 1000;

/// Migrates a copy of every notebook below the folders, and says what became of them.
pub(crate) async fn run(call: VerbCall<'_, ()>) -> Result<u8, VerbError> {
    let folders: Vec<&PathBuf> = call.matches.get_many("folder").into_iter().flatten().collect();
    let files = files_below(&folders).map_err(|error| {
        let help = error.help();
        VerbError::from(error).with_help(help)
    })?;
    let found = files.len();

    let database = database::open_or_private(&call).await?;
    create_table(&database).await?;
    let imported = import_files(&database, files).await?;
    let options =
        JobOptions::default().with_failures_kept(FAILURES_SHOWN_MAX).with_stop(call.stop.clone());
    let migrated = MigrateNotebookJob::migrate(&database, &options, &NoProgress).await?;
    let after = stored_formats(&database).await?;

    for file in &imported.refused {
        file.show(call.output);
    }
    let refused = count(imported.refused.len()) + migrated.counts().failed;
    if call.output.is_json() {
        call.output.json_line("report", &migrated);
    } else if found == 0 {
        call.output.line("no .ipynb files below the folders");
    } else {
        show_failures(&migrated, call.output);
        call.output.line(formats_table(&imported, &after));
        call.output.line(format_args!(
            "{found} notebooks: {} brought to format {}, {} at it already, {refused} refused",
            migrated.counts().migrated,
            Format::LATEST,
            migrated.counts().current,
        ));
    }
    Ok(if refused == 0 { exit_code::DONE } else { exit_code::FINDINGS })
}

/// The notebook files below all folders; with several folders, the name of a file says in which one
/// it is.
fn files_below(folders: &[&PathBuf]) -> Result<Vec<NotebookFile>, FolderError> {
    let mut files = Vec::new();
    for folder in folders {
        for file in notebook_files(folder)? {
            files.push(match folders.len() {
                1 => file,
                _ => NotebookFile { name: format!("{}/{}", folder.display(), file.name), ..file },
            });
        }
    }
    Ok(files)
}

/// How many rows there are of each format, as the documents themselves say; `None` where one says
/// nothing that can be read.
async fn stored_formats(database: &SqlStore) -> Result<BTreeMap<Option<Format>, u64>, VerbError> {
    let table = Notebooks::table()?;
    let mut request = ScanRequest {
        after: None,
        until: None,
        limits: BatchLimits::default(),
        bodies: Bodies::All,
    };
    let mut formats = BTreeMap::new();
    loop {
        let page = database.scan(&table, &request).await?;
        for row in &page.rows {
            let members = table.members(row)?;
            let notebook = members.iter().find_map(|member| match (member.key, member.value) {
                ("notebook", MemberValue::Json(notebook)) => Some(notebook),
                _ => None,
            });
            let format = notebook.and_then(|json| Format::of_file(json).ok());
            *formats.entry(format).or_default() += 1;
        }
        request.after = page.rows.last().map(|row| row.key.clone());
        if page.is_last {
            return Ok(formats);
        }
    }
}

/// Files per format, before and after.
fn formats_table(imported: &Imported, after: &BTreeMap<Option<Format>, u64>) -> TextTable {
    let columns = [("format", Align::Left), ("before", Align::Right), ("after", Align::Right)];
    let mut table = TextTable::new(&columns);
    let formats: BTreeSet<Format> =
        imported.stored.keys().copied().chain(after.keys().copied().flatten()).collect();
    for format in formats {
        let before = imported.stored.get(&format).copied().unwrap_or(0);
        let after = after.get(&Some(format)).copied().unwrap_or(0);
        table.row([format.to_string(), before.to_string(), after.to_string()]);
    }
    let not_stored = count(imported.refused.len());
    let unreadable = not_stored + after.get(&None).copied().unwrap_or(0);
    if unreadable > 0 {
        table.row(["unreadable".to_owned(), not_stored.to_string(), unreadable.to_string()]);
    }
    table
}

fn show_failures(migrated: &JobReport, output: &Output) {
    for failure in migrated.failures() {
        output.line(format_args!("{failure}\n"));
    }
    let more = migrated.counts().failed - count(migrated.failures().len());
    if more > 0 {
        output.line(format_args!("and {more} more\n"));
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
