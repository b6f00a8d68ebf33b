//! Saves of an application: from an object to a commit.
//!
//! Layer: jobs. Invariant: a save runs the hooks that a migration runs, and writes by compare-and-set on the row as it was
//! read, with its snapshot, its commit, its dependent rows and its messages in one transaction.

use serde::Serialize;
use versioned_core::{BaseVersionedDomainObject, FieldChange, MigrationOptions};
use versioned_store::{
    CommitCommand, CommitKind, CommitRecord, EntityKey, EntityTable, HistoryStore, ModelChange,
    ModelCommit, ModelStore, ModelVersion, NewModel, Row, RowWrite, WriteOutcome,
};

use crate::{
    Commit, EntityError, FetchError, Fetched, Hooks, Reason, SaveError, Saved, Stored,
    VersionedModel,
    content::{document_after, document_of},
    convert::next_version,
    hooks::{Effects, migrate_commands},
    prefetch::{Asked, When, prefetch},
};

/// An entity kind, as a save needs it.
pub(crate) struct Saver<D> {
    pub(crate) entity: &'static str,
    pub(crate) table: EntityTable,
    hooks: Hooks<D>,
}

/// The content that is about to be saved, as a document and as a row.
pub(crate) struct Draft {
    document: String,
    row: Row,
}

/// An old model version that is about to be brought back.
pub(crate) struct Reverted<D> {
    pub(crate) draft: Draft,
    object: D,
    commands: Vec<CommitCommand>,
}

/// A save that is planned, and what to say where it cannot take place.
pub(crate) struct PlannedSave {
    commit: ModelCommit,
    version: Option<ModelVersion>,
    opened: Option<ModelVersion>,
}

impl<D: BaseVersionedDomainObject> Saver<D> {
    pub(crate) fn new<M: VersionedModel<DomainObject = D> + ?Sized>() -> Result<Self, SaveError> {
        let entity = D::schema_versioned_attributes().entity;
        let table = M::table().map_err(|source| SaveError::StorageModel { entity, source })?;
        Ok(Self { entity, table, hooks: M::hooks().of_models() })
    }

    /// What is saved of an object.
    pub(crate) fn draft(&self, key: &EntityKey, object: &D) -> Result<Draft, SaveError>
    where
        D: Serialize,
    {
        self.draft_of(key, self.document(key, object)?)
    }

    fn draft_of(&self, key: &EntityKey, document: String) -> Result<Draft, SaveError> {
        let values = self.table.values_of(key, &document);
        let values = values.map_err(|source| self.row_error(key, source))?;
        let values = values.into_iter().map(Some).collect();
        let row =
            Row { key: key.clone(), model_version: None, deleted: false, values, stamp: None };
        Ok(Draft { document, row })
    }

    /// What the check of a draft needs from elsewhere.
    pub(crate) async fn fetch<M, S>(&self, store: &S, draft: &Draft) -> Result<Fetched, SaveError>
    where
        M: VersionedModel<DomainObject = D> + ?Sized,
        S: ModelStore,
    {
        let (table, check_needs) = (&self.table, self.hooks.check_needs());
        let rows = std::slice::from_ref(&draft.row);
        let asked = Asked { table, rows, check_needs, when: When::Saved };
        let fetched = prefetch::<M, S>(store, asked).await;
        let entity = self.entity;
        let mut fetched = fetched.map_err(|source| FetchError::Prefetch { entity, source })?;
        Ok(fetched.remove(&draft.row.key).unwrap_or_default())
    }

    /// A new entity.
    pub(crate) fn create(
        &self,
        draft: Draft,
        object: &D,
        fetched: &Fetched,
        commit: Commit,
    ) -> Result<PlannedSave, SaveError> {
        let Draft { document, row: Row { key, values, .. } } = draft;
        let version = self.table.model_version().map(|_| ModelVersion::FIRST);
        let saved = Saved::new(object, &key, version, Reason::Save);
        let Effects { dependents, outbox } = self.follow(&saved, fetched)?;
        let record = commit.into_record(CommitKind::Create, vec![CommitCommand::Create]);
        let values = values.into_iter().flatten().collect();
        let change = ModelChange::Create(NewModel { key, values });
        let commit = ModelCommit { change, snapshot: document, record, dependents, outbox };
        Ok(PlannedSave { commit, version, opened: None })
    }

    /// A changed entity.
    pub(crate) fn update(
        &self,
        draft: Draft,
        stored: &Stored<D>,
        fetched: &Fetched,
        commit: Commit,
    ) -> Result<PlannedSave, SaveError> {
        // A save of what was upgraded when it was read says so, as a migration would.
        let commands = migrate_commands(self.table.declaration(), &stored.changes);
        let record = commit.into_record(CommitKind::Edit, commands);
        let row = &stored.row;
        let saved = Saved::new(&stored.object, &row.key, next_version(row), Reason::Save);
        self.write(row, draft, (&saved, fetched), record)
    }

