//! The story: six notebooks of five formats, one of them damaged, from storing to reading.

use serde_json::Value;
use versioned_cli::{Output, VerbCall, VerbError, exit_code};
use versioned_jobs::{
    BaseMigrateVersionedModelJob, JobOptions, JobReport, NoProgress, VersionedModel,
};
use versioned_sql::SqlStore;

use crate::{
    database::{
        self,
        sql::{Sql, Transaction},
    },
    import::{create_table, store},
    job::{MigrateNotebookJob, Notebooks},
    notebook::{Cell, Format},
};

/// The name of the verb.
pub(crate) const VERB: &str = "story";

/// The notebooks, as six programs of six ages wrote them.
const NOTEBOOKS: [(&str, &str); 6] = [
    ("bees-2.0.ipynb", include_str!("documents/bees-2.0.ipynb")),
    ("clouds-4.0.ipynb", include_str!("documents/clouds-4.0.ipynb")),
    ("damaged-3.0.ipynb", include_str!("documents/damaged-3.0.ipynb")),
    ("rivers-4.4.ipynb", include_str!("documents/rivers-4.4.ipynb")),
    ("stars-4.5.ipynb", include_str!("documents/stars-4.5.ipynb")),
    ("tides-3.0.ipynb", include_str!("documents/tides-3.0.ipynb")),
];

/// The file that comes late: the first notebook again, under another name.
const LATE: &str = "late-bees-2.0.ipynb";

/// The schema version of a row, as a text.
const VERSION: Sql = Sql {
    sqlite: "SELECT CAST(notebook_schema_version AS TEXT) FROM notebooks WHERE file = ?",
    postgres: "SELECT notebook_schema_version::text FROM notebooks WHERE file = ?",
    mysql: "SELECT CAST(notebook_schema_version AS CHAR) FROM notebooks WHERE file = ?",
};

/// Tells the story.
pub(crate) async fn run(call: VerbCall<'_, ()>) -> Result<u8, VerbError> {
    let database = &database::open_or_private(&call).await?;
    Story { database, output: call.output }.tell().await?;
    Ok(exit_code::DONE)
}

struct Story<'a> {
    database: &'a SqlStore,
    output: &'a Output,
}

impl Story<'_> {
    async fn tell(&self) -> Result<(), VerbError> {
        self.chapter("Stored", "Notebooks of formats 2.0 to 4.5, each as its program wrote it.");
        create_table(self.database).await?;
        for (name, json) in NOTEBOOKS {
            self.store(name, json).await?;
        }

        self.chapter("Census", "The database counts the versions; no notebook is read.");
        self.census().await?;

        self.chapter("Audit", "What a migration would do: the migration itself, writes off.");
        let options = JobOptions::default();
        self.show(&MigrateNotebookJob::audit(self.database, &options, &NoProgress).await?);

        self.chapter("Migrate", "The same, and written. The damaged notebook stops nothing.");
        self.show(&MigrateNotebookJob::migrate(self.database, &options, &NoProgress).await?);

        self.chapter("Census", "All but the damaged one are at version 5, which is format 4.5.");
        self.census().await?;

        self.chapter("Read", "A notebook of format 2.0 comes late; reading it upgrades it.");
        self.store(LATE, NOTEBOOKS[0].1).await?;
        self.read(LATE).await
    }

    fn chapter(&self, title: &str, what: &str) {
        self.output.line(format_args!("\n== {title} ==\n{what}\n"));
    }

    async fn store(&self, name: &str, json: &str) -> Result<(), VerbError> {
        let format = Format::of_file(json)?;
        let mut transaction = Transaction::begin(self.database).await?;
        let is_new = store(&mut transaction, name, format, json).await?;
        transaction.commit().await?;
        let done = if is_new { "stored as" } else { "there already, once stored as" };
        let version = format.schema_version();
        self.output.line(format_args!("  {name:<19}  format {format}, {done} version {version}"));
        Ok(())
    }

    async fn census(&self) -> Result<(), VerbError> {
        let census = MigrateNotebookJob::census(self.database).await?.to_string();
        self.output.line(census.trim_end());
        Ok(())
    }

    fn show(&self, report: &JobReport) {
        self.output.line(report.to_string().trim_end());
        for failure in report.failures() {
            self.output.line(format_args!("\n{failure}"));
        }
    }

    async fn read(&self, name: &str) -> Result<(), VerbError> {
        let entity = Notebooks::find(self.database, &name.into()).await?;
        let Some(entity) = entity else {
            self.output.line(format_args!("  {name} is gone"));
            return Ok(());
        };
        let mut transaction = Transaction::begin(self.database).await?;
        let statement = VERSION.of(transaction.dialect());
        let row = transaction.texts(statement, &[name.into()]).await?.concat();
        transaction.commit().await?;
        let version = entity.notebook_schema_version;
        self.output.line(format_args!(
            "  {}  read at version {version}; its row stays at version {row}",
            entity.file
        ));
        let metadata = Value::Object(entity.notebook.metadata);
        self.output.line(format_args!("\n  metadata: {metadata}"));
        for cell in &entity.notebook.cells {
            self.show_cell(cell);
        }
        Ok(())
    }

    fn show_cell(&self, cell: &Cell) {
        let metadata = Value::Object(cell.metadata.clone());
        self.output.line(format_args!("\n  {} ({}) {metadata}", cell.id, cell.cell_type));
        for line in cell.source.lines() {
            self.output.line(format_args!("    | {line}").to_string().trim_end());
        }
        for output in &cell.outputs {
            let types: Vec<&str> = output.data.keys().map(String::as_str).collect();
            self.output.line(format_args!("    {}: {}", output.output_type, types.join(", ")));
        }
    }
}
