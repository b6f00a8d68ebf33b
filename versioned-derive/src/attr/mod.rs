//! Attributes: `#[versioned(..)]` and what matters of `#[serde(..)]`, as data.

pub(crate) mod case;
mod container;
mod entry;
mod field;
pub(crate) mod serde;

pub(crate) use container::ContainerAttr;
pub(crate) use field::{ChainPath, ContextItem, FieldAttr, Number};
