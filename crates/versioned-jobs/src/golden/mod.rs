//! Golden documents: stored documents, kept in a repository with what their chains make of them.
//!
//! Layer: jobs. [`sample`] chooses documents of a store, [`GoldenDocument`] is one of them and its file; who writes and reads
//! files is above. Invariant: the text of a file gives back the stored bytes, and one document has one text.

mod document;
mod error;
mod fold;
mod form;
mod outcome;
mod parse;
mod sample;
mod scrub;
mod select;
mod shape;

pub use document::GoldenDocument;
pub use error::{GoldenError, GoldenFormatError, GoldenFormatProblem};
pub use outcome::{GoldenField, GoldenOutcome, GoldenRefusal, GoldenStep};
pub use sample::{GoldenOptions, GoldenSample, LeftOut, sample};
pub use scrub::Scrub;
