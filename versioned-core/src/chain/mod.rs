//! One chain: the gap-free sequence of conversions of a field, run on the JSON text of one value.
//!
//! Layer: core. The derive generates a [`RunChain`] for every versioned field; the engine calls it and knows no Rust
//! type. Invariant: a chain is pure, so the same text and the same context give the same output.

#[expect(
    missing_docs,
    missing_debug_implementations,
    clippy::missing_errors_doc,
    reason = "for generated code only"
)]
pub mod bridge;
pub(crate) mod buffer;
mod compound;
#[expect(
    missing_debug_implementations,
    clippy::missing_errors_doc,
    reason = "for generated code only"
)]
pub mod context;
pub mod derived;
pub(crate) mod elements;
#[expect(missing_docs, missing_debug_implementations, reason = "for generated code only")]
pub mod end;
#[expect(
    missing_docs,
    missing_debug_implementations,
    clippy::missing_errors_doc,
    reason = "for generated code only"
)]
pub mod ends;
mod finite;
#[expect(
    missing_docs,
    missing_debug_implementations,
    clippy::missing_errors_doc,
    reason = "for generated code only"
)]
pub mod keep;
mod measure;
mod output;
#[expect(missing_docs, missing_debug_implementations, reason = "for generated code only")]
pub mod probe;
#[expect(
    missing_docs,
    missing_debug_implementations,
    clippy::exhaustive_enums,
    reason = "for generated code only"
)]
mod progress;
#[expect(clippy::missing_errors_doc, reason = "for generated code only")]
pub mod read;
mod room;
#[expect(
    missing_docs,
    missing_debug_implementations,
    clippy::missing_errors_doc,
    reason = "for generated code only"
)]
pub mod shared;
#[expect(
    missing_docs,
    missing_debug_implementations,
    clippy::missing_errors_doc,
    reason = "for generated code only"
)]
pub mod sides;
#[expect(
    missing_docs,
    missing_debug_implementations,
    clippy::missing_errors_doc,
    reason = "for generated code only"
)]
pub mod step;
mod text;
mod text_only;
mod unscanned;
mod watch;
pub(crate) mod write;
mod writer;

use std::{any::Any, borrow::Cow, cell::OnceCell};

pub use keep::{Ending, VersionMember};
pub use progress::{Carry, Exit, Progress, Stage};
pub(crate) use room::Room;
pub(crate) use text::Part;
pub use text::Text;
pub(crate) use unscanned::Unscanned;
pub use watch::Watch;

use crate::{ConversionError, SchemaVersion, lazy::RawKey};

/// Runs the steps `from..to` of a chain.
pub type RunChain = for<'a> fn(ChainRun<'a>) -> Result<ChainOutput, ChainError>;

/// Checks that JSON text deserialises as a Rust type; the error has a JSON pointer where one is known.
pub type CheckType = fn(&str) -> Result<(), ConversionError>;

/// The input of one run of a chain.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "holds a trait object; never shown")]
pub struct ChainRun<'a> {
    /// The value, in the shape of version `from`.
    pub text: &'a Text<'a>,
    /// The version that the value is at; `min <= from`.
    pub from: SchemaVersion,
    /// The version that the value is brought to; `from < to <= max`.
    pub to: SchemaVersion,
    /// The key of the value, if it is an element of a map.
    pub key: Option<ElementKey<'a>>,
    /// Where the siblings that the chain declared as context come from.
    pub context: &'a dyn ContextSource,
    /// What is to become of the value at the end, if it is not just written as JSON; `to` is `max` then.
    pub ending: Option<&'a Ending<'a>>,
    /// Who wants to see the value between two steps, if anybody does.
    pub watch: Option<&'a dyn Watch>,
}

/// The key of an element, as it is written.
#[derive(Debug, Clone, Copy)]
pub struct ElementKey<'a>(pub(crate) RawKey<'a>);

/// Where a chain gets the siblings that it declared as context.
pub trait ContextSource {
    /// JSON text of the sibling with this Rust name, or `None` where the document has none.
    ///
    /// # Errors
    ///
    /// The sibling is versioned and could not be brought to the version that the chain asks for.
    fn sibling(&self, field: &str) -> Result<Option<Cow<'_, str>>, ConversionError>;

    /// Where the siblings are kept once they are read, if further runs have the same ones.
    fn kept(&self) -> Option<&OnceCell<Box<dyn Any>>> {
        None
    }
}

/// What one run of a chain gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainOutput {
    /// JSON text of the value, in the shape of version `to`; empty where the value was kept.
    pub json: String,
    /// Siblings that steps have set, in the order of the steps; a later one of the same field replaces an earlier one.
    pub side_outputs: Vec<SideOutput>,
}

/// A sibling field that a step has set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideOutput {
    /// Rust name of the sibling.
    pub field: &'static str,
    /// JSON text of its new value.
    pub json: String,
}

/// Why a chain stopped.
#[derive(Debug)]
pub struct ChainError {
    /// The version that the failing step starts from.
    pub step: SchemaVersion,
    /// What went wrong in it.
    pub cause: ChainErrorCause,
    /// The error of the conversion, of the parser or of serde, with a JSON pointer where one is known.
    pub source: ConversionError,
}

/// What went wrong in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainErrorCause {
    /// The conversion refused the value.
    Refused,
    /// The value does not have the type that the step takes.
    Input,
    /// The value that the step returned, or a side output, cannot be written as JSON.
    Output,
    /// A sibling that the chain declared as context is absent, or does not have the type of its field.
    Context(&'static str),
}
