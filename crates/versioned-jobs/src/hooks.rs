//! What an application adds to saves and migrations: validation, dependent rows, messages.
//!
//! Layer: jobs. Invariant: hooks are pure and run in the audit too, so that an audit finds what a migration would.

use std::{error::Error, fmt};

use versioned_store::{DependentRow, OutboxMessage};

use crate::Saved;

/// Why an entity is not valid.
pub type HookError = Box<dyn Error + Send + Sync>;

/// Says whether an entity is valid; the flag is that of [`Hooks::strict_if`].
pub type Validate<D> = fn(&D, bool) -> Result<(), HookError>;

/// Gives what is written with an entity besides its row.
pub type Follows<D, T> = fn(&Saved<'_, D>) -> Vec<T>;

/// What an application adds to every save and migration of an entity. Everything has a default that adds nothing.
///
/// The functions see the entity at its latest versions, before it is written; [`Saved`] says under which model version, and why. They must be pure, as conversions are: the
/// same entity gives the same rows and messages. With any of them, a run reads all columns of every row.
///
/// # Examples
///
/// ```
/// use versioned_jobs::Hooks;
///
/// struct Lesson {
///     title: String,
///     is_published: bool,
/// }
/// let hooks = Hooks::<Lesson>::default()
///     .strict_if(|lesson| lesson.is_published)
///     .validate(|lesson, strict| match lesson.title.is_empty() && strict {
///         true => Err("a published lesson needs a title".into()),
///         false => Ok(()),
///     });
/// assert!(!hooks.is_empty());
/// ```
pub struct Hooks<D> {
    validate: Option<Validate<D>>,
    strict_if: Option<fn(&D) -> bool>,
    dependents: Option<Follows<D, DependentRow>>,
    outbox: Option<Follows<D, OutboxMessage>>,
}

impl<D> Hooks<D> {
    /// Sets what an entity must fulfil. A save of one that does not is refused; in a job it counts as failed and is left as
    /// it is.
    #[must_use]
    pub fn validate(self, validate: Validate<D>) -> Self {
        Self { validate: Some(validate), ..self }
    }

    /// Sets for which entities the validation is strict. Default: for none.
    #[must_use]
    pub fn strict_if(self, strict_if: fn(&D) -> bool) -> Self {
        Self { strict_if: Some(strict_if), ..self }
    }

    /// Sets which rows of other tables are written with an entity, in the same transaction.
    #[must_use]
    pub fn dependents(self, dependents: Follows<D, DependentRow>) -> Self {
        Self { dependents: Some(dependents), ..self }
    }

    /// Sets what must happen after an entity was written; see [`deliver`](crate::deliver).
    #[must_use]
    pub fn outbox(self, outbox: Follows<D, OutboxMessage>) -> Self {
        Self { outbox: Some(outbox), ..self }
    }

    /// Whether nothing was set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.validate.is_none() && !self.writes()
    }

    /// Whether rows or messages are written with an entity, which needs a ledger.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.dependents.is_some() || self.outbox.is_some()
    }

    /// What follows from an entity that is about to be written.
    pub(crate) fn run(&self, saved: &Saved<'_, D>) -> Result<Effects, HookError> {
        let object = saved.object;
        if let Some(validate) = self.validate {
            validate(object, self.strict_if.is_some_and(|strict_if| strict_if(object)))?;
        }
        Ok(Effects {
            dependents: self.dependents.map_or_else(Vec::new, |rows| rows(saved)),
            outbox: self.outbox.map_or_else(Vec::new, |messages| messages(saved)),
        })
    }
}

/// What is written with an entity besides its row.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Effects {
    pub(crate) dependents: Vec<DependentRow>,
    pub(crate) outbox: Vec<OutboxMessage>,
}

impl<D> Default for Hooks<D> {
    fn default() -> Self {
        Self { validate: None, strict_if: None, dependents: None, outbox: None }
    }
}

impl<D> Clone for Hooks<D> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<D> fmt::Debug for Hooks<D> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Hooks")
            .field("validate", &self.validate.is_some())
            .field("strict_if", &self.strict_if.is_some())
            .field("dependents", &self.dependents.is_some())
            .field("outbox", &self.outbox.is_some())
            .finish()
    }
}
