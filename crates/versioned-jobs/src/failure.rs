//! Why one entity could not be migrated, and where.
//!
//! Layer: jobs. Invariant: a failure carries everything that an operator needs, so that nobody has to read the row to
//! know which field, which step and which place in it refused.

use std::{any::Any, error::Error, fmt};

use serde::{Serialize, Serializer, ser::SerializeStruct};
use versioned_core::{EntityId, MigrationError, SchemaVersion, json::Pointer};
use versioned_store::{RowError, StoreError};

use crate::{HookError, Printable};

/// An entity that could not be brought to its latest schema versions. The run went on.
///
/// Displayed as lines: the error, its causes, the pointer and what to do. As JSON: `entity`, `id`, `field`, `step`
/// (`from` and `to`), `pointer`, `causes` (the error first, then its sources) and `help`.
#[derive(Debug)]
#[non_exhaustive]
pub struct EntityFailure {
    /// Name of the entity kind.
    pub entity: &'static str,
    /// The key, as text.
    pub id: EntityId,
    /// What went wrong.
    pub error: EntityError,
}

/// Why an entity could not be brought to its latest schema versions.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntityError {
    /// Its chain stopped, its versions are unknown, or its type does not accept the result.
    #[error(transparent)]
    Migration {
        /// The error of the core.
        error: Box<MigrationError>,
    },

    /// A conversion panicked.
    #[error("a conversion of `{entity}` of `{id}` panicked")]
    #[non_exhaustive]
    Panicked {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        id: EntityId,
        /// What the panic said.
        source: PanicMessage,
    },

    /// The store gave the row without its document.
    #[error("the store did not read the document of `{entity}` of `{id}`")]
    #[non_exhaustive]
    NotRead {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        id: EntityId,
    },

    /// The columns of the row do not hold what the storage model says.
    #[error("the row of `{entity}` of `{id}` does not fit its storage model")]
    #[non_exhaustive]
    Row {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        id: EntityId,
        /// Which column, and why.
        source: Box<RowError>,
    },

    /// The row has no model version, under which its history could keep it.
    #[error("the row of `{entity}` of `{id}` has no model version, which its history needs")]
    #[non_exhaustive]
    ModelVersionMissing {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        id: EntityId,
    },

    /// The validation of the entity kind refuses the entity.
    #[error("`{entity}` of `{id}` is not valid at its latest versions")]
    #[non_exhaustive]
    Invalid {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        id: EntityId,
        /// What the validation says.
        source: HookError,
    },

    /// The database refuses the migrated row: a constraint, a trigger, a limit of size.
    #[error("the database refuses the migrated row of `{entity}` of `{id}`")]
    #[non_exhaustive]
    Rejected {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        id: EntityId,
        /// What the store says.
        source: Box<StoreError>,
    },
}

impl EntityError {
    /// What the operator can do next, if anything is known.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Migration { error } => error.help(),
            Self::Panicked { .. } => {
                Some("let the conversion return an error with a pointer instead of panicking")
            }
            Self::Invalid { .. } => Some("repair the entity, or change the validation of its kind"),
            Self::ModelVersionMissing { .. } => {
                Some("set its model version to that of its latest commit, or to 0 without one")
            }
            Self::NotRead { .. } => Some("report this to the maintainers of the store"),
            Self::Row { source, .. } => source.help(),
            Self::Rejected { source, .. } => source.help(),
        }
    }
}

/// What a panic said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanicMessage(Box<str>);

impl PanicMessage {
    pub(crate) fn new(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self(text.unwrap_or("the panic carried no text").into())
    }
}

impl fmt::Display for PanicMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for PanicMessage {}

impl EntityFailure {
    pub(crate) fn new(entity: &'static str, id: EntityId, error: EntityError) -> Self {
        Self { entity, id, error }
    }

    /// Rust name of the field, where the failure is in one field.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        self.migration().and_then(|error| error.place().field)
    }

    /// The step that failed, as (from, to), where one was running.
    #[must_use]
    pub fn step(&self) -> Option<(SchemaVersion, SchemaVersion)> {
        self.migration().and_then(MigrationError::step)
    }

    /// The place in the field, or in the document, where it is known.
    #[must_use]
    pub fn pointer(&self) -> Option<&Pointer> {
        self.migration().and_then(MigrationError::pointer)
    }

    /// The error and its sources, as text, outermost first.
    #[must_use]
    pub fn causes(&self) -> Vec<String> {
        let mut causes = vec![self.error.to_string()];
        let mut source = self.error.source();
        while let Some(error) = source {
            causes.push(error.to_string());
            source = error.source();
        }
        causes
    }

    /// What the operator can do next, if anything is known.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        self.error.help()
    }

    fn migration(&self) -> Option<&MigrationError> {
        match &self.error {
            EntityError::Migration { error } => Some(error),
            EntityError::Panicked { .. }
            | EntityError::NotRead { .. }
            | EntityError::Row { .. }
            | EntityError::ModelVersionMissing { .. }
            | EntityError::Invalid { .. }
            | EntityError::Rejected { .. } => None,
        }
    }
}

impl fmt::Display for EntityFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, cause) in self.causes().iter().enumerate() {
            match index {
                0 => write!(formatter, "failed: {}", Printable(cause))?,
                _ => write!(formatter, "\n  caused by: {}", Printable(cause))?,
            }
        }
        if let Some(pointer) = self.pointer() {
            write!(formatter, "\n  at: {}", Printable(pointer))?;
        }
        if let Some(help) = self.help() {
            write!(formatter, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl Serialize for EntityFailure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Step {
            from: SchemaVersion,
            to: SchemaVersion,
        }
        let step = self.step().map(|(from, to)| Step { from, to });
        let mut failure = serializer.serialize_struct("EntityFailure", 7)?;
        failure.serialize_field("entity", self.entity)?;
        failure.serialize_field("id", self.id.as_str())?;
        failure.serialize_field("field", &self.field())?;
        failure.serialize_field("step", &step)?;
        failure.serialize_field("pointer", &self.pointer().map(Pointer::as_str))?;
        failure.serialize_field("causes", &self.causes())?;
        failure.serialize_field("help", &self.help())?;
        failure.end()
    }
}
