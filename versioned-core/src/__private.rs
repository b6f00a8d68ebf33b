//! What derived code calls; no part of the public interface, and free to change with any release.
//!
//! Layer: core.

pub use inventory::submit;
pub use serde::{Serialize, de::DeserializeOwned};
pub use serde_json::Value;

pub use crate::__register as register;
pub use crate::registry::Entry;
#[cfg(feature = "schema")]
pub use crate::schema::{NoSchema, SchemaProbe};

pub use crate::chain::{
    Carry, ChainError, ChainErrorCause, ChainOutput, ChainRun, CheckType, ContextSource, Exit,
    Progress, RunChain, SideOutput, Stage, Text, Watch, bridge, context, end, ends, probe, read,
    shared, sides, step,
};
