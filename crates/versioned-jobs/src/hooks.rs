//! What an application adds to saves and migrations: validation, dependent rows, messages.
//!
//! Layer: jobs. Invariant: hooks are pure and run on every way to a row: saves, migrations, reverts, and the audit, which
//! finds what a migration would.

use std::{error::Error, fmt};

use versioned_core::{Declaration, FieldChange};
use versioned_store::{
    CommitCommand, CommitKind, CommitRecord, DependentRow, ModelVersion, OutboxMessage, RunId,
};

use crate::{Fetched, Saved, prefetch::NotGiven};

/// Why an entity is not valid.
pub type HookError = Box<dyn Error + Send + Sync>;

/// Says whether an entity is valid; the flag is that of [`Hooks::strict_if`].
pub type Validate<D> = fn(&D, bool) -> Result<(), HookError>;

/// Says whether an old snapshot is valid.
pub type ValidateSnapshot<D> = fn(&D) -> Result<(), HookError>;

/// Says whether an entity fits others, by what [`prefetch`](crate::VersionedModel::prefetch) has given for it.
pub type Check<D> = fn(&Saved<'_, D>, &Fetched) -> Result<(), HookError>;

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
    validate_snapshot: Option<ValidateSnapshot<D>>,
    check: Option<Check<D>>,
    check_needs: &'static [&'static str],
    dependents: Option<Follows<D, DependentRow>>,
    outbox: Option<Follows<D, OutboxMessage>>,
    committer: &'static str,
    commit_message: fn(&[FieldChange]) -> String,
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

    /// Sets what an entity must fulfil beside others, such as a story beside the skills of its topic; and the names of the
    /// values for that, which [`prefetch`](crate::VersionedModel::prefetch) is asked for.
    ///
    /// It runs after the validation wherever an entity is written or a migration of it is audited. What it refuses is not
    /// valid, and so is an entity for which a value was not given. Entities that are current already are not checked
    /// until they are saved, and old snapshots never.
    ///
    /// # Examples
    ///
    /// ```
    /// use versioned_jobs::Hooks;
    ///
    /// struct Story {
    ///     skills: Vec<String>,
    /// }
    /// let hooks = Hooks::<Story>::default().check(&["skills_of_topic"], |saved, fetched| {
    ///     let known: Vec<String> = fetched.get("skills_of_topic")?;
    ///     match saved.object.skills.iter().find(|skill| !known.contains(skill)) {
    ///         Some(skill) => Err(format!("the topic has no skill `{skill}`").into()),
    ///         None => Ok(()),
    ///     }
    /// });
    /// assert!(!hooks.is_empty());
    /// ```
    #[must_use]
    pub fn check(self, needs: &'static [&'static str], check: Check<D>) -> Self {
        Self { check: Some(check), check_needs: needs, ..self }
    }

    /// Sets what an old snapshot must fulfil, besides that its type accepts it; it is never strict, since what was saved
    /// once is history. Default: nothing.
    #[must_use]
    pub fn validate_snapshot(self, validate: ValidateSnapshot<D>) -> Self {
        Self { validate_snapshot: Some(validate), ..self }
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

    /// Sets in whose name migrations commit, in tables with a history. Default: `migration`.
    #[must_use]
    pub fn committer(self, committer: &'static str) -> Self {
        Self { committer, ..self }
    }

    /// Sets the message of a migration's commit, from what it changes. Default: one line that lists all of it.
    #[must_use]
    pub fn commit_message(self, message: fn(&[FieldChange]) -> String) -> Self {
        Self { commit_message: message, ..self }
    }

    /// Whether nothing was set that looks at an entity or writes with it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let checks =
            self.validate.is_some() || self.validate_snapshot.is_some() || self.check.is_some();
        !checks && !self.writes()
    }

    /// The names of the values that the check needs.
    pub(crate) fn check_needs(&self) -> &'static [&'static str] {
        self.check_needs
    }

    /// Whether rows or messages are written with an entity, which needs a ledger.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.dependents.is_some() || self.outbox.is_some()
    }

    /// Those of a model.
    pub(crate) fn of_models(self) -> Self {
        Self { validate_snapshot: None, ..self }
    }

    /// Those of an old snapshot: from what was once, nothing follows now.
    pub(crate) fn of_snapshots(self) -> Self {
        Self { validate_snapshot: self.validate_snapshot, ..Self::default() }
    }

    /// What a migration says of itself in a history.
    pub(crate) fn migration(
        &self,
        declaration: &Declaration,
        changes: &[FieldChange],
        at_ms: i64,
    ) -> CommitRecord {
        CommitRecord {
            kind: CommitKind::Migrate,
            committer: self.committer.to_owned(),
            message: (self.commit_message)(changes),
            commands: migrate_commands(declaration, changes),
            at_ms,
        }
    }

    /// What an undo says of itself in a history.
    pub(crate) fn put_back(&self, run: RunId, to: ModelVersion, at_ms: i64) -> CommitRecord {
        CommitRecord {
            kind: CommitKind::Revert,
            committer: self.committer.to_owned(),
            message: format!("put back what run {run} replaced"),
            commands: vec![CommitCommand::RevertTo { model_version: to }],
            at_ms,
        }
    }

    /// What follows from an entity that is about to be written, with what was fetched for its check.
    pub(crate) fn run(
        &self,
        saved: &Saved<'_, D>,
        fetched: &Fetched,
    ) -> Result<Effects, HookError> {
        let object = saved.object;
        if let Some(validate) = self.validate_snapshot {
            validate(object)?;
        }
        if let Some(validate) = self.validate {
            validate(object, self.strict_if.is_some_and(|strict_if| strict_if(object)))?;
        }
        if let Some(check) = self.check {
            match self.check_needs.iter().find(|name| !fetched.has(name)) {
                Some(name) => return Err(NotGiven { name: (*name).to_owned() }.into()),
                None => check(saved, fetched)?,
            }
        }
        Ok(self.effects(saved))
    }

    /// What is written with an entity that need not be valid, since it goes.
    pub(crate) fn effects(&self, saved: &Saved<'_, D>) -> Effects {
        Effects {
            dependents: self.dependents.map_or_else(Vec::new, |rows| rows(saved)),
            outbox: self.outbox.map_or_else(Vec::new, |messages| messages(saved)),
        }
    }
}

