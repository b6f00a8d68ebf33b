//! How a golden document no longer replays, in words.

use std::fmt;

use versioned_core::{SchemaVersion, json::Pointer};
use versioned_jobs::{Printable, golden::GoldenFormatError};

use super::json_difference::Place;

/// How a golden document no longer replays.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The file.
    pub file: String,
    /// Name of the entity kind; empty where the file cannot be read.
    pub entity: String,
    /// Rust name of the field; `None` for the document as a whole.
    pub field: Option<String>,
    /// The version that the step starts from that gives something else; `None` where no step was seen to.
    pub step: Option<SchemaVersion>,
    /// What is different.
    pub what: What,
}

/// What is different.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// The chain gives another value.
    #[non_exhaustive]
    Value {
        /// The place in the field, or in the document.
        pointer: Pointer,
        /// What was recorded, shortened.
        before: String,
        /// What the chain gives today, shortened.
        after: String,
    },
    /// A step gives another value, and what follows makes up for it.
    StepOnly,
    /// It was upgraded, and is refused today.
    #[non_exhaustive]
    Refused {
        /// The place in the field, where it is known.
        pointer: Option<Pointer>,
        /// Why, outermost first.
        causes: Vec<String>,
        /// Whether it is a step beyond the recorded version that refuses.
        is_new_step: bool,
    },
    /// It was refused, and is upgraded today.
    Repaired,
    /// It was refused at another place.
    #[non_exhaustive]
    RefusedElsewhere {
        /// The place at which it was refused.
        before: String,
        /// The place at which it is refused today.
        after: String,
    },
    /// The chain ends before the recorded version.
    #[non_exhaustive]
    Lowered {
        /// The recorded version.
        reached: SchemaVersion,
        /// The latest version today.
        max: SchemaVersion,
    },
    /// The field is no versioned field any more.
    FieldGone,
    /// No entity of the name is registered.
    EntityGone,
    /// The file is no golden document.
    Unreadable(GoldenFormatError),
}

impl What {
    pub(super) fn value(place: Place) -> Self {
        let Place { pointer, before, after } = place;
        Self::Value { pointer, before, after }
    }
}

impl Difference {
    pub(super) fn unreadable(file: String, error: GoldenFormatError) -> Self {
        let what = What::Unreadable(error);
        Self { file, entity: String::new(), field: None, step: None, what }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        let again = format!("golden record --again {}", self.file);
        match &self.what {
            What::Value { .. } | What::StepOnly => format!(
                "a released step may not change: put it back, and change data by a new step; \
                 `{again}` only if this output was never released"
            ),
            What::Refused { is_new_step: true, .. } => {
                "let the new step take what older programs have stored".to_owned()
            }
            What::Refused { .. } | What::RefusedElsewhere { .. } => {
                format!("put the step back; `{again}` only if it refuses on purpose")
            }
            What::Repaired => format!("if that is on purpose, keep what it gives now: `{again}`"),
            What::Lowered { .. } => "a released version stays: put `max` back".to_owned(),
            What::FieldGone => {
                "data at its versions is stored somewhere: put the field back, or delete the file if \
                 none is"
                    .to_owned()
            }
            What::EntityGone => "name its crate in the test (`use my_entities as _;`), or delete the \
                 file if the entity is gone for good"
                .to_owned(),
            What::Unreadable(error) => error.help().to_owned(),
        }
    }

    fn place(&self) -> String {
        let Self { entity, field, step, .. } = self;
        let field = field.as_ref().map_or_else(String::new, |field| format!(".{field}"));
        let step = step.map_or_else(String::new, |from| {
            format!(", step v{from} to v{}", u64::from(from.get()) + 1)
        });
        format!("`{entity}{field}`{step}")
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, place) = (&self.file, self.place());
        let mut details: Vec<(&str, String)> = Vec::new();
        match &self.what {
            What::Value { pointer, before, after } => {
                write!(
                    formatter,
                    "{file}: {place}: gives another value than when it was recorded"
                )?;
                details.push(("at", Printable(pointer).to_string()));
                details.push(("before", Printable(before).to_string()));
                details.push(("after", Printable(after).to_string()));
            }
            What::StepOnly => write!(
                formatter,
                "{file}: {place}: gives another value than when it was recorded, which later steps \
                 make up for"
            )?,
            What::Refused { pointer, causes, is_new_step } => {
                let now = if *is_new_step { "is refused by a new step" } else { "is refused now" };
                write!(
                    formatter,
                    "{file}: {place}: the document was upgraded when it was recorded, and {now}"
                )?;
                details.extend(pointer.iter().map(|it| ("at", Printable(it).to_string())));
                details.extend(causes.iter().map(|it| ("because", Printable(it).to_string())));
            }
            What::Repaired => write!(
                formatter,
                "{file}: {place}: the document was refused when it was recorded, and is upgraded now"
            )?,
            What::RefusedElsewhere { before, after } => {
                write!(
                    formatter,
                    "{file}: {place}: the document is refused at another place than when it was recorded"
                )?;
                details.push(("before", before.clone()));
                details.push(("after", after.clone()));
            }
            What::Lowered { reached, max } => write!(
                formatter,
                "{file}: {place}: was recorded at version {reached}, and the latest one is {max} now"
            )?,
            What::FieldGone => {
                write!(formatter, "{file}: {place}: is no versioned field any more")?;
            }
            What::EntityGone => write!(formatter, "{file}: {place}: no such entity is registered")?,
            What::Unreadable(error) => write!(formatter, "{file}: {error}")?,
        }
        details.push(("help", self.help()));
        details.iter().try_for_each(|(name, text)| {
            let label = format!("{name}:");
            write!(formatter, "\n  {label:8} {text}")
        })
    }
}
