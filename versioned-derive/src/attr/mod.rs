//! Attributes: `#[versioned(..)]` and what matters of `#[serde(..)]`, as data.

pub(crate) mod case;
mod constant;
mod container;
mod entry;
mod fetched;
mod field;
mod loss;
pub(crate) mod serde;

pub(crate) use constant::{ConstantItem, Literal};
pub(crate) use container::ContainerAttr;
pub(crate) use fetched::FetchedItem;
pub(crate) use field::{ChainPath, ContextItem, FieldAttr, Number};
pub(crate) use loss::{LossItem, MoveItem, Place};
