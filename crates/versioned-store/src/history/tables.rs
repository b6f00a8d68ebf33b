//! Where the history of a model lies: a table of snapshots and one of commits.
//!
//! Layer: store. Invariant: both tables have the id columns and the model version column of the model's table, under the
//! same names.

use versioned_core::Declaration;

use crate::{
    EntityKey, EntityTable, IdColumn, KeyPart, ModelVersion, StorageModel, StorageModelError,
    TableLayout, check,
};

/// The tables in which the history of a model lies.
///
/// The snapshots table has the id columns and the model version column of the model, under the same names, which are its
/// key, and a column with the whole document. The commits table has the same two, and the columns of
/// [`COMMIT_COLUMNS`](Self::COMMIT_COLUMNS).
///
/// # Examples
///
/// ```
/// use versioned_store::{DeletedModels, History, StorageModel};
///
/// let model = StorageModel::columns("explorations")
///     .id("id")
///     .model_version("version")
///     .deleted("deleted")
///     .history(
///         History::tables("exploration_snapshots", "exploration_commits")
///             .snapshots_of_deleted(DeletedModels::Migrate),
///     );
/// assert_eq!(model.history_tables().map(History::content), Some("content"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    snapshots: String,
    commits: String,
    content: String,
    of_deleted: Option<DeletedModels>,
}

/// What becomes of the snapshots of models that are marked as deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeletedModels {
    /// They are migrated as all others, so that a deleted model can still be read.
    Migrate,
    /// They count as deleted: as many as the snapshots of models that do not exist any more.
    Skip,
}

/// Where a schema version is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Place {
    /// In a model.
    Model,
    /// In a snapshot of a model.
    Snapshot,
}

impl Place {
    /// The name, for reports and ledgers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Snapshot => "snapshot",
        }
    }
}

impl History {
    /// The columns of the commits table besides those of the model: its number in the order of the commit log, what kind of
    /// change it is, who made it, why, the commands as a JSON list, and when, in milliseconds since 1970.
    pub const COMMIT_COLUMNS: [&'static str; 6] =
        ["number", "kind", "committer", "message", "commands", "at_ms"];

    /// A history in these tables, with the documents of the snapshots in a column `content`.
    #[must_use]
    pub fn tables(snapshots: impl Into<String>, commits: impl Into<String>) -> Self {
        Self {
            snapshots: snapshots.into(),
            commits: commits.into(),
            content: "content".to_owned(),
            of_deleted: None,
        }
    }

    /// Names the column of the snapshots table in which the documents lie.
    #[must_use]
    pub fn content_column(mut self, column: impl Into<String>) -> Self {
        self.content = column.into();
        self
    }

    /// Says what becomes of the snapshots of models that are marked as deleted; to be said wherever models are.
    #[must_use]
    pub fn snapshots_of_deleted(mut self, choice: DeletedModels) -> Self {
        self.of_deleted = Some(choice);
        self
    }

    /// Name of the table of snapshots.
    #[must_use]
    pub fn snapshots_table(&self) -> &str {
        &self.snapshots
    }

    /// Name of the table of commits.
    #[must_use]
    pub fn commits_table(&self) -> &str {
        &self.commits
    }

    /// Name of the column of the documents.
    #[must_use]
    pub fn content(&self) -> &str {
        &self.content
    }

    /// What becomes of the snapshots of models that are marked as deleted, if that was said.
    #[must_use]
    pub fn of_deleted(&self) -> Option<DeletedModels> {
        self.of_deleted
    }
}

/// The table of the models of which a table holds the snapshots, where a snapshot counts as deleted with its model.
///
/// The id columns have the same names in both, and the snapshot's key is the model's and the model version behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    table: String,
    deleted: Option<String>,
}

impl Parent {
    /// Name of the table.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Name of the column that marks a model as deleted.
    #[must_use]
    pub fn deleted(&self) -> Option<&str> {
        self.deleted.as_deref()
    }
}

impl EntityKey {
    /// The key of the snapshot of the model with this key as of a model version.
    #[must_use]
    pub fn at(&self, version: ModelVersion) -> Self {
        let mut parts = self.parts().to_vec();
        parts.push(KeyPart::Integer(version.number()));
        Self::new(parts)
    }

