//! Import: files become rows. A file is stored as it is, with the schema version that its format
//! stands for.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::{Serialize, Serializer, ser::SerializeStruct};
use versioned_cli::{Output, VerbCall, VerbError, exit_code};
use versioned_core::json::Limits;
use versioned_jobs::{Printable, VersionedModel};
use versioned_sql::SqlStore;

use crate::{
    database::{
        self,
        sql::{Param, Transaction},
    },
    folder::{NotebookFile, notebook_files},
    job::Notebooks,
    notebook::{Format, FormatError},
};

/// The name of the verb.
pub(crate) const VERB: &str = "import";

/// Stores every notebook file below the folder.
pub(crate) async fn run(call: VerbCall<'_, ()>) -> Result<u8, VerbError> {
    let folder: &PathBuf = call.matches.get_one("folder").ok_or(fmt::Error)?;
    let files = notebook_files(folder).map_err(|error| {
        let help = error.help();
        VerbError::from(error).with_help(help)
    })?;
    let database = call.open(database::open_or_create).await?;
    create_table(&database).await?;
    let imported = import_files(&database, files).await?;

    for file in &imported.refused {
        file.show(call.output);
    }
    let stored: u64 = imported.stored.values().sum();
    let (present, refused) = (imported.present, imported.refused.len());
    if call.output.is_json() {
        #[derive(Serialize)]
        struct Line {
            stored: u64,
            present: u64,
            refused: usize,
        }
        call.output.json_line("import", &Line { stored, present, refused });
    } else if stored + present == 0 && refused == 0 {
        call.output.line(format_args!("no .ipynb files below `{}`", folder.display()));
    } else {
        call.output.line(format_args!(
            "import: {stored} stored, {present} there already, {refused} refused"
        ));
    }
    Ok(if refused == 0 { exit_code::DONE } else { exit_code::FINDINGS })
}

/// What an import did.
#[derive(Debug, Default)]
pub(crate) struct Imported {
    /// How many files of each format were stored.
    pub(crate) stored: BTreeMap<Format, u64>,
    /// How many files have a row already, which was left alone.
    pub(crate) present: u64,
    /// The files that were not stored.
    pub(crate) refused: Vec<RefusedFile>,
}

/// A file that was not stored, and why.
#[derive(Debug)]
pub(crate) struct RefusedFile {
    /// Name of the file.
    pub(crate) name: String,
    /// Why.
    pub(crate) error: FileError,
}

/// Why a file was not stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum FileError {
    /// The file cannot be read, or is not UTF-8.
    #[error("the file cannot be read")]
    #[non_exhaustive]
    Unreadable {
        /// What the system says.
        source: io::Error,
    },
    /// The file is larger than a document may be.
    #[error("the file has {bytes} bytes, more than the {bytes_max} of the largest document")]
    #[non_exhaustive]
    TooLarge {
        /// Size of the file.
        bytes: u64,
        /// Size of the largest document.
        bytes_max: usize,
    },
    /// The file does not say which format it has.
    #[error(transparent)]
    Format {
        /// What is missing.
        source: FormatError,
    },
}

impl FileError {
    /// What the user can do.
    fn help(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "make the file readable, and save it as UTF-8",
            Self::TooLarge { .. } => "clear the outputs of the notebook",
            Self::Format { .. } => "save it again with the program that wrote it",
        }
    }
}

impl RefusedFile {
    /// Writes the file and the reason.
    pub(crate) fn show(&self, output: &Output) {
        if output.is_json() {
            output.json_line("refused", self);
        } else {
            output.line(format_args!("{self}\n"));
        }
    }

    fn causes(&self) -> Vec<String> {
        let mut causes = vec![self.error.to_string()];
        let mut source = self.error.source();
        while let Some(error) = source {
            causes.push(error.to_string());
            source = error.source();
        }
        causes
    }
}

/// The same lines as for an entity that a job could not migrate.
impl fmt::Display for RefusedFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "failed: `{}` was not stored", Printable(&self.name))?;
        for cause in self.causes() {
            write!(formatter, "\n  caused by: {}", Printable(cause))?;
        }
        write!(formatter, "\n  help: {}", self.error.help())
    }
}

impl Serialize for RefusedFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut file = serializer.serialize_struct("RefusedFile", 3)?;
        file.serialize_field("file", &self.name)?;
        file.serialize_field("causes", &self.causes())?;
        file.serialize_field("help", self.error.help())?;
        file.end()
    }
}

/// The table. A notebook stays the text that it was in its file, so no type of documents will do.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS notebooks (
    file $KEY NOT NULL PRIMARY KEY,
    notebook $TEXT NOT NULL,
    notebook_schema_version INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
)";

/// Creates the table of notebooks where there is none.
pub(crate) async fn create_table(store: &SqlStore) -> Result<(), VerbError> {
    let mut transaction = Transaction::begin(store).await?;
    transaction.define(TABLE).await?;
    transaction.commit().await?;
    database::check(store, &Notebooks::table()?).await
}

/// Stores files in one transaction: all of them, or none if the database fails.
pub(crate) async fn import_files(
    database: &SqlStore,
    files: impl IntoIterator<Item = NotebookFile>,
) -> Result<Imported, VerbError> {
    let mut imported = Imported::default();
    let mut transaction = Transaction::begin(database).await?;
    for NotebookFile { name, path } in files {
        match read(&path) {
            Ok((format, json)) => match store(&mut transaction, &name, format, &json).await? {
                true => *imported.stored.entry(format).or_default() += 1,
                false => imported.present += 1,
            },
            Err(error) => imported.refused.push(RefusedFile { name, error }),
        }
    }
    transaction.commit().await?;
    Ok(imported)
}

/// Stores one notebook; returns whether its row is new.
pub(crate) async fn store(
    transaction: &mut Transaction,
    name: &str,
    format: Format,
    json: &str,
) -> Result<bool, VerbError> {
    let version = i64::from(format.schema_version());
    let columns: [(&str, Param); 3] = [
        ("file", name.into()),
        ("notebook", json.into()),
        ("notebook_schema_version", version.into()),
    ];
    transaction.insert("notebooks", &columns).await
}

fn read(path: &Path) -> Result<(Format, String), FileError> {
    let unreadable = |source| FileError::Unreadable { source };
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    let bytes_max = Limits::DEFAULT.bytes_max;
    if bytes > u64::try_from(bytes_max).unwrap_or(u64::MAX) {
        return Err(FileError::TooLarge { bytes, bytes_max });
    }
    let json = fs::read_to_string(path).map_err(unreadable)?;
    let format = Format::of_file(&json).map_err(|source| FileError::Format { source })?;
    Ok((format, json))
}
