//! A note of a kilobyte in a column beside its version, with one step; and the jobs that migrate a table of them, and
//! their snapshots.

use serde::{Deserialize, Serialize};
use versioned_core::{BaseVersionedDomainObject, ConversionError, LazyValue, SchemaVersion};
use versioned_jobs::{
    BaseMigrateVersionedModelJob, BaseMigrateVersionedModelSnapshotsJob, VersionedModel,
};
use versioned_store::{History, StorageModel};

/// A note: a title and some pages.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "note")]
pub(crate) struct Note {
    pub(crate) id: String,
    #[versioned(version_field = "body_schema_version", min = 1, max = 2)]
    pub(crate) body: Body,
    pub(crate) body_schema_version: SchemaVersion,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Body {
    pub(crate) title: String,
    pub(crate) pages: Vec<Page>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Page {
    pub(crate) text: String,
    pub(crate) marks: Vec<u32>,
    pub(crate) language: String,
}

impl Note {
    /// Each page gets a language.
    fn _convert_body_v1_to_v2(mut body: LazyValue<'_>) -> Result<LazyValue<'_>, ConversionError> {
        for page in body.try_get_mut("pages")?.try_elements_mut()? {
            page.try_insert("language", "en")?;
        }
        Ok(body)
    }
}

/// Notes without a history.
pub(crate) struct Notes;

impl VersionedModel for Notes {
    type DomainObject = Note;

    fn storage_model() -> StorageModel {
        StorageModel::columns("notes").id("id").model_version("version")
    }
}

/// The job over a table of notes.
pub(crate) struct MigrateNoteJob;

impl BaseMigrateVersionedModelJob for MigrateNoteJob {
    type Model = Notes;
}

/// Notes with a history.
pub(crate) struct KeptNotes;

impl VersionedModel for KeptNotes {
    type DomainObject = Note;

    fn storage_model() -> StorageModel {
        Notes::storage_model().history(History::tables("note_snapshots", "note_commits"))
    }
}

/// The job over a table of their snapshots.
pub(crate) struct MigrateNoteSnapshotsJob;

impl BaseMigrateVersionedModelSnapshotsJob for MigrateNoteSnapshotsJob {
    type Model = KeptNotes;
}

/// Creates the table.
pub(crate) const CREATE: &str = "CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, \
     version INTEGER NOT NULL, body TEXT NOT NULL, body_schema_version INTEGER NOT NULL)";

/// Creates the table of snapshots.
pub(crate) const CREATE_SNAPSHOTS: &str = "CREATE TABLE note_snapshots (id TEXT NOT NULL, \
     version INTEGER NOT NULL, content TEXT NOT NULL, PRIMARY KEY (id, version))";

/// Stale notes from the first number that is bound to the last one, of about a kilobyte each, whose numbers differ from note to note.
macro_rules! notes {
    () => {
        r#"
    WITH RECURSIVE note (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM note WHERE n < ?2)
    SELECT printf('note %09d', n) AS id, 1 AS version, printf(
    '{"title": "Note %d", "pages": [{"text": "%s", "marks": [%d, %d]}, {"text": "%s", "marks": []}]}',
    n,
    printf('On day %d the tide at gauge %d came in at %d centimetres; ', n % 977, n % 41, n % 613)
    || 'the wind had turned before noon, and nobody had closed the upper gate. '
    || printf('Reading %d was taken twice, by %d and by %d, %d minutes apart. ',
        n * 7919 % 100003, n % 17, n % 23, n % 59)
    || 'What the first one wrote down does not agree with the table in the office, which is '
    || printf('dated %d and signed by hand; entry %d is crossed out.', n % 31, n * 31 % 10007),
    n % 8, n % 9,
    printf('See sheet %d of %d. ', n % 211, n * 13 % 1009)
    || 'The lower basin was emptied on Monday, cleaned on Tuesday and filled again on Thursday. '
    || printf('Pump %d ran for %d minutes, pump %d for %d; ', n % 5, n % 719, n % 3, n * 3 % 701)
    || 'both were oiled, one of them has a new belt, and the other one should get a new one '
    || printf('before week %d. Order number %d, %d pieces, ', n % 52, n * 104729 % 1000003, n % 12)
    || 'to be paid within thirty days after the delivery, without a discount, as agreed upon. '
    || printf('The visitor of day %d asked for %d copies and left %d marks as a deposit; ',
        n % 367, n % 19, n * 11 % 907)
    || 'they are in the drawer below the clock, together with the key to the boat house and with '
    || printf('the letter of week %d, which nobody has answered since.', n * 7 % 53)
    ) AS body, 1 AS schema_version FROM note"#
    };
}

/// The same as rows of SQLite, to be inserted elsewhere.
pub(crate) const NOTES: &str = notes!();

/// Creates the table in PostgreSQL; under another collation its index would not give the rows in the order of pages.
pub(crate) const CREATE_IN_POSTGRES: &str = "CREATE TABLE notes (id text COLLATE \"C\" PRIMARY KEY, \
     version bigint NOT NULL, body jsonb NOT NULL, body_schema_version integer NOT NULL)";

/// Creates the table in MariaDB.
pub(crate) const CREATE_IN_MARIADB: &str = "CREATE TABLE notes \
     (id varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY, \
     version bigint NOT NULL, body json NOT NULL, body_schema_version integer NOT NULL)";

/// Inserts a JSON array of notes into MariaDB, each with its id and its body as a text.
pub(crate) const INSERT_IN_MARIADB: &str = "INSERT INTO notes \
     SELECT note.id, 1, note.body, 1 FROM json_table(?, '$[*]' \
     COLUMNS (id varchar(40) PATH '$[0]', body longtext PATH '$[1]')) AS note";

/// Inserts the stale notes that are bound.
pub(crate) const INSERT: &str = concat!("INSERT INTO notes ", notes!());

/// Inserts a stale snapshot for each note that is bound.
pub(crate) const INSERT_SNAPSHOTS: &str = concat!(
    "INSERT INTO note_snapshots SELECT id, version, printf(",
    r#"'{"id": "%s", "body": %s, "body_schema_version": %d}', id, body, schema_version)"#,
    " FROM (",
    notes!(),
    ")"
);
