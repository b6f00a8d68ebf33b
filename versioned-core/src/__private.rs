//! What derived code calls; no part of the public interface, and free to change with any release.
//!
//! Layer: core.

pub use inventory::submit;
pub use serde::{Serialize, de::DeserializeOwned};
pub use serde_json::Value;

pub use crate::__register as register;
pub use crate::registry::Entry;
/// Which types have a JSON Schema.
#[cfg(feature = "schema")]
pub mod schema {
    pub use crate::schema::{
        ChooseDocument, ChooseNothing, ChooseType, FieldParts, NoOwner, NoSchema, Owner,
        OwnerProbe, SchemaProbe, StepSchemas, StepType,
    };
}

pub use crate::engine::{Direct, NotDirect, Stored};

pub use crate::chain::{
    Carry, ChainError, ChainErrorCause, ChainOutput, ChainRun, CheckType, ContextSource, Ending,
    Exit, Progress, RunChain, SideOutput, Stage, Text, VersionMember, Watch, bridge, context,
    derived, end, ends, keep, probe, read, shared, sides, step,
};