/// One command per field that was brought to a later version.
pub(crate) fn migrate_commands(
    declaration: &Declaration,
    changes: &[FieldChange],
) -> Vec<CommitCommand> {
    let key = |field: &str| {
        let known = declaration.versioned.iter().find(|attribute| attribute.field == field);
        known.map_or(field, |attribute| attribute.key).to_owned()
    };
    let command = |change: &FieldChange| CommitCommand::MigrateField {
        field: key(change.field),
        from: change.from,
        to: change.to,
    };
    changes.iter().map(command).collect()
}

fn list_changes(changes: &[FieldChange]) -> String {
    let change = |change: &FieldChange| {
        format!("`{}` from version {} to {}", change.field, change.from, change.to)
    };
    let changes: Vec<String> = changes.iter().map(change).collect();
    format!("migrate {}", changes.join(", "))
}

/// What is written with an entity besides its row.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Effects {
    pub(crate) dependents: Vec<DependentRow>,
    pub(crate) outbox: Vec<OutboxMessage>,
}

impl<D> Default for Hooks<D> {
    fn default() -> Self {
        Self {
            validate: None,
            strict_if: None,
            validate_snapshot: None,
            check: None,
            check_needs: &[],
            dependents: None,
            outbox: None,
            committer: "migration",
            commit_message: list_changes,
        }
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
            .field("validate_snapshot", &self.validate_snapshot.is_some())
            .field("check", &self.check.is_some())
            .field("dependents", &self.dependents.is_some())
            .field("outbox", &self.outbox.is_some())
            .field("committer", &self.committer)
            .finish_non_exhaustive()
    }
}
