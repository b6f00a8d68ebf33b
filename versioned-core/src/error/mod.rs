//! Errors of the core.

mod conversion;
mod migration;

pub use conversion::{ConversionError, ConversionFailure};
pub use migration::{EntityId, FieldPlace, MigrationError};
