//! The domain object `Notebook`: a Jupyter notebook of any format from 2.0 to 4.5, read and stored
//! as 4.5.
//!
//! The format has a major and a minor number; the stored entity has one schema version:
//!
//! | schema version | formats    | what the conversion to the next version does                   |
//! |----------------|------------|----------------------------------------------------------------|
//! | 2              | 2.0        | every cell gets `metadata`                                     |
//! | 3              | 3.x        | worksheets become one list of cells; outputs go by MIME type   |
//! | 4              | 4.0 to 4.4 | every cell gets an `id`                                        |
//! | 5              | 4.5        |                                                                |
//!
//! `format.rs` maps one to the other, `entity.rs` is the declaration, `document.rs` the Rust view
//! of format 4.5, and each conversion has a file of its own.

mod document;
mod entity;
mod format;
mod parts;
mod text;
mod v2_to_v3;
mod v3_outputs;
mod v3_to_v4;
mod v4_to_v5;

pub(crate) use document::{Cell, NotebookDocument};
pub(crate) use entity::Notebook;
pub(crate) use format::{Format, FormatError};