    /// An entity that is marked as deleted.
    pub(crate) fn delete(
        &self,
        stored: &Stored<D>,
        commit: Commit,
    ) -> Result<PlannedSave, SaveError> {
        if self.table.deleted().is_none() {
            let lacks = "column that marks rows as deleted";
            return Err(SaveError::Unsupported { entity: self.entity, what: "deleted", lacks });
        }
        let row = &stored.row;
        let snapshot = match self.table.history() {
            Some(_) => document_of(&self.table, row).ok_or_else(|| self.not_read(&row.key))?,
            None => String::new(),
        };
        let version = next_version(row);
        let saved = Saved::new(&stored.object, &row.key, version, Reason::Delete);
        let Effects { dependents, outbox } = self.hooks.effects(&saved);
        let record = commit.into_record(CommitKind::Delete, vec![CommitCommand::Delete]);
        let change = ModelChange::MarkDeleted(row.clone());
        let commit = ModelCommit { change, snapshot, record, dependents, outbox };
        Ok(PlannedSave { commit, version, opened: stored.model_version() })
    }

    /// The content of an old model version, brought to its latest schema versions.
    pub(crate) fn reverted(
        &self,
        key: &EntityKey,
        (to, content): (ModelVersion, &[u8]),
        fetched: &Fetched,
    ) -> Result<Reverted<D>, SaveError> {
        let with_id = |error: versioned_core::MigrationError| {
            EntityError::from(error.of(key.at(to).to_entity_id()))
        };
        let fetched = fetched.members();
        let how = MigrationOptions::new().with_fetched(&fetched);
        let migrated = D::migrate_to_latest_schema_versions_with(content, &how).map_err(with_id)?;
        let object = migrated.to_object().map_err(with_id)?;
        let mut commands = vec![CommitCommand::RevertTo { model_version: to }];
        let changes: Vec<FieldChange> = migrated.changes().to_vec();
        commands.extend(migrate_commands(self.table.declaration(), &changes));
        let draft = self.draft_of(key, migrated.into_document().into_owned())?;
        Ok(Reverted { draft, object, commands })
    }

    /// An entity that gets the content of an old model version.
    pub(crate) fn revert(
        &self,
        row: &Row,
        reverted: Reverted<D>,
        fetched: &Fetched,
        commit: Commit,
    ) -> Result<PlannedSave, SaveError> {
        let Reverted { draft, object, commands } = reverted;
        let record = commit.into_record(CommitKind::Revert, commands);
        let saved = Saved::new(&object, &row.key, next_version(row), Reason::Revert);
        self.write(row, draft, (&saved, fetched), record)
    }

    fn write(
        &self,
        row: &Row,
        draft: Draft,
        (saved, fetched): (&Saved<'_, D>, &Fetched),
        record: CommitRecord,
    ) -> Result<PlannedSave, SaveError> {
        let (table, version) = (&self.table, saved.model_version);
        let set = table.changed_values(row, draft.row.values.into_iter().flatten().collect());
        let write = RowWrite { expected: row.clone(), set };
        let Effects { dependents, outbox } = self.follow(saved, fetched)?;
        let snapshot = match table.history() {
            Some(_) => document_after(table, &write).ok_or_else(|| self.not_read(&row.key))?,
            None => String::new(),
        };
        let change = ModelChange::Update(write);
        let commit = ModelCommit { change, snapshot, record, dependents, outbox };
        let opened = row.model_version.map(ModelVersion::new);
        Ok(PlannedSave { commit, version, opened })
    }

    /// The document of an object, whose versions are the latest ones.
    fn document(&self, key: &EntityKey, object: &D) -> Result<String, SaveError>
    where
        D: Serialize,
    {
        let (entity, id) = (self.entity, key.to_entity_id());
        let document = serde_json::to_string(object).map_err(|source| SaveError::Unwritable {
            entity,
            id: id.clone(),
            source,
        })?;
        let migrated = D::migrate_to_latest_schema_versions(&document);
        let migrated = migrated.map_err(|error| EntityError::from(error.of(id.clone())))?;
        match migrated.changes().first() {
            Some(change) => Err(SaveError::NotCurrent { entity, id, field: change.field }),
            None => Ok(document),
        }
    }

    fn follow(&self, saved: &Saved<'_, D>, fetched: &Fetched) -> Result<Effects, SaveError> {
        let effects = self.hooks.run(saved, fetched);
        effects.map_err(|source| {
            let (entity, id) = (self.entity, saved.key.to_entity_id());
            EntityError::Invalid { entity, id, source }.into()
        })
    }

    fn row_error(&self, key: &EntityKey, source: versioned_store::RowError) -> SaveError {
        let (entity, id) = (self.entity, key.to_entity_id());
        EntityError::Row { entity, id, source: Box::new(source) }.into()
    }

    fn not_read(&self, key: &EntityKey) -> SaveError {
        EntityError::NotRead { entity: self.entity, id: key.to_entity_id() }.into()
    }
}

/// Writes one save, and gives the model version that the entity has then.
pub(crate) async fn write<S: HistoryStore>(
    store: &S,
    table: &EntityTable,
    planned: PlannedSave,
) -> Result<Option<ModelVersion>, SaveError> {
    let PlannedSave { commit, version, opened } = planned;
    let entity = table.declaration().entity;
    let key = commit.change.key().clone();
    let is_new = matches!(commit.change, ModelChange::Create(_));
    let outcomes = store.commit_models(table, std::slice::from_ref(&commit)).await;
    let outcomes =
        outcomes.map_err(|source| SaveError::Store { entity, key: key.clone(), source })?;
    match outcomes.first() {
        Some(WriteOutcome::Written) => Ok(version),
        Some(WriteOutcome::Gone) => Err(SaveError::Gone { entity, key }),
        _ if is_new => Err(SaveError::Exists { entity, key }),
        _ => Err(SaveError::Conflict { entity, key, opened }),
    }
}
