//! Changes of models that are commits, and the checks that every store makes of them.
//!
//! Layer: store. Invariant: a change that does not fit its table is refused before anything is written.

use crate::{
    ColumnValue, CommitRecord, DependentRow, EntityKey, EntityTable, History, ModelVersion,
    OutboxMessage, Row, RowWrite, StoreProblem,
};

/// A model that does not exist yet.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "applications build it")]
pub struct NewModel {
    /// The key.
    pub key: EntityKey,
    /// The values of all columns, parallel to [`EntityTable::columns`]. Where a column is an id column too, the value must be
    /// that of the key; where it is the model version or the deleted flag too, the value does not count.
    pub values: Vec<ColumnValue>,
}

/// What becomes of a model.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ModelChange {
    /// It is created, at model version 1. A model with its key is a conflict, one that is marked as deleted too.
    Create(NewModel),
    /// It is written by compare-and-set, and its model version rises by one.
    Update(RowWrite),
    /// It is marked as deleted, by compare-and-set with the row as it was read, and its model version rises by one.
    MarkDeleted(Row),
}

impl ModelChange {
    /// The key of the model.
    #[must_use]
    pub fn key(&self) -> &EntityKey {
        match self {
            Self::Create(model) => &model.key,
            Self::Update(write) => &write.expected.key,
            Self::MarkDeleted(expected) => &expected.key,
        }
    }
}

/// A save: a change of a model, what it says of itself, and what is written with it.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "applications build it")]
pub struct ModelCommit {
    /// What becomes of the model.
    pub change: ModelChange,
    /// The whole document as it is after the change, as JSON; not used where the table has no history.
    pub snapshot: String,
    /// Who, when, why; not used where the table has no history.
    pub record: CommitRecord,
    /// Rows of other tables.
    pub dependents: Vec<DependentRow>,
    /// What must happen after the commit.
    pub outbox: Vec<OutboxMessage>,
}

/// The commit of a row that a batch writes; see [`FollowUp::commits`](crate::FollowUp::commits).
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct NewCommit {
    /// The key of the model.
    pub key: EntityKey,
    /// The model version that the row got.
    pub model_version: ModelVersion,
    /// The whole document as it is after the write, as JSON.
    pub snapshot: String,
    /// Who, when, why.
    pub record: CommitRecord,
}

impl EntityTable {
    /// Checks that a save fits the table, and gives the model version that the model gets; for stores.
    ///
    /// # Errors
    ///
    /// [`StoreProblem`] names the model and what does not fit.
    pub fn check_commit(&self, commit: &ModelCommit) -> Result<Option<ModelVersion>, StoreProblem> {
        let key = commit.change.key();
        let mismatch = |reason| StoreProblem::WriteMismatch { key: key.clone(), reason };
        let version = match &commit.change {
            ModelChange::Create(model) => {
                self.check_new(model)?;
                self.model_version().map(|_| ModelVersion::FIRST)
            }
            ModelChange::Update(write) => {
                check_alive(&write.expected)?;
                self.check_write(write)?.map(ModelVersion::new)
            }
            ModelChange::MarkDeleted(expected) => {
                check_alive(expected)?;
                if self.deleted().is_none() {
                    return Err(mismatch("the table has no column that marks a row as deleted"));
                }
                self.check_row(expected)?;
                self.next_version(expected)?.map(ModelVersion::new)
            }
        };
        if self.history().is_some() {
            if version.is_none() {
                return Err(mismatch("the row has no model version, which its history needs"));
            }
            check_record(key, &commit.record)?;
        }
        Ok(version)
    }

    /// Checks that the commit of a row fits the table, and gives the history that it goes to; for stores.
    ///
    /// # Errors
    ///
    /// [`StoreProblem::HistoryMissing`] where the table has none.
    pub fn check_new_commit(&self, commit: &NewCommit) -> Result<&History, StoreProblem> {
        self.stored_key(&commit.key)?;
        check_record(&commit.key, &commit.record)?;
        self.history_or_problem()
    }

    /// Where the history lies; for stores.
    ///
    /// # Errors
    ///
    /// [`StoreProblem::HistoryMissing`] where the table has none.
    pub fn history_or_problem(&self) -> Result<&History, StoreProblem> {
        self.history().ok_or(StoreProblem::HistoryMissing)
    }

    fn check_new(&self, model: &NewModel) -> Result<(), StoreProblem> {
        let mismatch = |reason| StoreProblem::WriteMismatch { key: model.key.clone(), reason };
        self.stored_key(&model.key)?;
        if model.values.len() != self.columns.len() {
            return Err(mismatch("the model has another number of values"));
        }
        for (column, value) in self.columns.iter().zip(&model.values) {
            let part = column.key_part.map(|part| model.key.parts()[part].to_value());
            if part.is_some_and(|part| !part.is_same(value)) {
                return Err(mismatch("a value of an id column is not that of the key"));
            }
        }
        Ok(())
    }
}

fn check_alive(expected: &Row) -> Result<(), StoreProblem> {
    if expected.deleted {
        let reason = "the row is marked as deleted";
        return Err(StoreProblem::WriteMismatch { key: expected.key.clone(), reason });
    }
    Ok(())
}

fn check_record(key: &EntityKey, record: &CommitRecord) -> Result<(), StoreProblem> {
    if !record.commands.iter().all(crate::CommitCommand::is_readable) {
        let reason = "the parameters of a command are nested too deeply to be read again";
        return Err(StoreProblem::WriteMismatch { key: key.clone(), reason });
    }
    Ok(())
}
