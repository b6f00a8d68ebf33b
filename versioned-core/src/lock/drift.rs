//! Drift: how a program differs from its lock, and what to do about it.
//!
//! Layer: core, feature `schema`.

use std::fmt;

use super::{Change, NextStep, SchemaOrigin};
use crate::SchemaVersion;

/// A difference between a program and its lock.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Drift {
    /// The Rust type changed, and `max` did not.
    Changed {
        /// The place in the lock.
        place: DriftPlace,
        /// What changed.
        changes: Vec<Change>,
        /// What to write.
        next: NextStep,
    },
    /// What a step takes, or returns, is not what the version was that it starts from, or ends in.
    StepChanged {
        /// The place in the lock.
        place: DriftPlace,
        /// The function.
        function: String,
        /// Whether it is what the step takes.
        is_input: bool,
        /// Where the schema in the lock comes from.
        origin: SchemaOrigin,
        /// What changed.
        changes: Vec<Change>,
    },
    /// The program knows the schema of a version, and the lock does not.
    NotBlessed {
        /// The place that it would have.
        place: DriftPlace,
        /// From what the program knows it.
        origin: SchemaOrigin,
        /// The latest older version that was blessed from its Rust type.
        latest: Option<SchemaVersion>,
    },
    /// A schema that was written by hand has no hash yet.
    NotSealed {
        /// The place in the lock.
        place: DriftPlace,
    },
    /// The type implemented `JsonSchema` when it was blessed, and does so no longer.
    NoSchema {
        /// The place in the lock.
        place: DriftPlace,
    },
    /// The lock has a version above `max`.
    AboveMax {
        /// The place in the lock.
        place: DriftPlace,
        /// The latest version that is declared.
        max: SchemaVersion,
    },
    /// The lock has an entity, or a field, that is not declared.
    NotDeclared {
        /// The place in the lock; of several sections, that of the first one.
        place: DriftPlace,
        /// Whether the entity is declared, so that only the field is not.
        is_entity_known: bool,
    },
}

/// Where in a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DriftPlace {
    /// The entity kind.
    pub entity: String,
    /// Rust name of the field.
    pub field: String,
    /// The schema version.
    pub version: SchemaVersion,
    /// The line of the header, where there is a section that was read from a text.
    pub line: Option<usize>,
}

impl Drift {
    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &DriftPlace {
        match self {
            Self::Changed { place, .. }
            | Self::StepChanged { place, .. }
            | Self::NotBlessed { place, .. }
            | Self::NotSealed { place }
            | Self::NoSchema { place }
            | Self::AboveMax { place, .. }
            | Self::NotDeclared { place, .. } => place,
        }
    }

