//! What is told of a broken law.
//!
//! Layer: testkit. Invariant: a counterexample names the entity kind, the field, the step and the place where they are known, and
//! what to do.

use std::{error::Error, fmt};

use versioned_core::{FieldPlace, MigrationError, VersionedAttribute, json::Pointer};

use super::law::Law;

/// How one document breaks a law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) field: Option<&'static str>,
    /// The versions that the step is between.
    pub(super) step: Option<(u32, u32)>,
    /// In the field; in the document where there is no field.
    pub(super) pointer: Option<Box<Pointer>>,
    pub(super) what: String,
    /// What else is worth seeing: a name and a text.
    pub(super) shown: Vec<(&'static str, String)>,
    /// The stored document, where it is not the generated one.
    pub(super) document: Option<Box<str>>,
    pub(super) help: Box<str>,
}

impl Violation {
    pub(super) fn new(what: impl Into<String>, help: impl Into<Box<str>>) -> Self {
        Self {
            field: None,
            step: None,
            pointer: None,
            what: what.into(),
            shown: Vec::new(),
            document: None,
            help: help.into(),
        }
    }

    /// From an error, with what the error says of the place.
    pub(super) fn of_error(error: &MigrationError, help: impl Into<Box<str>>) -> Self {
        let mut what = match (error.step(), error.source()) {
            // Place and step are told beside it.
            (Some(_), Some(source)) => chain(source),
            _ => chain(error),
        };
        what.insert_str(0, if error.step().is_some() { "the step refuses it: " } else { "" });
        let FieldPlace { field, .. } = *error.place();
        let step = error.step().map(|(from, to)| (from.get(), to.get()));
        let pointer = error.pointer().cloned().map(Box::new);
        Self { field, step, pointer, ..Self::new(what, help) }
    }

    pub(super) fn at_step(mut self, attribute: &VersionedAttribute, from: u32, to: u32) -> Self {
        self.step = Some((from, to));
        self.in_field(attribute)
    }

    pub(super) fn in_field(mut self, attribute: &VersionedAttribute) -> Self {
        self.field = Some(attribute.field);
        self
    }

    pub(super) fn at(mut self, pointer: Pointer) -> Self {
        self.pointer = Some(Box::new(pointer));
        self
    }

    pub(super) fn show(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.shown.push((name, text.into()));
        self
    }

    pub(super) fn stored_as(mut self, document: String) -> Self {
        self.document = Some(document.into());
        self
    }

    /// Whether both are about the same step of the same field, so that one may stand for the other.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.field, self.step) == (other.field, other.step)
    }
}

/// An error with its sources, on one line.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// The smallest document found that breaks a law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    pub(super) law: Law,
    pub(super) entity: &'static str,
    pub(super) violation: Violation,
    pub(super) document: String,
    pub(super) fetched: Vec<(&'static str, String)>,
    pub(super) versions: String,
    /// Which of how many documents it was, and in how many steps it became smaller.
    pub(super) number: usize,
    pub(super) documents: usize,
    pub(super) simplified: usize,
    pub(super) seed: u64,
}

impl Counterexample {
    /// The law that is broken.
    #[must_use]
    pub fn law(&self) -> Law {
        self.law
    }

    /// Name of the entity kind.
    #[must_use]
    pub fn entity(&self) -> &'static str {
        self.entity
    }

    /// Rust name of the field, where one is to blame.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        self.violation.field
    }

    /// The versions that the step is between, where one is to blame.
    #[must_use]
    pub fn step(&self) -> Option<(u32, u32)> {
        self.violation.step
    }

    /// The place in the field, where it is known; in the document where there is no field.
    #[must_use]
    pub fn pointer(&self) -> Option<&Pointer> {
        self.violation.pointer.as_deref()
    }

    /// The stored document.
    #[must_use]
    pub fn document(&self) -> &str {
        self.violation.document.as_deref().unwrap_or(&self.document)
    }
}

impl Error for Counterexample {}

impl fmt::Display for Counterexample {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Violation { field, step, pointer, what, shown, help, .. } = &self.violation;
        write!(formatter, "`{}", self.entity)?;
        if let Some(field) = field {
            write!(formatter, ".{field}")?;
        }
        write!(formatter, "`")?;
        if let Some((from, to)) = step {
            write!(formatter, ", v{from} to v{to}")?;
        }
        if let Some(pointer) = pointer {
            write!(formatter, ", at {pointer}")?;
        }
        writeln!(formatter, ": {what}")?;
        writeln!(formatter, "  law: {}", self.law)?;
        writeln!(formatter, "  stored: {}", self.versions)?;
        writeln!(formatter, "  document: {}", self.document())?;
        for (name, json) in &self.fetched {
            writeln!(formatter, "  fetched `{name}`: {json}")?;
        }
        for (name, text) in shown {
            writeln!(formatter, "  {name}: {text}")?;
        }
        writeln!(formatter, "  what to do: {help}")?;
        let Self { number, documents, simplified, seed, .. } = self;
        write!(
            formatter,
            "  document {number} of {documents}, made simpler {simplified} times; VERSIONED_LAWS_SEED={seed} makes \
             the same ones"
        )
    }
}