    /// For the key of a snapshot: the key of its model and the model version; `None` for what cannot be one.
    #[must_use]
    pub fn of_snapshot(&self) -> Option<(Self, ModelVersion)> {
        match self.parts().split_last()? {
            (KeyPart::Integer(version), model) if !model.is_empty() => {
                Some((Self::new(model.to_vec()), ModelVersion::new(*version)))
            }
            _ => None,
        }
    }
}

impl EntityTable {
    /// Where the history of the models lies; `None` where there is none, and of a table of snapshots.
    #[must_use]
    pub fn history(&self) -> Option<&History> {
        self.model.history_tables()
    }

    /// The snapshots as a table of their own: one column with the whole document, the key of the model and the model version
    /// as key, no model version column. Jobs, census and undo work on it as on models.
    #[must_use]
    pub fn snapshots(&self) -> Option<Self> {
        self.snapshots.as_deref().cloned()
    }

    /// Where the schema versions of the table are stored.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// For snapshots with [`DeletedModels::Skip`]: the table of their models. A row counts as deleted if there is no model
    /// with its key, or if that is marked as deleted; a write compares it as the flag of a model.
    #[must_use]
    pub fn parent(&self) -> Option<&Parent> {
        self.parent.as_ref()
    }
}

/// The table of the snapshots of a model, where it has a history; an error if that does not fit.
pub(crate) fn snapshots(
    declaration: &'static Declaration,
    model: &StorageModel,
) -> Result<Option<EntityTable>, StorageModelError> {
    let Some(history) = model.history_tables() else { return Ok(None) };
    let (entity, table) = (declaration.entity, model.table());
    let Some(version) = model.model_version_column() else {
        return Err(StorageModelError::HistoryWithoutVersion { entity, table: table.into() });
    };
    if model.deleted_column().is_some() && history.of_deleted.is_none() {
        return Err(StorageModelError::DeletedUndecided { entity, table: table.into() });
    }
    check_tables(entity, table, history)?;
    check_commit_columns(entity, model, history, version)?;
    let mut of_snapshots = StorageModel::document(&history.snapshots, &history.content);
    for id in model.id_columns() {
        of_snapshots = of_snapshots.id(id.clone());
    }
    let of_snapshots = of_snapshots.id(IdColumn::integer(version));
    let parent = (history.of_deleted == Some(DeletedModels::Skip)).then(|| Parent {
        table: table.to_owned(),
        deleted: model.deleted_column().map(str::to_owned),
    });
    Ok(Some(EntityTable {
        declaration,
        columns: check::columns(declaration, &of_snapshots)?,
        model: of_snapshots,
        layout: TableLayout::Document,
        place: Place::Snapshot,
        snapshots: None,
        parent,
    }))
}

fn check_tables(
    entity: &'static str,
    models: &str,
    history: &History,
) -> Result<(), StorageModelError> {
    check::check_name(entity, &history.commits)?;
    let tables = [models, &history.snapshots, &history.commits];
    for (index, name) in tables.into_iter().enumerate() {
        if tables[..index].iter().any(|earlier| check::same_name(earlier, name)) {
            return Err(StorageModelError::TableTwice { entity, table: name.into() });
        }
    }
    Ok(())
}

fn check_commit_columns(
    entity: &'static str,
    model: &StorageModel,
    history: &History,
    version: &str,
) -> Result<(), StorageModelError> {
    let ids = model.id_columns().iter().map(|id| (id.name(), "an id column"));
    for (name, first) in ids.chain([(version, "the model version")]) {
        let own = History::COMMIT_COLUMNS.into_iter().find(|own| check::same_name(own, name));
        if let Some(own) = own {
            return Err(StorageModelError::ColumnTwice {
                entity,
                table: history.commits.as_str().into(),
                column: name.into(),
                first: first.into(),
                second: format!("the `{own}` of a commit").into(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_snapshot_is_that_of_its_model_and_the_model_version() {
        let key = EntityKey::new(vec![KeyPart::Text("a".to_owned()), KeyPart::Integer(7)]);
        let version = ModelVersion::new(3);
        assert_eq!(key.at(version).to_string(), "a/7/3");
        assert_eq!(key.at(version).of_snapshot(), Some((key, version)));
        assert_eq!(EntityKey::from("a").of_snapshot(), None);
        assert_eq!(EntityKey::from(7).of_snapshot(), None, "a version alone is of no model");
    }
}