    /// What changed in the schema; empty where that is not what drifted.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        match self {
            Self::Changed { changes, .. } | Self::StepChanged { changes, .. } => changes,
            Self::NotBlessed { .. }
            | Self::NotSealed { .. }
            | Self::NoSchema { .. }
            | Self::AboveMax { .. }
            | Self::NotDeclared { .. } => &[],
        }
    }

    /// Whether [`Lock::bless`] settles it; everything else is for a person to decide.
    #[must_use]
    pub fn is_settled_by_blessing(&self) -> bool {
        matches!(self, Self::NotBlessed { .. } | Self::NotSealed { .. })
    }

    /// A short name, for programs: `changed`, `step_changed`, `not_blessed`, `not_sealed`, `no_schema`, `above_max` or
    /// `not_declared`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "changed",
            Self::StepChanged { .. } => "step_changed",
            Self::NotBlessed { .. } => "not_blessed",
            Self::NotSealed { .. } => "not_sealed",
            Self::NoSchema { .. } => "no_schema",
            Self::AboveMax { .. } => "above_max",
            Self::NotDeclared { .. } => "not_declared",
        }
    }

    /// What it is, on one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let DriftPlace { entity, field, version, .. } = self.place();
        match self {
            Self::Changed { next: NextStep { max, .. }, .. } => {
                format!("the Rust type of `{entity}.{field}` changed, and its `max` is still {max}")
            }
            Self::StepChanged { function, is_input, .. } => format!(
                "`{function}` {} something else than `{entity}.{field}` was at version {version}",
                if *is_input { "takes" } else { "returns" }
            ),
            Self::NotBlessed { latest: Some(latest), .. } => format!(
                "version {version} of `{entity}.{field}` is not in the lock, which ends at {latest}"
            ),
            Self::NotBlessed { origin: SchemaOrigin::Step, .. } => format!(
                "version {version} of `{entity}.{field}` has a typed step, and is not in the lock"
            ),
            Self::NotBlessed { .. } => {
                format!("version {version} of `{entity}.{field}` is not in the lock")
            }
            Self::NotSealed { .. } => {
                format!(
                    "version {version} of `{entity}.{field}` was written by hand and is not sealed"
                )
            }
            Self::NoSchema { .. } => format!(
                "`{entity}.{field}` is in the lock, and its type no longer implements `JsonSchema`"
            ),
            Self::AboveMax { max, .. } => format!(
                "version {version} of `{entity}.{field}` is in the lock, and `max` is {max}"
            ),
            Self::NotDeclared { is_entity_known: true, .. } => {
                format!(
                    "`{entity}.{field}` is in the lock, and `{entity}` has no such versioned field"
                )
            }
            Self::NotDeclared { is_entity_known: false, .. } => {
                format!("entity `{entity}` is in the lock, and this program does not declare it")
            }
        }
    }

    /// What to do, line by line.
    #[must_use]
    pub fn help(&self) -> Vec<String> {
        let DriftPlace { entity, field, version, .. } = self.place();
        match self {
            Self::Changed { next, .. } => next.help(entity, field, *version),
            Self::StepChanged { origin: SchemaOrigin::Step, .. } => {
                vec![
                    "put the old type back: stored documents of that version have not changed"
                        .to_owned(),
                ]
            }
            Self::StepChanged { .. } => vec![
                "let the step take what documents of that version are; `schema diff` shows both"
                    .to_owned(),
            ],
            Self::NotBlessed { .. } | Self::NotSealed { .. } => {
                vec!["run `schema commit`, and commit the lock with the code".to_owned()]
            }
            Self::NoSchema { .. } => {
                vec!["derive `schemars::JsonSchema` for the type again".to_owned()]
            }
            Self::AboveMax { .. } => vec![
                format!("raise `max` to {version} again: documents of that version may be stored"),
                format!("was version {version} never released? delete its section"),
            ],
            Self::NotDeclared { .. } => vec![
                "is nothing of it stored any more, or was it renamed in Rust alone? \
                 delete its sections, and run `schema commit`"
                    .to_owned(),
            ],
        }
    }
}

/// What differs, what changed, and what to do; ends without a line end.
impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.summary())?;
        if let Some(line) = self.place().line {
            write!(formatter, " (line {line} of the lock)")?;
        }
        for change in self.changes() {
            let compatibility = change.compatibility();
            write!(formatter, "\n  {compatibility:<10}  {change}")?;
        }
        for (index, line) in self.help().iter().enumerate() {
            let label = if index == 0 { "help:" } else { "     " };
            write!(formatter, "\n  {label} {line}")?;
        }
        Ok(())
    }
}

/// Several differences as one text, with an empty line between; what blessing settles comes last, with one word of help.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "it is no more than a view")]
pub struct Drifts<'a>(pub &'a [Drift]);

impl fmt::Display for Drifts<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settled = |drift: &&Drift| drift.is_settled_by_blessing();
        let mut separator = "";
        for drift in self.0.iter().filter(|drift| !settled(drift)) {
            write!(formatter, "{separator}{drift}")?;
            separator = "\n\n";
        }
        let mut rest = self.0.iter().filter(settled).peekable();
        let help = rest.peek().map(|drift| drift.help()).unwrap_or_default();
        for drift in rest {
            write!(formatter, "{separator}{}", drift.summary())?;
            separator = "\n";
        }
        help.iter().try_for_each(|line| write!(formatter, "\n  help: {line}"))
    }
}
